//! A call with a file: multipart, the file as a stream.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use reqwest::Body;
use reqwest::multipart::{Form, Part};
use serde_json::{Map, Value};

use super::api::Piece;

/// A method's parameters and file.
pub struct MultipartRequest {
    pub parameters: Map<String, Value>,
    /// The name of the file's parameter: `photo`, `document`, …
    pub field: &'static str,
    pub file_name: String,
    /// Empty: the other side detects it.
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
        let mut form = Form::new();
        for (name, value) in self.parameters {
            form = form.text(name, text(value));
        }
        let ended = whole.clone();
        let end = futures_util::stream::poll_fn(move |_| {
            ended.0.store(true, Ordering::Release);
            std::task::Poll::Ready(None::<Piece>)
        });
        let bytes = self.bytes.chain(end).map(|piece| piece.map_err(std::io::Error::other));
        let mut part = Part::stream_with_length(Body::wrap_stream(bytes), self.size).file_name(self.file_name);
        if let Ok(mime_type) = self.mime_type.parse() {
            let mut headers = reqwest::header::HeaderMap::new();
            headers.insert(reqwest::header::CONTENT_TYPE, mime_type);
            part = part.headers(headers);
        }
        (form.part(self.field, part), whole)
    }
}

/// Texts are sent as they are; everything else as JSON (telegram §1).
fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
