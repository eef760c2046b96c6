//! Expires letters also while their target is held and not served. Apart from the worker, whose
//! other letters this would delay.

use std::sync::Arc;

use queue::Expired;
use sea_orm::DbErr;
use tokio::task::JoinSet;

use super::worker::LEASE;
use super::worker::deliver::{end, read, write_down};
use crate::delivery::DeliveryContext;

/// Letters buried in one transaction.
const AT_ONCE: u32 = 256;

/// One round; an error is left to the next.
pub async fn look(app: Arc<DeliveryContext>) {
    if let Err(error) = round(&app).await {
        tracing::error!(%error, "expired letters could not be read; it will be retried");
    }
}

/// Buries expired letters of held targets and corrects due times that lie too far ahead. Returns the number of buried
/// letters.
///
/// One statement covers all targets; a transaction buries [`AT_ONCE`] letters of any accounts.
pub async fn round(app: &Arc<DeliveryContext>) -> Result<usize, DbErr> {
    let clamped = app.queue.clamp().await?;
    if clamped > 0 {
        tracing::warn!(rows = clamped, "due times lay more than two hours ahead: did a clock jump?");
    }
    let mut ended = 0;
    loop {
        let found = app.queue.expired(AT_ONCE).await?;
        let full = found.len() >= usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
        let begun = bury(app, &found).await?;
        ended += begun;
        // Letters leased by another process are skipped.
        if !full || begun == 0 {
            return Ok(ended);
        }
    }
}

/// No call is made, so no slot is needed.
async fn bury(app: &Arc<DeliveryContext>, found: &[Expired]) -> Result<usize, DbErr> {
    if found.is_empty() {
        return Ok(0);
    }
    let claims = app.queue.claim_expired(found, LEASE.num_milliseconds()).await?;
    let begun = claims.len();
    let mut running = JoinSet::new();
    let parts = read(app, &mut running, &claims);
    for (claim, parts) in claims.into_iter().zip(parts) {
        let of_lane = |one: &&Expired| (one.tenant_id, one.lane_id) == (claim.tenant_id, claim.lane_id);
        let pool = found.iter().find(of_lane).map(|one| one.pool.clone()).unwrap_or_default();
        let (app, started) = (app.clone(), app.clock.millis());
        running.spawn(async move {
            if let Some(settlement) = end(&app, claim, parts).await {
                write_down(&app, &pool, settlement, started).await;
            }
        });
    }
    while running.join_next().await.is_some() {}
    Ok(begun)
}
