//! Options, which are MAX's wire, and its state.

use crate::kit::{Now, State, system_clock};

/// All start options.
#[derive(Clone)]
pub struct Options {
    /// Address to listen on; with port 0 the system chooses one: see `Max::base_url`.
    pub listen: String,
    /// The clock for times, retries of updates and processing of files.
    pub now: Now,
    /// Allows webhooks over plain HTTP on any port, which MAX does not: for tests on one machine.
    pub local: bool,
    /// How long a file is processed after its upload, in milliseconds: meanwhile, messages with it are refused.
    pub processing: i64,
}

impl Default for Options {
    fn default() -> Self {
        Self { listen: "127.0.0.1:0".to_owned(), now: system_clock(), local: true, processing: 0 }
    }
}

/// State that only MAX has.
#[derive(Default)]
pub struct Own {
    /// Milliseconds for which an uploaded file is processed.
    pub(super) processing: i64,
}

/// The whole state.
pub(super) type Max = State<Own>;
