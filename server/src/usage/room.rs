//! Whether an account may bring more.

use uuid::Uuid;

use super::{bytes_of, stored};
use crate::app::App;
use crate::error::{Error, Result};
use crate::words::Said;

/// Hundredths of the disk below which accounts that have more than others are turned away, before anybody else is
/// ([`crate::shed`]).
const SCARCE: u8 = 15;

/// 507 when the account has stored as much as it may, or more than the average while the disk fills up. What is told to an
/// account that has too much is never told to others.
pub async fn room(app: &App, tenant_id: Uuid) -> Result<()> {
    let most = app.config.limits.stored_mb_per_account;
    let scarce = app.load.free() < SCARCE;
    if most == 0 && !scarce {
        return Ok(());
    }
    let used = stored::of_account(app, tenant_id).await.map_err(|error| anyhow::anyhow!(error))?;
    if most > 0 && u64::try_from(used).unwrap_or(0) >= bytes_of(most) {
        return Err(Error::Full(Said::new("said-account-full").with("most", most)));
    }
    if scarce && used > stored::average(app).await.map_err(|error| anyhow::anyhow!(error))? {
        return Err(Error::Full(Said::new("said-disk-share")));
    }
    Ok(())
}
