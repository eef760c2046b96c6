//! `POST /crm/hooks/{token}`: the CRM's hooks (crm-api §7.3). They are not signed: the token in the path identifies
//! the account, and their content is only a reason to query amoCRM. amoCRM waits two seconds, so hooks are stored,
//! answered, and only then processed.

mod act;

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use amocrm::hooks::crm::{self, BODY_LIMIT, CrmEvent};
use bytes::Bytes;
use queue::accept_batch::{AcceptBatch, Priority, RawHook};
use queue::writer::AcceptError;
use serde_json::json;
use uuid::Uuid;

use super::chats::read;
use crate::intake::IntakeContext;
use crate::template;
use crate::tenant::subscription;

pub use act::Acts;

/// The kind of stored hooks.
pub const KIND: &str = "crm";

/// The route's handler. 404 for an unknown token, 415 for anything but a form, 413 above 1 MiB, 503 while nothing can
/// be stored; else 200. What cannot be processed is quarantined; events without relevance are dropped.
pub async fn hook(
    app: web::Data<IntakeContext>,
    token: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let started = std::time::Instant::now();
    let answer = answer(&app, &token, &request, payload).await;
    let status = answer.status().as_u16();
    metrics::counter!("parom_hooks_total", "door" => KIND, "status" => status.to_string()).increment(1);
    metrics::histogram!("parom_hook_accept_seconds", "door" => KIND).record(started.elapsed());
    answer
}

async fn answer(
    app: &web::Data<IntakeContext>,
    token: &str,
    request: &HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let tenant_id = match subscription::tenant_of(app, token).await {
        Ok(Some(tenant_id)) => tenant_id,
        Ok(None) => return HttpResponse::NotFound().body("nobody has this address"),
        Err(error) => return not_stored(&error.to_string()),
    };
    let is_form = request.content_type() == "application/x-www-form-urlencoded";
    if !is_form || request.headers().contains_key(header::CONTENT_ENCODING) {
        return HttpResponse::UnsupportedMediaType().body("send a form as it is, without Content-Encoding");
    }
    let body = match read(payload, BODY_LIMIT).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    // Detached: a caller that hangs up must not stop the processing of its hook.
    let app = app.clone().into_inner();
    match base::supervisor::detach("crm_hook", async move { take(&app, tenant_id, body).await }).await {
        Ok(Ok(())) => HttpResponse::Ok().finish(),
        Ok(Err(refused)) => not_stored(&refused.to_string()),
        Err(panicked) => not_stored(&panicked.to_string()),
    }
}

fn not_stored(error: &str) -> HttpResponse {
    tracing::error!(error, "a CRM hook could not be stored");
    HttpResponse::ServiceUnavailable().insert_header((header::RETRY_AFTER, "1")).finish()
}

async fn take(app: &Arc<IntakeContext>, tenant_id: Uuid, body: Bytes) -> Result<(), AcceptError> {
    let Ok(hook) = crm::parse(&body) else {
        return quarantine(app, tenant_id, body, "unreadable").await;
    };
    let tenant = app.lookup.tenant(tenant_id).await.map_err(AcceptError::Unavailable)?;
    let given = hook.account_id.zip(tenant).is_some_and(|(given, tenant)| given != tenant.account_id);
    if given {
        return quarantine(app, tenant_id, body, "foreign_account").await;
    }
    let heard: Vec<_> = hook.events.iter().filter_map(act::heard).collect();
    if heard.is_empty() {
        return Ok(());
    }
    keep(app, tenant_id, body, "").await?;
    // amoCRM reports a request for a review once: it is stored before the answer.
    for event in &hook.events {
        if let CrmEvent::TemplateReview(template) = event {
            template::requested(&app.sources, tenant_id, template).await.map_err(AcceptError::Unavailable)?;
        }
    }
    let app = app.clone();
    base::supervisor::detach("crm_act", async move { act::act(&app, tenant_id, heard).await });
    Ok(())
}

async fn quarantine(app: &IntakeContext, tenant_id: Uuid, body: Bytes, why: &'static str) -> Result<(), AcceptError> {
    tracing::warn!(tenant.id = %tenant_id, reason = why, "a CRM hook was quarantined");
    metrics::counter!("parom_quarantined_total", "reason" => why, "door" => KIND).increment(1);
    if !app.unknown_callers.keeps_unreadable(tenant_id, body.len(), app.clock.millis()).await {
        tracing::warn!(tenant.id = %tenant_id, "the account's unreadable hooks of today exceed the limit; this one is counted but not stored");
        return Ok(());
    }
    keep(app, tenant_id, body, why).await
}

/// Stored once: the same bytes are the same row. The token is a secret and is not stored with them.
async fn keep(app: &IntakeContext, tenant_id: Uuid, body: Bytes, quarantine: &str) -> Result<(), AcceptError> {
    let raw = RawHook {
        id: Uuid::new_v5(&tenant_id, &body),
        kind: KIND,
        target: String::new(),
        received_at: app.clock.millis(),
        headers: json!({}).to_string(),
        body,
        quarantine: quarantine.to_owned(),
    };
    let batch = AcceptBatch { tenant_id, priority: Priority::High, raw: Some(raw), entries: Vec::new() };
    app.writer.accept(batch).await.map(|_| ())
}
