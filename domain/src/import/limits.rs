//! Limits of imports: a fifth of their scope's rate, independent of other traffic, and how many may be pending.

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use entity::import;

use crate::delivery::letters::amojo_rate;
use crate::usage::{UsageContext, bytes_of, imports_beside};

/// The percentage of requests that imports may use (docs/import.md#how-it-goes).
const SHARE_PERCENT: i64 = 20;

/// Thousandths of a message per second.
pub fn per_second(app: &UsageContext) -> i64 {
    (amojo_rate(&app.delivery).per_second * SHARE_PERCENT / 100).max(1)
}

/// Minimum seconds for this many messages.
pub fn seconds(app: &UsageContext, messages: i64) -> i64 {
    let rate = per_second(app);
    messages.max(0).saturating_mul(1000).saturating_add(rate - 1) / rate
}

/// Fills the token bucket up to now; it holds two seconds' worth, and begins empty.
pub fn refill(row: &mut import::Model, per_second: i64, now: i64) {
    let passed = if row.refilled_at == 0 { 0 } else { (now - row.refilled_at).max(0) };
    let gained = passed.saturating_mul(per_second) / 1000;
    row.tokens = row.tokens.saturating_add(gained).min((2 * per_second).max(1000));
    row.refilled_at = now;
}

/// Milliseconds until one whole message may be sent.
pub fn until_next(row: &import::Model, per_second: i64) -> i64 {
    (1000 - row.tokens).max(0) * 1000 / per_second + 1
}

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
