//! The log of webhooks to a custom messenger, and the wish to have one again.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use base::error::{Error, Problem, Result};
use entity::attempt;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::cursor::{ListOut, Page};
use super::idempotency::once;
use super::json::{Body, Moment, Query};
use super::key::{ApiKey, Scope};
use super::messages::TenantQuery;
use super::roster;
use super::sources::{by, current};
use crate::app::App;
use crate::delivery::read::webhooks;
use crate::delivery::resend;

/// One try to deliver a webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookAttemptOut {
    pub id: Uuid,
    /// As in the header `webhook-id`: the same in every try.
    pub webhook_id: Uuid,
    /// `message.created`, `message.edited`, `conversation.started` or `reaction`.
    #[serde(rename = "type")]
    #[schema(example = "message.created")]
    pub kind: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Moment,
    /// HTTP status of the answer; null: there was none.
    #[schema(required, example = 200)]
    pub status: Option<i32>,
    pub ms: i32,
    /// Why it was not taken; null: it was.
    #[schema(required)]
    pub error: Option<String>,
    /// Which try of this webhook, from 1.
    #[schema(example = 1)]
    pub number: i32,
    /// The message it tells of or belongs to.
    pub message_id: Uuid,
}

/// A webhook that goes out again.
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
    /// Items on a page.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists tries to deliver a source's webhooks.
///
/// Newest first. Typing is told once or never and stands in no log.
#[utoipa::path(tag = "sources", params(("source_id", description = "The source"), WebhookAttemptsQuery), responses(
    (status = 200, description = "A page of tries; empty for kinds without webhooks", body = ListOut<WebhookAttemptOut>),
    (status = 401, description = "No or unknown key", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Wrong limit or cursor", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/sources/{source_id}/webhook-attempts")]
pub async fn list(
    app: web::Data<App>,
    key: ApiKey,
    source_id: web::Path<Uuid>,
    query: Query<WebhookAttemptsQuery>,
) -> Result<HttpResponse> {
    let source = current(&app, &key, *source_id).await?;
    let filters = ["webhook-attempts", &source.id.to_string()];
    let page = Page::read(query.limit.as_deref(), query.cursor.as_deref(), &filters)?;
    let rows = webhooks::tries(app.store.read(), source.tenant_id, source.id, page.after, page.rows()).await?;
    let (rows, next_cursor) = page.cut(rows, |row| row.id.unwrap_or_default());
    Ok(HttpResponse::Ok().json(ListOut { items: rows.into_iter().map(shown).collect(), next_cursor }))
}

/// Sends a webhook again.
///
/// With its old `webhook-id` and, once it may have arrived, `"repeat": true`.
#[utoipa::path(tag = "sources", params(
    ("id", description = "The try"),
    TenantQuery,
    ("Idempotency-Key" = Option<String>, Header, description = "Does the request once, 24 hours"),
), responses(
    (status = 202, description = "It goes out again", body = ResentOut),
    (status = 401, description = "No or unknown key", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "Scope too small", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such try, or its source was deleted", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "It cannot be made again: a reaction, or a message that is kept no longer", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Not stored; repeat", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/webhook-attempts/{id}/resend")]
pub async fn again(
    app: web::Data<App>,
    key: ApiKey,
    request: HttpRequest,
    id: web::Path<Uuid>,
    query: Query<TenantQuery>,
    body: Body,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let named = roster::named(query.tenant_id.as_deref())?;
    once(&app, &key, body.ignore()?, async {
        for tenant_id in roster::searched(&app, &key, named).await? {
            let sources = crate::source::all(&app, tenant_id).await?;
            let ids = sources.iter().map(|source| source.id);
            let Some(tried) = webhooks::one(app.store.read(), tenant_id, ids, *id).await? else { continue };
            let source = sources.iter().find(|source| Some(source.id) == tried.source_id).ok_or(Error::NotFound)?;
            resend::resend(&app, source, &tried).await?;
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
