//! Heartbeats: each process records that it accepts hooks, so that gaps are known afterwards.

use base::store::{Executor, Store, VENDOR, in_transaction};
use chrono::TimeDelta;
use entity::heartbeat::{self, Column};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use super::row;
use crate::delivery::DeliveryContext;
use crate::delivery::slots::CallReport;
use crate::delivery::worker::LEASE;
use crate::intake::IntakeContext;
use crate::rotation;

/// A process without a heartbeat for this long is dead or could write nothing: its hooks are lost.
pub(super) const SILENCE: TimeDelta = TimeDelta::seconds(30);
/// Differences up to this are no change of the clock.
const NOTICEABLE: TimeDelta = TimeDelta::seconds(10);
/// An orderly stop is no interruption if a process accepts hooks again within this time, because callers wait as long
/// for a connection.
const PAUSE: TimeDelta = TimeDelta::seconds(5);

/// Records that this process accepts hooks. Schedules comparisons for a gap since the last heartbeat, and for
/// accounts whose hooks this process had to refuse. Safe to call at any time.
pub async fn beat(app: &IntakeContext) -> Result<(), DbErr> {
    // The instances' clocks may differ; the database has one.
    let now = app.store.now().await?;
    row::adopt(app).await?;
    set_right(app, now).await?;
    let done = in_transaction(&app.store, async |tx| beat_in(app, tx, now).await).await?;
    if let Some(since) = done {
        let seconds = (now - since) / 1000;
        tracing::warn!(seconds, "hooks may have been missed; chats are compared with amoCRM's history");
        metrics::counter!("parom_interruptions_total").increment(1);
    }
    for (scope_id, at) in app.lost.take() {
        if let Err(error) = note_interruption(app, &scope_id, at).await {
            app.lost.note(&scope_id, at);
            return Err(error);
        }
    }
    Ok(())
}

/// A heartbeat from the future: the clock stood ahead and was set right. What waits for a time by the wrong clock is moved
/// back with it, once: the heartbeats that showed it are removed and come again.
async fn set_right(app: &IntakeContext, now: i64) -> Result<(), DbErr> {
    let ahead = heartbeat::Entity::of_tenant(VENDOR).filter(Column::BeatAt.gt(now + NOTICEABLE.num_milliseconds()));
    let rows = ahead.all(app.store.write()).await?;
    let Some(last) = rows.iter().map(|row| row.beat_at).max() else { return Ok(()) };
    let moved = if app.store.one_account_a_commit() {
        move_back(app, app.store.write(), now, last).await?
    } else {
        in_transaction(&app.store, async |tx| move_back(app, tx, now, last).await).await?
    };
    let Some(moved) = moved else { return Ok(()) };
    let seconds = (last - now) / 1000;
    tracing::warn!(
        seconds,
        moved,
        "the clock was set back; what waited for a time by the earlier clock was moved with it"
    );
    Ok(())
}

/// Of several processes the one that removes the heartbeats from the future moves what waits; none for the others.
async fn move_back<'a, C: ConnectionTrait>(
    app: &IntakeContext,
    db: &'a C,
    now: i64,
    last: i64,
) -> Result<Option<u64>, DbErr>
where
    &'a C: Into<Executor<'a>>,
{
    let removed = heartbeat::Entity::delete_of(VENDOR)
        .filter(Column::BeatAt.gt(now + NOTICEABLE.num_milliseconds()))
        .exec(db)
        .await?;
    if removed.rows_affected == 0 {
        return Ok(None);
    }
    app.queue.set_back(db, last - now, LEASE.num_milliseconds()).await.map(Some)
}

