//! What was sent to webhooks, the attempts, and resending: those of a custom messenger, and the vendor's own
//! (`[[vendor_webhook]]`), which only vendor keys may read.

use actix_web::{HttpResponse, get, post, web};
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::json::{Moment, Query};
use base::store::VENDOR;
use domain::api_key::Scope;
use domain::cursor::{ListOut, PageRequest};
use domain::delivery::dead_letters;
use domain::delivery::read::webhooks;
use domain::vendor_events::EventState;
use domain::vendor_webhooks::{self as events, EventFilter};
use entity::{attempt, vendor_event, vendor_event_attempt};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::request::{Call, PageQuery, TenantQuery};
use super::roster;

/// A delivery attempt of a webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookAttemptOut {
    pub id: Uuid,
    /// Same as the header `webhook-id`: the same in every attempt.
    pub webhook_id: Uuid,
    /// `message.created`, `message.edited`, `conversation.started` or `reaction`.
    #[serde(rename = "type")]
    #[schema(example = "message.created")]
    pub kind: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Moment,
    /// HTTP status of the response; null if there was none.
    #[schema(required, example = 200)]
    pub status: Option<i32>,
    pub ms: i32,
    /// Why the attempt failed; null if it succeeded.
    #[schema(required)]
    pub error: Option<String>,
    /// The number of the attempt, starting at 1.
    #[schema(example = 1)]
    pub number: i32,
    /// The message that the webhook is about.
    pub message_id: Uuid,
}

/// A webhook that is resent.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResentOut {
    pub id: Uuid,
    pub webhook_id: Uuid,
    #[schema(example = "queued")]
    pub status: &'static str,
}

/// Lists a source's webhook attempts.
///
/// Sorted newest first. Typing notifications are sent at most once and are not logged.
#[utoipa::path(tag = "webhooks", params(("source_id", description = "The source"), PageQuery), responses(
    (status = 200, description = "A page of attempts; empty for kinds of source without webhooks", body = ListOut<WebhookAttemptOut>),
    (status = 404, description = "No such source"),
    (status = 422, description = "Invalid limit or cursor"),
))]
#[get("/v1/sources/{source_id}/webhook-attempts")]
pub async fn list_webhook_attempts(
    call: Call,
    source_id: web::Path<Uuid>,
    query: Query<PageQuery>,
) -> Result<HttpResponse> {
    let source = call.source_or_deleted(*source_id).await?;
    let filters = ["webhook-attempts", &source.id.to_string()];
    let page = query.page(&filters)?;
    let rows = webhooks::tries(call.app.store.read(), source.tenant_id, source.id, page.after, page.rows()).await?;
    let (rows, next_cursor) = page.cut(rows, |row| row.id.unwrap_or_default());
    Ok(HttpResponse::Ok().json(ListOut { items: rows.into_iter().map(shown).collect(), next_cursor }))
}

/// Resends a webhook.
///
/// It keeps its `webhook-id`. If the earlier attempt may have arrived, the body has `"repeat": true`.
#[utoipa::path(tag = "webhooks", params(("id", description = "The delivery attempt"), TenantQuery), responses(
    (status = 202, description = "Queued for sending", body = ResentOut),
    (status = 404, description = "No such attempt, or its source was deleted"),
    (status = 409, description = "The webhook cannot be rebuilt: it was for a reaction, or its message is no longer stored"),
    (status = 503, description = "Not stored; retry the request"),
))]
#[post("/v1/webhook-attempts/{id}/resend")]
pub async fn resend_webhook(call: Call, id: web::Path<Uuid>, query: Query<TenantQuery>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let named = roster::named(query.tenant_id.as_deref())?;
    call.once(async {
        for tenant_id in roster::searched(&call, named).await? {
            let sources = domain::source::all(&call.app.sources, tenant_id).await?;
            let ids = sources.iter().map(|source| source.id);
            let Some(tried) = webhooks::one(call.app.store.read(), tenant_id, ids, *id).await? else { continue };
            let source = sources.iter().find(|source| Some(source.id) == tried.source_id).ok_or(Error::NotFound)?;
            dead_letters::resend(&call.app.delivery, source, &tried).await?;
            let detail = json!({ "source": source.name, "webhook_id": tried.letter_id });
            call.did("webhook.resent", (tenant_id, &source.id.to_string()), detail).await?;
            let out = ResentOut { id: *id, webhook_id: tried.letter_id, status: "queued" };
            return Ok(HttpResponse::Accepted().json(out));
        }
        Err(Error::NotFound)
    })
    .await
}

