//! The stored state of comparisons: when each channel is due, who has claimed it, and its progress.

use base::millis::HOUR;
use std::collections::BTreeSet;

use chrono::TimeDelta;
use entity::history_look::{self, Column, Model};
use entity::tenant_channel;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QuerySelect, UpdateMany,
};
use uuid::Uuid;

use crate::intake::IntakeContext;
use crate::tenant::ChannelStatus;

/// How long a claim lasts after its last renewal.
pub(super) const HELD: TimeDelta = TimeDelta::minutes(10);

type Channel = (Uuid, Uuid);

/// Schedules connected channels that have no schedule; their first comparison is within the hour.
pub(super) async fn adopt(app: &IntakeContext) -> Result<(), DbErr> {
    let connected: Vec<Channel> = tenant_channel::Entity::find()
        .select_only()
        .columns([tenant_channel::Column::TenantId, tenant_channel::Column::ChannelId])
        .filter(tenant_channel::Column::Status.eq(ChannelStatus::Connected.as_str()))
        .into_tuple()
        .all(app.store.read())
        .await?;
    let planned: Vec<Channel> = history_look::Entity::find()
        .select_only()
        .columns([Column::TenantId, Column::ChannelId])
        .into_tuple()
        .all(app.store.read())
        .await?;
    let planned: BTreeSet<Channel> = planned.into_iter().collect();
    let now = app.clock.millis();
    let new = connected.into_iter().filter(|channel| !planned.contains(channel));
    let first = || now + HOUR / 12 + jitter(HOUR * 11 / 12);
    let rows: Vec<_> = new.map(|channel| fresh(channel, first()).into_active_model()).collect();
    for some in rows.chunks(200) {
        let key = OnConflict::columns([Column::TenantId, Column::ChannelId]).do_nothing().to_owned();
        history_look::Entity::insert_many(some.to_vec())
            .on_conflict(key)
            .exec_without_returning(app.store.write())
            .await?;
    }
    Ok(())
}

/// The row of a channel whose history has never been compared.
pub fn fresh((tenant_id, channel_id): Channel, next_at: i64) -> Model {
    Model {
        tenant_id,
        channel_id,
        next_at,
        epoch: 0,
        interrupted_at: None,
        began_at: None,
        since: 0,
        back_to: None,
        cursor_at: 0,
        cursor_id: Uuid::nil(),
        again: false,
        tries: 0,
        chats: 0,
        sent: 0,
        held: 0,
        ended_at: None,
        last_chats: 0,
        last_sent: 0,
        last_held: 0,
        found: 0,
    }
}

/// A random part of a time, to spread work.
pub(super) fn jitter(millis: i64) -> i64 {
    rand::random_range(0..=millis)
}

/// Hooks of all accounts may be missing since `since`: every channel is due now, from the beginning.
pub(super) async fn note_interruption(db: &impl ConnectionTrait, since: i64, now: i64) -> Result<(), DbErr> {
    new_round(history_look::Entity::update_many(), Some(since), now).exec(db).await?;
    Ok(())
}

/// The same for one channel.
pub(super) async fn note_interruption_of(
    db: &impl ConnectionTrait,
    channel: &tenant_channel::Model,
    since: i64,
    now: i64,
) -> Result<(), DbErr> {
    new_round(of(channel.tenant_id, channel.channel_id), Some(since), now).exec(db).await?;
    Ok(())
}

/// Schedules a comparison of an account's chats now, because someone waits for the result. False if it has no
/// connected channel.
pub async fn soon(app: &IntakeContext, tenant_id: Uuid) -> Result<bool, DbErr> {
    adopt(app).await?;
    let all = history_look::Entity::update_of(tenant_id);
    let done = new_round(all, None, app.clock.millis()).exec(app.store.write()).await?;
    Ok(done.rows_affected > 0)
}

/// A round in progress is ended, because its worker loses the claim; a new one begins.
fn new_round(
    update: UpdateMany<history_look::Entity>,
    since: Option<i64>,
    now: i64,
) -> UpdateMany<history_look::Entity> {
    let update = update
        .col_expr(Column::NextAt, Expr::value(now))
        .col_expr(Column::BeganAt, Expr::value(Option::<i64>::None))
        .col_expr(Column::Epoch, Expr::col(Column::Epoch).add(1));
    let Some(since) = since else { return update };
    let earlier = Expr::col(Column::InterruptedAt).lte(since);
    let kept = Expr::case(earlier, Expr::col(Column::InterruptedAt)).finally(Expr::value(Some(since)));
    update.col_expr(Column::InterruptedAt, kept.into())
}

/// Due channels, the longest due first.
pub(super) async fn due(app: &IntakeContext, most: u64) -> Result<Vec<Model>, DbErr> {
    base::due::rows(&app.store, history_look::Entity::find(), Column::NextAt, most).await
}

/// Claims a channel. None if another instance has it.
pub(super) async fn claim(app: &IntakeContext, row: Model) -> Result<Option<Model>, DbErr> {
    let next_at = app.clock.millis() + HELD.num_milliseconds();
    let done = of(row.tenant_id, row.channel_id)
        .col_expr(Column::Epoch, Expr::col(Column::Epoch).add(1))
        .col_expr(Column::NextAt, Expr::value(next_at))
        .filter(Column::Epoch.eq(row.epoch))
        .filter(Column::NextAt.eq(row.next_at))
        .exec(app.store.write())
        .await?;
    Ok((done.rows_affected == 1).then(|| Model { epoch: row.epoch + 1, next_at, ..row }))
}

/// Stores the progress. False if the claim was lost, or a new round was requested.
pub(super) async fn keep(app: &IntakeContext, row: &Model) -> Result<bool, DbErr> {
    let done = of(row.tenant_id, row.channel_id)
        .col_expr(Column::NextAt, Expr::value(row.next_at))
        .col_expr(Column::InterruptedAt, Expr::value(row.interrupted_at))
        .col_expr(Column::BeganAt, Expr::value(row.began_at))
        .col_expr(Column::Since, Expr::value(row.since))
        .col_expr(Column::BackTo, Expr::value(row.back_to))
        .col_expr(Column::CursorAt, Expr::value(row.cursor_at))
        .col_expr(Column::CursorId, Expr::value(row.cursor_id))
        .col_expr(Column::Again, Expr::value(row.again))
        .col_expr(Column::Tries, Expr::value(row.tries))
        .col_expr(Column::Chats, Expr::value(row.chats))
        .col_expr(Column::Sent, Expr::value(row.sent))
        .col_expr(Column::Held, Expr::value(row.held))
        .col_expr(Column::EndedAt, Expr::value(row.ended_at))
        .col_expr(Column::LastChats, Expr::value(row.last_chats))
        .col_expr(Column::LastSent, Expr::value(row.last_sent))
        .col_expr(Column::LastHeld, Expr::value(row.last_held))
        .col_expr(Column::Found, Expr::value(row.found))
        .filter(Column::Epoch.eq(row.epoch))
        .exec(app.store.write())
        .await?;
    Ok(done.rows_affected == 1)
}

fn of(tenant_id: Uuid, channel_id: Uuid) -> UpdateMany<history_look::Entity> {
    history_look::Entity::update_of(tenant_id).filter(Column::ChannelId.eq(channel_id))
}
