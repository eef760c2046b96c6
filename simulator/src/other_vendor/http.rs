//! A call of anybody's API.

use anyhow::{Context, Result, ensure};
use reqwest::RequestBuilder;
use serde_json::Value;

/// The JSON of the answer, null if it has none. An error names the status and the answer.
pub(super) async fn asked(request: RequestBuilder) -> Result<Value> {
    let response = request.send().await.context("a call of the other vendor")?;
    let (status, path) = (response.status(), response.url().path().to_owned());
    let text = response.text().await.unwrap_or_default();
    ensure!(status.is_success(), "{path} was answered {status}: {text}");
    Ok(serde_json::from_str(&text).unwrap_or_default())
}

/// A form as its bytes.
pub(super) fn form(client: &reqwest::Client, url: &str, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    client.post(url).header("content-type", "application/x-www-form-urlencoded").body(body)
}
