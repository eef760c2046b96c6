//! Options of a Telegram double.

use std::sync::Arc;

/// The clock for dates, expiry, repeats of updates and rate limits. A test may move it.
pub type Now = Arc<dyn Fn() -> chrono::DateTime<chrono::Utc> + Send + Sync>;

/// The clock of the machine, for use outside tests.
#[expect(
    clippy::disallowed_methods,
    reason = "the server's Clock is out of reach here: the double shares nothing with it"
)]
pub fn system_clock() -> Now {
    Arc::new(chrono::Utc::now)
}

/// Everything needed at the start.
#[derive(Clone)]
pub struct Options {
    /// Address to listen on; with port 0 the system chooses one: see `Telegram::base_url`.
    pub listen: String,
    /// The clock.
    pub now: Now,
    /// The webhook rules of a local Bot API server: plain HTTP, any port, loopback. All else is as in the cloud,
    /// including file size limits.
    pub local: bool,
    /// Whether calls are rate limited with 429; see `Telegram::set_rates`.
    pub rates: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { listen: "127.0.0.1:0".to_owned(), now: system_clock(), local: true, rates: false }
    }
}
