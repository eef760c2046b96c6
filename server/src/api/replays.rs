//! Replays: many dead letters are counted and then retried or removed at a fixed rate until done or cancelled.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use base::error::{Error, Problem, Result};
use base::i18n::LocalizedText;
use entity::replay;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::RequestBody;
use super::idempotency::once;
use super::key::{ApiKey, Scope};
use super::messages::TenantQuery;
use super::sources::by;
use super::{dead_letters, roster};
use crate::delivery::read::dead::{self as read, DeadLetterFilter};
use crate::delivery::replay::{self as replays, A_SECOND, ReplayAction};
use crate::usage::UsageContext;
use base::json::{Moment, Query};

/// Which dead letters to process and how.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayIn {
    /// `retry` appends each to its conversation's queue with the same id; `drop` deletes each.
    #[schema(example = "retry")]
    action: String,
    /// Returns only dead letters of this source.
    #[serde(default)]
    source_id: Option<Uuid>,
    /// The account; required with a vendor key unless `source_id` is given.
    #[serde(default)]
    tenant_id: Option<Uuid>,
    /// Returns only dead letters with this reason.
    #[serde(default)]
    reason: Option<String>,
    /// Only counts the dead letters.
    #[serde(default)]
    dry_run: bool,
}

/// What a replay would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplayCountOut {
    /// Number of dead letters it would process.
    pub count: u64,
    /// How many of the first 500 customers might see twice.
    pub maybe_twice: u64,
    /// Estimated duration in seconds at the rate of replays.
    pub seconds_expected: u64,
}

/// A replay of dead letters.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplayOut {
    pub id: Uuid,
    pub tenant_id: Uuid,
    /// `retry` or `drop`.
    #[schema(example = "retry")]
    pub action: String,
    /// Null for all sources.
    #[schema(required)]
    pub source_id: Option<Uuid>,
    /// Null for any reason.
    #[schema(required)]
    pub reason: Option<String>,
    /// `running`, `done` or `cancelled`.
    #[schema(example = "running")]
    pub status: String,
    /// Counted when the replay started; later dead letters are not part of it.
    pub total: i64,
    pub done: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Moment,
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub finished_at: Option<Moment>,
}

/// How many dead letters are checked for unknown outcomes.
const LOOKED_AT: u64 = 500;

/// Retries or removes many dead letters, 20 per second.
///
/// With `dry_run` it only counts them. If an identical replay is still running, that replay is returned and no
/// second one starts.
#[utoipa::path(tag = "dead letters", request_body = ReplayIn, params(
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), responses(
    (status = 200, description = "Dry run: dead letters counted, nothing changed", body = ReplayCountOut),
    (status = 202, description = "The replay is running", body = ReplayOut),
    (status = 404, description = "No such source or account", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Validation failed", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/dead-letter-replays")]
pub async fn create(
    app: web::Data<UsageContext>,
    key: ApiKey,
    request: HttpRequest,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let (asked, once_only) = body.read::<ReplayIn>().await?;
    let action = ReplayAction::named(&asked.action);
    let action = action
        .ok_or_else(|| Error::field("/action", LocalizedText::new("said-kind-unknown").with("known", "retry, drop")))?;
    let tenant_id = dead_letters::tenant_of(&app, &key, asked.source_id, asked.tenant_id).await?;
    // Many letters of all accounts at once are never meant.
    let tenant_id = tenant_id.ok_or_else(|| Error::field("/tenant_id", LocalizedText::new("said-tenant-named")))?;
    let reason = asked.reason.filter(|reason| !reason.is_empty() && !reason.contains('\0'));
    let wanted = DeadLetterFilter { source_id: asked.source_id, reason, ..DeadLetterFilter::default() };
    if asked.dry_run {
        let count = read::count(app.store.read(), tenant_id, &wanted).await?;
        let first = read::ids(app.store.read(), tenant_id, &wanted, LOOKED_AT).await?;
        let dry = read::dry_run(app.store.read(), tenant_id, &first).await?;
        let maybe_twice = if action == ReplayAction::Retry { dry.maybe_twice } else { 0 };
        let seconds_expected = count.div_ceil(A_SECOND);
        return Ok(HttpResponse::Ok().json(ReplayCountOut { count, maybe_twice, seconds_expected }));
    }
    once(&app, &key, once_only, async {
        let row = replays::start(&app.delivery, tenant_id, action, &wanted, &format!("key:{}", key.id)).await?;
        let by = by(&app, &key, &request).await?;
        let noted = match action {
            ReplayAction::Retry => "undelivered.retried",
            ReplayAction::Drop => "undelivered.dropped",
        };
        let detail = json!({ "count": row.total, "replay": row.id });
        by.did(&app, app.store.write(), noted, (tenant_id, ""), detail).await?;
        Ok(HttpResponse::Accepted().json(shown(row)))
    })
    .await
}

/// Retrieves a replay.
///
/// The counts grow while it runs; `status` shows when it has finished.
#[utoipa::path(tag = "dead letters", params(("id", description = "The replay"), TenantQuery), responses(
    (status = 200, description = "The replay", body = ReplayOut),
    (status = 404, description = "No such replay", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/dead-letter-replays/{id}")]
pub async fn get(
    app: web::Data<UsageContext>,
    key: ApiKey,
    id: web::Path<Uuid>,
    query: Query<TenantQuery>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(shown(find(&app, &key, *id, &query).await?)))
}

/// Cancels a replay.
///
/// Dead letters it has already processed stay processed; the rest stay undelivered.
#[utoipa::path(tag = "dead letters", params(
    ("id", description = "The replay"),
    TenantQuery,
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), responses(
    (status = 202, description = "Cancelled, or it had already finished", body = ReplayOut),
    (status = 404, description = "No such replay", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/dead-letter-replays/{id}/cancel")]
pub async fn cancel(
    app: web::Data<UsageContext>,
    key: ApiKey,
    request: HttpRequest,
    id: web::Path<Uuid>,
    query: Query<TenantQuery>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let row = find(&app, &key, *id, &query).await?;
    once(&app, &key, body.ignore()?, async {
        if replays::cancel(&app.delivery, row.tenant_id, row.id).await? {
            let (by, detail) = (by(&app, &key, &request).await?, json!({ "replay": row.id }));
            by.did(&app, app.store.write(), "undelivered.stopped", (row.tenant_id, ""), detail).await?;
        }
        let row = replays::find(&app.delivery, row.tenant_id, row.id).await?.ok_or(Error::NotFound)?;
        Ok(HttpResponse::Accepted().json(shown(row)))
    })
    .await
}

async fn find(app: &UsageContext, key: &ApiKey, id: Uuid, query: &TenantQuery) -> Result<replay::Model> {
    let named = roster::named(query.tenant_id.as_deref())?;
    for tenant_id in roster::having::<replay::Entity>(app, key, named, id).await? {
        if let Some(row) = replays::find(&app.delivery, tenant_id, id).await? {
            return Ok(row);
        }
    }
    Err(Error::NotFound)
}

fn shown(row: replay::Model) -> ReplayOut {
    ReplayOut {
        id: row.id,
        tenant_id: row.tenant_id,
        action: row.action,
        source_id: row.source_id,
        reason: Some(row.reason).filter(|reason| !reason.is_empty()),
        status: row.state,
        total: row.total,
        done: row.done,
        created_at: Moment(row.created_at),
        finished_at: row.finished_at.map(Moment),
    }
}
