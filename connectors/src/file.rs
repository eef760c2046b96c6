//! Files: opened at the messenger, or provided to it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use uuid::Uuid;

/// A file being read.
pub struct OpenFile {
    /// Size in bytes as reported by the other side; untrusted.
    pub announced: Option<u64>,
    /// Ends after an error. Errors contain no address.
    pub bytes: BoxStream<'static, Result<Bytes, String>>,
}

/// Why a file could not be opened. Reasons are for the log and the database, so they contain no address and no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotOpened {
    /// Its address must not be called, or the file is too large: not retried.
    Never(&'static str),
    /// The file does not exist; retried once, in case its link can be refreshed.
    Gone(String),
    /// Temporary or unknown: retried with back-off, not before `after`.
    Later { reason: String, after: Option<Duration> },
}

/// Storage of an account's files, for messengers that need bytes instead of links.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// Opens a file by its `media_id`; the returned size is exact.
    async fn open(&self, media_id: Uuid) -> Result<OpenFile, NotOpened>;

    /// An identifier of the file's bytes, equal only for identical files. None if unknown.
    async fn content(&self, _media_id: Uuid) -> Option<String> {
        None
    }
}

/// A [`Shelf`]. Clones share it.
#[derive(Clone)]
pub struct SharedShelf(Arc<dyn Shelf>);

impl SharedShelf {
    pub fn new(shelf: Arc<dyn Shelf>) -> Self {
        Self(shelf)
    }

    /// A shelf without files, for messages whose files are links.
    pub fn none() -> Self {
        Self::new(Arc::new(EmptyShelf))
    }

    /// As [`Shelf::open`].
    pub async fn open(&self, media_id: Uuid) -> Result<OpenFile, NotOpened> {
        self.0.open(media_id).await
    }

    /// As [`Shelf::content`].
    pub async fn content(&self, media_id: Uuid) -> Option<String> {
        self.0.content(media_id).await
    }
}

impl fmt::Debug for SharedShelf {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Files")
    }
}

struct EmptyShelf;

#[async_trait]
impl Shelf for EmptyShelf {
    async fn open(&self, _media_id: Uuid) -> Result<OpenFile, NotOpened> {
        Err(NotOpened::Never("not_here"))
    }
}
