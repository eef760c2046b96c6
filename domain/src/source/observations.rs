//! Observations made during delivery and processed later, so that delivery stays fast: sources proved to work, and
//! hooks that name unknown sources.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::i18n::{Language, Words};
use base::store::{Row, in_transaction};
use chrono::TimeDelta;
use entity::{source, tenant, turn};
use queue::{FailureLimit, Rows};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, QueryFilter, QuerySelect};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::by::next_version;
use super::outbox::report_event;
use super::{By, SourceContext, SourceStatus, StateReason, live};
use crate::alert::{self, Alarm, WEBHOOK_SUSPENDED};
use crate::tenant as tenants;
use crate::vendor_events::VendorEventKind;

/// Kind of the alert about a source whose messenger refuses access.
pub(super) const STOPPED: &str = "source_stopped";

/// Kept in memory by `SourceContext`. Cheap to clone.
#[derive(Clone, Default)]
pub struct Observations {
    pub(super) proofs: Proofs,
    strange: Arc<Mutex<HashSet<Uuid>>>,
}

fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Observations {
    /// Accounts whose hooks named unknown sources since the last call.
    pub(super) fn take_strange(&self) -> Vec<Uuid> {
        open(&self.strange).drain().collect()
    }

    /// Makes the next proof count, whatever was proved a moment ago.
    pub(super) fn doubt(&self, source_id: Uuid) {
        self.proofs.doubt(source_id);
    }
}

/// A hook named an external id that is none of our sources: the account's sources are soon compared with amoCRM's.
/// Only recorded in memory.
pub fn note_unknown(app: &SourceContext, tenant_id: Uuid) {
    open(&app.source_observations.strange).insert(tenant_id);
}

/// A test succeeded completely: whatever was held because the messenger refused access is resumed.
pub(super) async fn passed(app: &SourceContext, source: &source::Model) -> Result<(), DbErr> {
    let now = app.clock.millis();
    let had_stopped = source.status == SourceStatus::Stopped.as_str();
    app.source_observations.doubt(source.id);
    if had_stopped {
        source::Entity::update_by_id((source.tenant_id, source.id))
            .col_expr(source::Column::Status, Expr::value(SourceStatus::Checking.as_str()))
            .exec(app.store.write())
            .await?;
    }
    app.source_observations.proofs.is_new(source.id, now);
    store_proofs(app, &[((source.tenant_id, source.id), now)]).await?;
    if had_stopped && !source.paused {
        app.queue.resume(source.tenant_id, source.id, 0).await?;
        app.writer.stored().notify_one();
    }
    Ok(())
}

/// A test failed: what was proved before stays known, and the next message proves the source again.
pub(super) async fn doubted(app: &SourceContext, source: &source::Model) -> Result<(), DbErr> {
    if let Some(at) = app.source_observations.proofs.last(source.id) {
        store_proofs(app, &[((source.tenant_id, source.id), at)]).await?;
    }
    app.source_observations.doubt(source.id);
    Ok(())
}

/// The messenger refuses access: letters wait for a repair, and people are alerted. `words`: the messenger's text.
pub async fn stopped(app: &SourceContext, tenant_id: Uuid, source_id: Uuid, words: &str) -> Result<(), DbErr> {
    in_transaction(&app.store, async |tx| {
        let this = source::Entity::of_tenant(tenant_id).filter(source::Column::Id.eq(source_id));
        let (Some(source), Some(tenant)) = (this.lock_exclusive().one(tx).await?, tenants::load(tx, tenant_id).await?)
        else {
            return Ok(());
        };
        if source.deleted_at.is_none() {
            let reason = StateReason::AccessRefused.as_str();
            source::Entity::update_by_id((tenant_id, source_id))
                .col_expr(source::Column::Status, Expr::value(SourceStatus::Stopped.as_str()))
                .col_expr(source::Column::StatusReason, Expr::value(format!("{reason}: {words}")))
                .col_expr(source::Column::StatusSince, Expr::value(app.clock.millis()))
                .exec(tx)
                .await?;
            // Each letter that is refused comes here.
            if source.status != SourceStatus::Stopped.as_str() {
                report_event(app, tx, VendorEventKind::SourceStopped, &source, Some(reason)).await?;
            }
        }
        raise(app, tx, &tenant, &source, words).await
    })
    .await?;
    app.lookup.forget();
    Ok(())
}

async fn raise(
    app: &SourceContext,
    tx: &DatabaseTransaction,
    tenant: &tenant::Model,
    source: &source::Model,
    words: &str,
) -> Result<(), DbErr> {
    let language = Words::new(Language::of_code(&tenant.language).unwrap_or(Language::En));
    let detail = json!({
        "source": source.name,
        "account": if tenant.name.is_empty() { &tenant.host } else { &tenant.name },
        "messenger": language.text_of("connector-", &source.kind).to_string(),
        "reason": words,
    });
    let object = source.id.to_string();
    let alarm =
        Alarm { tenant_id: source.tenant_id, kind: STOPPED, object: &object, source_id: Some(source.id), detail };
    alert::raise(app, tx, alarm).await.map(|_| ())
}

