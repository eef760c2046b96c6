//! The OpenAPI document, generated from the handlers and their types. `docs/openapi.json` is its snapshot.

use base::error::Problem;
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::Version1;

mod finish;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Parom API",
        version = "1",
        description = "Connects your messenger to amoCRM and Kommo. Errors are RFC 9457 problem \
            documents. Responses may gain fields and enums may gain values: ignore the ones you do not know. Requests with \
            unknown fields are rejected. Times are RFC 3339 in UTC with milliseconds. Lists are sorted newest first. `RateLimit` \
            and `RateLimit-Policy` say what a key may still use; `X-Request-Id` names the request.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
        contact(name = "The operator of this server"),
    ),
    servers((url = "/", description = "The server that serves this description")),
    nest((path = "/api", api = Version1)),
    security(("key" = [])),
    modifiers(&Bearer),
    components(schemas(Problem)),
    tags(
        (name = "sources", description = "Messenger lines of an account"),
        (name = "messages", description = "Messages, their states and timelines"),
        (name = "conversations", description = "Conversations and their messages"),
        (name = "customers", description = "One customer: contact links and undoing them, blocking, consent, export and erasure of their data"),
        (name = "templates", description = "Templates that a messenger reviews before they are sent"),
        (name = "webhooks", description = "What Parom posts to the `webhook_url` of a `custom` source, signed by Standard Webhooks, and to the vendor's own `[[vendor_webhook]]`"),
        (name = "imports", description = "Imports of earlier messages from files"),
        (name = "dead letters", description = "Messages that are not retried automatically"),
        (name = "usage", description = "What was carried: the ledger of a source (accepted = delivered + failed + waiting), an account's month, messages by manager and hour, first answers"),
        (name = "account", description = "The key, its amoCRM account, and the account's pipelines"),
        (name = "routes", description = "Rules for who gets a new enquiry, their versions, and what they would do"),
        (name = "sales", description = "Where an account's won leads are sent, what became of them, and a dry run"),
        (name = "vendor events", description = "Events of all accounts for the vendor's own webhooks: what was sent, and resending"),
    ),
)]
struct Document;

/// Declares the key as a bearer token.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let mut bearer = Http::new(HttpAuthScheme::Bearer);
        bearer.description = Some("`Authorization: Bearer prm_…`; create a key with `parom key create`".to_owned());
        let components = document.components.get_or_insert_default();
        components.security_schemes.insert("key".to_owned(), SecurityScheme::Http(bearer).into());
    }
}

/// The public API as an OpenAPI 3.1 document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    finish::finish(&mut document);
    finish::add_webhook_message(&mut document);
    document
}

/// The longest line of the printed document that joins several.
const WIDTH: usize = 150;

/// The document as it is printed and stored in `docs/openapi.json`: what fits a line stands on one.
pub fn printed() -> serde_json::Result<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut openings = Vec::new();
    for line in serde_json::to_string_pretty(&Whole::now())?.lines() {
        let content = line.trim_start();
        let depth = (line.len() - content.len()) / 2;
        lines.push(format!("{:depth$}{content}", ""));
        if content.ends_with(['{', '[']) {
            openings.push(lines.len() - 1);
        } else if content.starts_with(['}', ']']) {
            let opening = openings.pop().unwrap_or_default();
            let parts: Vec<&str> = lines[opening + 1..].iter().map(|line| line.trim_start()).collect();
            let joined = format!("{} {}", lines[opening], parts.join(" "));
            if joined.len() <= WIDTH {
                lines.splice(opening.., [joined]);
            }
        }
    }
    Ok(lines.join("\n") + "\n")
}

/// The document with its webhooks, for which the generator has no place.
#[derive(Serialize)]
pub(super) struct Whole {
    #[serde(flatten)]
    pub document: utoipa::openapi::OpenApi,
    webhooks: Value,
}

