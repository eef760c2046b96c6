//! A call with a file: multipart, the file as a stream.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use reqwest::Body;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::multipart::{Form, Part};

/// A chunk of a file.
pub type Piece = Result<Bytes, String>;

/// A file to be uploaded (whatsapp §10).
pub struct MultipartRequest {
    pub file_name: String,
    /// One of the types that Meta knows.
    pub mime_type: String,
    /// Exact number of bytes.
    pub size: u64,
    pub bytes: BoxStream<'static, Piece>,
}

/// Whether the whole file was sent.
#[derive(Clone, Default)]
pub(super) struct Whole(Arc<AtomicBool>);

impl Whole {
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl MultipartRequest {
    /// The form, and a flag that tells whether its file was sent to the end.
    pub(super) fn into_form(self) -> (Form, Whole) {
        let whole = Whole::default();
        let ended = whole.clone();
        let end = futures_util::stream::poll_fn(move |_| {
            ended.0.store(true, Ordering::Release);
            std::task::Poll::Ready(None::<Piece>)
        });
        let bytes = self.bytes.chain(end).map(|piece| piece.map_err(std::io::Error::other));
        let mut part = Part::stream_with_length(Body::wrap_stream(bytes), self.size).file_name(self.file_name);
        if let Ok(mime_type) = self.mime_type.parse() {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, mime_type);
            part = part.headers(headers);
        }
        let form = Form::new().text("messaging_product", "whatsapp").text("type", self.mime_type);
        (form.part("file", part), whole)
    }
}
