//! Options of a Telegram double.

use crate::old::{Now, system_clock};

/// All start options.
#[derive(Clone)]
pub struct Options {
    /// Address to listen on; with port 0 the system chooses one: see `Telegram::base_url`.
    pub listen: String,
    /// The clock.
    pub now: Now,
    /// Uses the webhook rules of a local Bot API server: plain HTTP, any port, loopback. Everything else is as in the
    /// cloud, including file size limits.
    pub local: bool,
    /// Whether calls are rate limited with 429; see `Telegram::set_rates`.
    pub rates: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { listen: "127.0.0.1:0".to_owned(), now: system_clock(), local: true, rates: false }
    }
}
