//! MAX's state.

use crate::kit::State;

/// The wire of MAX.
#[derive(Default)]
pub struct MaxWire;

/// State that only MAX has.
#[derive(Default)]
pub struct Own {
    /// Milliseconds for which an uploaded file is processed.
    pub(super) processing: i64,
}

/// The whole state.
pub(super) type Max = State<Own>;
