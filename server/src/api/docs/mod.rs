//! The OpenAPI document as it is served: itself, as a text for language models (`GET /llms.txt`, llmstxt.org), and as a
//! page (`GET /api/docs`). It loads nothing from other hosts and needs no script; where the configuration allows it, a
//! script lets readers send requests from it.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::{LazyLock, OnceLock};

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use anyhow::Context;
use askama::Template;
use base::browser::asset::{self, SCRIPT, STYLE};
use base::error::{Error, Result};
use bytes::Bytes;
use domain::compressed::CompressedText;
use domain::usage::UsageContext;
use serde_json::Value;
use utoipa::openapi::path::PathItem;
use view::{OperationGroup, SchemaView};

use super::openapi::Whole;

pub mod problems;
mod view;

/// The page loads only its style sheet.
const POLICY: &str = "default-src 'none'; style-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// With the script that sends requests to this server.
const POLICY_OF_TRYING: &str = "default-src 'none'; style-src 'self'; font-src 'self'; script-src 'self'; connect-src 'self'; base-uri \
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
            about: view::prose(&text("/info/description")),
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

/// What a program that writes against the API has to know first.
const ABOUT: &str = "\
Parom connects messengers to amoCRM and Kommo. A messenger of your own is a source of kind `custom`:
your server posts what customers do to this API, and Parom posts what managers do to your webhook.

- Authentication: `Authorization: Bearer prm_…`; keys are made in the panel under \"Keys and webhooks\", with the scope
  `read`, `write` or `admin`. `GET /api/v1/me` tells a key its account, scope and limits.
- `202` means that a message is stored and will be delivered or become a visible dead letter. Repeat a request after a
  time-out or 5xx with the same `id`: nothing is stored twice. After 429 and 503 wait as long as `Retry-After` says.
- Errors are RFC 9457 problem documents, whose `type` leads to a page that says what to do; `errors[].pointer` names each invalid field. Unknown fields in a request are
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
pub async fn llms(served: web::Data<Known>, request: HttpRequest) -> Result<HttpResponse> {
    Ok(served.text()?.answer("text/plain; charset=utf-8", &request))
}

/// The document. Needs no key.
#[get("/openapi.json")]
pub async fn serve(served: web::Data<Known>, request: HttpRequest) -> HttpResponse {
    served.document().answer("application/json", &request)
}

/// Built on the first request: building takes megabytes, and most processes never serve it.
pub type Known = LazyLock<Served>;

/// The served document and the paths in it.
pub struct Served {
    json: String,
    packed: OnceLock<CompressedText>,
    /// The page of the document, rendered when it is first requested.
    page: OnceLock<CompressedText>,
    /// The same as a text for language models.
    text: OnceLock<CompressedText>,
    paths: Vec<(Vec<String>, BTreeSet<&'static str>)>,
}

impl Served {
    /// The document of this program; the paths are read from it, so that both always agree.
    pub fn now() -> Self {
        let whole = Whole::now();
        let mut paths: Vec<_> =
            whole.document.paths.paths.iter().map(|(path, item)| (segments(path), methods(item))).collect();
        for address in ["/api/openapi.json", "/api/docs", "/api/docs/style.css", "/api/docs/try.js", "/api/llms.txt"] {
            paths.push((segments(address), BTreeSet::from(["GET"])));
        }
        Self {
            json: serde_json::to_string(&whole).unwrap_or_default(),
            packed: OnceLock::new(),
            page: OnceLock::new(),
            text: OnceLock::new(),
            paths,
        }
    }

    /// The document itself.
    pub fn document(&self) -> CompressedText {
        self.packed.get_or_init(|| CompressedText::of(Bytes::from(self.json.clone()))).clone()
    }

    fn parsed(&self) -> Result<Value> {
        Ok(serde_json::from_str(&self.json).context("the API's description")?)
    }

    /// The document as a page; `tries`: with the script that sends requests, which a process has or has not.
    pub fn page(&self, tries: bool) -> Result<CompressedText> {
        if let Some(page) = self.page.get() {
            return Ok(page.clone());
        }
        let page = CompressedText::of(rendered(&self.parsed()?, tries)?);
        Ok(self.page.get_or_init(|| page).clone())
    }

    /// The document as a text for language models.
    pub fn text(&self) -> Result<CompressedText> {
        if let Some(text) = self.text.get() {
            return Ok(text.clone());
        }
        let document = self.parsed()?;
        Ok(self.text.get_or_init(|| CompressedText::of(Bytes::from(of(&document)))).clone())
    }

    /// The methods that a path supports; empty if there is no such path.
    pub fn methods_of(&self, path: &str) -> BTreeSet<&'static str> {
        let asked = segments(path);
        let fits = |template: &[String]| {
            template.len() == asked.len()
                && template
                    .iter()
                    .zip(&asked)
                    .all(|(known, asked)| (known.starts_with('{') && !asked.is_empty()) || known == asked)
        };
        self.paths
            .iter()
            .filter(|(template, _)| fits(template))
            .flat_map(|(_, methods)| methods.iter().copied())
            .flat_map(|method| [Some(method), (method == "GET").then_some("HEAD")])
            .flatten()
            .collect()
    }
}

fn segments(path: &str) -> Vec<String> {
    path.trim_start_matches('/').split('/').map(str::to_owned).collect()
}

fn methods(item: &PathItem) -> BTreeSet<&'static str> {
    let all = [
        ("GET", item.get.is_some()),
        ("POST", item.post.is_some()),
        ("PUT", item.put.is_some()),
        ("PATCH", item.patch.is_some()),
        ("DELETE", item.delete.is_some()),
    ];
    all.into_iter().filter_map(|(name, taken)| taken.then_some(name)).collect()
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

    /// Everything in the document is on the page, and every operation in the text for programs.
    #[test]
    fn o4_the_page_holds_every_operation_parameter_answer_and_schema() {
        let document = serde_json::to_value(crate::api::openapi()).unwrap();
        let (text, page) = (of(&document), DocsPage::of(&document, false).render().unwrap());
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap();
                assert!(page.contains(&format!("<article id=\"{id}\">")), "{method} {path}");
                assert!(page.contains(&format!("href=\"#{id}\"")), "{method} {path} is in the contents");
                assert!(page.contains(&view::line(operation["summary"].as_str().unwrap())), "{method} {path}");
                let start = page.find(&format!("<article id=\"{id}\">")).unwrap();
                let article = page[start..].split("</article>").next().unwrap();
                for parameter in operation["parameters"].as_array().into_iter().flatten() {
                    assert!(article.contains(parameter["name"].as_str().unwrap()), "{parameter} of {id}");
                }
                for status in operation["responses"].as_object().unwrap().keys() {
                    assert!(article.contains(&format!("<code>{status}</code>")), "{status} of {id}");
                }
                assert!(article.contains("curl "), "{id}");
                let link = format!("- [{} {path}](/api/docs#{id}): ", method.to_uppercase());
                assert_eq!(text.matches(&link).count(), 1, "{method} {path}");
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
