//! Options of a Meta double.

use crate::old::{Now, system_clock};

/// All start options.
#[derive(Clone)]
pub struct Options {
    /// Address to listen on; with port 0 the system chooses one: see `Meta::base_url`.
    pub listen: String,
    /// The clock for dates, tokens, windows and retries. A test may move it.
    pub now: Now,
    /// Whether waiting events for the same app are sent in one body, as Meta does under load.
    pub batches: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { listen: "127.0.0.1:0".to_owned(), now: system_clock(), batches: false }
    }
}
