//! The public API v1 (docs/api-design.md) for developers of messengers and for the vendor, one file per resource.
//!
//! A handler has four steps: authenticate ([`key::ApiKey`]), validate ([`body::RequestBody`]), act, respond. Wire types
//! end in `In` and `Out` and are never table types. `docs/api-design.md` has the rules and the known quirks.

use domain::api_key::KeyCache;
use domain::api_key::Metered;
use domain::usage::UsageContext;
use std::collections::BTreeSet;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::{Next, from_fn};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use base::error::{Error, Problem, Result, problem_in};
use base::i18n::{CRM, Language, LocalizedText, Words};
use serde::Deserialize;

pub mod body;
mod chats;
pub mod conversations;
pub mod customers;
pub mod dead_letters;
pub mod docs;
pub mod edits;
pub mod idempotency;
pub mod import_out;
pub mod imports;
pub mod ledger;
pub mod me;
pub mod media;
pub mod message_out;
pub mod messages;
mod numeric_id;
pub mod openapi;
pub mod pipelines;
mod replays;
pub mod report_types;
pub mod reports;
mod roster;
pub mod source_acts;
pub mod source_secret;
pub mod source_types;
pub mod sources;
pub mod statuses;
pub mod template_messages;
pub mod template_types;
pub mod templates;
mod tenant_patch;
pub mod tenants;
pub mod timeline;
pub mod typing_reactions;
pub mod usage;
pub mod vendor_events;
pub mod webhook_attempts;

pub use openapi::openapi;

/// Mounts `/api`. Handlers get the `UsageContext` as `web::Data<UsageContext>`.
pub fn routes(cfg: &mut web::ServiceConfig) {
    let known = web::Data::new(openapi::Known::new(openapi::Served::now));
    let scope = web::scope("/api")
        .app_data(web::PathConfig::default().error_handler(|_, _| Error::NotFound.into()))
        .app_data(web::Data::new(KeyCache::default()))
        .app_data(known)
        // The most frequent first: the router tries the patterns in this order, each with a regular expression.
        .service(messages::post)
        .service(statuses::post)
        .service(openapi::serve)
        .service(docs::show)
        .service(docs::style)
        .service(docs::script)
        .service(docs::llms::show)
        .service(me::get)
        .service(tenants::list)
        .service(tenants::get)
        .service(tenants::patch)
        .service(pipelines::list)
        .service(usage::list)
        .service(usage::get)
        .service(sources::create)
        .service(sources::list)
        .service(sources::get)
        .service(sources::patch)
        .service(sources::delete)
        .service(source_acts::test)
        .service(source_secret::rotate)
        .service(webhook_attempts::list)
        .service(webhook_attempts::resend)
        .service(source_acts::restore)
        .service(source_acts::reconcile)
        .service(source_acts::strays)
        .service(source_acts::adopt)
        .service(source_acts::remove)
        .service(messages::get)
        .service(edits::patch)
        .service(edits::delete)
        .service(media::post)
        .service(typing_reactions::typing)
        .service(typing_reactions::reaction)
        .service(conversations::list)
        .service(chats::create)
        .service(conversations::messages)
        .service(templates::list)
        .service(templates::create)
        .service(templates::review)
        .service(template_messages::send)
        .service(customers::export)
        .service(customers::erase)
        .service(imports::create)
        .service(imports::get)
        .service(imports::pause)
        .service(imports::resume)
        .service(imports::cancel)
        .service(ledger::get)
        .service(reports::messages)
        .service(reports::answers)
        .service(dead_letters::list)
        .service(dead_letters::retry)
        .service(dead_letters::delete)
        .service(replays::create)
        .service(replays::get)
        .service(replays::cancel)
        .service(vendor_events::list)
        .service(vendor_events::attempts)
        .service(vendor_events::resend)
        .default_service(web::to(unknown))
        .wrap(from_fn(in_language))
        .wrap(from_fn(head_like_get));
    cfg.service(scope);
}

/// The query of requests that have no parameters: any is unknown.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoParameters {}

/// The fallback: 405 if the path exists with another method, otherwise 404.
async fn unknown(request: HttpRequest, known: web::Data<openapi::Known>) -> Result<HttpResponse> {
    let methods = known.methods_of(request.match_info().as_str());
    if methods.is_empty() {
        return Err(Error::NotFound);
    }
    Ok(method_not_allowed(&methods, Words::new(Language::accepted(request.headers()))))
}

/// Answers HEAD like GET (RFC 9110 §9.3.2); the connection leaves the body out.
async fn head_like_get(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}

/// Translates an error into Russian if the client prefers Russian.
async fn in_language(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let language = Language::accepted(request.headers());
    let response = next.call(request).await?.map_into_boxed_body();
    if let Some(refusal) = too_much(response.request()) {
        return Ok(response.into_response(refusal.answer(Words::new(language), CRM)));
    }
    if language == Language::En {
        return Ok(response);
    }
    let error = response.response().error().and_then(|error| error.as_error::<Error>());
    let answer = error.map(|error| error.answer(Words::new(language), CRM));
    Ok(match answer {
        Some(answer) => response.into_response(answer),
        None => response,
    })
}

/// The reason why reading stopped, if the key reached its daily limit.
fn too_much(request: &HttpRequest) -> Option<Error> {
    let metered = request.extensions().get::<Metered>().cloned()?;
    metered.refusal(request.app_data::<web::Data<UsageContext>>()?)
}

fn method_not_allowed(methods: &BTreeSet<&'static str>, words: Words) -> HttpResponse {
    let allowed = methods.iter().copied().collect::<Vec<_>>().join(", ");
    let problem = Problem {
        kind: base::error::problem_type("method_not_allowed"),
        title: words.text("problem-method_not_allowed").to_string(),
        status: StatusCode::METHOD_NOT_ALLOWED.as_u16(),
        detail: LocalizedText::new("said-method").with("methods", allowed.as_str()).plain(words, CRM),
        errors: Vec::new(),
    };
    problem_in(words.language(), StatusCode::METHOD_NOT_ALLOWED)
        .insert_header((header::ALLOW, allowed))
        .body(serde_json::to_string(&problem).unwrap_or_default())
}

#[cfg(test)]
mod tests;
