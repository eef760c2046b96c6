//! Letters about alerts to those who want them: what opens within a moment is in one letter, an account gets one in ten
//! minutes at most, an alert that stays open is told of once more, and a closing letter says that it is over.
//!
//! ```text
//! alert.letter_at ─▶ claim ─▶ who reads · what it says ─▶ SMTP ─▶ next letter_at
//! ```
//!
//! Nothing of a message is in a letter: names of sources and numbers alone.

mod claim;
mod piece;
pub mod readers;
mod tell;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use entity::alert::{self, Column};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::app::App;
use crate::people::mail;

const LOOK_EVERY: Duration = Duration::from_secs(15);
/// Alerts read at one look; the others come with the next.
const BATCH: u64 = 200;

/// The background task. Ends when `stop` is cancelled.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_some() {
        if let Err(error) = round(&app).await {
            tracing::warn!(error = format!("{error:#}"), "letters about alerts are late; it is tried again");
        }
    }
}

/// Sends what is due now; gives how many letters left. Without `[mail]` everything waits.
pub async fn round(app: &App) -> anyhow::Result<usize> {
    if !mail::is_on(app) {
        return Ok(0);
    }
    let mut sent = 0;
    for (tenant_id, alerts) in due(app).await? {
        sent += tell::tell(app, tenant_id, alerts).await?;
    }
    Ok(sent)
}

/// What is due, by account.
async fn due(app: &App) -> Result<BTreeMap<Uuid, Vec<alert::Model>>, DbErr> {
    let rows = alert::Entity::find()
        .filter(Column::LetterAt.lte(app.clock.millis()))
        .order_by_asc(Column::LetterAt)
        .limit(BATCH)
        .all(app.store.read())
        .await?;
    let mut found: BTreeMap<Uuid, Vec<alert::Model>> = BTreeMap::new();
    for row in rows {
        found.entry(row.tenant_id).or_default().push(row);
    }
    Ok(found)
}
