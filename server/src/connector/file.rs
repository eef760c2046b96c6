//! Files that a messenger keeps for us to fetch, and those of ours that it is given.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use uuid::Uuid;

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

/// Where the files of an account's messages are kept, for messengers that are given bytes and not links.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// Opens a file by its `media_id`; `told` is its exact size.
    async fn open(&self, media_id: Uuid) -> Result<Opened, NotOpened>;

    /// By what a file's bytes are known: equal of equal files alone. None: nobody can tell.
    async fn content(&self, _media_id: Uuid) -> Option<String> {
        None
    }
}

/// A [`Shelf`]. Clones share it.
#[derive(Clone)]
pub struct Files(Arc<dyn Shelf>);

impl Files {
    pub fn new(shelf: Arc<dyn Shelf>) -> Self {
        Self(shelf)
    }

    /// Without any file: for messages whose files are links.
    pub fn none() -> Self {
        Self::new(Arc::new(Empty))
    }

    /// As [`Shelf::open`].
    pub async fn open(&self, media_id: Uuid) -> Result<Opened, NotOpened> {
        self.0.open(media_id).await
    }

    /// As [`Shelf::content`].
    pub async fn content(&self, media_id: Uuid) -> Option<String> {
        self.0.content(media_id).await
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Files")
    }
}

struct Empty;

#[async_trait]
impl Shelf for Empty {
    async fn open(&self, _media_id: Uuid) -> Result<Opened, NotOpened> {
        Err(NotOpened::Never("not_here"))
    }
}
