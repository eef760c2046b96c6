//! Rate limit of imports: a fifth of their scope's rate, independent of other traffic.

use entity::import;

use crate::delivery::letters::amojo_rate;
use crate::usage::UsageContext;

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
