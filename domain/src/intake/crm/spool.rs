//! Hooks that the database did not store in time, on the disk: stored as soon as it accepts them, in order.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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

/// Maximum number of remembered scopes: with more, the whole instance is down, which its missing heartbeats show.
const MOST: usize = 10_000;

/// The first refusal of each scope, in milliseconds since 1970. Clones share it.
#[derive(Clone, Default)]
pub struct LostHooks(Arc<Mutex<BTreeMap<String, i64>>>);

impl LostHooks {
    /// Records that a genuine hook of this scope was not stored, at this moment (milliseconds since 1970): it is lost.
    pub fn note(&self, scope_id: &str, at: i64) {
        let mut first = self.lock();
        if let Some(known) = first.get_mut(scope_id) {
            *known = at.min(*known);
        } else if first.len() < MOST {
            first.insert(scope_id.to_owned(), at);
        }
    }

    /// Removes and returns all entries.
    pub fn take(&self) -> BTreeMap<String, i64> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_refusal_of_a_scope_counts_until_it_is_taken() {
        let refused = LostHooks::default();
        refused.note("one", 5);
        refused.note("one", 3);
        refused.note("two", 9);
        refused.note("one", 7);
        assert_eq!(refused.take(), BTreeMap::from([("one".to_owned(), 3), ("two".to_owned(), 9)]));
        assert!(refused.take().is_empty());
    }

    #[test]
    fn memory_has_a_bound() {
        let refused = LostHooks::default();
        for number in 0..MOST + 5 {
            refused.note(&number.to_string(), 1);
        }
        assert_eq!(refused.take().len(), MOST);
    }
}
