//! `POST /location/{scope_id}`: amoCRM's hooks. Each is sent once and must be answered within five seconds, so the
//! order is: raw bytes, signature, one commit, 200.

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use amocrm::chats::sign;
use amocrm::hooks::chats::{self, HookError, HookEvent};
use base::spool::Hook;
use base::store::VENDOR;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use queue::accept_batch::{AcceptBatch, Priority, RawHook};
use queue::writer::AcceptError;
use secrecy::ExposeSecret;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::fallback;
use super::manager::{self, Live};
use crate::intake::IntakeContext;
use crate::load_shedding::body::End;
use crate::lookup::ConnectedScope;
use crate::tenant::channels;

/// Larger bodies are refused.
pub const BODY_BYTES: usize = 1024 * 1024;
/// Length of the channel id in front of a scope id.
const CHANNEL_ID: usize = 36;

/// Why bytes with a valid signature are stored without being processed. The word is a metric's label and is shown by
/// `doctor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quarantine {
    UnknownScope,
    ForeignAccount,
    Version1,
    Unreadable,
    UnknownEvent,
    UnknownConversation,
    UnknownMessage,
    /// Older than the ids by which a repeat would be recognised: a captured hook was replayed.
    Stale,
    /// The database accepts nothing of its content.
    Unstorable,
}

impl Quarantine {
    const fn word(self) -> &'static str {
        match self {
            Self::UnknownScope => "unknown_scope",
            Self::ForeignAccount => "foreign_account",
            Self::Version1 => "version_1",
            Self::Unreadable => "unreadable",
            Self::UnknownEvent => "unknown_event",
            Self::UnknownConversation => "unknown_conversation",
            Self::UnknownMessage => "unknown_message",
            Self::Stale => "stale",
            Self::Unstorable => "unstorable",
        }
    }
}

/// The route's handler.
pub async fn hook(
    app: web::Data<IntakeContext>,
    scope_id: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let started = std::time::Instant::now();
    let answer = answer(&app, &scope_id, &request, payload).await;
    let status = answer.status().as_u16();
    metrics::counter!("parom_hooks_total", "door" => "amocrm", "status" => status.to_string()).increment(1);
    metrics::histogram!("parom_hook_accept_seconds", "door" => "amocrm").record(started.elapsed());
    answer
}

async fn answer(
    app: &web::Data<IntakeContext>,
    scope_id: &str,
    request: &HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return HttpResponse::UnsupportedMediaType().body("send the body as it is, without Content-Encoding");
    }
    // A caller that names no channel of ours is refused before its body is read.
    let channel = scope_id.get(..CHANNEL_ID).and_then(|channel_id| app.config.channel(channel_id));
    let Some((_, channel)) = channel else { return not_genuine() };
    let body = match read(payload, BODY_BYTES).await {
        Ok(body) => body,
        Err(refused) => {
            if refused.status() == StatusCode::SERVICE_UNAVAILABLE {
                app.lost.note(scope_id, app.clock.millis());
            }
            return refused;
        }
    };
    let signature = request.headers().get("X-Signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut secrets = [Some(&channel.secret), channel.previous_secret.as_ref()].into_iter().flatten();
    let genuine = secrets.any(|secret| sign::verify_hook(secret, &body, signature));
    if app.faults.errs("defect.log_a_secret") {
        tracing::info!(secret = channel.secret.expose_secret(), "a hook was verified");
    }
    if !genuine {
        return not_genuine();
    }
    let received_at = app.clock.millis();
    let hook = Hook { id: app.clock.uuid_v7(), received_at, scope_id: scope_id.to_owned(), body };
    // Detached: a caller that hangs up must not stop the processing of its hook.
    let taken = base::supervisor::detach("chats_hook", {
        let app = app.clone();
        async move { fallback::take(&app, hook).await }
    });
    match taken.await {
        Ok(Ok(())) => HttpResponse::Ok().finish(),
        Ok(Err(_)) | Err(_) => {
            app.lost.note(scope_id, received_at);
            HttpResponse::ServiceUnavailable().insert_header((header::RETRY_AFTER, "1")).finish()
        }
    }
}

fn not_genuine() -> HttpResponse {
    HttpResponse::Unauthorized().body("the signature does not match")
}

