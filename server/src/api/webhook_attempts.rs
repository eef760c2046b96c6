//! The log of webhooks to a custom messenger, and resending one.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use base::error::{Error, Problem, Result};
use entity::attempt;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::body::RequestBody;
use super::cursor::{ListOut, PageRequest};
use super::idempotency::once;
use super::key::{ApiKey, Scope};
use super::messages::TenantQuery;
use super::roster;
use super::sources::by;
use crate::delivery::read::webhooks;
use crate::delivery::resend as resending;
use crate::usage::UsageContext;
use base::json::{Moment, Query};

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

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WebhookAttemptsQuery {
    /// Maximum number of items per page.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
    /// `next_cursor` from the previous page.
    cursor: Option<String>,
}

/// Lists delivery attempts of a source's webhooks.
///
/// Sorted newest first. Typing notifications are sent at most once and are not logged.
#[utoipa::path(tag = "sources", params(("source_id", description = "The source"), WebhookAttemptsQuery), responses(
    (status = 200, description = "A page of attempts; empty for kinds of source without webhooks", body = ListOut<WebhookAttemptOut>),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Invalid limit or cursor", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/sources/{source_id}/webhook-attempts")]
pub async fn list(
    app: web::Data<UsageContext>,
    key: ApiKey,
    source_id: web::Path<Uuid>,
    query: Query<WebhookAttemptsQuery>,
) -> Result<HttpResponse> {
    let source = key.source_or_deleted(&app, *source_id).await?;
    let filters = ["webhook-attempts", &source.id.to_string()];
    let page = PageRequest::read(query.limit.as_deref(), query.cursor.as_deref(), &filters)?;
    let rows = webhooks::tries(app.store.read(), source.tenant_id, source.id, page.after, page.rows()).await?;
    let (rows, next_cursor) = page.cut(rows, |row| row.id.unwrap_or_default());
    Ok(HttpResponse::Ok().json(ListOut { items: rows.into_iter().map(shown).collect(), next_cursor }))
}

/// Resends a webhook.
///
/// It keeps its `webhook-id`. If the earlier attempt may have arrived, the body has `"repeat": true`.
#[utoipa::path(tag = "sources", params(
    ("id", description = "The delivery attempt"),
    TenantQuery,
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), responses(
    (status = 202, description = "Queued for sending", body = ResentOut),
    (status = 404, description = "No such attempt, or its source was deleted", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The webhook cannot be rebuilt: it was for a reaction, or its message is no longer stored", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Not stored; retry the request", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/webhook-attempts/{id}/resend")]
pub async fn resend(
    app: web::Data<UsageContext>,
    key: ApiKey,
    request: HttpRequest,
    id: web::Path<Uuid>,
    query: Query<TenantQuery>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let named = roster::named(query.tenant_id.as_deref())?;
    once(&app, &key, body.ignore()?, async {
        for tenant_id in roster::searched(&app, &key, named).await? {
            let sources = crate::source::all(&app.sources, tenant_id).await?;
            let ids = sources.iter().map(|source| source.id);
            let Some(tried) = webhooks::one(app.store.read(), tenant_id, ids, *id).await? else { continue };
            let source = sources.iter().find(|source| Some(source.id) == tried.source_id).ok_or(Error::NotFound)?;
            resending::resend(&app.delivery, source, &tried).await?;
            let (by, object) = (by(&app, &key, &request).await?, source.id.to_string());
            let detail = json!({ "source": source.name, "webhook_id": tried.letter_id });
            by.did(&app, app.store.write(), "webhook.resent", (tenant_id, &object), detail).await?;
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
