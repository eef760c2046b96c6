//! Retention: a file goes the day after its last.

use entity::media::{self, Column};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::remove;
use crate::app::App;
use crate::message::day_of;

/// Rows of one step.
const BATCH: u64 = 200;
/// Steps in a row.
const STEPS: usize = 50;

/// Deletes what is kept no longer, in small steps; gives how many files. Then alerts about room are ended or raised. Several
/// instances may do it at once.
pub async fn sweep(app: &App) -> anyhow::Result<u64> {
    let today = day_of(app.clock.millis());
    let mut gone = 0;
    for _ in 0..STEPS {
        let some = media::Entity::find()
            .filter(Column::Day.lt(today))
            .order_by_asc(Column::Day)
            .limit(BATCH)
            .all(app.store.read())
            .await?;
        if some.is_empty() {
            break;
        }
        gone += remove::rows(app, &some).await?;
    }
    super::quota::ease(app).await?;
    super::disk::look(app).await?;
    Ok(gone)
}
