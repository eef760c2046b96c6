//! The authors of changes to sources. Every change is recorded in the audit log, in the same commit.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use base::error::{ChangedMeanwhile, Error, Result};
use base::i18n::LocalizedText;
use entity::{audit, source};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use uuid::Uuid;

use super::SourceContext;

pub use crate::audit::By;

/// Audit action of a change; its detail lists the fields.
pub(super) const CHANGED: &str = "source.changed";

/// The version that a caller may require in order to change only what it has seen.
pub fn version(source: &source::Model) -> i64 {
    source.updated_at
}

/// The version after this one.
pub(super) fn next_version(source: &source::Model, now: i64) -> i64 {
    now.max(source.updated_at.saturating_add(1))
}

/// The error for a caller with an outdated version; says who changed the source.
pub(super) async fn changed_meanwhile(app: &SourceContext, source: &source::Model) -> Result<Error, DbErr> {
    let last = audit::Entity::of_tenant(source.tenant_id)
        .filter(audit::Column::Object.eq(source.id.to_string()))
        .filter(audit::Column::Action.like("source.%"))
        .filter(audit::Column::Outcome.eq("done"))
        .order_by_desc(audit::Column::Id)
        .limit(1)
        .one(app.store.read())
        .await?;
    let Some(last) = last else {
        return Ok(Error::Changed(Box::new(ChangedMeanwhile { at: source.updated_at, ..ChangedMeanwhile::default() })));
    };
    let detail: Value = serde_json::from_str(&last.detail).unwrap_or_default();
    let what = detail.get("fields").and_then(Value::as_array).into_iter().flatten();
    let what = what.filter_map(Value::as_str).map(str::to_owned).collect();
    Ok(Error::Changed(Box::new(ChangedMeanwhile { who: last.actor_name, what, at: last.at })))
}

// Changes of one source wait for each other: a call to amoCRM is part of a change, and two at once would leave amoCRM
// with the name of one and Parom with that of the other.
//
// This orders the changes of one process. Between processes the version decides ([`super::by::version`]).

/// The longest wait for the changes before: as long as a call to amoCRM may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Locks kept before those that no change uses are dropped.
const KEPT: usize = 1_000;

/// Attempts to win against changes by other processes, if the caller requires no version …
pub(super) const TRIES: u32 = 20;
/// … and the longest wait before the second one; each further wait may be longer by as much.
const STEP: Duration = Duration::from_millis(10);

/// A lock that lives as long as a change holds it or waits for it.
type ChangeLock = Weak<AsyncMutex<()>>;

/// The locks by source. Cheap to clone; clones share them.
#[derive(Clone, Default)]
pub struct ChangeLocks(Arc<Mutex<HashMap<Uuid, ChangeLock>>>);

/// The right to change a source, until it is dropped.
pub(super) type ChangeGuard = OwnedMutexGuard<()>;

impl ChangeLocks {
    /// Waits for the changes that came before. [`Error::Unavailable`] if they take too long.
    pub(super) async fn lock(&self, source_id: Uuid) -> Result<ChangeGuard> {
        tokio::time::timeout(PATIENCE, self.of(source_id).lock_owned()).await.map_err(|_| busy())
    }

    fn of(&self, source_id: Uuid) -> Arc<AsyncMutex<()>> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(&source_id).and_then(Weak::upgrade) {
            return lock;
        }
        if locks.len() >= KEPT {
            locks.retain(|_, lock| lock.strong_count() > 0);
        }
        let lock = Arc::new(AsyncMutex::new(()));
        locks.insert(source_id, Arc::downgrade(&lock));
        lock
    }
}

/// Waits after attempt `number`, counted from 0, found that another process had changed the source.
pub(super) async fn step_back(number: u32) {
    let longest = STEP.saturating_mul(number + 1).as_millis();
    let pause = rand::random_range(0..=u64::try_from(longest).unwrap_or(u64::MAX));
    tokio::time::sleep(Duration::from_millis(pause)).await;
}

/// The error for a caller whose change found no turn.
pub(super) fn busy() -> Error {
    Error::Unavailable { detail: LocalizedText::new("said-source-busy"), retry_after: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn changes_of_one_source_wait_for_each_other_and_others_do_not() {
        let (locks, one, other) = (ChangeLocks::default(), Uuid::from_u128(1), Uuid::from_u128(2));
        let first = locks.lock(one).await.unwrap();
        assert!(locks.clone().of(one).try_lock().is_err(), "clones share the locks");
        assert!(locks.of(other).try_lock().is_ok());
        drop(first);
        assert!(locks.lock(one).await.is_ok());
    }

    #[tokio::test]
    async fn locks_of_unchanged_sources_are_dropped() {
        let locks = ChangeLocks::default();
        let held = locks.lock(Uuid::from_u128(0)).await.unwrap();
        for number in 1..=2 * KEPT {
            drop(locks.lock(Uuid::from_u128(u128::try_from(number).unwrap())).await.unwrap());
        }
        assert!(locks.0.lock().unwrap().len() <= KEPT);
        assert!(locks.of(Uuid::from_u128(0)).try_lock().is_err(), "one that is in use stays");
        drop(held);
    }
}
