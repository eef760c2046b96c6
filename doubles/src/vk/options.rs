//! Options of a VK double.

use std::sync::Arc;

/// The clock for dates, repeats of events and rate limits. A test may move it.
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
    /// Address to listen on; with port 0 the system chooses one: see `Vk::base_url`.
    pub listen: String,
    /// The clock.
    pub now: Now,
    /// Whether more than 20 calls a second with one token get error 6; see `Vk::set_rates`.
    pub rates: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { listen: "127.0.0.1:0".to_owned(), now: system_clock(), rates: false }
    }
}
