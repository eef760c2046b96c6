//! The public API v1 (docs/api-design.md) for developers of messengers and for the vendor, one file per resource.
//!
//! A handler has four steps: authenticate and validate ([`request::Call`]), act,
//! respond. Wire types end in `In` and `Out` and are never table types. `docs/api-design.md` has the rules and the known
//! quirks.

use std::collections::BTreeSet;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::{Next, from_fn};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use base::error::{Error, Problem, Result, problem_in};
use base::i18n::{CRM, Language, LocalizedText, Words};
use domain::api_key::{KeyCache, KeyLimits, Metered};
use domain::usage::UsageContext;
use utoipa::OpenApi;

pub use openapi::openapi;

pub mod conversations;
pub mod customers;
pub mod dead_letters;
pub mod docs;
pub mod imports;
pub mod media;
pub mod message_out;
pub mod messages;
pub mod openapi;
pub mod reports;
pub mod request;
mod roster;
pub mod routing;
mod sales;
pub mod shadow;
pub mod source_acts;
pub mod sources;
pub mod takeover;
pub mod templates;
pub mod tenants;
pub mod usage;
pub mod webhooks;

/// Mounts `/api`. Handlers get the `UsageContext` as `web::Data<UsageContext>`.
pub fn routes(cfg: &mut web::ServiceConfig) {
    let known = web::Data::new(docs::Known::new(docs::Served::now));
    let scope = web::scope("/api")
        .app_data(web::PathConfig::default().error_handler(|_, _| Error::NotFound.into()))
        .app_data(web::Data::new(KeyCache::default()))
        .app_data(known)
        .configure(operations)
        .service(docs::serve)
        .service(docs::show)
        .service(docs::style)
        .service(docs::script)
        .service(docs::llms)
        .default_service(web::to(unknown))
        .wrap(from_fn(in_language))
        .wrap(from_fn(with_limits))
        .wrap(from_fn(head_like_get));
    cfg.service(scope);
}

/// Mounts the operations and describes them.
macro_rules! operations {
    ($($module:ident::$handler:ident,)*) => {
        fn operations(config: &mut web::ServiceConfig) {
            config$(.service($module::$handler))*;
        }

        #[derive(OpenApi)]
        #[openapi(paths($($module::$handler),*))]
        struct Version1;
    };
}

// The most frequent first: the router tries the patterns in this order, each with a regular expression.
operations! {
    messages::send_message,
    messages::report_status,
    tenants::get_own_key,
    tenants::list_accounts,
    tenants::get_account,
    tenants::update_account,
    tenants::list_pipelines,
    routing::get_routes,
    routing::replace_routes,
    routing::list_route_versions,
    routing::restore_route_version,
    routing::try_routes,
    routing::replay_routes,
    sales::list_sales,
    sales::get_sale_targets,
    sales::replace_sale_targets,
    sales::preview_sales,
    usage::list_usage,
    usage::get_account_usage,
    sources::create_source,
    sources::list_sources,
    sources::get_source,
    sources::update_source,
    sources::delete_source,
    shadow::get_shadow,
    takeover::get_takeover,
    takeover::start_takeover,
    takeover::plan_takeover,
    takeover::give_back_takeover,
    takeover::report_takeover,
    source_acts::test_source,
    source_acts::rotate_source_secret,
    webhooks::list_webhook_attempts,
    webhooks::resend_webhook,
    source_acts::restore_source,
    source_acts::reconcile_sources,
    source_acts::list_stray_sources,
    source_acts::adopt_stray_source,
    source_acts::remove_stray_source,
    messages::get_message,
    messages::edit_message,
    messages::delete_message,
    media::upload_file,
    messages::show_typing,
    messages::set_reaction,
    conversations::list_conversations,
    conversations::start_conversation,
    conversations::list_messages,
    customers::get_identity,
    customers::undo_identity,
    customers::block_customer,
    customers::unblock_customer,
    customers::list_marketing_consents,
    customers::record_marketing_consent,
    templates::list_templates,
    templates::create_template,
    templates::bring_templates,
    templates::report_template_review,
    templates::send_template,
    conversations::export_customer,
    conversations::erase_customer,
    imports::start_import,
    imports::get_import,
    imports::pause_import,
    imports::resume_import,
    imports::cancel_import,
    reports::get_ledger,
    reports::report_messages,
    reports::report_answers,
    dead_letters::list_dead_letters,
    dead_letters::retry_dead_letter,
    dead_letters::delete_dead_letter,
    dead_letters::replay_dead_letters,
    dead_letters::get_replay,
    dead_letters::cancel_replay,
    webhooks::list_vendor_events,
    webhooks::list_vendor_event_attempts,
    webhooks::resend_vendor_event,
}

/// The fallback: 405 if the path exists with another method, otherwise 404.
async fn unknown(request: HttpRequest, known: web::Data<docs::Known>) -> Result<HttpResponse> {
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

/// Says in `RateLimit-Policy` and `RateLimit` what the key may use and what is left of it (draft-ietf-httpapi-ratelimit-headers-10).
async fn with_limits(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut response = next.call(request).await?;
    let limits = response.request().extensions().get::<KeyLimits>().map(KeyLimits::headers);
    for (name, value) in limits.into_iter().flatten() {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
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
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let title = words.text("problem-method_not_allowed").to_string();
    let detail = LocalizedText::new("said-method").with("methods", allowed.as_str()).plain(words, CRM);
    let problem = Problem::new("method_not_allowed", status, title, detail);
    problem_in(words.language(), status).insert_header((header::ALLOW, allowed)).body(problem.json())
}
