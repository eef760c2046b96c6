//! One step of an import, and its one commit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Context;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::message::{Body, State};
use base::store::in_transaction;
use chrono::TimeDelta;
use entity::import::{self, Column};
use entity::{import_line, import_skip, lane, message, source};
use queue::accept_batch::{Alias, ItemOutcome, Side};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, SqlErr,
};
use serde_json::json;
use uuid::Uuid;

use super::format::Format;
use super::{ImportState, limits, queries};
use crate::intake::message_in;
use crate::intake::messenger::message::{Incoming, accept_as};
use crate::source::By;
use crate::usage::UsageContext;

/// Delay of the next step while it runs.
const TICK: TimeDelta = TimeDelta::seconds(1);
/// Delay of the next step while another import of the channel runs, or the source is paused.
const LATER: TimeDelta = TimeDelta::seconds(5);
/// Delay of the next step after a database error.
const TROUBLE: TimeDelta = TimeDelta::seconds(10);
/// Lines deleted in one batch.
const THROWN: u64 = 500;
/// No more lines are queued while this many are not settled, so that the queue stays short.
const MOST_UNSETTLED: usize = 100;

/// The changes of a step.
#[derive(Default)]
struct ImportChanges {
    /// Lines that are now queued, by their message.
    pub accepted: Vec<Uuid>,
    /// Lines that are finished.
    pub over: Vec<Uuid>,
    pub skips: Vec<(i64, String)>,
    pub done: i64,
    pub duplicates: i64,
}

impl ImportChanges {
    pub(super) fn skip(&mut self, line: &import_line::Model, reason: String) {
        self.over.push(line.message_id);
        self.skips.push((line.line, reason));
    }
}

/// Performs a step of an import in this state whose lines are stored.
pub(super) async fn step(app: &Arc<UsageContext>, row: import::Model, state: ImportState) -> anyhow::Result<()> {
    match state {
        ImportState::Queued => begin(app, row).await,
        ImportState::Running => go_on(app, row).await,
        ImportState::Paused | ImportState::Failed => wait_for_the_rest(app, row).await,
        ImportState::Cancelled => cancel(app, row).await,
        ImportState::Done => throw_away(app, row).await,
        ImportState::Reading => Ok(read_no_further(app, row).await?),
    }
}

