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

/// Whether the whole file was sent: only then may the messenger have it although no answer arrived.
#[derive(Clone, Default)]
pub struct Whole(Arc<AtomicBool>);

impl Whole {
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
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

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;
    use reqwest::multipart::Form;

    use super::*;

    /// What is sent of a file of this type.
    async fn sent(mime_type: &str) -> String {
        let bytes = futures_util::stream::iter([Ok(Bytes::from_static(b"bytes"))]).boxed();
        let (part, whole) = part("a.bin".to_owned(), mime_type, 5, bytes);
        let pieces: Vec<Bytes> = Form::new().part("file", part).into_stream().try_collect().await.unwrap();
        assert!(whole.is_set());
        String::from_utf8(pieces.concat()).unwrap().to_ascii_lowercase()
    }

    #[tokio::test]
    async fn a_file_has_its_type_and_none_if_none_is_known() {
        assert!(sent("image/png").await.contains("\r\ncontent-type: image/png\r\n"));
        for none in ["", "no\ntype"] {
            assert!(!sent(none).await.contains("content-type"), "{none:?}");
        }
    }
}
