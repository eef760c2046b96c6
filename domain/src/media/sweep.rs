//! Retention: deletes files the day after their last.

use base::message::day_of;
use chrono::TimeDelta;
use entity::media::{self, Column};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::upload::COMING;
use super::{MediaState, remove};
use crate::media::MediaContext;

/// Rows per step.
const BATCH: u64 = 200;
/// Steps per run.
const STEPS: usize = 50;

/// Age at which an unfinished upload is abandoned: its sender, or this process, is gone.
const ABANDONED: TimeDelta = TimeDelta::hours(1);

/// Deletes expired files in small steps; returns their number. Then raises or ends alerts about storage. Several
/// instances may do it concurrently.
pub async fn sweep(app: &MediaContext) -> anyhow::Result<u64> {
    let today = day_of(app.clock.millis());
    let mut gone = 0;
    for _ in 0..STEPS {
        let expired = media::Entity::find().filter(Column::Day.lt(today)).order_by_asc(Column::Day).limit(BATCH);
        let some = app.store.all_in_reach(expired).await?;
        if some.is_empty() {
            break;
        }
        gone += remove::rows(app, &some).await?;
    }
    gone += drop_abandoned(app, today).await?;
    super::quota::ease(app).await?;
    super::disk::look(app).await?;
    Ok(gone)
}

/// Aborted uploads. Their rows are deleted within two days, so few rows are read.
async fn drop_abandoned(app: &MediaContext, today: i32) -> anyhow::Result<u64> {
    let abandoned = media::Entity::find()
        .filter(Column::Day.gte(today))
        .filter(Column::Day.lte(today + 1))
        .filter(Column::State.eq(MediaState::Gone.number()))
        .filter(Column::Failure.eq(COMING))
        .filter(Column::CreatedAt.lt(app.clock.millis() - ABANDONED.num_milliseconds()))
        .limit(BATCH);
    let abandoned = app.store.all_in_reach(abandoned).await?;
    if abandoned.is_empty() { Ok(0) } else { remove::rows(app, &abandoned).await }
}
