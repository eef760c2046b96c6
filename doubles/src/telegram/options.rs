//! What a Telegram is started with.

use std::sync::Arc;

/// The clock everything is judged by: dates, expiry, repeats of updates, rates. A test may move it.
pub type Now = Arc<dyn Fn() -> chrono::DateTime<chrono::Utc> + Send + Sync>;

/// The clock of the machine, for use outside tests.
#[expect(
    clippy::disallowed_methods,
    reason = "the server's Clock is out of reach here: the double shares nothing with it"
)]
pub fn system_clock() -> Now {
    Arc::new(chrono::Utc::now)
}

/// Everything a Telegram needs to know at its start.
#[derive(Clone)]
pub struct Options {
    /// Address to listen on; port 0 lets the system choose one, which `Telegram::base_url` then tells.
    pub listen: String,
    /// The clock.
    pub now: Now,
    /// The webhook rules of a local Bot API server: plain HTTP, any port, loopback. Everything else stays as in the
    /// cloud, sizes of files included.
    pub local: bool,
    /// Whether calls are counted and answered 429 beyond the rates; see `Telegram::set_rates`.
    pub rates: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { listen: "127.0.0.1:0".to_owned(), now: system_clock(), local: true, rates: false }
    }
}