// Records that sources work, as their messages prove: collected in memory and written together every few seconds, so
// that a message of a quiet source costs no commit of its own.
//
// The time of a source's last proof, and its change from `checking` to `working`, lag by that much at most. A stop
// writes what is left; a crash loses it, and the source's next message proves it again.

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
pub async fn write_proofs(app: &SourceContext) {
    let proofs = app.source_observations.proofs.take();
    let alone = app.store.one_account_a_commit();
    for of_some in proofs.chunk_by(|one, other| !alone || one.0.0 == other.0.0) {
        for part in of_some.chunks(AT_ONCE) {
            if let Err(error) = store_proofs(app, part).await {
                app.source_observations.proofs.put_back(part);
                tracing::warn!(%error, sources = part.len(), "the last successful use of sources could not be stored; it will be retried");
            }
        }
    }
}

/// Writes proofs; sources in the state `checking`, since before the proof, become `working`.
pub(super) async fn store_proofs(app: &SourceContext, proofs: &[Proof]) -> Result<(), DbErr> {
    let working = in_transaction(&app.store, async |tx| update(app, tx, proofs).await).await?;
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

// Pauses the source of a developer's endpoint that fails for a day; everything is kept, and people are alerted.
//
// ```text
// failing_since + 24 h, in ten tries at least ─▶ held, paused, alert ─▶ a person resumes ─▶ one probe ─▶ all, in
// order
// ```

/// Minimum time without any success …
const PATIENCE: TimeDelta = TimeDelta::days(1);
/// … and minimum number of attempts: one webhook in a quiet day proves nothing.
const SUSPEND_AFTER_TRIES: i32 = 10;

/// A webhook of this source failed. Once all have failed for a day the source is paused.
pub async fn failing(app: &SourceContext, tenant_id: Uuid, source_id: Uuid) {
    if let Err(error) = look(app, tenant_id, source_id).await {
        tracing::error!(tenant.id = %tenant_id, source.id = %source_id, %error, "an endpoint's failures could not be evaluated; its next failure will trigger the next attempt");
    }
}

async fn look(app: &SourceContext, tenant_id: Uuid, source_id: Uuid) -> Result<(), DbErr> {
    let turn = turn::Entity::of_tenant(tenant_id).filter(turn::Column::Target.eq(source_id));
    let turn = turn.one(app.store.read()).await?;
    let since = turn.filter(|turn| turn.failing >= SUSPEND_AFTER_TRIES).and_then(|turn| turn.failing_since);
    let Some(since) = since else { return Ok(()) };
    if app.store.now().await? - since < PATIENCE.num_milliseconds() {
        return Ok(());
    }
    let source = live(tenant_id).filter(source::Column::Id.eq(source_id)).one(app.store.read()).await?;
    let Some(source) = source.filter(|source| !source.paused) else { return Ok(()) };
    let done = in_transaction(&app.store, async |tx| pause(app, tx, &source).await).await?;
    if done {
        app.lookup.forget();
        tracing::warn!(tenant.id = %tenant_id, source.id = %source_id, "a webhook endpoint has failed for a day: its source is paused");
    }
    Ok(())
}

/// Turn, row, alert and audit in one commit. False if it was paused concurrently or has just answered.
async fn pause(app: &SourceContext, tx: &DatabaseTransaction, source: &source::Model) -> Result<bool, DbErr> {
    let target = (source.tenant_id, source.id);
    let limit = FailureLimit { millis: PATIENCE.num_milliseconds(), tries: SUSPEND_AFTER_TRIES };
    if !app.queue.suspend(tx, target, limit, WEBHOOK_SUSPENDED).await? {
        return Ok(false);
    }
    let now = app.clock.millis();
    source::Entity::update_by_id((source.tenant_id, source.id))
        .col_expr(source::Column::Paused, Expr::value(true))
        .col_expr(source::Column::PausedBy, Expr::value(""))
        .col_expr(source::Column::StatusSince, Expr::value(now))
        .col_expr(source::Column::UpdatedAt, Expr::value(next_version(source, now)))
        .filter(source::Column::DeletedAt.is_null())
        .exec(tx)
        .await?;
    let id = source.id.to_string();
    let detail = json!({ "source": source.name, "host": host(source) });
    let alarm = Alarm {
        tenant_id: source.tenant_id,
        kind: WEBHOOK_SUSPENDED,
        object: &id,
        source_id: Some(source.id),
        detail: detail.clone(),
    };
    alert::raise(app, tx, alarm).await?;
    By::parom().did(app, tx, "source.suspended", (source.tenant_id, &id), detail).await?;
    Ok(true)
}

/// The host of the endpoint.
fn host(source: &source::Model) -> String {
    let settings: Value = serde_json::from_str(&source.settings).unwrap_or_default();
    let url = settings.get("webhook_url").and_then(Value::as_str).and_then(|url| Url::parse(url).ok());
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
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
