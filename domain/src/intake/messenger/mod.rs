//! `/hooks/{kind}/{source_id}`: webhooks of messengers. Each connector authenticates and parses its own calls; the
//! resulting events are stored the same way for all. [`vendor_app`] receives the calls for all lines at one address.
//!
//! ```text
//! source ─▶ secret in a header ─▶ body ─▶ authenticate ─▶ receive ─▶ events.rs (one commit each) ─▶ 200
//!    404, 410     401           413       401          └─ unreadable: its bytes are kept ─▶ 200: a bad call never
//!    blocks a chat
//! ```

pub(crate) mod automatic_answer;
mod conversations;
mod early;
pub mod edit;
mod events;
pub mod message;
pub mod poll;
mod source;
pub mod status;
pub mod vendor_app;

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use connectors::Connector;
use connectors::incoming::{IncomingCall, NotReceived};
use uuid::Uuid;

use super::IntakeContext;
use super::door::{self, QuarantineReason, StillUnusable, StoreError, later};
use source::{CalledSource, Missing, RETRY_AFTER};

pub use edit::{reaction, typing};
pub(super) use message::{cleaned_person, conversation_identity, new_conversation, of_content};

/// The route's handler.
pub async fn hook(
    app: web::Data<IntakeContext>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let (kind, source_id) = path.into_inner();
    match app.connectors.get(&kind).filter(|connector| connector.has_webhook()) {
        Some(connector) => serve(&app, connector.kind(), (&source_id, ""), &request, payload).await,
        None => HttpResponse::NotFound().finish(),
    }
}

/// The same for kinds whose secret is the last part of the address.
pub async fn hook_with_secret(
    app: web::Data<IntakeContext>,
    path: web::Path<(String, String, String)>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let (kind, source_id, secret) = path.into_inner();
    let takes = |connector: &&Arc<dyn Connector>| connector.has_webhook() && connector.secret_in_path();
    match app.connectors.get(&kind).filter(takes) {
        Some(connector) => serve(&app, connector.kind(), (&source_id, &secret), &request, payload).await,
        None => HttpResponse::NotFound().finish(),
    }
}

/// `GET`: the messenger validates the address of a source. 403 if the connector does not recognise the request.
pub async fn handshake(
    app: web::Data<IntakeContext>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> HttpResponse {
    let (kind, source_id) = path.into_inner();
    let Some(kind) = app.connectors.get(&kind).filter(|one| one.has_webhook()).map(|one| one.kind()) else {
        return HttpResponse::NotFound().finish();
    };
    door::measure(kind, async {
        match CalledSource::find(&app, kind, &source_id).await {
            Ok(line) => echo(line.connector.handshake(&line.settings, &query_of(&request))),
            Err(answer) => answer,
        }
    })
    .await
}

/// The parameters of a request's address by name. Of equal names the last counts; an unreadable query has none.
fn query_of(request: &HttpRequest) -> impl Fn(&str) -> Option<String> + Sync + use<> {
    let query = web::Query::<BTreeMap<String, String>>::from_query(request.query_string());
    let query = query.map(web::Query::into_inner).unwrap_or_default();
    move |name: &str| query.get(name).cloned()
}

/// The answer to a handshake.
fn echo(challenge: Option<String>) -> HttpResponse {
    match challenge {
        Some(challenge) => HttpResponse::Ok().content_type(ContentType::plaintext()).body(challenge),
        None => HttpResponse::Forbidden().finish(),
    }
}

/// `address`: the source's id and the secret behind it, as called.
async fn serve(
    app: &Arc<IntakeContext>,
    kind: &'static str,
    address: (&str, &str),
    request: &HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    door::measure(kind, async {
        match answer(app, kind, address, request, payload).await {
            Ok(answer) | Err(answer) => answer,
        }
    })
    .await
}

/// The error is a refusal.
async fn answer(
    app: &Arc<IntakeContext>,
    kind: &'static str,
    (source_id, path_secret): (&str, &str),
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HttpResponse> {
    let line = Arc::new(CalledSource::find(app, kind, source_id).await?);
    let headers = request.headers();
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let is_genuine =
        |body: &[u8]| line.connector.authenticate(&line.settings, &IncomingCall { header: &header, path_secret, body });
    // If a header is sufficient proof, the body of an unauthenticated call is not read.
    let by_header = line.connector.authenticates_by_header();
    if by_header && !is_genuine(&[]) {
        return Err(HttpResponse::Unauthorized().finish());
    }
    let body = door::read(request, payload, line.connector.call_limit()).await?;
    if !by_header && !is_genuine(&body) {
        return Err(HttpResponse::Unauthorized().finish());
    }
    store(&line, body.clone()).await.map_err(|error| {
        tracing::warn!(source.id = %line.source.id, error = %error, "a messenger's webhook was not stored; the messenger is asked to repeat it");
        later(RETRY_AFTER)
    })?;
    Ok(match line.connector.answer(&line.settings, &body).await {
        text if text.is_empty() => HttpResponse::Ok().finish(),
        text => HttpResponse::Ok().content_type(ContentType::plaintext()).body(text),
    })
}

/// A kept call of a source once more.
pub(super) async fn again(
    app: &Arc<IntakeContext>,
    (kind, source_id): (&str, Uuid),
    body: Bytes,
    still: StillUnusable,
) -> Result<(), StoreError> {
    match CalledSource::of(app, kind, source_id).await {
        Ok(line) => store(&Arc::new(CalledSource { again: Some(still), ..line }), body).await,
        Err(Missing::Unknown | Missing::Gone) => {
            still.get_or_init(|| QuarantineReason::UnknownLine);
            Ok(())
        }
        Err(Missing::Unavailable) => Err(StoreError::Retry(anyhow::anyhow!("its source could not be read"))),
    }
}

/// Stores a genuine call's events, or its bytes in quarantine. Durable on return, and done to its end even if the
/// caller hangs up.
async fn store(line: &Arc<CalledSource>, body: Bytes) -> Result<(), StoreError> {
    let storing = door::finish("messenger_hook", {
        let (line, body) = (line.clone(), body.clone());
        async move { receive(&line, body).await }
    });
    match storing.await {
        Err(StoreError::Permanent(why)) => line.call(body).quarantine(&line.app, why).await,
        done => done,
    }
}

async fn receive(line: &CalledSource, body: Bytes) -> Result<(), StoreError> {
    let raw = line.call(body.clone());
    match line.connector.receive(&line.settings, &raw.text(), line.words).await {
        Ok(all) => events::take(line, Some(body), all).await,
        Err(NotReceived::Unreadable) => Err(StoreError::Permanent(QuarantineReason::Unreadable)),
        Err(NotReceived::Later(detail)) => Err(StoreError::Retry(anyhow::anyhow!("a look-up failed: {detail}"))),
    }
}
