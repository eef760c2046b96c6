//! Request bodies from the page.

use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use bytes::Bytes;
use serde::de::DeserializeOwned;

/// Larger bodies are refused. Fits the longest text encoded as a form or in JSON escapes: 12 bytes a character.
const MOST_BYTES: usize = 64 * 1024;

/// The media type of a body, without its parameters.
pub fn media_type(request: &HttpRequest) -> &str {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

/// Reads a body up to the size of a message. The gate enforces its deadline ([`domain::load_shedding`]).
pub async fn read(payload: web::Payload) -> Result<Bytes> {
    let whole = payload.to_bytes_limited(MOST_BYTES).await;
    let body = whole.map_err(|_| Error::TooLarge(MOST_BYTES))?;
    body.map_err(|_| Error::Malformed(LocalizedText::new("said-body-broke")))
}

/// Parses what the page's script sends, like a request of the API: half an emoji is no reason to refuse a message, which
/// the page would send again for ever.
pub fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    base::json::parse(body)
}
