//! Observations made during delivery and processed later, so that delivery stays fast: sources proved to work, and
//! hooks that name unknown sources.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::i18n::{Language, Words};
use base::store::finish_tx;
use entity::{source, tenant};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::proofs::{self, Proofs};
use super::report::report;
use super::{SourceStatus, StateReason};
use crate::alert::{self, Alarm};
use crate::source::SourceContext;
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
        source::Entity::update_many()
            .col_expr(source::Column::Status, Expr::value(SourceStatus::Checking.as_str()))
            .filter(source::Column::TenantId.eq(source.tenant_id))
            .filter(source::Column::Id.eq(source.id))
            .exec(app.store.write())
            .await?;
    }
    app.source_observations.proofs.is_new(source.id, now);
    proofs::store(app, &[((source.tenant_id, source.id), now)]).await?;
    if had_stopped && !source.paused {
        app.queue.resume(source.tenant_id, source.id, 0).await?;
        app.writer.stored().notify_one();
    }
    Ok(())
}

/// The messenger refuses access: letters wait for a repair, and people are alerted. `words`: the messenger's text.
pub async fn stopped(app: &SourceContext, tenant_id: Uuid, source_id: Uuid, words: &str) -> Result<(), DbErr> {
    let tx = app.store.write_tx().await?;
    let done = stopped_in(app, &tx, (tenant_id, source_id), words).await;
    finish_tx(tx, done).await?;
    app.lookup.forget();
    Ok(())
}

async fn stopped_in(
    app: &SourceContext,
    tx: &DatabaseTransaction,
    (tenant_id, source_id): (Uuid, Uuid),
    words: &str,
) -> Result<(), DbErr> {
    let this = source::Entity::of_tenant(tenant_id).filter(source::Column::Id.eq(source_id));
    let (Some(source), Some(tenant)) = (this.lock_exclusive().one(tx).await?, tenants::load(tx, tenant_id).await?)
    else {
        return Ok(());
    };
    if source.deleted_at.is_none() {
        let reason = StateReason::AccessRefused.as_str();
        source::Entity::update_many()
            .col_expr(source::Column::Status, Expr::value(SourceStatus::Stopped.as_str()))
            .col_expr(source::Column::StatusReason, Expr::value(format!("{reason}: {words}")))
            .col_expr(source::Column::StatusSince, Expr::value(app.clock.millis()))
            .filter(source::Column::TenantId.eq(tenant_id))
            .filter(source::Column::Id.eq(source_id))
            .exec(tx)
            .await?;
        // Each letter that is refused comes here.
        if source.status != SourceStatus::Stopped.as_str() {
            report(app, tx, VendorEventKind::SourceStopped, &source, Some(reason)).await?;
        }
    }
    raise(app, tx, &tenant, &source, words).await
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
