//! One step of an import, and its one commit.

use std::sync::Arc;

use base::error::Error;
use base::i18n::LocalizedText;
use base::store::finish_tx;
use chrono::TimeDelta;
use entity::import::{self, Column};
use entity::{import_line, import_skip};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, SqlErr,
};
use serde_json::json;
use uuid::Uuid;

use super::{ImportState, actions, handover, history, queries, rate_limit, reason, settle};
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
pub(super) struct ImportChanges {
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

/// Performs the due step of a claimed import. An error leaves everything as it was: the step is repeated when the
/// claim ends.
pub(super) async fn step(app: &Arc<UsageContext>, row: import::Model) -> anyhow::Result<()> {
    match ImportState::from_number(row.state)? {
        ImportState::Queued if row.history_page.is_some() => history::read_on(app, row).await,
        ImportState::Queued => begin(app, row).await,
        ImportState::Running => go_on(app, row).await,
        ImportState::Paused | ImportState::Failed => wait_for_the_rest(app, row).await,
        ImportState::Cancelled => cancelled(app, row).await,
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
    let unsettled = settle::settled(app, &row, &mut change).await?;
    let now = app.clock.millis();
    let rate = rate_limit::per_second(app);
    rate_limit::refill(&mut row, rate, now);
    row.gives_way = false;
    if source.paused || unsettled >= MOST_UNSETTLED {
        row.next_at = Some(now + if source.paused { LATER.num_milliseconds() } else { TICK.num_milliseconds() });
        return Ok(keep(app, row, change).await?);
    }
    if settle::live_waits(app, &row).await? {
        row.gives_way = true;
        row.next_at = Some(now + TICK.num_milliseconds());
        return Ok(keep(app, row, change).await?);
    }
    row.next_at = Some(now + TICK.num_milliseconds().max(rate_limit::until_next(&row, rate)));
    match handover::page(app, &source, &mut row, &mut change).await {
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
    row.failure = reason::kept(said);
    // Once more, for what is in the queue.
    row.next_at = Some(app.clock.millis() + TICK.num_milliseconds());
    Ok(keep(app, row, change).await?)
}

/// Counts what is in the queue until it is empty.
async fn wait_for_the_rest(app: &UsageContext, mut row: import::Model) -> anyhow::Result<()> {
    let mut change = ImportChanges::default();
    let unsettled = settle::settled(app, &row, &mut change).await?;
    row.next_at = (unsettled > 0).then(|| app.clock.millis() + LATER.num_milliseconds());
    Ok(keep(app, row, change).await?)
}

/// Deletes the rest, except what is in the queue, whether or not that was recorded.
async fn cancelled(app: &UsageContext, row: import::Model) -> anyhow::Result<()> {
    let next = queries::lines(&row).filter(import_line::Column::Accepted.eq(false)).limit(THROWN);
    let waiting = next.all(app.store.read()).await?;
    if waiting.is_empty() {
        return wait_for_the_rest(app, row).await;
    }
    let sent = settle::sent_of(app, &row, &waiting).await?;
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
    use crate::tenant::remove::rows;
    rows::<import_line::Entity>(&app.store, row.tenant_id, import_line::Column::ImportId.eq(row.id).into()).await?;
    rows::<import_skip::Entity>(&app.store, row.tenant_id, import_skip::Column::ImportId.eq(row.id).into()).await?;
    rows::<import::Entity>(&app.store, row.tenant_id, Column::Id.eq(row.id).into()).await?;
    Ok(())
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
    Ok(keep(app, import::Model { next_at, failure: reason::kept(said), ..row }, ImportChanges::default()).await?)
}

/// Stores a step, unless the import was claimed by another worker meanwhile.
async fn keep(app: &UsageContext, row: import::Model, change: ImportChanges) -> Result<(), DbErr> {
    let tx = app.store.write_tx().await?;
    let done = keep_in(app, &tx, &row, change).await;
    let done = match done {
        Ok(()) => app.faults.hit("import.before_commit").map_err(|injected| DbErr::Custom(injected.to_string())),
        Err(error) => Err(error),
    };
    finish_tx(tx, done).await
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
        actions::note(app, tx, row, &By::parom(), "import.finished", detail).await?;
    }
    Ok(())
}
