//! Dead letters: they are not retried automatically. Replays count many of them and then retry or remove them at a
//! fixed rate until done or cancelled.

use actix_web::{HttpResponse, delete, get, post, web};
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::json::{Moment, Query};
use base::message::{Direction, LetterKind};
use domain::api_key::Scope;
use domain::cursor::{ListOut, PageRequest};
use domain::delivery::DeliveryContext;
use domain::delivery::dead_letters;
use domain::delivery::read::dead::{self as read, DeadLetterFilter};
use domain::delivery::replay::{self as replays, A_SECOND, ReplayAction};
use entity::{dead_letter, replay};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::request::{Call, TenantQuery};
use super::roster;

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

/// Lists dead letters.
///
/// Newest first. A dead letter is not retried automatically. A vendor key lists those of all accounts unless
/// `tenant_id` or `source_id` names one; `reason` filters by reason.
#[utoipa::path(tag = "dead letters", params(DeadLettersQuery), responses(
    (status = 200, description = "A page of dead letters", body = ListOut<DeadLetterOut>),
    (status = 404, description = "No such source or account"),
    (status = 422, description = "Invalid filters or cursor"),
))]
#[get("/v1/dead-letters")]
pub async fn list_dead_letters(call: Call, query: Query<DeadLettersQuery>) -> Result<HttpResponse> {
    let source_id = roster::id_of("/source_id", query.source_id.as_deref())?;
    let named = roster::named(query.tenant_id.as_deref())?;
    let tenant_id = tenant_of(&call, source_id, named).await?;
    let reason = query.reason.as_deref().filter(|reason| !reason.contains('\0'));
    let source_text = source_id.map(|id| id.to_string()).unwrap_or_default();
    let reason_text = reason.map(|reason| format!("={reason}")).unwrap_or_default();
    let tenant_text = tenant_id.map(|id| id.to_string()).unwrap_or_default();
    let filters = ["dead-letters", &tenant_text, &source_text, &reason_text];
    let page = PageRequest::read(query.limit.as_deref(), query.cursor.as_deref(), &filters)?;
    let filter = DeadLetterFilter { source_id, reason: reason.map(str::to_owned), ..DeadLetterFilter::default() };
    let rows = match tenant_id {
        Some(tenant_id) => read::page(call.app.store.read(), tenant_id, &filter, page.after, page.rows()).await?,
        // A vendor key that names no account.
        None => read::page_of_all(&call.app.store, &filter, page.after, page.rows()).await?,
    };
    let (rows, next_cursor) = page.cut(rows, |row| row.id);
    let items = rows.into_iter().map(shown).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(HttpResponse::Ok().json(ListOut { items, next_cursor }))
}

/// Retries a dead letter.
///
/// It is appended to its conversation's queue with the same id and attempted like a new one.
#[utoipa::path(tag = "dead letters", params(("id", description = "The dead letter"), TenantQuery), responses(
    (status = 202, description = "Queued for another attempt", body = RetriedOut),
    (status = 404, description = "No such dead letter"),
))]
#[post("/v1/dead-letters/{id}/retry")]
pub async fn retry_dead_letter(call: Call, id: web::Path<Uuid>, query: Query<TenantQuery>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let named = roster::named(query.tenant_id.as_deref())?;
    call.once(async {
        act(&call, named, *id, "undelivered.retried", dead_letters::retry).await?;
        Ok(HttpResponse::Accepted().json(RetriedOut { id: *id, status: "queued" }))
    })
    .await
}

/// Deletes a dead letter permanently.
///
/// Its message keeps the status `failed`.
#[utoipa::path(tag = "dead letters", params(("id", description = "The dead letter"), TenantQuery), responses(
    (status = 204, description = "Deleted"),
    (status = 404, description = "No such dead letter"),
))]
#[delete("/v1/dead-letters/{id}")]
pub async fn delete_dead_letter(call: Call, id: web::Path<Uuid>, query: Query<TenantQuery>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let named = roster::named(query.tenant_id.as_deref())?;
    call.once(async {
        act(&call, named, *id, "undelivered.dropped", dead_letters::drop).await?;
        Ok(HttpResponse::NoContent().finish())
    })
    .await
}

/// Works on the dead letter in the account that has it, for the audit log too.
async fn act(
    call: &Call,
    named: Option<Uuid>,
    id: Uuid,
    action: &'static str,
    work: impl AsyncFn(&DeliveryContext, Uuid, Uuid) -> anyhow::Result<bool>,
) -> Result<()> {
    for tenant_id in roster::having::<dead_letter::Entity>(call, named, id).await? {
        if work(&call.app.delivery, tenant_id, id).await? {
            return call.did(action, (tenant_id, &id.to_string()), json!({ "count": 1 })).await;
        }
    }
    Err(Error::NotFound)
}

