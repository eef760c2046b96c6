//! Hooks that the database did not store in time, on the disk: stored as soon as it accepts them, in order.

use std::sync::Arc;
use std::time::Duration;

use amocrm::hooks::chats;
use base::spool::{Drained, Hook};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::events::store;
use crate::intake::{IntakeContext, StoreError};

/// Time limit for the database write of one spooled hook.
const DRAINED: Duration = Duration::from_secs(10);
/// Interval between searches for folders of dead processes, and minimum interval between log lines of a drain.
const LOOK: Duration = Duration::from_secs(5);
/// Delay before the next attempt when the database stored nothing.
const AGAIN: Duration = Duration::from_secs(1);
/// The same when only a part of the database did not answer.
const PARTLY: Duration = Duration::from_millis(250);
/// Delay before hooks that arrived during a drain: the next hook of a conversation may already be at another process.
const SOON: Duration = Duration::from_millis(20);

/// Stores spooled hooks in the database, in order, as soon as it accepts them; runs until the stop.
pub async fn drain(app: Arc<IntakeContext>, stop: CancellationToken) {
    let work = async {
        let (mut drained, mut logged) = (0, None::<Instant>);
        loop {
            // The time limit, because hooks left by a dead process cause no notification.
            let _ = tokio::time::timeout(LOOK, app.spool.came()).await;
            let store = |hook| late(app.clone(), hook);
            let pause = match app.spool.drain_around(conversation_of, store, StoreError::concerns_one_node).await {
                Ok(Drained { hooks, held, .. }) => {
                    drained += hooks;
                    if held > 0 { PARTLY } else { SOON }
                }
                Err(error) => {
                    tracing::warn!(error = %error, waiting = app.spool.waiting(), "the spool could not be drained yet");
                    AGAIN
                }
            };
            count(&app);
            // While another process of this machine is stalled, every hook takes this path.
            if drained > 0 && logged.is_none_or(|logged| logged.elapsed() >= LOOK) {
                tracing::warn!(hooks = drained, "hooks of amoCRM went from the spool into the database");
                (drained, logged) = (0, Some(Instant::now()));
            }
            if app.spool.waiting() > 0 {
                tokio::time::sleep(pause).await;
            }
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = work => {}
    }
}

/// Reports how many hooks wait.
pub(super) fn count(app: &IntakeContext) {
    metrics::gauge!("parom_spool_hooks").set(f64::from(u32::try_from(app.spool.waiting()).unwrap_or(u32::MAX)));
}

/// The ordering key of a spooled hook: its conversation, or its scope if it names none.
pub fn conversation_of(hook: &Hook) -> String {
    let parsed = chats::parse(&base::json::mended(&hook.body)).ok();
    let conversation = parsed.as_ref().and_then(|hook| hook.event.conversation_id()).unwrap_or_default();
    format!("{} {conversation}", hook.scope_id)
}

/// Stores a spooled hook. One that the database will never accept goes to quarantine and does not block those behind
/// it.
pub async fn late(app: Arc<IntakeContext>, hook: Hook) -> Result<(), StoreError> {
    let stored = tokio::time::timeout(DRAINED, store(&app, &hook)).await;
    if app.faults.hit("drain.after_commit").is_err() {
        return Err(StoreError::Retry(anyhow::anyhow!("the process died after the commit")));
    }
    stored.unwrap_or_else(|_| Err(StoreError::Retry(anyhow::anyhow!("the database did not store it in time"))))
}