/// Reads a body up to a limit, or returns the error response. The gate enforces the deadline ([`crate::load_shedding`]).
pub(super) async fn read(mut payload: web::Payload, limit: usize) -> Result<Bytes, HttpResponse> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| match End::of(&error) {
            End::Slow => HttpResponse::RequestTimeout().body("the body took too long"),
            End::NoRoom => HttpResponse::ServiceUnavailable().insert_header((header::RETRY_AFTER, "1")).finish(),
            _ => HttpResponse::BadRequest().body("the body broke off"),
        })?;
        if body.len() + chunk.len() > limit {
            return Err(HttpResponse::PayloadTooLarge().body(format!("the body is larger than {limit} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Stores a hook with a valid signature: processed, or in quarantine. Durable on return; repeats are recognised.
pub(super) async fn store(app: &Arc<IntakeContext>, hook: &Hook) -> Result<(), AcceptError> {
    match understood(app, hook).await {
        // The database will never accept the content, but it may accept the raw bytes.
        Err(AcceptError::Unstorable(_)) => quarantine(app, None, hook, Quarantine::Unstorable).await,
        done => done,
    }
}

async fn understood(app: &Arc<IntakeContext>, raw: &Hook) -> Result<(), AcceptError> {
    let Some(scope) = app.lookup.scope(&raw.scope_id).await.map_err(AcceptError::Unavailable)? else {
        return quarantine(app, None, raw, Quarantine::UnknownScope).await;
    };
    let hook = match chats::parse(&raw.body) {
        Ok(hook) => hook,
        Err(error) => {
            let why = match error {
                HookError::Version1 => {
                    renew(app, &scope);
                    Quarantine::Version1
                }
                HookError::Malformed { .. } | HookError::Incomplete { .. } => Quarantine::Unreadable,
            };
            return quarantine(app, Some(&scope), raw, why).await;
        }
    };
    if !hook.account_id.eq_ignore_ascii_case(&scope.tenant.amojo_id) {
        return quarantine(app, Some(&scope), raw, Quarantine::ForeignAccount).await;
    }
    if is_stale(app, raw, hook.time) {
        return quarantine(app, Some(&scope), raw, Quarantine::Stale).await;
    }
    if hook.mended {
        tracing::info!(tenant.id = %scope.tenant.tenant_id, "a hook from amoCRM contained a lone surrogate; the rest of it is delivered");
    }
    if scope.channel.renewed_at.is_some() {
        channels::renewed(app, &scope.channel).await;
    }
    let done = match &hook.event {
        HookEvent::Message(message) => {
            let entry = manager::entry_of(app, &scope, message.as_ref().clone()).await;
            entry.map(|entry| Live::Entry(Box::new(entry)))
        }
        HookEvent::Typing(typing) => manager::typing(app, &scope, typing).await,
        HookEvent::Reaction(reaction) => {
            manager::reaction(app, &scope, reaction, hex::encode(Sha256::digest(&raw.body))).await
        }
        HookEvent::Unknown => return quarantine(app, Some(&scope), raw, Quarantine::UnknownEvent).await,
    };
    let done = done.map_err(|error| {
        tracing::error!(error = format!("{error:#}"), "a manager's action could not be routed to a source");
        AcceptError::Unavailable(sea_orm::DbErr::Custom(error.to_string()))
    })?;
    match done {
        Live::Entry(entry) => {
            let entries = vec![*entry];
            let tenant_id = scope.tenant.tenant_id;
            let batch = AcceptBatch { tenant_id, priority: Priority::High, raw: Some(raw_of(raw, "")), entries };
            app.writer.accept(batch).await.map(|_| ())
        }
        Live::Late => keep(app, scope.tenant.tenant_id, raw_of(raw, "")).await,
        Live::UnknownConversation => quarantine(app, Some(&scope), raw, Quarantine::UnknownConversation).await,
        Live::UnknownMessage => quarantine(app, Some(&scope), raw, Quarantine::UnknownMessage).await,
    }
}

/// Whether the time in the signed body is so old that the ids of that time are deleted. An impossible time counts as
/// missing.
fn is_stale(app: &IntakeContext, raw: &Hook, time: Option<i64>) -> bool {
    const IN_2009: i64 = 1_230_768_000;
    let ids = i64::from(app.config.retention.ids_days) * 86_400;
    time.is_some_and(|time| time >= IN_2009 && time < raw.received_at / 1000 - ids)
}

async fn quarantine(
    app: &IntakeContext,
    scope: Option<&ConnectedScope>,
    hook: &Hook,
    why: Quarantine,
) -> Result<(), AcceptError> {
    let tenant_id = scope.map_or(VENDOR, |scope| scope.tenant.tenant_id);
    tracing::warn!(tenant.id = %tenant_id, reason = why.word(), "a genuine hook from amoCRM was quarantined");
    metrics::counter!("parom_quarantined_total", "reason" => why.word(), "door" => "amocrm").increment(1);
    keep(app, tenant_id, raw_of(hook, why.word())).await
}

/// Connects the channel for version 2 again, in the background because amoCRM waits for its answer.
fn renew(app: &Arc<IntakeContext>, scope: &ConnectedScope) {
    let (app, channel) = (app.clone(), scope.channel.clone());
    base::supervisor::detach("channel_renew", async move {
        if let Err(error) = channels::renew(&app, &channel).await {
            tracing::error!(tenant.id = %channel.tenant_id, channel.id = %channel.channel_id, error = format!("{error:#}"), "the channel could not be connected for hooks of version 2; its next hook of version 1 tries again");
        }
    });
}

async fn keep(app: &IntakeContext, tenant_id: uuid::Uuid, raw: RawHook) -> Result<(), AcceptError> {
    let batch = AcceptBatch { tenant_id, priority: Priority::High, raw: Some(raw), entries: Vec::new() };
    app.writer.accept(batch).await.map(|_| ())
}

fn raw_of(hook: &Hook, quarantine: &str) -> RawHook {
    RawHook {
        id: hook.id,
        kind: "amocrm",
        target: super::clean(&hook.scope_id),
        received_at: hook.received_at,
        headers: json!({}).to_string(),
        body: hook.body.clone(),
        quarantine: quarantine.to_owned(),
    }
}