/// The account whose dead letters are meant: the named one, the source's or the key's; none with a vendor key that
/// names none.
async fn tenant_of(call: &Call, source_id: Option<Uuid>, named: Option<Uuid>) -> Result<Option<Uuid>> {
    if let Some(named) = named {
        call.key.in_tenant(named)?;
    }
    if let Some(source_id) = source_id {
        // Dead letters of a deleted source stay visible.
        let source = call.app.lookup.source(source_id).await?.ok_or(Error::NotFound)?;
        call.key.in_tenant(source.tenant_id)?;
        let is_named = named.is_none_or(|named| named == source.tenant_id);
        return if is_named { Ok(Some(source.tenant_id)) } else { Err(Error::NotFound) };
    }
    Ok(named.or(call.key.tenant))
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

/// Which dead letters to process and how.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayIn {
    /// `retry` appends each to its conversation's queue with the same id; `drop` deletes each.
    #[schema(example = "retry")]
    action: String,
    /// Returns only dead letters of this source.
    source_id: Option<Uuid>,
    /// The account; required with a vendor key unless `source_id` is given.
    tenant_id: Option<Uuid>,
    /// Returns only dead letters with this reason.
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

/// Retries or removes many dead letters.
///
/// 20 per second. With `dry_run` it only counts them. If an identical replay is still running, that replay is returned
/// and no second one starts.
#[utoipa::path(tag = "dead letters", request_body = ReplayIn, responses(
    (status = 200, description = "Dry run: dead letters counted, nothing changed", body = ReplayCountOut),
    (status = 202, description = "The replay is running", body = ReplayOut),
    (status = 404, description = "No such source or account"),
    (status = 422, description = "Validation failed"),
))]
#[post("/v1/dead-letter-replays")]
pub async fn replay_dead_letters(mut call: Call) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let input = call.read::<ReplayIn>().await?;
    let action = ReplayAction::parse(&input.action);
    let action = action
        .ok_or_else(|| Error::field("/action", LocalizedText::new("said-kind-unknown").with("known", "retry, drop")))?;
    let tenant_id = tenant_of(&call, input.source_id, input.tenant_id).await?;
    // Many letters of all accounts at once are never meant.
    let tenant_id = tenant_id.ok_or_else(|| Error::field("/tenant_id", LocalizedText::new("said-tenant-named")))?;
    let reason = input.reason.filter(|reason| !reason.is_empty() && !reason.contains('\0'));
    let filter = DeadLetterFilter { source_id: input.source_id, reason, ..DeadLetterFilter::default() };
    if input.dry_run {
        let count = read::count(call.app.store.read(), tenant_id, &filter).await?;
        let first = read::ids(call.app.store.read(), tenant_id, &filter, LOOKED_AT).await?;
        let dry = read::dry_run(call.app.store.read(), tenant_id, &first).await?;
        let maybe_twice = if action == ReplayAction::Retry { dry.maybe_twice } else { 0 };
        let seconds_expected = count.div_ceil(A_SECOND);
        return Ok(HttpResponse::Ok().json(ReplayCountOut { count, maybe_twice, seconds_expected }));
    }
    call.once(async {
        let row =
            replays::start(&call.app.delivery, tenant_id, action, &filter, &format!("key:{}", call.key.id)).await?;
        let detail = json!({ "count": row.total, "replay": row.id });
        call.did(action.noted(), (tenant_id, ""), detail).await?;
        Ok(HttpResponse::Accepted().json(replay_out(row)))
    })
    .await
}

/// Retrieves a replay.
///
/// The counts grow while it runs; `status` shows when it has finished.
#[utoipa::path(tag = "dead letters", params(("id", description = "The replay"), TenantQuery), responses(
    (status = 200, description = "The replay", body = ReplayOut),
    (status = 404, description = "No such replay"),
))]
#[get("/v1/dead-letter-replays/{id}")]
pub async fn get_replay(call: Call, id: web::Path<Uuid>, query: Query<TenantQuery>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(replay_out(find(&call, *id, &query).await?)))
}

/// Cancels a replay.
///
/// Dead letters it has already processed stay processed; the rest stay undelivered.
#[utoipa::path(tag = "dead letters", params(("id", description = "The replay"), TenantQuery), responses(
    (status = 202, description = "Cancelled, or it had already finished", body = ReplayOut),
    (status = 404, description = "No such replay"),
))]
#[post("/v1/dead-letter-replays/{id}/cancel")]
pub async fn cancel_replay(call: Call, id: web::Path<Uuid>, query: Query<TenantQuery>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let row = find(&call, *id, &query).await?;
    call.once(async {
        if replays::cancel(&call.app.delivery, row.tenant_id, row.id).await? {
            call.did("undelivered.stopped", (row.tenant_id, ""), json!({ "replay": row.id })).await?;
        }
        let row = replays::find(&call.app.delivery, row.tenant_id, row.id).await?.ok_or(Error::NotFound)?;
        Ok(HttpResponse::Accepted().json(replay_out(row)))
    })
    .await
}

async fn find(call: &Call, id: Uuid, query: &TenantQuery) -> Result<replay::Model> {
    let named = roster::named(query.tenant_id.as_deref())?;
    for tenant_id in roster::having::<replay::Entity>(call, named, id).await? {
        if let Some(row) = replays::find(&call.app.delivery, tenant_id, id).await? {
            return Ok(row);
        }
    }
    Err(Error::NotFound)
}

fn replay_out(row: replay::Model) -> ReplayOut {
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
