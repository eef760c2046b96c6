//! `GET /api/docs`: the OpenAPI document as a page. It loads nothing from other hosts and needs no script.

mod example;
pub mod llms;
mod schema;
mod text;
mod view;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use anyhow::Context;
use askama::Template;
use base::browser::asset::{self, STYLE};
use base::error::Result;
use bytes::Bytes;
use serde_json::Value;

use super::openapi::Known;
use view::{OperationGroup, SchemaView};

/// The page loads only its style sheet.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "api/docs.html")]
struct DocsPage {
    title: String,
    version: String,
    about: String,
    groups: Vec<OperationGroup>,
    kinds: Vec<SchemaView>,
}

impl DocsPage {
    fn of(document: &Value) -> Self {
        let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            title: text("/info/title"),
            version: text("/info/version"),
            about: text::prose(&text("/info/description")),
            groups: view::groups(document),
            kinds: view::kinds(document),
        }
    }
}

/// Renders the page of a document.
pub(super) fn rendered(document: &Value) -> Result<Bytes> {
    Ok(Bytes::from(DocsPage::of(document).render().context("the page of the API's description")?))
}

/// Serves the page; no key is needed.
#[get("/docs")]
pub async fn show(served: web::Data<Known>, request: HttpRequest) -> Result<HttpResponse> {
    let mut answer = asset::respond("text/html; charset=utf-8", served.page()?, &request);
    let policy = header::HeaderValue::from_static(POLICY);
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    answer.headers_mut().insert(header::CONTENT_LANGUAGE, header::HeaderValue::from_static("en"));
    Ok(answer)
}

/// Serves its style sheet.
#[get("/docs/style.css")]
pub async fn style(request: HttpRequest) -> HttpResponse {
    asset::answer((STYLE, include_str!("../../../assets/api/docs.css")), &request)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything in the document is on the page.
    #[test]
    fn o4_the_page_holds_every_operation_parameter_answer_and_schema() {
        let document = serde_json::to_value(crate::api::openapi()).unwrap();
        let page = DocsPage::of(&document).render().unwrap();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap();
                assert!(page.contains(&format!("<article id=\"{id}\">")), "{method} {path}");
                assert!(page.contains(&format!("href=\"#{id}\"")), "{method} {path} is in the contents");
                assert!(page.contains(&text::line(operation["summary"].as_str().unwrap())), "{method} {path}");
                let start = page.find(&format!("<article id=\"{id}\">")).unwrap();
                let article = page[start..].split("</article>").next().unwrap();
                for parameter in operation["parameters"].as_array().into_iter().flatten() {
                    assert!(article.contains(parameter["name"].as_str().unwrap()), "{parameter} of {id}");
                }
                for status in operation["responses"].as_object().unwrap().keys() {
                    assert!(article.contains(&format!("<code>{status}</code>")), "{status} of {id}");
                }
                assert!(article.contains("curl "), "{id}");
            }
        }
        for name in document["components"]["schemas"].as_object().unwrap().keys() {
            assert!(page.contains(&format!("id=\"schema-{name}\"")), "{name}");
        }
        for link in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(page.contains(&format!("id=\"{link}\"")), "a link to {link} leads nowhere");
        }
        for foreign in ["<script", "http://", "style=", "@import"] {
            assert!(!page.contains(foreign), "{foreign}");
        }
    }
}
