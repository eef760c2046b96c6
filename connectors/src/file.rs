//! Files: opened at the messenger, or provided to it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
pub(crate) use base::http_client::explained as words;
use base::message::Media;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Response};
use serde_json::{Map, Value};
use uuid::Uuid;

/// A file being read.
pub struct OpenFile {
    /// Size in bytes as reported by the other side; untrusted.
    pub announced: Option<u64>,
    /// Ends after an error. Errors contain no address.
    pub bytes: BoxStream<'static, Result<Bytes, String>>,
}

impl OpenFile {
    /// The body of a success.
    pub(crate) fn of(response: Response) -> Self {
        let announced = response.content_length();
        let bytes = response.bytes_stream().map(|chunk| chunk.map_err(|error| words(error).to_string()));
        Self { announced, bytes: bytes.boxed() }
    }
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

impl NotOpened {
    /// Temporary.
    pub(crate) fn later(reason: impl Into<String>, after: Option<Duration>) -> Self {
        Self::Later { reason: reason.into(), after }
    }
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

/// A chunk of a file.
pub type Piece = Result<Bytes, String>;

/// Whether the whole file was sent: only then may the messenger have it although no answer arrived.
#[derive(Clone, Default)]
pub struct Whole(Arc<AtomicBool>);

impl Whole {
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// A call with a file: a form whose file is a stream.
pub(crate) struct MultipartRequest {
    pub parameters: Map<String, Value>,
    /// The name of the file's field.
    pub field: &'static str,
    pub file_name: String,
    /// Empty: the messenger detects it. An invalid one is left out.
    pub mime_type: String,
    /// Exact number of bytes.
    pub size: u64,
    pub bytes: BoxStream<'static, Piece>,
}

impl MultipartRequest {
    /// A file of ours in this field, by its own name and type.
    pub(crate) fn of(field: &'static str, media: &Media, opened: OpenFile) -> Self {
        Self {
            parameters: Map::new(),
            field,
            file_name: media.file_name.clone(),
            mime_type: media.mime_type.clone().unwrap_or_default(),
            size: opened.announced.unwrap_or(media.file_size),
            bytes: opened.bytes,
        }
    }

    /// The form, and a flag that is set when its file was sent completely. Texts are sent as they are; other values as
    /// JSON.
    pub(crate) fn into_form(self) -> (Form, Whole) {
        let mut form = Form::new();
        for (name, value) in self.parameters {
            let text = match value {
                Value::String(text) => text,
                other => other.to_string(),
            };
            form = form.text(name, text);
        }
        let (part, whole) = part(self.file_name, &self.mime_type, self.size, self.bytes);
        (form.part(self.field, part), whole)
    }
}

/// The part of a form, and whether its file was sent completely. An invalid `mime_type` is left out; `size` is exact.
pub(crate) fn part(name: String, mime_type: &str, size: u64, bytes: BoxStream<'static, Piece>) -> (Part, Whole) {
    let whole = Whole::default();
    let ended = whole.clone();
    let end = futures_util::stream::poll_fn(move |_| {
        ended.0.store(true, Ordering::Release);
        std::task::Poll::Ready(None::<Piece>)
    });
    let bytes = bytes.chain(end).map(|piece| piece.map_err(std::io::Error::other));
    let part = Part::stream_with_length(Body::wrap_stream(bytes), size).file_name(name);
    // An empty type would create a header without a value.
    match mime_type.parse().ok().filter(|_| !mime_type.is_empty()) {
        Some(mime_type) => (part.headers(HeaderMap::from_iter([(CONTENT_TYPE, mime_type)])), whole),
        None => (part, whole),
    }
}
