//! Deletes old data: once a day, by one process, one account after the other and one small batch per commit, so that
//! it blocks no one. It needs no index: ids begin with their time, so old rows come first among each account's rows.
//!
//! ```text
//! bytes of hooks, attempts ─▶ undelivered letters (with the texts they kept) ─▶ texts ─▶ messages ─▶ ids ─▶ audit
//!                                                                            the ledger's old days merged into one
//!                                                                            row
//! ```
//!
//! Ids are kept longer than texts and messages by design: a repeat must be recognised for at least 45 days.
//!
//! The ids by which repeats are recognised have no time in their key and no index by their day, which would
//! slow every accept; so all ids of an account are read in key order, in small pieces, and the old ones deleted by
//! key.

use std::sync::Arc;
use std::time::Duration;

use base::config::{OwnDays, Retention};
use base::message::{Direction, LetterKind, State, day_of};
use base::millis::{DAY, HOUR};
use base::store::{Search, VENDOR};
use chrono::TimeDelta;
use entity::{
    account_usage, alert, attempt, audit, chore, dead_letter, found_message, histogram, idempotency, letter, message,
    raw_hook, route_decision, sale, tenant, vendor_event, vendor_event_attempt,
};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, OnConflict, Query};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, UpdateMany,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::delivery::DeliveryContext;
use crate::delivery::read::figures::hours_begin;
use crate::delivery::read::first_id_at;
use crate::tenant::{emptied, remove};

/// Interval between checks whether a round is due.
const LOOK: Duration = Duration::from_secs(600);
/// Pause between two accounts.
const BREATH: Duration = Duration::from_millis(20);
/// Accounts read at once.
const PAGE: u64 = 200;
/// Time after which the claim of a process that died is lost.
const HELD: TimeDelta = TimeDelta::minutes(10);
const ACCOUNTS: Search<'_> = Search { tables: &["tenant"], columns: None };
/// How long events for the vendor's own webhooks are kept; until then they can be resent.
const VENDOR_EVENTS: TimeDelta = TimeDelta::days(30);

/// For each kind of data the time before which it is deleted, in milliseconds since 1970 or in days.
#[derive(Clone, Copy, Debug)]
struct Ends {
    hooks: i64,
    attempts: i64,
    letters: i64,
    texts: i64,
    /// Texts before this were processed in an earlier round.
    texts_from: i64,
    messages: i64,
    keys: i32,
    audit: i64,
    ledger: i32,
}

impl Ends {
    fn of(retention: &Retention, now: i64, done_at: i64) -> Self {
        let before = |days: u32| now - i64::from(days) * DAY;
        let texts = before(retention.texts_days);
        Self {
            hooks: before(retention.hooks_days),
            attempts: before(retention.attempts_days),
            letters: before(retention.undelivered_days),
            texts,
            texts_from: seen_to(done_at, retention.texts_days),
            messages: before(retention.messages_days),
            keys: day_of(before(retention.ids_days)),
            audit: before(retention.audit_days),
            // Letters of later days may still be settled.
            ledger: day_of(now - 10 * DAY),
        }
    }

    /// The same for an account that may have its own numbers of days.
    fn for_account(configured: &Retention, account: &RetentionAccount, now: i64, done_at: i64) -> Self {
        let own = OwnDays {
            hooks: account.hooks_days,
            attempts: account.attempts_days,
            undelivered: account.undelivered_days,
            audit: account.audit_days,
            texts: account.texts_days,
        };
        let ends = Self::of(&configured.of_account(own), now, done_at);
        // Until a moment ago it may have had other days for texts: earlier rounds then left some that are due now.
        if account.texts_days_at < done_at { ends } else { Self { texts_from: 0, ..ends } }
    }
}

/// Time up to which earlier rounds processed the texts; messages that still waited then have been settled within a
/// week.
fn seen_to(done_at: i64, days: u32) -> i64 {
    if done_at == 0 { 0 } else { done_at - i64::from(days) * DAY - 9 * DAY }
}

/// An account's data for the round.
#[derive(Clone, Copy, Debug, FromQueryResult)]
struct RetentionAccount {
    tenant_id: Uuid,
    texts_days: Option<i32>,
    texts_days_at: i64,
    hooks_days: Option<i32>,
    attempts_days: Option<i32>,
    undelivered_days: Option<i32>,
    audit_days: Option<i32>,
}

/// Runs due rounds until the stop.
pub async fn run(app: Arc<DeliveryContext>, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_some() {
        match stop.run_until_cancelled(round(&app)).await {
            Some(Ok(Some(rows))) => tracing::info!(rows, "data past its retention period was removed"),
            Some(Ok(None)) | None => {}
            Some(Err(error)) => {
                tracing::warn!(error = format!("{error:#}"), "old data could not be removed; it will be retried");
            }
        }
    }
}

