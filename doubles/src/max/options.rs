//! Options of a MAX double.

use crate::kit::{Now, system_clock};

/// Everything needed at the start.
#[derive(Clone)]
pub struct Options {
    /// Address to listen on; with port 0 the system chooses one: see `Max::base_url`.
    pub listen: String,
    /// The clock for times, repeats of updates and processing of files.
    pub now: Now,
    /// Webhooks may be plain HTTP on any port, as no documented server allows: for tests on one machine.
    pub local: bool,
    /// How long a file is processed after its upload, in milliseconds: a message with it is refused meanwhile.
    pub processing: i64,
}

impl Default for Options {
    fn default() -> Self {
        Self { listen: "127.0.0.1:0".to_owned(), now: system_clock(), local: true, processing: 0 }
    }
}