/// Starts it, if no other import of the channel runs.
async fn begin(app: &Arc<UsageContext>, row: import::Model) -> anyhow::Result<()> {
    let now = app.clock.millis();
    let update = queries::one(row.tenant_id, row.id)
        .col_expr(Column::State, Expr::value(ImportState::Running.number()))
        .col_expr(Column::RefilledAt, Expr::value(now))
        .col_expr(Column::NextAt, Expr::value(Some(now)))
        .filter(Column::Epoch.eq(row.epoch));
    match update.exec(app.store.write()).await {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Ok(later(app, &row, LATER.num_milliseconds(), false).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn go_on(app: &Arc<UsageContext>, mut row: import::Model) -> anyhow::Result<()> {
    let Some(source) = app.lookup.source(row.source_id).await?.filter(|source| source.deleted_at.is_none()) else {
        return fail(app, row, &LocalizedText::new("said-import-no-source")).await;
    };
    let mut change = ImportChanges::default();
    let unsettled = count_settled(app, &row, &mut change).await?;
    let now = app.clock.millis();
    let rate = limits::per_second(app);
    limits::refill(&mut row, rate, now);
    row.gives_way = false;
    if source.paused || unsettled >= MOST_UNSETTLED {
        row.next_at = Some(now + if source.paused { LATER.num_milliseconds() } else { TICK.num_milliseconds() });
        return Ok(keep(app, row, change).await?);
    }
    if live_waits(app, &row).await? {
        row.gives_way = true;
        row.next_at = Some(now + TICK.num_milliseconds());
        return Ok(keep(app, row, change).await?);
    }
    row.next_at = Some(now + TICK.num_milliseconds().max(limits::until_next(&row, rate)));
    match hand_over_page(app, &source, &mut row, &mut change).await {
        Ok(left) if !left && unsettled == 0 && change.accepted.is_empty() => finish(app, row, change).await,
        Ok(_) => Ok(keep(app, row, change).await?),
        Err(Error::Internal(cause)) => {
            tracing::error!(tenant.id = %row.tenant_id, import.id = %row.id, cause = format!("{cause:#}"), "an import stopped: a line could not be queued");
            keep_failed(app, row, change, &LocalizedText::new("said-internal")).await
        }
        Err(passing) => {
            tracing::warn!(tenant.id = %row.tenant_id, import.id = %row.id, error = %passing, "an import is waiting after a temporary error");
            row.next_at = Some(now + TROUBLE.num_milliseconds());
            Ok(keep(app, row, change).await?)
        }
    }
}

async fn finish(app: &UsageContext, mut row: import::Model, change: ImportChanges) -> anyhow::Result<()> {
    row.state = ImportState::Done.number();
    row.next_at = None;
    row.finished_at = Some(app.clock.millis());
    Ok(keep(app, row, change).await?)
}

pub(super) async fn fail(app: &UsageContext, row: import::Model, said: &LocalizedText) -> anyhow::Result<()> {
    keep_failed(app, row, ImportChanges::default(), said).await
}

async fn keep_failed(
    app: &UsageContext,
    mut row: import::Model,
    change: ImportChanges,
    said: &LocalizedText,
) -> anyhow::Result<()> {
    row.state = ImportState::Failed.number();
    row.failure = queries::kept_reason(said);
    // Once more, for what is in the queue.
    row.next_at = Some(app.clock.millis() + TICK.num_milliseconds());
    Ok(keep(app, row, change).await?)
}

/// Counts what is in the queue until it is empty.
async fn wait_for_the_rest(app: &UsageContext, mut row: import::Model) -> anyhow::Result<()> {
    let mut change = ImportChanges::default();
    let unsettled = count_settled(app, &row, &mut change).await?;
    row.next_at = (unsettled > 0).then(|| app.clock.millis() + LATER.num_milliseconds());
    Ok(keep(app, row, change).await?)
}

/// Deletes the rest, except what is in the queue, whether or not that was recorded.
async fn cancel(app: &UsageContext, row: import::Model) -> anyhow::Result<()> {
    let next = queries::lines(&row).filter(import_line::Column::Accepted.eq(false)).limit(THROWN);
    let waiting = next.all(app.store.read()).await?;
    if waiting.is_empty() {
        return wait_for_the_rest(app, row).await;
    }
    let sent = sent_of(app, &row, &waiting).await?;
    let over = waiting.iter().map(|line| line.message_id).filter(|id| !sent.contains(id)).collect();
    let change = ImportChanges { accepted: sent.into_iter().collect(), over, ..ImportChanges::default() };
    let again = import::Model { next_at: Some(app.clock.millis()), ..row };
    Ok(keep(app, again, change).await?)
}

/// Deletes a dry run that was never started.
async fn throw_away(app: &UsageContext, row: import::Model) -> anyhow::Result<()> {
    let lines = import_line::Column::ImportId.eq(row.id).into();
    crate::tenant::remove::rows::<import_line::Entity>(&app.store, row.tenant_id, lines).await?;
    Ok(keep(app, import::Model { next_at: None, ..row }, ImportChanges::default()).await?)
}

/// Deletes a file whose upload was interrupted without clean-up.
async fn read_no_further(app: &UsageContext, row: import::Model) -> Result<(), DbErr> {
    queries::remove(app, row.tenant_id, row.id).await
}

async fn later(app: &UsageContext, row: &import::Model, millis: i64, gives_way: bool) -> Result<(), DbErr> {
    let next_at = Some(app.clock.millis() + millis);
    keep(app, import::Model { next_at, gives_way, ..row.clone() }, ImportChanges::default()).await
}

/// Tries again after a while, and says meanwhile why it waits.
pub(super) async fn wait(
    app: &UsageContext,
    row: import::Model,
    said: &LocalizedText,
    millis: i64,
) -> anyhow::Result<()> {
    let next_at = Some(app.clock.millis() + millis);
    Ok(keep(app, import::Model { next_at, failure: queries::kept_reason(said), ..row }, ImportChanges::default())
        .await?)
}

/// Stores a step, unless the import was claimed by another worker meanwhile.
async fn keep(app: &UsageContext, row: import::Model, change: ImportChanges) -> Result<(), DbErr> {
    in_transaction(&app.store, async |tx| {
        keep_in(app, tx, &row, change).await?;
        app.faults.hit("import.before_commit").map_err(|injected| DbErr::Custom(injected.to_string()))
    })
    .await
}

async fn keep_in(
    app: &UsageContext,
    tx: &DatabaseTransaction,
    row: &import::Model,
    change: ImportChanges,
) -> Result<(), DbErr> {
    let skipped = i64::try_from(change.skips.len()).unwrap_or(0);
    let (done, duplicates) = (row.done + change.done, row.duplicates + change.duplicates);
    let mine = queries::one(row.tenant_id, row.id)
        .col_expr(Column::State, Expr::value(row.state))
        .col_expr(Column::Done, Expr::value(done))
        .col_expr(Column::Duplicates, Expr::value(duplicates))
        .col_expr(Column::Skipped, Expr::value(row.skipped + skipped))
        .col_expr(Column::Tokens, Expr::value(row.tokens))
        .col_expr(Column::RefilledAt, Expr::value(row.refilled_at))
        .col_expr(Column::GivesWay, Expr::value(row.gives_way))
        .col_expr(Column::Failure, Expr::value(row.failure.as_str()))
        .col_expr(Column::NextAt, Expr::value(row.next_at))
        .col_expr(Column::FinishedAt, Expr::value(row.finished_at))
        .filter(Column::Epoch.eq(row.epoch))
        .exec(tx)
        .await?;
    if mine.rows_affected == 0 {
        return Ok(());
    }
    let of_import = |ids: Vec<Uuid>| {
        sea_orm::Condition::all()
            .add(import_line::Column::TenantId.eq(row.tenant_id))
            .add(import_line::Column::ImportId.eq(row.id))
            .add(import_line::Column::MessageId.is_in(ids))
    };
    if !change.accepted.is_empty() {
        import_line::Entity::update_many()
            .col_expr(import_line::Column::Accepted, Expr::value(true))
            .filter(of_import(change.accepted))
            .exec(tx)
            .await?;
    }
    if !change.over.is_empty() {
        import_line::Entity::delete_many().filter(of_import(change.over)).exec(tx).await?;
    }
    let (tenant_id, import_id) = (row.tenant_id, row.id);
    let skips =
        change.skips.into_iter().map(|(line, reason)| import_skip::Model { tenant_id, import_id, line, reason });
    let skips: Vec<_> = skips.map(IntoActiveModel::into_active_model).collect();
    if !skips.is_empty() {
        let key = [import_skip::Column::TenantId, import_skip::Column::ImportId, import_skip::Column::Line];
        import_skip::Entity::insert_many(skips)
            .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
            .exec_without_returning(tx)
            .await?;
    }
    // A dry run's completion was already recorded when it was counted.
    if row.state == ImportState::Done.number() && !row.dry_run {
        let detail =
            json!({"messages": row.total, "done": done, "duplicates": duplicates, "skipped": row.skipped + skipped});
        queries::note(app, tx, row, &By::parom(), "import.finished", detail).await?;
    }
    Ok(())
}

/// Lines checked in one step.
const PAGE: u64 = 500;

/// Records which lines amoCRM accepted, refused, or will never get; returns how many are still queued.
async fn count_settled(app: &UsageContext, row: &import::Model, change: &mut ImportChanges) -> Result<usize, DbErr> {
    let handed =
        queries::lines(row).filter(import_line::Column::Accepted.eq(true)).limit(PAGE).all(app.store.read()).await?;
    let states = states_of(app, row, &handed).await?;
    let mut waiting = 0;
    for line in &handed {
        match states.get(&line.message_id) {
            Some(State::Queued | State::Sent) => waiting += 1,
            Some(State::Delivered | State::Read) => {
                change.done += 1;
                change.over.push(line.message_id);
            }
            Some(State::Failed | State::Shadow) => {
                change.skip(line, queries::kept_reason(&LocalizedText::new("said-import-undelivered")))
            }
            None => change.skip(line, queries::kept_reason(&LocalizedText::new("said-import-erased"))),
        }
    }
    Ok(waiting)
}

/// Those of these lines whose message is already stored, because of a crash between the two commits.
async fn sent_of(
    app: &UsageContext,
    row: &import::Model,
    lines: &[import_line::Model],
) -> Result<BTreeSet<Uuid>, DbErr> {
    Ok(states_of(app, row, lines).await?.into_keys().collect())
}

async fn states_of(
    app: &UsageContext,
    row: &import::Model,
    lines: &[import_line::Model],
) -> Result<BTreeMap<Uuid, State>, DbErr> {
    if lines.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found: Vec<(Uuid, i16)> = message::Entity::of_tenant(row.tenant_id)
        .select_only()
        .columns([message::Column::Id, message::Column::State])
        .filter(message::Column::Id.is_in(lines.iter().map(|line| line.message_id)))
        .into_tuple()
        .all(app.store.read())
        .await?;
    // A damaged row must not count as delivered.
    Ok(found.into_iter().map(|(id, state)| (id, State::from_number(state).unwrap_or(State::Failed))).collect())
}

/// Whether something for the channel could be sent now: live messages go first, and so do lines already queued.
async fn live_waits(app: &UsageContext, row: &import::Model) -> Result<bool, DbErr> {
    let now = app.store.now().await?;
    let due = lane::Entity::of_tenant(row.tenant_id)
        .filter(lane::Column::Target.eq(row.target))
        .filter(lane::Column::DueAt.lte(now))
        .filter(lane::Column::Owner.is_null())
        .count(app.store.read())
        .await?;
    Ok(due > 0)
}

/// Adds as many lines as the rate allows. False if none is left. On an error, what was already added stays in
/// `change`.
async fn hand_over_page(
    app: &Arc<UsageContext>,
    source: &source::Model,
    row: &mut import::Model,
    change: &mut ImportChanges,
) -> Result<bool> {
    let room = usize::try_from(row.tokens / 1000).unwrap_or(0);
    // One more shows whether the last one is the newest of its chat.
    let lines = queries::lines(row)
        .filter(import_line::Column::Accepted.eq(false))
        .order_by_asc(import_line::Column::ConversationId)
        .order_by_asc(import_line::Column::SentAt)
        .order_by_asc(import_line::Column::Line)
        .limit(u64::try_from(room + 1).unwrap_or(1))
        .all(app.store.read())
        .await?;
    let sent = sent_of(app, row, &lines).await?;
    for (place, line) in lines.iter().enumerate().take(room) {
        if sent.contains(&line.message_id) {
            change.accepted.push(line.message_id);
            continue;
        }
        let newest = lines.get(place + 1).is_none_or(|next| next.conversation_id != line.conversation_id);
        row.tokens -= 1000;
        let wish = CrmTreatment {
            loud: row.newest_loud && newest,
            link_contact: row.link_contacts,
            from_messenger: row.history_since.is_some(),
        };
        hand_over(app, source, line, wish, change).await?;
    }
    Ok(!lines.is_empty())
}

/// How amoCRM should treat a line.
#[derive(Clone, Copy)]
struct CrmTreatment {
    /// It may create a lead and a notification.
    loud: bool,
    /// A new chat is linked to an existing contact.
    link_contact: bool,
    /// It was read from the messenger, not from a file.
    from_messenger: bool,
}

async fn hand_over(
    app: &Arc<UsageContext>,
    source: &source::Model,
    line: &import_line::Model,
    wish: CrmTreatment,
    change: &mut ImportChanges,
) -> Result<()> {
    let accepted = async {
        let mut incoming = match wish.from_messenger {
            true => of_history(line)?,
            false => message_in::of_line(&app.intake, line.text.as_bytes())?,
        };
        incoming.sent_at = Some(line.sent_at);
        incoming.body.silent |= !(wish.loud && is_news(app, source, &incoming, line.sent_at).await?);
        incoming.body.link_contact = wish.link_contact;
        accept_as(&app.intake, source, incoming, line.message_id).await
    };
    match accepted.await {
        Ok(ItemOutcome::New { .. }) => change.accepted.push(line.message_id),
        // A messenger shows a message in its history otherwise than it reported it.
        Ok(ItemOutcome::Duplicate { same, .. }) if same || wish.from_messenger => {
            change.duplicates += 1;
            change.done += 1;
            change.over.push(line.message_id);
        }
        Ok(ItemOutcome::Duplicate { message_id, .. }) => {
            let said = LocalizedText::new("said-message-differs").with("message", message_id.to_string());
            change.skip(line, queries::kept_reason(&said));
        }
        Err(error @ (Error::Unavailable { .. } | Error::Internal(_))) => return Err(error),
        Err(error) => change.skip(line, queries::reason_of_error(&error, Format::Lines)),
    }
    Ok(())
}

/// Whether the chat has no newer message: a newer live one has already created its lead and notification.
async fn is_news(app: &UsageContext, source: &source::Model, incoming: &Incoming, sent_at: i64) -> Result<bool> {
    let alias = Alias { side: Side::Messenger, origin: source.id, external_id: incoming.conversation_id.clone() };
    let Some(known) = app.lookup.conversation(source.tenant_id, alias).await? else { return Ok(true) };
    let newer = message::Entity::of_tenant(source.tenant_id)
        .filter(message::Column::ConversationId.eq(known.conversation_id))
        .filter(message::Column::SentAt.gt(sent_at))
        .count(app.store.read())
        .await?;
    Ok(newer == 0)
}

/// A line of a history as a message.
fn of_history(line: &import_line::Model) -> Result<Incoming> {
    let body: Body = serde_json::from_str(&line.text).context("a message of a history")?;
    Ok(Incoming {
        external_id: line.external_id.clone(),
        conversation_id: line.conversation_id.clone(),
        group: None,
        sent_at: Some(line.sent_at),
        body,
        wants_answer: false,
    })
}