/// One round, if it is due and no other process makes it; returns how many rows were removed or emptied.
pub async fn round(app: &DeliveryContext) -> anyhow::Result<Option<u64>> {
    let Some(chore) = claim_chore(app, "retention", TimeDelta::days(1), HELD).await? else { return Ok(None) };
    let now = app.clock.millis();
    let ends = Ends::of(&app.config.retention, now, chore.done_at);
    let mut gone = of_tenant(app, VENDOR, ends).await?;
    let mut after = VENDOR;
    loop {
        let page = tenant::Entity::find()
            .select_only()
            .columns([tenant::Column::TenantId, tenant::Column::TextsDays, tenant::Column::TextsDaysAt])
            .columns([
                tenant::Column::HooksDays,
                tenant::Column::AttemptsDays,
                tenant::Column::UndeliveredDays,
                tenant::Column::AuditDays,
            ])
            .filter(tenant::Column::TenantId.gt(after))
            .order_by_asc(tenant::Column::TenantId)
            .limit(PAGE)
            .build(app.store.backend());
        let page = app.store.search(app.store.read(), page, ACCOUNTS).await?;
        let page: Vec<RetentionAccount> =
            page.iter().map(|row| RetentionAccount::from_query_result(row, "")).collect::<Result<_, _>>()?;
        let Some(last) = page.last() else { break };
        after = last.tenant_id;
        for account in page {
            if !chore.keep(app).await? {
                return Ok(Some(gone));
            }
            let ends = Ends::for_account(&app.config.retention, &account, now, chore.done_at);
            gone += of_tenant(app, account.tenant_id, ends).await?;
            tokio::time::sleep(BREATH).await;
        }
    }
    gone += delete_vendor_events(app, now - VENDOR_EVENTS.num_milliseconds()).await?;
    chore.end(app, now).await?;
    metrics::gauge!("parom_retention_done_seconds").set(f64::from(u32::try_from(now / 1000).unwrap_or(u32::MAX)));
    Ok(Some(gone))
}

async fn of_tenant(app: &DeliveryContext, tenant_id: Uuid, ends: Ends) -> anyhow::Result<u64> {
    let hooks = raw_hook::Column::Id.lt(first_id_at(ends.hooks));
    let mut gone = remove::rows::<raw_hook::Entity>(&app.store, tenant_id, hooks.into()).await?;
    let attempts = attempt::Column::MessageId.lt(first_id_at(ends.attempts)).and(attempt::Column::At.lt(ends.attempts));
    gone += remove::rows::<attempt::Entity>(&app.store, tenant_id, attempts.into()).await?;
    gone += delete_letters(app, tenant_id, ends.letters, ends.texts).await?;
    gone += delete_texts(app, tenant_id, ends.texts_from, ends.texts).await?;
    gone += delete_messages(app, tenant_id, ends.messages).await?;
    let sums = account_usage::Column::Day.lt(day_of(ends.messages));
    gone += remove::rows::<account_usage::Entity>(&app.store, tenant_id, sums.into()).await?;
    let decisions = route_decision::Column::MessageId.lt(first_id_at(ends.messages));
    gone += remove::rows::<route_decision::Entity>(&app.store, tenant_id, decisions.into()).await?;
    let sales = sale::Column::CreatedAt.lt(ends.messages);
    gone += remove::rows::<sale::Entity>(&app.store, tenant_id, sales.into()).await?;
    gone += delete_answers(app, tenant_id).await?;
    let kept = oldest_alert_kept(app, tenant_id).await?;
    let alerts = alert::Column::ResolvedAt.lt(ends.audit).or(alert::Column::ResolvedAt.lt(kept));
    gone += remove::rows::<alert::Entity>(&app.store, tenant_id, alerts.into()).await?;
    let audit = audit::Column::Id.lt(first_id_at(ends.audit));
    gone += remove::rows::<audit::Entity>(&app.store, tenant_id, audit.into()).await?;
    gone += delete_ids(app, tenant_id, ends.keys).await?;
    gone += app.queue.fold_ledger(tenant_id, ends.ledger).await?;
    let durations = histogram::Column::Hour.lt(hours_begin(app.clock.millis()) / HOUR);
    gone += remove::rows::<histogram::Entity>(&app.store, tenant_id, durations.into()).await?;
    Ok(gone)
}

/// How many alerts of an account that are over are kept: a cause that comes and goes leaves a row each time.
const ALERTS_KEPT: u64 = 200;

/// When the oldest of them ended; 0 if there are fewer.
async fn oldest_alert_kept(app: &DeliveryContext, tenant_id: Uuid) -> Result<i64, DbErr> {
    let over = alert::Entity::of_tenant(tenant_id).filter(alert::Column::ResolvedAt.is_not_null());
    let newest = over.order_by_desc(alert::Column::ResolvedAt).offset(ALERTS_KEPT - 1);
    Ok(newest.one(app.store.read()).await?.and_then(|alert| alert.resolved_at).unwrap_or(0))
}

