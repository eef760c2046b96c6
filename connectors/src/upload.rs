//! A file in a multipart form, as a stream.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use reqwest::Body;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::multipart::Part;

/// A chunk of a file.
pub type Piece = Result<Bytes, String>;

/// Whether the whole file was sent: only then may a lost answer mean that the messenger has it.
#[derive(Clone, Default)]
pub struct Whole(Arc<AtomicBool>);

impl Whole {
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// The part of a form, and whether its file was sent to the end. `mime_type` is left out if it is none; `size` is exact.
pub(crate) fn part(name: String, mime_type: &str, size: u64, bytes: BoxStream<'static, Piece>) -> (Part, Whole) {
    let whole = Whole::default();
    let ended = whole.clone();
    let end = futures_util::stream::poll_fn(move |_| {
        ended.0.store(true, Ordering::Release);
        std::task::Poll::Ready(None::<Piece>)
    });
    let bytes = bytes.chain(end).map(|piece| piece.map_err(std::io::Error::other));
    let part = Part::stream_with_length(Body::wrap_stream(bytes), size).file_name(name);
    match mime_type.parse() {
        Ok(mime_type) => (part.headers(HeaderMap::from_iter([(CONTENT_TYPE, mime_type)])), whole),
        Err(_) => (part, whole),
    }
}
