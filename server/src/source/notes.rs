//! What is noticed on the road of messages and looked into afterwards, so that the road stays short: sources that are
//! proved to work, and hooks that name sources nobody knows.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use entity::source;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::{Reason, SourceStatus};
use crate::alert::{self, Alarm};
use crate::app::App;
use crate::tenant as tenants;
use crate::words::{Language, Words};

/// The kind of the alert about a source whose messenger does not let us in.
pub(super) const STOPPED: &str = "source_stopped";
/// A proof is stored at most so often.
const PROOF_EVERY: i64 = 60_000;
/// Sources remembered before those without a proof in the last minute are forgotten.
const REMEMBERED: usize = 20_000;

/// Kept in memory by `App`. Cheap to clone.
#[derive(Clone, Default)]
pub struct Notes {
    /// When each source was last proved.
    proved: Arc<Mutex<HashMap<Uuid, i64>>>,
    strange: Arc<Mutex<HashSet<Uuid>>>,
}

fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Notes {
    /// Accounts whose hooks named unknown sources since the last call.
    pub(super) fn take_strange(&self) -> Vec<Uuid> {
        open(&self.strange).drain().collect()
    }

    /// The next proof counts, whatever was proved a moment ago.
    pub(super) fn doubt(&self, source_id: Uuid) {
        open(&self.proved).remove(&source_id);
    }

    fn is_new_proof(&self, source_id: Uuid, now: i64) -> bool {
        let mut proved = open(&self.proved);
        let is_old = |at: &i64| now.saturating_sub(*at) >= PROOF_EVERY;
        if proved.get(&source_id).is_some_and(|at| !is_old(at)) {
            return false;
        }
        if proved.len() >= REMEMBERED {
            proved.retain(|_, at| !is_old(at));
        }
        proved.insert(source_id, now);
        true
    }
}

/// A hook named an external id that is none of our sources: the account's sources are soon compared with amoCRM's. Only
/// noted; costs nothing.
pub fn note_unknown(app: &App, tenant_id: Uuid) {
    open(&app.source_notes.strange).insert(tenant_id);
}

/// A message of this source, or its test, went through. Stored at most once a minute; a source that was only being
/// checked works from here on.
pub async fn prove(app: &App, tenant_id: Uuid, source_id: Uuid) {
    let now = app.clock.millis();
    if !app.source_notes.is_new_proof(source_id, now) {
        return;
    }
    if let Err(error) = store_proof(app, tenant_id, source_id, now).await {
        app.source_notes.doubt(source_id);
        tracing::warn!(tenant.id = %tenant_id, source.id = %source_id, %error, "that a source works could not be noted; its next message notes it");
    }
}

/// A test went through to its end: whatever was held because the messenger did not let us in goes on.
pub(super) async fn passed(app: &App, source: &source::Model) -> Result<(), DbErr> {
    let now = app.clock.millis();
    let had_stopped = source.status == SourceStatus::Stopped.as_str();
    app.source_notes.doubt(source.id);
    if had_stopped {
        source::Entity::update_many()
            .col_expr(source::Column::Status, Expr::value(SourceStatus::Checking.as_str()))
            .filter(source::Column::TenantId.eq(source.tenant_id))
            .filter(source::Column::Id.eq(source.id))
            .exec(app.store.write())
            .await?;
    }
    app.source_notes.is_new_proof(source.id, now);
    store_proof(app, source.tenant_id, source.id, now).await?;
    if had_stopped && !source.paused {
        app.queue.resume(source.tenant_id, source.id, 0).await?;
        app.writer.stored().notify_one();
    }
    Ok(())
}

/// The messenger does not let us in: letters wait until somebody repairs it, and people are told. `words`: what it said.
pub async fn stopped(app: &App, tenant_id: Uuid, source_id: Uuid, words: &str) -> Result<(), DbErr> {
    source::Entity::update_many()
        .col_expr(source::Column::Status, Expr::value(SourceStatus::Stopped.as_str()))
        .col_expr(source::Column::StatusReason, Expr::value(format!("{}: {words}", Reason::AccessRefused.as_str())))
        .col_expr(source::Column::StatusSince, Expr::value(app.clock.millis()))
        .filter(source::Column::TenantId.eq(tenant_id))
        .filter(source::Column::Id.eq(source_id))
        .filter(source::Column::DeletedAt.is_null())
        .exec(app.store.write())
        .await?;
    app.lookup.forget();
    raise(app, tenant_id, source_id, words).await
}

async fn raise(app: &App, tenant_id: Uuid, source_id: Uuid, words: &str) -> Result<(), DbErr> {
    let db = app.store.write();
    let source = source::Entity::of_tenant(tenant_id).filter(source::Column::Id.eq(source_id)).one(db).await?;
    let (Some(source), Some(tenant)) = (source, tenants::load(db, tenant_id).await?) else { return Ok(()) };
    let language = Words::new(Language::of_code(&tenant.language).unwrap_or(Language::En));
    let detail = json!({
        "source": source.name,
        "account": if tenant.name.is_empty() { &tenant.host } else { &tenant.name },
        "messenger": language.say_of("connector-", &source.kind).to_string(),
        "reason": words,
    });
    let object = source_id.to_string();
    let alarm = Alarm { tenant_id, kind: STOPPED, object: &object, source_id: Some(source_id), detail };
    alert::raise(app, db, alarm).await.map(|_| ())
}

async fn store_proof(app: &App, tenant_id: Uuid, source_id: Uuid, now: i64) -> Result<(), DbErr> {
    let this = || {
        source::Entity::update_many()
            .filter(source::Column::TenantId.eq(tenant_id))
            .filter(source::Column::Id.eq(source_id))
            .filter(source::Column::DeletedAt.is_null())
    };
    this().col_expr(source::Column::ProvedAt, Expr::value(Some(now))).exec(app.store.write()).await?;
    let proved = this()
        .col_expr(source::Column::Status, Expr::value(SourceStatus::Working.as_str()))
        .col_expr(source::Column::StatusReason, Expr::value(""))
        .col_expr(source::Column::StatusSince, Expr::value(now))
        .filter(source::Column::Status.eq(SourceStatus::Checking.as_str()))
        .exec(app.store.write())
        .await?;
    if proved.rows_affected > 0 {
        app.lookup.forget();
        alert::resolve(app, app.store.write(), tenant_id, STOPPED, &source_id.to_string()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_new_once_a_minute_and_after_a_doubt() {
        let (notes, id) = (Notes::default(), Uuid::from_u128(1));
        assert!(notes.is_new_proof(id, 1_000));
        assert!(!notes.is_new_proof(id, 60_999));
        assert!(notes.is_new_proof(id, 61_000));
        assert!(!notes.is_new_proof(id, 61_001));
        notes.doubt(id);
        assert!(notes.is_new_proof(id, 61_002));
    }
}
