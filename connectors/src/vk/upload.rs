//! A file for an upload server: multipart, the file as a stream (vk §8).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use reqwest::Body;
use reqwest::multipart::{Form, Part};

/// A file to be uploaded.
pub struct FileForm {
    /// `photo` or `file`.
    pub field: &'static str,
    /// VK recognises the kind by the ending.
    pub name: String,
    /// Exact number of bytes.
    pub size: u64,
    pub bytes: BoxStream<'static, Result<Bytes, String>>,
}

/// Whether the whole file was sent.
#[derive(Clone, Default)]
pub struct Whole(Arc<AtomicBool>);

impl Whole {
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl FileForm {
    /// The form, and a flag that tells whether its file was sent to the end.
    pub fn into_form(self) -> (Form, Whole) {
        let whole = Whole::default();
        let ended = whole.clone();
        let end = futures_util::stream::poll_fn(move |_| {
            ended.0.store(true, Ordering::Release);
            std::task::Poll::Ready(None::<Result<Bytes, String>>)
        });
        let bytes = self.bytes.chain(end).map(|piece| piece.map_err(std::io::Error::other));
        let part = Part::stream_with_length(Body::wrap_stream(bytes), self.size).file_name(self.name);
        (Form::new().part(self.field, part), whole)
    }
}
