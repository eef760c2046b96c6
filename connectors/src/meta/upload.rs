//! A call with a file: multipart, the file as a stream in `filedata` (instagram-and-facebook §13).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use reqwest::Body;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::multipart::{Form, Part};
use serde_json::{Map, Value};

type Piece = Result<Bytes, String>;

/// The parameters and the file of a call.
pub(super) struct Upload {
    pub parameters: Map<String, Value>,
    pub file_name: String,
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

impl Upload {
    /// The form, and a flag that tells whether its file was sent to the end.
    pub fn into_form(self) -> (Form, Whole) {
        let whole = Whole::default();
        let mut form = Form::new();
        for (name, value) in self.parameters {
            let text = match value {
                Value::String(text) => text,
                other => other.to_string(),
            };
            form = form.text(name, text);
        }
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
        (form.part("filedata", part), whole)
    }
}
