//! Whether an account may store more.

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use uuid::Uuid;

use super::{bytes_of, stored};
use crate::tenant::plan;
use crate::usage::UsageContext;

/// Free disk, in percent, below which accounts that store more than the average are refused, before all others
/// ([`crate::load_shedding`]).
const SCARCE: u8 = 15;

/// 507 when the account has reached its limit, or stores more than the average while the disk fills up. Accounts below
/// these limits are not affected.
pub async fn room(app: &UsageContext, tenant_id: Uuid) -> Result<()> {
    let tenant = app.lookup.tenant(tenant_id).await?;
    let most = tenant.map_or(app.config.limits.stored_mb_per_account, |tenant| plan::stored_mb(&app.config, &tenant));
    let scarce = app.load.free() < SCARCE;
    if most == 0 && !scarce {
        return Ok(());
    }
    let used = stored::of_account(app, tenant_id).await.map_err(|error| anyhow::anyhow!(error))?;
    if most > 0 && u64::try_from(used).unwrap_or(0) >= bytes_of(most) {
        return Err(Error::Full(LocalizedText::new("said-account-full").with("most", most)));
    }
    if scarce && used > stored::average(app).await.map_err(|error| anyhow::anyhow!(error))? {
        return Err(Error::Full(LocalizedText::new("said-disk-share")));
    }
    Ok(())
}
