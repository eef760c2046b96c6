//! Options of an Avito double.

use crate::kit::{Now, system_clock};

/// Everything needed at the start.
#[derive(Clone)]
pub struct Options {
    /// Address to listen on; with port 0 the system chooses one: see `Avito::base_url`.
    pub listen: String,
    /// The clock for dates, the life of tokens and links, repeats of webhooks and limits. A test may move it.
    pub now: Now,
    /// Calls of a seller within a minute before 429; none for no limit. Avito publishes the headers that name its
    /// limits (`X-RateLimit-Limit`, `X-RateLimit-Remaining`), not their numbers.
    pub calls_per_minute: Option<u32>,
    /// The life of an access token in seconds.
    pub token_seconds: i64,
}

impl Default for Options {
    fn default() -> Self {
        Self { listen: "127.0.0.1:0".to_owned(), now: system_clock(), calls_per_minute: None, token_seconds: 86_400 }
    }
}
