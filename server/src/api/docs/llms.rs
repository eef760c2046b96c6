//! `GET /llms.txt`: the API for language models (llmstxt.org): a short text with links, made from the OpenAPI document.

use std::fmt::Write;

use actix_web::{HttpRequest, HttpResponse, get, web};
use base::error::Result;
use serde_json::Value;

use crate::api::openapi::Known;

/// What a program that writes against the API has to know first.
const ABOUT: &str = "\
Parom connects messengers to amoCRM and Kommo. A messenger of your own is a source of kind `custom`:
your server posts what customers do to this API, and Parom posts what managers do to your webhook.

- Authentication: `Authorization: Bearer prm_…`; keys are made in the panel under \"Keys and webhooks\", with the scope
  `read`, `write` or `admin`.
- `202` means that a message is stored and will be delivered or become a visible dead letter. Repeat a request after a
  time-out or 5xx with the same `id`: nothing is stored twice. After 429 and 503 wait as long as `Retry-After` says.
- Errors are RFC 9457 problem documents; `errors[].pointer` names each invalid field. Unknown fields in a request are
  invalid; unknown fields in an answer are for later versions, ignore them.
- Times are RFC 3339 in UTC with milliseconds. Ids are strings. Lists are newest first, with `limit` and `cursor`.
- Webhooks are signed by Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`, secret `whsec_…`).
  Verify the raw bytes, answer 2xx within 15 seconds, and recognise a repeat by `webhook-id`.
- `parom demo` starts a local amoCRM with a Parom: nothing of an account is needed to try all of this.
";

/// The text of a document.
pub(in crate::api) fn of(document: &Value) -> String {
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let mut out =
        format!("# {}\n\n> {}\n\n{ABOUT}\n", text(&document["info"], "title"), text(&document["info"], "description"));
    out.push_str("## Reference\n\n- [OpenAPI 3.1 document](/api/openapi.json): every operation and schema\n");
    out.push_str("- [The same as a page](/api/docs): with examples\n");
    for tag in document["tags"].as_array().into_iter().flatten() {
        let (name, mut lines) = (text(tag, "name"), String::new());
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                let is_of_tag = operation["tags"].as_array().is_some_and(|tags| tags.iter().any(|one| *one == name));
                if is_of_tag {
                    let (id, summary) = (text(operation, "operationId"), text(operation, "summary"));
                    let _ = writeln!(lines, "- [{} {path}](/api/docs#{id}): {summary}", method.to_uppercase());
                }
            }
        }
        if !lines.is_empty() {
            let _ = write!(out, "\n## {name}\n\n{}\n\n{lines}", text(tag, "description"));
        }
    }
    out
}

/// Serves the text; no key is needed. `/llms.txt` leads here.
#[get("/llms.txt")]
pub async fn show(served: web::Data<Known>, request: HttpRequest) -> Result<HttpResponse> {
    Ok(served.text()?.answer("text/plain; charset=utf-8", &request))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_names_every_operation_and_leads_to_its_place() {
        let document = serde_json::to_value(crate::api::openapi()).unwrap();
        let text = of(&document);
        let page = super::super::rendered(&document, false).unwrap();
        let page = std::str::from_utf8(&page).unwrap();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap();
                let link = format!("- [{} {path}](/api/docs#{id}): ", method.to_uppercase());
                assert_eq!(text.matches(&link).count(), 1, "{method} {path}");
                assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
            }
        }
        assert!(text.starts_with("# Parom API\n\n> ") && text.len() < 20_000, "{}", text.len());
    }
}
