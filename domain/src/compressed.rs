//! Public texts that are served compressed. Everyone gets the same bytes, so their size reveals nothing.

use std::io::Write;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use base::browser::asset;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

/// A text, and the same compressed once.
#[derive(Clone)]
pub struct CompressedText {
    plain: Bytes,
    gzipped: Bytes,
}

impl CompressedText {
    pub fn of(plain: Bytes) -> Self {
        Self { gzipped: gzip(&plain), plain }
    }

    /// 200 with the text, compressed if the client accepts that, or 304 if the client has it.
    pub fn answer(&self, kind: &'static str, request: &HttpRequest) -> HttpResponse {
        let packed = asset::takes_gzip(request) && !self.gzipped.is_empty();
        let text = if packed { &self.gzipped } else { &self.plain };
        let mut answer = asset::respond(kind, text.clone(), request);
        if packed {
            answer.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("gzip"));
        }
        answer.headers_mut().insert(header::VARY, header::HeaderValue::from_static("Accept-Encoding"));
        answer
    }
}

/// Compressed as small as it gets; empty if that failed, and the text is served as it is.
pub fn gzip(plain: &[u8]) -> Bytes {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(plain).and_then(|()| packed.finish()).map(Bytes::from).unwrap_or_default()
}
