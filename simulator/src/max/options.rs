//! Options, which are MAX's wire, and its state.

use crate::kit::{Now, State, system_clock};

/// All start options.
#[derive(Clone)]
pub struct Options {
    /// The clock for times, retries of updates and processing of files.
    pub now: Now,
}

impl Default for Options {
    fn default() -> Self {
        Self { now: system_clock() }
    }
}

#[derive(Default)]
pub struct Own {
    /// Milliseconds for which an uploaded file is processed.
    pub(super) processing: i64,
}

pub(super) type Max = State<Own>;
