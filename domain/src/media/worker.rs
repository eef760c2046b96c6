//! Fetches due files: at once if a message was accepted here, else by polling every two seconds, which covers lost
//! wake-ups and those of other instances.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use base::message::day_of;
use chrono::TimeDelta;
use entity::media::{self, Column};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::upload::COMING;
use super::{MediaContext, MediaState, fetch, files};

/// Concurrent fetches.
const SLOTS: usize = 16;
/// Concurrent fetches of one account.
const SLOTS_OF_TENANT: usize = 4;
const POLL: Duration = Duration::from_secs(2);
/// Interval between deletions of expired files.
const SWEEP_EVERY: Duration = Duration::from_secs(600);

/// Runs until cancelled; fetches in progress are released.
pub async fn run(app: Arc<MediaContext>, stop: CancellationToken) {
    app.media.worker_runs.store(true, Ordering::Relaxed);
    tokio::join!(fetch_on(app.clone(), &stop), sweep_on(&app, &stop));
}

async fn fetch_on(app: Arc<MediaContext>, stop: &CancellationToken) {
    let stored = app.writer.stored_media();
    let mut worker = MediaWorker { app, running: JoinSet::new(), of_tenant: HashMap::new() };
    while !stop.is_cancelled() {
        match worker.round().await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => {
                tracing::error!(%error, "the list of files to download could not be read; it will be retried")
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = stored.notified() => {}
            () = tokio::time::sleep(POLL) => {}
            Some(ended) = worker.running.join_next() => worker.ended(ended),
        }
    }
    while worker.running.join_next().await.is_some() {}
}

async fn sweep_on(app: &MediaContext, stop: &CancellationToken) {
    loop {
        match super::sweep(app).await {
            Ok(0) => {}
            Ok(files) => tracing::info!(files, "expired files were deleted"),
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "expired files could not be deleted; it will be retried");
            }
        }
        if stop.run_until_cancelled(tokio::time::sleep(SWEEP_EVERY)).await.is_none() {
            return;
        }
    }
}

struct MediaWorker {
    app: Arc<MediaContext>,
    running: JoinSet<Uuid>,
    of_tenant: HashMap<Uuid, usize>,
}

impl MediaWorker {
    /// Starts as many fetches as there is room for; returns their number.
    async fn round(&mut self) -> Result<usize, DbErr> {
        while let Some(ended) = self.running.try_join_next() {
            self.ended(ended);
        }
        let room = SLOTS - self.running.len();
        if room == 0 {
            return Ok(0);
        }
        let full = self.of_tenant.iter().filter(|(_, running)| **running >= SLOTS_OF_TENANT);
        let full: Vec<Uuid> = full.map(|(tenant_id, _)| *tenant_id).collect();
        let mut started = 0;
        for row in fetch::due(&self.app, &full, u64::try_from(SLOTS).unwrap_or(1)).await? {
            let tenant_id = row.tenant_id;
            let running = self.of_tenant.entry(tenant_id).or_default();
            if *running >= SLOTS_OF_TENANT || started >= room {
                continue;
            }
            let Some(claimed) = fetch::claim(&self.app, row).await? else { continue };
            *running += 1;
            started += 1;
            let app = self.app.clone();
            self.running.spawn(async move {
                fetch::attempt(&app, claimed, None).await;
                tenant_id
            });
        }
        Ok(started)
    }

    fn ended(&mut self, ended: Result<Uuid, tokio::task::JoinError>) {
        let Ok(tenant_id) = ended else {
            // Its account is unknown: recount; at worst one account fetches a little more at once.
            tracing::error!("a download was interrupted");
            self.of_tenant.clear();
            return;
        };
        if let Some(running) = self.of_tenant.get_mut(&tenant_id) {
            *running = running.saturating_sub(1);
        }
        self.of_tenant.retain(|_, running| *running > 0);
    }
}

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
        gone += files::remove_rows(app, &some).await?;
    }
    gone += drop_abandoned(app, today).await?;
    super::quota::ease(app).await?;
    super::quota::look_at_disk(app).await?;
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
    if abandoned.is_empty() { Ok(0) } else { files::remove_rows(app, &abandoned).await }
}
