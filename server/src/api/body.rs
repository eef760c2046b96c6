//! JSON bodies of the public API.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::json::{MOST_BYTES, parse};
use futures_util::StreamExt;
use futures_util::future::{Ready, ready};
use serde::de::DeserializeOwned;

use super::idempotency::RequestFingerprint;

/// A body that is read only after authentication.
pub struct RequestBody {
    request: HttpRequest,
    payload: Payload,
}

impl FromRequest for RequestBody {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self { request: request.clone(), payload: payload.take() }))
    }
}

impl RequestBody {
    /// Reads a JSON object. Errors: 415 for another type, 413 above [`MOST_BYTES`] (no more is buffered), 400 for
    /// malformed JSON, 422 with a pointer for an unknown, missing or mistyped field.
    pub async fn read<T: DeserializeOwned>(mut self) -> Result<(T, RequestFingerprint)> {
        self.check_type()?;
        let bytes = self.collect().await?;
        let value = parse(&bytes)?;
        Ok((value, RequestFingerprint::of(&self.request, &bytes)?))
    }

    /// For requests without parameters in the body: the body is ignored.
    pub fn ignore(self) -> Result<RequestFingerprint> {
        RequestFingerprint::of(&self.request, &[])
    }

    fn check_type(&self) -> Result<()> {
        let headers = self.request.headers();
        let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = text.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(Error::MediaType(LocalizedText::new("said-json-type")));
        }
        if headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
            return Err(Error::MediaType(LocalizedText::new("said-json-compressed")));
        }
        Ok(())
    }

    async fn collect(&mut self) -> Result<Vec<u8>> {
        let given = self.request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        if given
            .and_then(|text| text.parse::<u64>().ok())
            .is_some_and(|given| usize::try_from(given).map_or(true, |given| given > MOST_BYTES))
        {
            return Err(Error::TooLarge(MOST_BYTES));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = self.payload.next().await {
            let chunk = chunk.map_err(|_| Error::Malformed(LocalizedText::new("said-body-broke")))?;
            if bytes.len() + chunk.len() > MOST_BYTES {
                return Err(Error::TooLarge(MOST_BYTES));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}
