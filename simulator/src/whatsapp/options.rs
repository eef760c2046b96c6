//! Options of a WhatsApp double.

use crate::old::{Now, system_clock};

/// All start options.
#[derive(Clone)]
pub struct Options {
    /// Address to listen on; with port 0 the system chooses one: see `WhatsApp::base_url`.
    pub listen: String,
    /// The clock for windows, expiry, webhook retries and rate limits.
    pub now: Now,
    /// Phones report `delivered` at once. Otherwise every status after `sent` is triggered by the handle or the phone
    /// page.
    pub delivers: bool,
    /// Whether the limits of throughput (130429) and pair rate (131056) are enforced; see `WhatsApp::set_rates`.
    pub rates: bool,
    /// Problems with the recipient or the window are refused in the answer. By default, as at Meta, such requests are
    /// accepted and reported as `failed` in a webhook.
    pub refuses_at_once: bool,
    /// Hours for which free-form messages may follow a message that came from an ad or a post.
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
