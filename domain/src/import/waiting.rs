//! How many imports of an account may be pending, and their size together.

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use entity::import;

use crate::usage::UsageContext;
use crate::usage::{bytes_of, imports_beside};

/// Seconds after which a refused upload may be retried: imports seldom end sooner.
const AGAIN: u32 = 60;

/// Bytes available for the account's next import. 429: too many are pending.
pub(super) async fn room(app: &UsageContext, row: &import::Model) -> Result<u64> {
    let limits = &app.config.limits;
    let others = imports_beside(app, row.tenant_id, row.id).await?;
    if limits.imports_waiting > 0 && others.count >= i64::from(limits.imports_waiting) {
        return Err(Error::TooMany {
            problem: "too_many_imports",
            detail: LocalizedText::new("said-imports-many").with("most", limits.imports_waiting),
            retry_after: AGAIN,
        });
    }
    if limits.imports_waiting_mb == 0 {
        return Ok(u64::MAX);
    }
    let room = bytes_of(limits.imports_waiting_mb).saturating_sub(u64::try_from(others.bytes).unwrap_or(0));
    if room == 0 { Err(too_much(app)) } else { Ok(room) }
}

/// 429: their files have reached the size limit.
pub(super) fn too_much(app: &UsageContext) -> Error {
    Error::TooMany {
        problem: "too_many_imports",
        detail: LocalizedText::new("said-imports-large").with("most", app.config.limits.imports_waiting_mb),
        retry_after: AGAIN,
    }
}
