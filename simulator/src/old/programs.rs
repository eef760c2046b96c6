//! Requests of programs in any language, and of the pages' own scripts.

use std::fmt::Display;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;

use super::pages::is_own;

fn wrong(error: &impl Display) -> HttpResponse {
    HttpResponse::UnprocessableEntity().json(json!({"error": format!("{error:#}")}))
}

/// The body of a call as JSON. The error is the answer: 403 to another site's page, 422 for an unreadable body.
#[expect(clippy::result_large_err, reason = "the error is the answer itself, made once for a call")]
pub(crate) fn asked<A: DeserializeOwned>(request: &HttpRequest, body: &[u8]) -> Result<A, HttpResponse> {
    if !is_own(request) {
        return Err(HttpResponse::Forbidden().finish());
    }
    serde_json::from_slice(body).map_err(|error| wrong(&error))
}

/// Performs one action given as JSON and answers with its result; 422 explains why it failed.
pub(crate) fn perform<A: DeserializeOwned, D: Serialize>(
    request: &HttpRequest,
    body: &[u8],
    act: impl FnOnce(A) -> anyhow::Result<D>,
) -> HttpResponse {
    match asked(request, body).map(act) {
        Ok(Ok(done)) => HttpResponse::Ok().json(done),
        Ok(Err(error)) => wrong(&error),
        Err(answer) => answer,
    }
}

/// A file that was uploaded and not sent yet: name, media type, bytes.
pub(crate) type Upload = (String, String, Bytes);

/// Reads `?name=…&mime=…` with the bytes as the body, at most `megabytes`. The error is the answer.
pub(crate) async fn upload(
    request: &HttpRequest,
    mut payload: web::Payload,
    megabytes: usize,
) -> Result<Upload, HttpResponse> {
    if !is_own(request) {
        return Err(HttpResponse::Forbidden().finish());
    }
    let too_large = || {
        let words = format!("the file has more than {megabytes} MB");
        HttpResponse::PayloadTooLarge().json(json!({"error": words}))
    };
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        bytes.extend_from_slice(&chunk.map_err(|_| too_large())?);
        if bytes.len() > megabytes * 1024 * 1024 {
            return Err(too_large());
        }
    }
    let text = |name: &str| {
        let mut pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    Ok((text("name"), text("mime"), bytes.freeze()))
}
