//! Dead letters: they are not retried automatically.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use base::error::{Error, Problem, Result};
use base::message::{Direction, LetterKind};
use entity::dead_letter;
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
use crate::delivery::dead;
use crate::delivery::read::dead as read;
use crate::usage::UsageContext;
use base::json::{Moment, Query};

/// A dead letter.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadLetterOut {
    pub id: Uuid,
    pub source_id: Uuid,
    pub conversation_id: Uuid,
    pub message_id: Uuid,
    pub kind: LetterKind,
    pub direction: Direction,
    /// A fixed code for the reason.
    #[schema(example = "rejected")]
    pub reason: String,
    /// A description in plain language.
    pub detail: String,
    pub attempts: i32,
    /// When it was accepted.
    #[schema(value_type = String, format = DateTime)]
    pub first_at: Moment,
    /// When delivery was given up.
    #[schema(value_type = String, format = DateTime)]
    pub last_at: Moment,
}

/// A dead letter that is retried.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetriedOut {
    pub id: Uuid,
    #[schema(example = "queued")]
    pub status: &'static str,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeadLettersQuery {
    /// Returns only dead letters of this source.
    #[param(value_type = Option<Uuid>)]
    source_id: Option<String>,
    /// Returns only dead letters with this reason.
    reason: Option<String>,
    /// The account. With a vendor key and without it, dead letters of all accounts are listed.
    #[param(value_type = Option<Uuid>)]
    tenant_id: Option<String>,
    /// Maximum number of items per page.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
    /// `next_cursor` from the previous page.
    cursor: Option<String>,
}

/// Lists dead letters, newest first.
///
/// A dead letter is not retried automatically. A vendor key lists those of all accounts unless `tenant_id` or
/// `source_id` names one; `reason` filters by reason.
#[utoipa::path(tag = "dead letters", params(DeadLettersQuery), responses(
    (status = 200, description = "A page of dead letters", body = ListOut<DeadLetterOut>),
    (status = 404, description = "No such source or account", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Invalid filters or cursor", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/dead-letters")]
pub async fn list(app: web::Data<UsageContext>, key: ApiKey, query: Query<DeadLettersQuery>) -> Result<HttpResponse> {
    let source_id = roster::id_of("/source_id", query.source_id.as_deref())?;
    let named = roster::named(query.tenant_id.as_deref())?;
    let tenant_id = tenant_of(&app, &key, source_id, named).await?;
    let reason = query.reason.as_deref().filter(|reason| !reason.contains('\0'));
    let source_text = source_id.map(|id| id.to_string()).unwrap_or_default();
    let reason_text = reason.map(|reason| format!("={reason}")).unwrap_or_default();
    let tenant_text = tenant_id.map(|id| id.to_string()).unwrap_or_default();
    let filters = ["dead-letters", &tenant_text, &source_text, &reason_text];
    let page = PageRequest::read(query.limit.as_deref(), query.cursor.as_deref(), &filters)?;
    let wanted =
        read::DeadLetterFilter { source_id, reason: reason.map(str::to_owned), ..read::DeadLetterFilter::default() };
    let rows = match tenant_id {
        Some(tenant_id) => read::page(app.store.read(), tenant_id, &wanted, page.after, page.rows()).await?,
        // A vendor key that names no account.
        None => read::page_of_all(&app.store, &wanted, page.after, page.rows()).await?,
    };
    let (rows, next_cursor) = page.cut(rows, |row| row.id);
    let items = rows.into_iter().map(shown).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(HttpResponse::Ok().json(ListOut { items, next_cursor }))
}

/// Retries a dead letter.
///
/// It is appended to its conversation's queue with the same id and attempted like a new one.
#[utoipa::path(tag = "dead letters", params(
    ("id", description = "The dead letter"),
    TenantQuery,
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), responses(
    (status = 202, description = "Queued for another attempt", body = RetriedOut),
    (status = 404, description = "No such dead letter", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/dead-letters/{id}/retry")]
pub async fn retry(
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
        for tenant_id in roster::having::<dead_letter::Entity>(&app, &key, named, *id).await? {
            if dead::retry(&app.delivery, tenant_id, *id).await? {
                noted(&app, &key, &request, (tenant_id, *id), "undelivered.retried").await?;
                return Ok(HttpResponse::Accepted().json(RetriedOut { id: *id, status: "queued" }));
            }
        }
        Err(Error::NotFound)
    })
    .await
}

/// Deletes a dead letter permanently.
///
/// Its message keeps the status `failed`.
#[utoipa::path(tag = "dead letters", params(
    ("id", description = "The dead letter"),
    TenantQuery,
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), responses(
    (status = 204, description = "Deleted"),
    (status = 404, description = "No such dead letter", body = Problem, content_type = "application/problem+json"),
))]
#[delete("/v1/dead-letters/{id}")]
pub async fn delete(
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
        for tenant_id in roster::having::<dead_letter::Entity>(&app, &key, named, *id).await? {
            if dead::drop(&app.delivery, tenant_id, *id).await? {
                noted(&app, &key, &request, (tenant_id, *id), "undelivered.dropped").await?;
                return Ok(HttpResponse::NoContent().finish());
            }
        }
        Err(Error::NotFound)
    })
    .await
}

async fn noted(
    app: &UsageContext,
    key: &ApiKey,
    request: &HttpRequest,
    (tenant_id, id): (Uuid, Uuid),
    action: &'static str,
) -> Result<()> {
    let by = by(app, key, request).await?;
    Ok(by.did(app, app.store.write(), action, (tenant_id, &id.to_string()), json!({ "count": 1 })).await?)
}

/// The account whose dead letters are meant: the named one, the source's or the key's; none with a vendor key that
/// names none.
pub(super) async fn tenant_of(
    app: &UsageContext,
    key: &ApiKey,
    source_id: Option<Uuid>,
    named: Option<Uuid>,
) -> Result<Option<Uuid>> {
    if let Some(named) = named {
        key.in_tenant(named)?;
    }
    if let Some(source_id) = source_id {
        // Dead letters of a deleted source stay visible.
        let source = app.lookup.source(source_id).await?.ok_or(Error::NotFound)?;
        key.in_tenant(source.tenant_id)?;
        let is_named = named.is_none_or(|named| named == source.tenant_id);
        return if is_named { Ok(Some(source.tenant_id)) } else { Err(Error::NotFound) };
    }
    Ok(named.or(key.tenant))
}

fn shown(row: dead_letter::Model) -> anyhow::Result<DeadLetterOut> {
    Ok(DeadLetterOut {
        id: row.id,
        source_id: row.source_id,
        conversation_id: row.conversation_id,
        message_id: row.message_id,
        kind: LetterKind::from_number(row.kind)?,
        direction: Direction::from_number(row.direction)?,
        reason: row.reason,
        detail: row.detail,
        attempts: row.attempts,
        first_at: Moment(row.first_at),
        last_at: Moment(row.last_at),
    })
}