/// A chore claimed by this process.
struct Chore {
    name: &'static str,
    owner: Uuid,
    held: TimeDelta,
    /// When it was last completed; 0 for never.
    pub done_at: i64,
}

/// Claims a chore that was last completed at least `every` ago and that is not claimed. A claim that is not renewed for
/// `held` is lost.
async fn claim_chore(
    app: &DeliveryContext,
    name: &'static str,
    every: TimeDelta,
    held: TimeDelta,
) -> Result<Option<Chore>, DbErr> {
    let (db, owner) = (app.store.write(), app.clock.uuid_v7());
    let row = chore::Model { tenant_id: VENDOR, name: name.to_owned(), owner, leased_until: 0, done_at: 0 };
    let known = OnConflict::columns([chore::Column::TenantId, chore::Column::Name]).do_nothing().to_owned();
    chore::Entity::insert(row.into_active_model()).on_conflict(known).exec_without_returning(db).await?;
    let now = app.store.now().await?;
    let taken = of(name)
        .col_expr(chore::Column::Owner, Expr::value(owner))
        .col_expr(chore::Column::LeasedUntil, Expr::value(now + held.num_milliseconds()))
        .filter(chore::Column::LeasedUntil.lt(now))
        .filter(chore::Column::DoneAt.lte(app.clock.millis() - every.num_milliseconds()))
        .exec(db)
        .await?;
    if taken.rows_affected == 0 {
        return Ok(None);
    }
    let found = chore::Entity::of_tenant(VENDOR).filter(chore::Column::Name.eq(name)).one(db).await?;
    Ok(found.map(|row| Chore { name, owner, held, done_at: row.done_at }))
}

impl Chore {
    /// Renews the claim. False if another process has it by now.
    pub async fn keep(&self, app: &DeliveryContext) -> Result<bool, DbErr> {
        let until = app.store.now().await? + self.held.num_milliseconds();
        let kept = self.mine().col_expr(chore::Column::LeasedUntil, Expr::value(until)).exec(app.store.write()).await?;
        Ok(kept.rows_affected > 0)
    }

    /// Records the completion.
    pub async fn end(&self, app: &DeliveryContext, at: i64) -> Result<(), DbErr> {
        let done = self.mine().col_expr(chore::Column::LeasedUntil, Expr::value(0_i64));
        done.col_expr(chore::Column::DoneAt, Expr::value(at)).exec(app.store.write()).await?;
        Ok(())
    }

    fn mine(&self) -> UpdateMany<chore::Entity> {
        of(self.name).filter(chore::Column::Owner.eq(self.owner))
    }
}

fn of(name: &str) -> UpdateMany<chore::Entity> {
    chore::Entity::update_of(VENDOR).filter(chore::Column::Name.eq(name))
}

/// Rows per batch.
const BATCH: u64 = 500;

/// Undelivered letters that were given up before a time. The messages of those whose texts are old enough are emptied
/// too.
async fn delete_letters(app: &DeliveryContext, tenant_id: Uuid, before: i64, texts_before: i64) -> anyhow::Result<u64> {
    use dead_letter::Column;
    let (mut gone, mut after) = (0, Uuid::nil());
    loop {
        let some = dead_letter::Entity::of_tenant(tenant_id)
            .filter(Column::Id.gt(after))
            .filter(Column::Id.lt(first_id_at(before)))
            .filter(Column::LastAt.lt(before))
            .order_by_asc(Column::Id)
            .limit(BATCH)
            .all(app.store.read())
            .await?;
        let Some(last) = some.last() else { return Ok(gone) };
        after = last.id;
        let ids = some.iter().map(|dead| dead.id);
        let done = dead_letter::Entity::delete_of(tenant_id)
            .filter(Column::Id.is_in(ids))
            .filter(Column::LastAt.lt(before))
            .exec(app.store.write())
            .await?;
        gone += done.rows_affected;
        let message = LetterKind::Message.number();
        let messages = some.iter().filter(|dead| dead.kind == message).map(|dead| dead.message_id);
        let ended: Vec<Uuid> = messages.filter(|id| *id < first_id_at(texts_before)).collect();
        gone += empty(app, tenant_id, Condition::all().add(message::Column::Id.is_in(ended))).await?;
    }
}

