//! `GET /api/docs`: the OpenAPI document as a page. It loads nothing from other hosts and needs no script; where the
//! configuration allows it, a script lets readers send requests from it.

mod example;
pub mod llms;
mod schema;
mod text;
mod view;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use anyhow::Context;
use askama::Template;
use base::browser::asset::{self, SCRIPT, STYLE};
use base::error::{Error, Result};
use bytes::Bytes;
use domain::usage::UsageContext;
use serde_json::Value;

use super::openapi::Known;
use view::{OperationGroup, SchemaView};

/// The page loads only its style sheet.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// With the script that sends requests to this server.
const POLICY_OF_TRYING: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri \
    'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "api/docs.html")]
struct DocsPage {
    title: String,
    version: String,
    about: String,
    groups: Vec<OperationGroup>,
    kinds: Vec<SchemaView>,
    /// It has the script that sends requests.
    tries: bool,
}

impl DocsPage {
    fn of(document: &Value, tries: bool) -> Self {
        let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            title: text("/info/title"),
            version: text("/info/version"),
            about: text::prose(&text("/info/description")),
            groups: view::groups(document),
            kinds: view::kinds(document),
            tries,
        }
    }
}

/// Renders the page of a document.
pub(super) fn rendered(document: &Value, tries: bool) -> Result<Bytes> {
    Ok(Bytes::from(DocsPage::of(document, tries).render().context("the page of the API's description")?))
}

/// Serves the page; no key is needed.
#[get("/docs")]
pub async fn show(
    app: Option<web::Data<UsageContext>>,
    served: web::Data<Known>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let tries = app.is_some_and(|app| app.config.server.try_api);
    let mut answer = served.page(tries)?.answer("text/html; charset=utf-8", &request);
    let policy = header::HeaderValue::from_static(if tries { POLICY_OF_TRYING } else { POLICY });
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    answer.headers_mut().insert(header::CONTENT_LANGUAGE, header::HeaderValue::from_static("en"));
    Ok(answer)
}

/// Serves its style sheet.
#[get("/docs/style.css")]
pub async fn style(request: HttpRequest) -> HttpResponse {
    asset::answer((STYLE, include_str!("../../../assets/api/docs.css")), &request)
}

/// Serves the script that sends requests; 404 where the configuration does not allow it.
#[get("/docs/try.js")]
pub async fn script(app: Option<web::Data<UsageContext>>, request: HttpRequest) -> Result<HttpResponse> {
    if !app.is_some_and(|app| app.config.server.try_api) {
        return Err(Error::NotFound);
    }
    Ok(asset::answer((SCRIPT, include_str!("../../../assets/api/try.js")), &request))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_small_on_the_wire() {
        let document = serde_json::to_value(crate::api::openapi()).unwrap();
        let packed = domain::compressed::gzip(&rendered(&document, false).unwrap()).len();
        assert!((1..=60_000).contains(&packed), "{packed} bytes");
    }

    /// Everything in the document is on the page.
    #[test]
    fn o4_the_page_holds_every_operation_parameter_answer_and_schema() {
        let document = serde_json::to_value(crate::api::openapi()).unwrap();
        let page = DocsPage::of(&document, false).render().unwrap();
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
    /// The script is there only where the configuration wants it.
    #[test]
    fn a_page_that_sends_requests_has_their_bodies() {
        let document = serde_json::to_value(crate::api::openapi()).unwrap();
        let page = DocsPage::of(&document, true).render().unwrap();
        assert!(page.contains("<script src=\"/api/docs/try.js\" defer>"));
        let start = page.find("<article id=\"post_sources_source_id_messages\"").unwrap();
        let head = page[start..].split('>').next().unwrap();
        assert!(head.contains("data-try=\"{") && head.contains("conversation"), "{head}");
        assert!(!DocsPage::of(&document, false).render().unwrap().contains("data-try"));
    }
}
