//! Options of a WhatsApp double.

use crate::kit::{Now, system_clock};

/// Everything needed at the start.
#[derive(Clone)]
pub struct Options {
    /// Address to listen on; with port 0 the system chooses one: see `WhatsApp::base_url`.
    pub listen: String,
    /// The clock: windows, expiry, repeats of webhooks, rate limits.
    pub now: Now,
    /// Phones report `delivered` at once. Otherwise every status after `sent` is asked for by the handle or the phone.
    pub delivers: bool,
    /// Throughput (130429) and pair rate (131056) are counted; see `WhatsApp::set_rates`.
    pub rates: bool,
    /// What is wrong with the recipient or the window is refused in the answer. Meta accepts such sends and reports
    /// `failed` in a webhook, which is the default.
    pub refuses_at_once: bool,
    /// Hours in which free-form messages may follow a message that came from an ad or a post.
    pub entry_hours: i64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:0".to_owned(),
            now: system_clock(),
            delivers: true,
            rates: false,
            refuses_at_once: false,
            entry_hours: 72,
        }
    }
}
