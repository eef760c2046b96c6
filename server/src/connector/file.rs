//! Files that a messenger keeps for us to fetch.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;

/// A file that is being read.
pub struct Opened {
    /// Bytes as the other side told; not believed.
    pub told: Option<u64>,
    /// An error ends it. Errors hold no address.
    pub bytes: BoxStream<'static, Result<Bytes, String>>,
}

/// Why a file could not be opened. Reasons are words for our log and table; they hold no address and no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotOpened {
    /// It may not be called, or is too large to be asked for: it is not tried again.
    Never(&'static str),
    /// It is not there; looked at once more, for links that can be refreshed.
    Gone(String),
    /// Nobody knows: tried again by the back-off, not before `after`.
    Later { reason: String, after: Option<Duration> },
}