/// Records an orderly stop: this process has answered everything it accepted.
pub async fn leave(app: &IntakeContext) -> Result<(), DbErr> {
    heartbeat::Entity::update_of(VENDOR)
        .col_expr(Column::Ended, Expr::value(true))
        .col_expr(Column::BeatAt, Expr::value(app.store.now().await?))
        .filter(Column::Instance.eq(app.queue.instance()))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// Whether hooks wait in the spool of any process: they are stored before anything that is found in history.
pub(super) async fn is_spooled(app: &IntakeContext) -> Result<bool, DbErr> {
    if app.spool.waiting() > 0 {
        return Ok(true);
    }
    let now = app.store.now().await?;
    let rows = heartbeat::Entity::of_tenant(VENDOR).filter(Column::Spooled.gt(0)).all(app.store.read()).await?;
    Ok(rows.iter().any(|row| row.instance != app.queue.instance() && !is_silent(row, now)))
}

/// Returns since when hooks may have been missed; none if none were.
async fn beat_in(app: &IntakeContext, tx: &DatabaseTransaction, now: i64) -> Result<Option<i64>, DbErr> {
    let mine = app.queue.instance();
    let rows = heartbeat::Entity::of_tenant(VENDOR).all(tx).await?;
    let since = missed_since(&rows, mine, now);
    let over = rows.iter().filter(|row| row.instance != mine && (row.ended || is_silent(row, now)));
    heartbeat::Entity::delete_of(VENDOR).filter(Column::Instance.is_in(over.map(|row| row.instance))).exec(tx).await?;
    let row = heartbeat::Model {
        tenant_id: VENDOR,
        instance: mine,
        beat_at: now,
        ended: false,
        spooled: i64::try_from(app.spool.waiting()).unwrap_or(i64::MAX),
        keys: Some(rotation::reported_ids(&app.vault)),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        calls: Some(app.delivery.slots.report(app.clock.millis()).to_text()),
    };
    let known = OnConflict::columns([Column::TenantId, Column::Instance])
        .update_columns([Column::BeatAt, Column::Ended, Column::Spooled, Column::Keys, Column::Version, Column::Calls])
        .to_owned();
    heartbeat::Entity::insert(row.into_active_model()).on_conflict(known).exec_without_returning(tx).await?;
    if let Some(since) = since {
        row::note_interruption(tx, since, app.clock.millis()).await?;
    }
    Ok(since)
}

/// Processes that have not been stopped, the newest heartbeat first, and whether each is still heard.
pub async fn processes(store: &Store) -> Result<Vec<(heartbeat::Model, bool)>, DbErr> {
    let now = store.now().await?;
    let mut rows = heartbeat::Entity::of_tenant(VENDOR).filter(Column::Ended.eq(false)).all(store.read()).await?;
    rows.sort_by_key(|row| (-row.beat_at, row.instance));
    Ok(rows.into_iter().map(|row| (row.clone(), !is_silent(&row, now))).collect())
}

/// The last calls of all running processes: of this one until now, of the others until their heartbeat.
pub fn recent_calls(app: &DeliveryContext, processes: &[(heartbeat::Model, bool)]) -> CallReport {
    let mut sum = app.slots.report(app.clock.millis());
    let mine = app.queue.instance();
    for (row, _) in processes.iter().filter(|(row, alive)| *alive && row.instance != mine) {
        sum.add(CallReport::stored(row.calls.as_deref()));
    }
    sum
}

fn is_silent(row: &heartbeat::Model, now: i64) -> bool {
    now - row.beat_at > SILENCE.num_milliseconds()
}

/// Since when hooks may have been missed, by the rows before this heartbeat of `mine`.
fn missed_since(rows: &[heartbeat::Model], mine: Uuid, now: i64) -> Option<i64> {
    // This process too: one that could write nothing could store no hook either.
    let dead = rows.iter().filter(|row| !row.ended && is_silent(row, now)).map(|row| row.beat_at).min();
    let listening = rows.iter().any(|row| !row.ended && !is_silent(row, now) || row.instance == mine);
    let last = rows.iter().filter(|row| row.ended).map(|row| row.beat_at).max();
    let alone = last.filter(|last| !listening && now - last > PAUSE.num_milliseconds());
    dead.into_iter().chain(alone).min()
}

async fn note_interruption(app: &IntakeContext, scope_id: &str, at: i64) -> Result<(), DbErr> {
    let found = app.lookup.scope(scope_id).await?;
    let Some(scope) = found else { return Ok(()) };
    row::note_interruption_of(app.store.write(), &scope.channel, at, app.clock.millis()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000;

    fn row(instance: u128, ago: i64, ended: bool) -> heartbeat::Model {
        let instance = Uuid::from_u128(instance);
        let beat_at = NOW - ago;
        heartbeat::Model {
            tenant_id: VENDOR,
            instance,
            beat_at,
            ended,
            spooled: 0,
            keys: None,
            version: None,
            calls: None,
        }
    }

    #[test]
    fn a_gap_begins_where_nobody_listened_any_more() {
        let (here, dead, stopped) =
            (|ago| row(1, ago, false), |id, ago| row(id, ago, false), |id, ago| row(id, ago, true));
        for (rows, gap, what) in [
            (vec![], None, "the first start"),
            (vec![here(10_000), dead(2, 30_000)], None, "all processes report"),
            (vec![dead(2, 600_000)], Some(600_000), "it died alone"),
            (vec![here(10_000), dead(2, 31_000)], Some(31_000), "others live on"),
            (vec![here(10_000), dead(2, 31_000), dead(3, 90_000)], Some(90_000), "two died"),
            (vec![here(45_000)], Some(45_000), "it could not store heartbeats"),
            (vec![stopped(2, 4_000)], None, "a restart"),
            (vec![stopped(2, 60_000), stopped(3, 9_000)], Some(9_000), "since the last one stopped"),
            (vec![stopped(2, 60_000), dead(3, 9_000)], None, "another listened on"),
            (vec![here(9_000), stopped(2, 60_000)], None, "this one did"),
        ] {
            assert_eq!(missed_since(&rows, Uuid::from_u128(1), NOW).map(|since| NOW - since), gap, "{what}");
        }
    }
}