impl Whole {
    pub fn now() -> Self {
        Self { document: openapi(), webhooks: finish::described() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use actix_web::App;
    use actix_web::dev::ServiceResponse;
    use actix_web::http::{Method, StatusCode};
    use actix_web::test::{TestRequest, call_service, init_service, read_body_json};

    use super::*;

    const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");

    #[test]
    fn the_snapshot_is_current() {
        let now = printed().unwrap();
        if base::config::variable("UPDATE_OPENAPI").is_some() {
            std::fs::write(SNAPSHOT, &now).unwrap();
        }
        let kept = std::fs::read_to_string(SNAPSHOT).unwrap_or_default();
        assert!(kept == now, "docs/openapi.json is old: run the tests once with UPDATE_OPENAPI=1 and look at the diff");
    }

    /// Words of paths and methods, which a spoken id does not contain.
    const UNSPOKEN: [&str; 10] = ["id", "ids", "v1", "api", "post", "patch", "put", "tenant", "tenants", "me"];

    /// Generated clients call their functions by the ids: `send_message`, not `post_sources_source_id_messages`.
    fn is_spoken(id: &str, method: &str, path: &str) -> bool {
        let words: Vec<&str> = id.split('_').collect();
        let is_snake = words.iter().all(|word| !word.is_empty() && word.bytes().all(|sign| sign.is_ascii_lowercase()));
        let of_path = path.trim_start_matches("/api/v1/").replace(['/', '-'], "_").replace(['{', '}'], "");
        let of_path = format!("{method}_{of_path}");
        is_snake && (2..=4).contains(&words.len()) && id != of_path && !words.iter().any(|word| UNSPOKEN.contains(word))
    }

    #[test]
    fn ids_made_of_path_words_are_not_spoken() {
        for (id, method, path) in [
            ("get_sources_source_id", "get", "/api/v1/sources/{source_id}"),
            ("get_usage", "get", "/api/v1/usage"),
            ("post_message", "post", "/api/v1/sources/{source_id}/messages"),
            ("list_all_messages_of_chat", "get", "/api/v1/messages"),
            ("sendMessage", "post", "/api/v1/messages"),
            ("list", "get", "/api/v1/messages"),
        ] {
            assert!(!is_spoken(id, method, path), "{id}");
        }
        assert!(is_spoken("list_usage", "get", "/api/v1/usage"));
    }

    /// In the order in which a developer needs them.
    #[test]
    fn tags_are_in_a_developers_order_and_each_has_operations() {
        let document = serde_json::to_value(Whole::now()).unwrap();
        let tags: Vec<&str> =
            document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
        let first = ["sources", "messages", "conversations", "customers", "templates", "webhooks", "imports"];
        assert_eq!(&tags[..first.len()], &first);
        assert_eq!(&tags[first.len()..], ["dead letters", "usage", "account", "routes", "sales", "vendor events"]);
        let paths = document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
        let used: BTreeSet<&str> = paths.map(|operation| operation["tags"][0].as_str().unwrap()).collect();
        assert_eq!(used, tags.into_iter().collect());
    }

    #[test]
    fn every_operation_has_a_spoken_id_a_short_summary_and_a_description() {
        let document = serde_json::to_value(Whole::now()).unwrap();
        for webhook in document["webhooks"].as_object().unwrap().values() {
            is_summarised(&webhook["post"]);
        }
        let mut ids = BTreeSet::new();
        let mut count = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            assert!(path.starts_with("/api/v1/"), "{path}");
            for (method, operation) in item.as_object().unwrap() {
                count += 1;
                let id = operation["operationId"].as_str().unwrap();
                assert!(is_spoken(id, method, path), "{id} of {method} {path}");
                assert!(ids.insert(id.to_owned()), "{id} of {method} {path}");
                is_summarised(operation);
                for name in path.split('/').filter_map(|part| part.strip_prefix('{')) {
                    let name = name.trim_end_matches('}');
                    let given = operation["parameters"].as_array().unwrap().iter();
                    assert_eq!(
                        given.filter(|given| given["name"] == name && given["in"] == "path").count(),
                        1,
                        "{name} of {method} {path}"
                    );
                }
            }
        }
        assert_eq!(count, 78);
    }

    fn is_summarised(operation: &Value) {
        let summary = operation["summary"].as_str().unwrap();
        assert!((1..=6).contains(&summary.split_whitespace().count()) && !summary.ends_with('.'), "{summary}");
        assert!(operation["description"].as_str().is_some_and(|text| text.ends_with('.')), "{summary}");
    }

    fn is_problem(answer: &ServiceResponse) -> bool {
        answer.headers().get("content-type").is_some_and(|kind| kind == "application/problem+json")
    }

    /// The numbers of a schema and of those that it names, with their places.
    fn numbers<'document>(
        document: &'document Value,
        schema: &'document Value,
        at: &str,
        found: &mut BTreeMap<String, &'document Value>,
    ) {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            // Named schemas may name themselves.
            if found.insert(name.to_owned(), &Value::Null).is_none() {
                numbers(document, &document["components"]["schemas"][name], name, found);
            }
            return;
        }
        let kind = schema["type"].to_string();
        if kind.contains("integer") || kind.contains("number") {
            found.insert(at.to_owned(), schema);
        }
        let parts: Box<dyn Iterator<Item = (String, &Value)>> = match schema {
            Value::Object(parts) => Box::new(parts.iter().map(|(name, part)| (name.clone(), part))),
            Value::Array(parts) => Box::new(parts.iter().enumerate().map(|(place, part)| (place.to_string(), part))),
            _ => return,
        };
        parts.for_each(|(name, part)| numbers(document, part, &format!("{at}/{name}"), found));
    }

    /// Days of an account: the server's own numbers are the most, which its description says.
    const CONFIGURED: [&str; 4] = ["hooks_days", "attempts_days", "undelivered_days", "audit_days"];

    #[test]
    fn every_number_of_a_request_says_its_least_and_its_most() {
        let document = serde_json::to_value(Whole::now()).unwrap();
        let mut found = BTreeMap::new();
        for item in document["paths"].as_object().unwrap().values() {
            for operation in item.as_object().unwrap().values() {
                let name = operation["operationId"].as_str().unwrap();
                numbers(&document, &operation["requestBody"], name, &mut found);
                numbers(&document, &operation["parameters"], name, &mut found);
            }
        }
        found.retain(|_, schema| !schema.is_null());
        assert!(found.contains_key("Seat/properties/limit") && found.len() > 10, "{found:#?}");
        let is_configured = |at: &str| CONFIGURED.iter().any(|name| at.ends_with(name));
        found.retain(|at, schema| {
            !(schema["minimum"].is_number() && schema["maximum"].is_number() || is_configured(at))
        });
        assert_eq!(found, BTreeMap::new());
    }

    #[actix_web::test]
    async fn exactly_the_documented_operations_are_routed() {
        let service = init_service(App::new().configure(crate::api::routes)).await;
        let document = serde_json::to_value(openapi()).unwrap();
        for (path, item) in document["paths"].as_object().unwrap() {
            let address = path.replace("{source_id}", "01900000-0000-7000-8000-000000000001").replace(['{', '}'], "");
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
                let request = TestRequest::with_uri(&address).method(Method::from_bytes(method.as_bytes()).unwrap());
                let answer = call_service(&service, request.to_request()).await;
                if item.get(method.to_lowercase()).is_some() {
                    // There is no `App`, so every handler ends with 500.
                    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR, "{method} {path}");
                } else {
                    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
                    assert!(answer.headers().contains_key("allow"));
                    assert!(is_problem(&answer), "{method} {path}");
                }
            }
        }
    }

    #[actix_web::test]
    async fn an_unknown_address_is_a_problem() {
        let service = init_service(App::new().configure(crate::api::routes)).await;
        for address in ["/api", "/api/", "/api/v1", "/api/v1/nothing", "/api/v2/tenants", "/api/v1/tenants/"] {
            let answer = call_service(&service, TestRequest::with_uri(address).to_request()).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{address}");
            assert!(is_problem(&answer), "{address}");
            let problem: Value = read_body_json(answer).await;
            assert_eq!(problem["status"], 404);
        }
        for address in ["/api/openapi.json", "/api/docs", "/api/docs/style.css"] {
            let answer = call_service(&service, TestRequest::with_uri(address).to_request()).await;
            assert_eq!(answer.status(), StatusCode::OK, "{address}");
            let packed = TestRequest::with_uri(address).insert_header(("accept-encoding", "gzip")).to_request();
            let packed = call_service(&service, packed).await;
            let encoding = packed.headers().get("content-encoding").map(|encoding| encoding.as_bytes().to_owned());
            let is_large = !address.ends_with(".css");
            assert_eq!(encoding.as_deref(), is_large.then_some(&b"gzip"[..]), "{address}");
            let posted = call_service(&service, TestRequest::post().uri(address).to_request()).await;
            assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED, "{address}");
        }
    }
}
