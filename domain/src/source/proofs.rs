//! Records that sources work, as their messages prove: collected in memory and written together every few seconds, so
//! that a message of a quiet source costs no commit of its own.
//!
//! The time of a source's last proof, and its change from `checking` to `working`, lag by that much at most. A stop
//! writes what is left; a crash loses it, and the source's next message proves it again.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::store::{Row, finish_tx};
use chrono::TimeDelta;
use queue::Rows;
use sea_orm::{DatabaseTransaction, DbErr};
use uuid::Uuid;

use super::SourceStatus;
use super::observations::STOPPED;
use crate::alert;
use crate::source::SourceContext;

/// The shortest interval between proofs of a source.
const AGAIN: TimeDelta = TimeDelta::minutes(1);
/// Sources remembered before those without a proof in the last minute are dropped.
const REMEMBERED: usize = 20_000;
/// Sources per commit.
const AT_ONCE: usize = 1_000;

/// Proofs that wait to be written. Cheap to clone; clones share them.
#[derive(Clone, Default)]
pub(super) struct Proofs(Arc<Mutex<ProofLog>>);

#[derive(Default)]
struct ProofLog {
    /// When each source was last proved (milliseconds since 1970).
    proved: HashMap<Uuid, i64>,
    /// By account and source, in the order in which they are locked.
    waiting: BTreeMap<(Uuid, Uuid), i64>,
}

/// A proved source of an account, and when.
type Proof = ((Uuid, Uuid), i64);

impl Proofs {
    /// Makes the next proof count even within the interval; discards a waiting one.
    pub fn doubt(&self, source_id: Uuid) {
        let mut kept = self.open();
        kept.proved.remove(&source_id);
        kept.waiting.retain(|(_, id), _| *id != source_id);
    }

    /// True if the last proof is at least a minute old.
    pub fn is_new(&self, source_id: Uuid, now: i64) -> bool {
        self.open().is_new(source_id, now)
    }

    /// When a source was last proved, as far as this process remembers; it may not be written yet.
    pub fn last(&self, source_id: Uuid) -> Option<i64> {
        self.open().proved.get(&source_id).copied()
    }

    fn add(&self, tenant_id: Uuid, source_id: Uuid, now: i64) {
        let mut kept = self.open();
        if kept.is_new(source_id, now) {
            kept.waiting.insert((tenant_id, source_id), now);
        }
    }

    fn take(&self) -> Vec<Proof> {
        std::mem::take(&mut self.open().waiting).into_iter().collect()
    }

    /// Puts back proofs that could not be written, unless newer ones exist.
    fn put_back(&self, proofs: &[Proof]) {
        let mut kept = self.open();
        for (key, at) in proofs {
            kept.waiting.entry(*key).or_insert(*at);
        }
    }

    fn open(&self) -> MutexGuard<'_, ProofLog> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ProofLog {
    fn is_new(&mut self, source_id: Uuid, now: i64) -> bool {
        let is_old = |at: &i64| now.saturating_sub(*at) >= AGAIN.num_milliseconds();
        if self.proved.get(&source_id).is_some_and(|at| !is_old(at)) {
            return false;
        }
        if self.proved.len() >= REMEMBERED {
            self.proved.retain(|_, at| !is_old(at));
        }
        self.proved.insert(source_id, now);
        true
    }
}

/// A message of this source was delivered. Only recorded in memory.
pub fn prove(app: &SourceContext, tenant_id: Uuid, source_id: Uuid) {
    app.source_observations.proofs.add(tenant_id, source_id, app.clock.millis());
}

/// Writes the collected proofs: one commit per thousand sources.
pub async fn write(app: &SourceContext) {
    let proofs = app.source_observations.proofs.take();
    let alone = app.store.one_account_a_commit();
    for of_some in proofs.chunk_by(|one, other| !alone || one.0.0 == other.0.0) {
        for part in of_some.chunks(AT_ONCE) {
            if let Err(error) = store(app, part).await {
                app.source_observations.proofs.put_back(part);
                tracing::warn!(%error, sources = part.len(), "the last successful use of sources could not be stored; it will be retried");
            }
        }
    }
}

