//! The background task: sends heartbeats, and compares due channels. Of several instances one has a channel, by the
//! epoch in its row.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::heartbeat::{beat, is_spooled};
use super::{round, row};
use crate::intake::IntakeContext;

const BEAT_EVERY: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Channels compared concurrently. Each calls amoCRM slowly, so most of them wait.
const AT_ONCE: usize = 256;

/// Runs until `stop` is cancelled; then lets each comparison in progress finish its chat.
pub async fn run(app: Arc<IntakeContext>, stop: CancellationToken) {
    let (mut beats, mut looks) = (interval(BEAT_EVERY), interval(LOOK_EVERY));
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut running = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = beats.tick() => {
                if let Err(error) = beat(&app).await {
                    tracing::warn!(%error, "this process's heartbeat could not be stored; it will be retried");
                }
            }
            _ = looks.tick() => {
                while running.try_join_next().is_some() {}
                start(&app, &mut running).await;
            }
        }
    }
    while running.join_next().await.is_some() {}
}

/// Compares everything that is due now, until nothing is; returns how many chats were compared. For tests and tools.
pub async fn look_now(app: &Arc<IntakeContext>) -> anyhow::Result<usize> {
    let mut chats = 0;
    loop {
        if is_spooled(app).await? {
            return Ok(chats);
        }
        let due = row::due(app, 1).await?;
        let Some(next) = due.into_iter().next() else { return Ok(chats) };
        if let Some(claimed) = row::claim(app, next).await? {
            chats += round::work(app, claimed).await?;
        }
    }
}

async fn start(app: &Arc<IntakeContext>, running: &mut JoinSet<()>) {
    let room = AT_ONCE.saturating_sub(running.len());
    match claimed(app, u64::try_from(room).unwrap_or(0)).await {
        Ok(rows) => {
            for row in rows {
                let app = app.clone();
                running.spawn(async move {
                    let tenant_id = row.tenant_id;
                    if let Err(error) = round::work(&app, row).await {
                        tracing::warn!(tenant.id = %tenant_id, error = format!("{error:#}"), "chats could not be compared with amoCRM's history; retrying in ten minutes");
                    }
                });
            }
        }
        Err(error) => tracing::warn!(%error, "the chats due for a comparison could not be read; it will be retried"),
    }
}

async fn claimed(app: &IntakeContext, most: u64) -> Result<Vec<entity::history_look::Model>, sea_orm::DbErr> {
    let due = if most == 0 { Vec::new() } else { row::due(app, most).await? };
    let mut claimed = Vec::new();
    // Spooled hooks are not lost.
    if due.is_empty() || is_spooled(app).await? {
        return Ok(claimed);
    }
    for row in due {
        claimed.extend(row::claim(app, row).await?);
    }
    Ok(claimed)
}