/// Texts of messages that were accepted between two times and are settled. A message that can still be sent again
/// keeps its text.
async fn delete_texts(app: &DeliveryContext, tenant_id: Uuid, from: i64, before: i64) -> anyhow::Result<u64> {
    use message::Column;
    let (mut gone, mut after, end) = (0, first_id_at(from), first_id_at(before));
    loop {
        let some: Vec<Uuid> = message::Entity::of_tenant(tenant_id)
            .select_only()
            .column(Column::Id)
            .filter(Column::Id.gt(after))
            .filter(Column::Id.lt(end))
            .order_by_asc(Column::Id)
            .limit(BATCH)
            .into_tuple()
            .all(app.store.read())
            .await?;
        let Some(last) = some.last().copied() else { return Ok(gone) };
        let span = Condition::all().add(Column::Id.gt(after)).add(Column::Id.lte(last));
        gone += empty(app, tenant_id, span).await?;
        after = last;
    }
}

/// Empties those of the messages that are settled and not empty yet.
async fn empty(app: &DeliveryContext, tenant_id: Uuid, some: Condition) -> anyhow::Result<u64> {
    use message::Column;
    let mut gone = 0;
    for direction in [Direction::ToCrm, Direction::ToMessenger] {
        let body = serde_json::to_string(&emptied(direction))?;
        let done = message::Entity::update_of(tenant_id)
            .col_expr(Column::Body, Expr::value(body.as_str()))
            .filter(some.clone())
            .filter(Column::Direction.eq(direction.number()))
            .filter(Column::State.ne(State::Queued.number()))
            .filter(Column::Body.ne(body.as_str()))
            .filter(Column::Id.not_in_subquery(waiting(tenant_id)))
            .filter(Column::Id.not_in_subquery(undelivered(tenant_id)))
            .exec(app.store.write())
            .await?;
        gone += done.rows_affected;
    }
    Ok(gone)
}

/// Messages that still wait or can be sent again.
fn waiting(tenant_id: Uuid) -> sea_orm::sea_query::SelectStatement {
    let mut some = Query::select();
    some.column(letter::Column::MessageId).from(letter::Entity);
    some.and_where(Expr::col((letter::Entity, letter::Column::TenantId)).eq(tenant_id)).to_owned()
}

fn undelivered(tenant_id: Uuid) -> sea_orm::sea_query::SelectStatement {
    let mut some = Query::select();
    some.column(dead_letter::Column::MessageId).from(dead_letter::Entity);
    some.and_where(Expr::col((dead_letter::Entity, dead_letter::Column::TenantId)).eq(tenant_id)).to_owned()
}

/// Messages accepted before a time, with their related rows.
async fn delete_messages(app: &DeliveryContext, tenant_id: Uuid, before: i64) -> Result<u64, DbErr> {
    let end = first_id_at(before);
    let found = Condition::all().add(found_message::Column::MessageId.lt(end));
    let noted = remove::rows::<found_message::Entity>(&app.store, tenant_id, found).await?;
    let old = Condition::all()
        .add(message::Column::Id.lt(end))
        .add(message::Column::State.ne(State::Queued.number()))
        .add(message::Column::Id.not_in_subquery(waiting(tenant_id)))
        .add(message::Column::Id.not_in_subquery(undelivered(tenant_id)));
    Ok(noted + remove::rows::<message::Entity>(&app.store, tenant_id, old).await?)
}

/// First answers to requests with an `Idempotency-Key`, a day after they expired.
async fn delete_answers(app: &DeliveryContext, tenant_id: Uuid) -> Result<u64, DbErr> {
    let before = app.clock.millis() - 2 * DAY;
    let old = Condition::all().add(idempotency::Column::CreatedAt.lt(before));
    remove::rows::<idempotency::Entity>(&app.store, tenant_id, old).await
}

/// Events for the vendor's own webhooks that happened before a time, with their attempts.
async fn delete_vendor_events(app: &DeliveryContext, before: i64) -> Result<u64, DbErr> {
    let end = first_id_at(before);
    let attempts = Condition::all().add(vendor_event_attempt::Column::EventId.lt(end));
    let gone = remove::rows::<vendor_event_attempt::Entity>(&app.store, VENDOR, attempts).await?;
    let events = Condition::all().add(vendor_event::Column::Id.lt(end));
    Ok(gone + remove::rows::<vendor_event::Entity>(&app.store, VENDOR, events).await?)
}

/// Ids read at once.
const PIECE: u32 = 1_000;

/// Deletes the ids of what arrived before a day (counted from 1970).
async fn delete_ids(app: &DeliveryContext, tenant_id: Uuid, before: i32) -> Result<u64, DbErr> {
    let (mut gone, mut after) = (0, None);
    loop {
        let piece = app.queue.known_ids(tenant_id, after.as_ref(), PIECE).await?;
        let full = piece.len() >= usize::try_from(PIECE).unwrap_or(usize::MAX);
        after = piece.last().map(|known| known.key.clone());
        let old: Vec<_> = piece.into_iter().filter(|known| known.day < before).map(|known| known.key).collect();
        gone += app.queue.forget_ids(tenant_id, &old, before).await?;
        if !full {
            return Ok(gone);
        }
    }
}