/// Writes proofs; sources in the state `checking`, since before the proof, become `working`.
pub(super) async fn store(app: &SourceContext, proofs: &[Proof]) -> Result<(), DbErr> {
    let tx = app.store.write_tx().await?;
    let working = update(app, &tx, proofs).await;
    let working = finish_tx(tx, working).await?;
    if !working.is_empty() {
        app.lookup.forget();
    }
    for (tenant_id, source_id) in working {
        alert::resolve(app, app.store.write(), tenant_id, STOPPED, &source_id.to_string()).await?;
    }
    Ok(())
}

/// Returns those whose state changed.
async fn update(app: &SourceContext, tx: &DatabaseTransaction, proofs: &[Proof]) -> Result<Vec<(Uuid, Uuid)>, DbErr> {
    let found = Rows::new()
        .uuid("tenant_id", proofs.iter().map(|proof| proof.0.0))
        .uuid("id", proofs.iter().map(|proof| proof.0.1))
        .long("at", proofs.iter().map(|proof| proof.1))
        .text("checking", proofs.iter().map(|_| SourceStatus::Checking.as_str()))
        .text("working", proofs.iter().map(|_| SourceStatus::Working.as_str()))
        .fetch(
            tx,
            &app.store,
            "UPDATE source SET proved_at = CASE WHEN source.proved_at > rows.at THEN source.proved_at ELSE rows.at END, \
             status = CASE WHEN source.status = rows.checking AND source.status_since <= rows.at THEN rows.working \
             ELSE source.status END, \
             status_reason = CASE WHEN source.status = rows.checking AND source.status_since <= rows.at THEN '' \
             ELSE source.status_reason END, \
             status_since = CASE WHEN source.status = rows.checking AND source.status_since <= rows.at THEN rows.at \
             ELSE source.status_since END \
             FROM rows WHERE source.tenant_id = {account} AND source.id = rows.id AND source.deleted_at IS NULL \
             RETURNING source.tenant_id AS tenant_id, source.id AS id, source.status AS status, \
             source.status_since AS status_since",
        )
        .await?;
    let at: BTreeMap<(Uuid, Uuid), i64> = proofs.iter().copied().collect();
    let mut working = Vec::new();
    for row in found {
        let key = (row.get("tenant_id")?, row.get("id")?);
        let (status, since): (String, i64) = (row.get("status")?, row.get("status_since")?);
        // As written by this statement, even if it was so before.
        if status == SourceStatus::Working.as_str() && at.get(&key) == Some(&since) {
            working.push(key);
        }
    }
    Ok(working)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_recorded_once_a_minute_and_after_a_doubt() {
        let (proofs, id) = (Proofs::default(), Uuid::from_u128(1));
        assert!(proofs.is_new(id, 1_000));
        assert!(!proofs.is_new(id, 60_999));
        assert!(proofs.is_new(id, 61_000));
        assert!(!proofs.is_new(id, 61_001));
        proofs.doubt(id);
        assert!(proofs.is_new(id, 61_002));
    }

    #[test]
    fn an_unwritten_proof_is_kept_until_a_doubt_removes_it() {
        let (proofs, tenant, id) = (Proofs::default(), Uuid::from_u128(9), Uuid::from_u128(1));
        proofs.add(tenant, id, 1_000);
        let taken = proofs.take();
        assert_eq!(taken, [((tenant, id), 1_000)]);
        assert_eq!(proofs.take(), []);
        proofs.put_back(&taken);
        assert_eq!(proofs.take(), taken);
        proofs.put_back(&taken);
        proofs.doubt(id);
        assert_eq!(proofs.take(), [], "new settings are not proved by a message that went before them");
    }
}