fn shown(row: attempt::Model) -> WebhookAttemptOut {
    WebhookAttemptOut {
        id: row.id.unwrap_or_default(),
        webhook_id: row.letter_id,
        kind: row.event,
        at: Moment(row.at),
        status: (row.status != 0).then_some(row.status),
        ms: row.ms,
        error: (row.verdict != "done").then_some(row.reason),
        number: row.number,
        message_id: row.message_id,
    }
}

// Events for the vendor's own webhooks (`[[vendor_webhook]]`): what was sent, the attempts, and resending one. Vendor
// keys only.

/// An event for one of the vendor's webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub struct VendorEventOut {
    /// Same as the header `webhook-id`.
    pub id: Uuid,
    /// The account that it is about.
    pub tenant_id: Uuid,
    /// Name of the webhook in the vendor's configuration.
    #[schema(example = "vendor")]
    pub webhook: String,
    #[serde(rename = "type")]
    #[schema(example = "account.installed")]
    pub kind: String,
    /// `waiting`, `delivered` or `failed`.
    #[schema(example = "delivered")]
    pub status: String,
    /// Number of attempts so far.
    pub attempts: i32,
    /// The next attempt; null if none is planned.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub next_attempt_at: Option<Moment>,
    /// What is sent.
    #[schema(value_type = Object)]
    pub body: Value,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Moment,
}

/// An attempt to send an event.
#[derive(Debug, Serialize, ToSchema)]
pub struct VendorEventAttemptOut {
    /// Same as the header `webhook-id`: the same in every attempt.
    pub webhook_id: Uuid,
    #[serde(rename = "type")]
    #[schema(example = "account.installed")]
    pub kind: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Moment,
    /// HTTP status of the response; null if there was none.
    #[schema(required, example = 200)]
    pub status: Option<i32>,
    pub ms: i32,
    /// Why the attempt failed; null if it succeeded.
    #[schema(required)]
    pub error: Option<String>,
    /// The number of the attempt, starting at 1.
    #[schema(example = 1)]
    pub number: i32,
}

/// An event that is resent.
#[derive(Debug, Serialize, ToSchema)]
pub struct VendorEventResentOut {
    pub id: Uuid,
    #[schema(example = "waiting")]
    pub status: &'static str,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VendorEventsQuery {
    /// Only events of this account.
    #[param(value_type = Option<Uuid>)]
    tenant_id: Option<String>,
    /// Only events with this status: `waiting`, `delivered` or `failed`.
    status: Option<String>,
    /// Maximum number of items per page.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
    /// `next_cursor` from the previous page.
    cursor: Option<String>,
}

/// Lists events for the vendor's webhooks.
///
/// Newest first. Requires a vendor key. Events are kept for 30 days.
#[utoipa::path(tag = "vendor events", params(VendorEventsQuery), responses(
    (status = 200, description = "A page of events", body = ListOut<VendorEventOut>),
    (status = 403, description = "The key is a tenant key"),
    (status = 422, description = "Invalid filter, limit or cursor"),
))]
#[get("/v1/vendor-events")]
pub async fn list_vendor_events(call: Call, query: Query<VendorEventsQuery>) -> Result<HttpResponse> {
    call.key.vendor()?;
    let about = roster::named(query.tenant_id.as_deref())?.map(|id| vec![id]);
    let state = match query.status.as_deref() {
        None => None,
        Some(word) => Some(EventState::parse(word).ok_or_else(unknown_status)?),
    };
    let filters = ["vendor-events", query.tenant_id.as_deref().unwrap_or("-"), query.status.as_deref().unwrap_or("-")];
    let page = PageRequest::read(query.limit.as_deref(), query.cursor.as_deref(), &filters)?;
    let rows =
        events::list_events(call.app.store.read(), &EventFilter { about, state }, page.after, page.rows()).await?;
    let (rows, next_cursor) = page.cut(rows, |row| row.id);
    Ok(HttpResponse::Ok().json(ListOut { items: rows.into_iter().map(vendor_event_out).collect(), next_cursor }))
}

