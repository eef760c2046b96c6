//! How fast an import may go: a fifth of what its scope takes, whatever else happens there.

use entity::import;

use crate::app::App;
use crate::delivery::queue::letters::amojo_rate;

/// Of a hundred requests, those that imports may make (docs/import.md#how-it-goes).
const SHARE_PERCENT: i64 = 20;

/// Thousandths of a message a second.
pub fn per_second(app: &App) -> i64 {
    (amojo_rate(app).per_second * SHARE_PERCENT / 100).max(1)
}

/// Seconds that so many messages take at best.
pub fn seconds(app: &App, messages: i64) -> i64 {
    let rate = per_second(app);
    messages.max(0).saturating_mul(1000).saturating_add(rate - 1) / rate
}

/// Fills the bucket up to now; it holds two seconds' worth, and begins empty.
pub fn refill(row: &mut import::Model, per_second: i64, now: i64) {
    let passed = if row.refilled_at == 0 { 0 } else { (now - row.refilled_at).max(0) };
    let gained = passed.saturating_mul(per_second) / 1000;
    row.tokens = row.tokens.saturating_add(gained).min((2 * per_second).max(1000));
    row.refilled_at = now;
}

/// Milliseconds until one whole message may go.
pub fn until_next(row: &import::Model, per_second: i64) -> i64 {
    (1000 - row.tokens).max(0) * 1000 / per_second + 1
}
