//! Options of an Avito double.

use crate::old::{Now, system_clock};

/// All start options.
#[derive(Clone)]
pub struct Options {
    /// Address to listen on; with port 0 the system chooses one: see `Avito::base_url`.
    pub listen: String,
    /// The clock for dates, the lifetime of tokens and links, webhook retries and limits. A test may move it.
    pub now: Now,
    /// Maximum calls of a seller per minute before 429; none for no limit. Avito documents the headers with its limits
    /// (`X-RateLimit-Limit`, `X-RateLimit-Remaining`), but not their values.
    pub calls_per_minute: Option<u32>,
    /// The lifetime of an access token in seconds.
    pub token_seconds: i64,
}

impl Default for Options {
    fn default() -> Self {
        Self { listen: "127.0.0.1:0".to_owned(), now: system_clock(), calls_per_minute: None, token_seconds: 86_400 }
    }
}