/// Lists an event's attempts.
///
/// Newest first. Requires a vendor key.
#[utoipa::path(tag = "vendor events",
    params(("id", description = "The event"), PageQuery), responses(
    (status = 200, description = "A page of attempts", body = ListOut<VendorEventAttemptOut>),
    (status = 403, description = "The key is a tenant key"),
    (status = 404, description = "No such event"),
    (status = 422, description = "Invalid limit or cursor"),
))]
#[get("/v1/vendor-events/{id}/attempts")]
pub async fn list_vendor_event_attempts(
    call: Call,
    id: web::Path<Uuid>,
    query: Query<PageQuery>,
) -> Result<HttpResponse> {
    call.key.vendor()?;
    let event = events::one_event(call.app.store.read(), *id).await?.ok_or(Error::NotFound)?;
    let filters = ["vendor-event-attempts", &event.id.to_string()];
    let page = query.page(&filters)?;
    // The cursor holds an id: here the attempt's number as one.
    let before = page.after.and_then(|after| i32::try_from(after.as_u128()).ok());
    let rows = events::attempts(call.app.store.read(), event.id, before, page.rows()).await?;
    let (rows, next_cursor) = page.cut(rows, |row| Uuid::from_u128(u128::try_from(row.number).unwrap_or_default()));
    let items = rows.into_iter().map(|row| tried(&event, row)).collect();
    Ok(HttpResponse::Ok().json(ListOut { items, next_cursor }))
}

/// Resends an event.
///
/// Requires a vendor key with scope `write`. It keeps its `webhook-id` and its body, and is sent after what already
/// waits for its account. An event that waits for its next attempt is tried now.
#[utoipa::path(tag = "vendor events", params(("id", description = "The event")), responses(
    (status = 202, description = "Queued for sending", body = VendorEventResentOut),
    (status = 403, description = "The key is a tenant key, or its scope is below `write`"),
    (status = 404, description = "No such event"),
))]
#[post("/v1/vendor-events/{id}/resend")]
pub async fn resend_vendor_event(call: Call, id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.vendor()?;
    call.key.needs(Scope::Write)?;
    call.once(async {
        let event = events::one_event(call.app.store.read(), *id).await?.ok_or(Error::NotFound)?;
        events::resend(&call.app, &event).await?;
        let detail = json!({ "type": event.kind, "tenant_id": event.about_id, "webhook": event.webhook });
        call.did("vendor_event.resent", (VENDOR, &event.id.to_string()), detail).await?;
        let out = VendorEventResentOut { id: event.id, status: EventState::Waiting.as_str() };
        Ok(HttpResponse::Accepted().json(out))
    })
    .await
}

fn unknown_status() -> Error {
    let known = EventState::ALL.map(EventState::as_str).join(", ");
    Error::field("/status", LocalizedText::new("said-event-status").with("known", known))
}

fn vendor_event_out(row: vendor_event::Model) -> VendorEventOut {
    VendorEventOut {
        id: row.id,
        tenant_id: row.about_id,
        webhook: row.webhook,
        kind: row.kind,
        status: row.state,
        attempts: row.tries,
        next_attempt_at: row.next_try_at.map(Moment),
        body: serde_json::from_str(&row.body).unwrap_or_default(),
        created_at: Moment(row.created_at),
    }
}

fn tried(event: &vendor_event::Model, row: vendor_event_attempt::Model) -> VendorEventAttemptOut {
    VendorEventAttemptOut {
        webhook_id: row.event_id,
        kind: event.kind.clone(),
        at: Moment(row.at),
        status: row.status,
        ms: row.ms,
        error: Some(row.error).filter(|error| !error.is_empty()),
        number: row.number,
    }
}
