//! Stores a hook of amoCRM under time pressure: in the database, else in the spool if that takes too long, and only
//! then answered with an error, which loses it. amoCRM sends every hook once and waits five seconds.

use std::sync::Arc;
use std::time::Duration;

use amocrm::hooks::chats;
use base::spool::{Drained, Hook, HookNotKept};
use queue::writer::AcceptError;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::chats::store;
use crate::intake::IntakeContext;

/// Time limit for the database write.
const DATABASE: Duration = Duration::from_millis(1_500);
/// Time limit for the disk write, after the database's.
const DISK: Duration = Duration::from_millis(1_500);
/// Time limit for the database write of one spooled hook.
const DRAINED: Duration = Duration::from_secs(10);
/// Interval between searches for folders of dead processes, and minimum interval between log lines of a drain.
const LOOK: Duration = Duration::from_secs(5);
/// Delay before the next attempt when the database stored nothing.
const AGAIN: Duration = Duration::from_secs(1);
/// Delay before hooks that arrived during a drain: the next hook of a conversation may already be at another process.
const SOON: Duration = Duration::from_millis(20);

/// Neither the database nor the disk stored a hook.
#[derive(Debug, thiserror::Error)]
#[error("a hook of amoCRM is lost: {0}")]
pub struct NotStored(HookNotKept);

/// Stores a hook. While any waits in the spool of this process or of another one of this machine, later ones go to
/// the spool too, so that none overtakes another. When the spool accepts no more, a hook out of order is better than
/// a lost one.
pub async fn take(app: &Arc<IntakeContext>, hook: Hook) -> Result<(), NotStored> {
    let first = !app.spool.is_before().await;
    if first && is_stored(app, &hook).await {
        return Ok(());
    }
    let kept = tokio::time::timeout(DISK, app.spool.keep(&hook)).await.unwrap_or(Err(HookNotKept::Late));
    metrics::counter!("parom_spooled_total", "kept" => if kept.is_ok() { "yes" } else { "no" }).increment(1);
    count(app);
    if kept.is_err() && !first && is_stored(app, &hook).await {
        return Ok(());
    }
    kept.map_err(|why| {
        let lost = NotStored(why);
        tracing::error!(error = %lost, scope.id = hook.scope_id, "free the database or the disk at once");
        lost
    })
}

/// Whether the database stored it within the time limit.
async fn is_stored(app: &Arc<IntakeContext>, hook: &Hook) -> bool {
    if !app.store.is_open() {
        return false;
    }
    match tokio::time::timeout(DATABASE, store(app, hook)).await {
        Ok(Ok(())) => return true,
        Ok(Err(refused)) => tracing::error!(error = %refused, "the database did not store a hook from amoCRM"),
        Err(_) => tracing::error!("the database did not store a hook from amoCRM in time"),
    }
    false
}

/// Stores spooled hooks in the database, in order, as soon as it accepts them; runs until the stop.
pub async fn drain(app: Arc<IntakeContext>, stop: CancellationToken) {
    let work = async {
        let (mut drained, mut said) = (0, None::<Instant>);
        loop {
            // The time limit, because hooks left by a dead process cause no notification.
            let _ = tokio::time::timeout(LOOK, app.spool.came()).await;
            let pause = match app.spool.drain(conversation_of, |hook| late(app.clone(), hook)).await {
                Ok(Drained { hooks, .. }) => {
                    drained += hooks;
                    SOON
                }
                Err(error) => {
                    tracing::warn!(error = %error, waiting = app.spool.waiting(), "the spool could not be drained yet");
                    AGAIN
                }
            };
            count(&app);
            // While another process of this machine is stalled, every hook takes this path.
            if drained > 0 && said.is_none_or(|said| said.elapsed() >= LOOK) {
                tracing::warn!(hooks = drained, "hooks of amoCRM went from the spool into the database");
                (drained, said) = (0, Some(Instant::now()));
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

fn count(app: &IntakeContext) {
    metrics::gauge!("parom_spool_hooks").set(f64::from(u32::try_from(app.spool.waiting()).unwrap_or(u32::MAX)));
}

/// The ordering key of a spooled hook: its conversation, or its scope if it names none.
pub fn conversation_of(hook: &Hook) -> String {
    let parsed = chats::parse(&hook.body).ok();
    let conversation = parsed.as_ref().and_then(|hook| hook.event.conversation_id()).unwrap_or_default();
    format!("{} {conversation}", hook.scope_id)
}

/// Stores a spooled hook. One that the database will never accept must not block those behind it.
pub async fn late(app: Arc<IntakeContext>, hook: Hook) -> Result<(), AcceptError> {
    let stored = tokio::time::timeout(DRAINED, store(&app, &hook)).await;
    if app.faults.hit("drain.after_commit").is_err() {
        return Err(AcceptError::Full);
    }
    match stored {
        Ok(Err(AcceptError::Unstorable(error))) => {
            tracing::error!(error = %error, scope.id = hook.scope_id, "a spooled hook was skipped: the database rejects it permanently");
            Ok(())
        }
        Ok(done) => done,
        Err(_) => Err(AcceptError::Full),
    }
}
