//! Compares our sources with amoCRM's. There is no webhook for sources (crm-api §4.4), so this happens daily, after
//! an installation, and when a hook names an unknown source.
//!
//! ```text
//! ours ∖ theirs ─▶ needs_attention (deleted_in_crm), restorable
//! ours ∩ theirs ─▶ name, pipeline, default: what a user changed in amoCRM wins; services: ours are sent again
//! theirs ∖ ours ─▶ what we deleted while access was lost: deleted there; else a stray, shown
//! ```

mod compare;

use std::sync::Arc;

use amocrm::rest::{self, SourceChange};
use base::due;
use base::error::{Error, Result};
use base::millis::DAY;
use base::store::in_transaction;
use chrono::TimeDelta;
use entity::tenant::{self, Column};
use entity::{source, stray_source};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::by::{CHANGED, next_version};
use super::create::clear_default;
use super::restore::{self, DELETED_IN_CRM, GONE};
use super::{By, SourceContext, SourceStatus, all as all_ours, line, mirror, not_deleted, outbox};
use crate::alert::{self, Alarm};
use crate::tenant::token::CallError;
use crate::tenant::{self as tenants, TenantStatus};
use compare::{Difference, SourceDifferences, Stray, Theirs};

/// Stored reason of a source whose pipeline is archived.
pub(super) const PIPELINE_ARCHIVED: &str = "pipeline_archived";

/// The most that amoCRM lists; sources missing from a full list are requested by name.
const LISTED: usize = 100;
/// External ids in one request.
const NAMES: usize = 25;

/// The result of a comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Sources of ours that amoCRM no longer has, including those already known.
    pub missing: usize,
    /// Sources that a user changed in amoCRM.
    pub changed: usize,
    /// Sources at amoCRM that are not ours.
    pub strays: usize,
}

/// Compares an account's sources with amoCRM's now and stores the differences. If a call fails, its error is returned
/// and nothing is stored. Safe to call at any time and from several instances.
pub async fn reconcile(app: &Arc<SourceContext>, tenant_id: Uuid) -> Result<Reconciled> {
    let tenant = tenants::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    note_compared(app, tenant_id, app.clock.millis()).await?;
    mirror::mark_abandoned(app.store.write(), tenant_id, app.clock.millis()).await?;
    // Ours first: everything read here was at amoCRM before amoCRM is asked.
    let mut ours = all_ours(app, tenant_id).await?;
    ours.retain(|source| !source.is_shadow());
    let theirs = list(app, tenant_id, &ours).await.map_err(mirror::as_error)?;
    let pipelines = mirror::every_pipeline(app, tenant_id).await.map_err(mirror::as_error)?;
    let reserved: Vec<_> =
        not_deleted(tenant_id).all(app.store.read()).await?.into_iter().map(|source| source.external_id).collect();
    let buried = mirror::deleted_ids(app.store.read(), tenant_id).await?;
    let integration = tenants::integration(&app.tenants, &tenant)?;
    let code = integration.widget.as_ref().and_then(|widget| widget.code.clone());
    let theirs = Theirs { sources: &theirs, pipelines: &pipelines };
    let found = compare::compare(&ours, &theirs, &reserved, &buried, code.as_deref());
    let done = found.counts();
    bury(app, tenant_id, &found.buried).await;
    apply(app, &tenant, &ours, &found, &By::parom()).await?;
    send_services(app, &tenant, &ours, &found.differences).await;
    app.lookup.forget();
    if done != Reconciled::default() {
        tracing::info!(
            tenant.id = %tenant_id, missing = done.missing, changed = done.changed, strays = done.strays,
            "an account's sources differ from amoCRM's"
        );
    }
    Ok(done)
}

/// Records that amoCRM no longer has a source, as a refused change showed.
pub(super) async fn note_missing(app: &SourceContext, source: &source::Model) -> Result<()> {
    let tenant = tenants::load(app.store.read(), source.tenant_id).await?.ok_or(Error::NotFound)?;
    let found = compare::SourceDifferences::missing(source);
    apply(app, &tenant, std::slice::from_ref(source), &found, &By::parom()).await?;
    app.lookup.forget();
    Ok(())
}

/// Stores when the account was last compared; also the claim of the process that compares now.
async fn note_compared(app: &SourceContext, tenant_id: Uuid, at: i64) -> Result<(), DbErr> {
    tenant::Entity::update_of(tenant_id)
        .col_expr(tenant::Column::ReconciledAt, Expr::value(Some(at)))
        .exec(app.store.write())
        .await?;
    Ok(())
}

async fn list(
    app: &Arc<SourceContext>,
    tenant_id: Uuid,
    ours: &[source::Model],
) -> Result<Vec<rest::Source>, CallError> {
    let mut theirs = mirror::all(app, tenant_id).await?;
    if theirs.len() < LISTED {
        return Ok(theirs);
    }
    let known = |theirs: &[rest::Source], id: &str| theirs.iter().any(|one| one.external_id.as_deref() == Some(id));
    let missing: Vec<_> =
        ours.iter().map(|source| source.external_id.as_str()).filter(|id| !known(&theirs, id)).collect();
    for names in missing.chunks(NAMES) {
        theirs.extend(mirror::named(app, tenant_id, names).await?);
    }
    Ok(theirs)
}

/// Deletes at amoCRM what was deleted here. Failures are found again the next day.
async fn bury(app: &Arc<SourceContext>, tenant_id: Uuid, ids: &[i64]) {
    if ids.is_empty() {
        return;
    }
    match mirror::delete_many(app, tenant_id, ids).await {
        Ok(()) => {
            tracing::info!(tenant.id = %tenant_id, count = ids.len(), "sources that were deleted in Parom are now deleted in amoCRM too");
        }
        Err(error) => {
            tracing::warn!(tenant.id = %tenant_id, %error, "sources that were deleted in Parom still exist in amoCRM");
        }
    }
}

/// Sends services again where amoCRM has others: people cannot change them there. Failures are found again the next
/// day.
async fn send_services(
    app: &Arc<SourceContext>,
    tenant: &tenant::Model,
    ours: &[source::Model],
    differences: &[Difference],
) {
    for difference in differences.iter().filter(|difference| difference.services) {
        let Some(source) = ours.iter().find(|source| source.id == difference.source_id) else { continue };
        let services = match restore::services(source) {
            Ok(services) => services.unwrap_or_default(),
            Err(error) => {
                tracing::error!(tenant.id = %tenant.tenant_id, source.id = %source.id, error = format!("{error:#}"), "services cannot be sent to amoCRM");
                continue;
            }
        };
        let change = SourceChange { services: Some(services), ..SourceChange::default() };
        if let Err(error) = mirror::update(app, tenant.tenant_id, difference.amocrm_source_id, &change).await {
            tracing::warn!(tenant.id = %tenant.tenant_id, source.id = %source.id, %error, "amoCRM has different services for the source and did not accept ours");
        }
    }
}

// Stores the result of a comparison in one commit. Rows changed meanwhile are left to the next comparison.

async fn apply(
    app: &SourceContext,
    tenant: &tenant::Model,
    ours: &[source::Model],
    found: &SourceDifferences,
    by: &By,
) -> Result<()> {
    Ok(in_transaction(&app.store, async |tx| apply_in(app, tx, tenant, ours, found, by).await).await?)
}

async fn apply_in(
    app: &SourceContext,
    tx: &DatabaseTransaction,
    tenant: &tenant::Model,
    ours: &[source::Model],
    found: &SourceDifferences,
    by: &By,
) -> Result<(), DbErr> {
    let default = ours.iter().find(|source| source.is_default && !found.missing.contains(&source.id));
    for source in ours {
        line::watch::begin(app, tx, source).await?;
    }
    for source in ours.iter().filter(|source| found.missing.contains(&source.id)) {
        missing(app, tx, tenant, source, default, by).await?;
    }
    let stored = not_deleted(tenant.tenant_id).all(tx).await?;
    let differing = found.differences.iter().filter_map(|difference| {
        let source = ours.iter().find(|source| source.id == difference.source_id)?;
        stored.iter().any(|stored| is_unchanged(source, stored)).then_some((source, difference))
    });
    let differing: Vec<_> = differing.collect();
    // The default mark moves in two steps, so that no two sources ever have it.
    if differing.iter().any(|(_, difference)| difference.default == Some(true)) {
        clear_default(tx, tenant.tenant_id).await?;
    }
    for (source, difference) in differing {
        adopt(app, tx, source, difference, by).await?;
    }
    match &found.strays {
        Some(strays) => keep_strays(app, tx, tenant, strays).await,
        None => Ok(()),
    }
}

/// Whether a source is as it was read. Its version alone does not tell: a change of ours writes the new version before
/// it calls amoCRM and again with what it changed, so a source read in between has the version of the finished change.
fn is_unchanged(read: &source::Model, stored: &source::Model) -> bool {
    let known = |row: &source::Model| {
        (row.id, row.updated_at, row.name.clone(), row.pipeline_id, row.is_default, row.services.clone())
    };
    known(read) == known(stored)
}

async fn missing(
    app: &SourceContext,
    tx: &DatabaseTransaction,
    tenant: &tenant::Model,
    source: &source::Model,
    default: Option<&source::Model>,
    by: &By,
) -> Result<(), DbErr> {
    if source.status_reason == DELETED_IN_CRM {
        return Ok(());
    }
    let change = source::ActiveModel {
        status: Set(SourceStatus::NeedsAttention.as_str().to_owned()),
        status_reason: Set(DELETED_IN_CRM.to_owned()),
        status_since: Set(app.clock.millis()),
        ..Default::default()
    };
    if !update(tx, source, change).await? {
        return Ok(());
    }
    let id = source.id.to_string();
    by.did(app, tx, "source.gone_from_crm", (source.tenant_id, &id), json!({ "name": source.name })).await?;
    outbox::changed(app, tx, source).await?;
    let detail = json!({
        "source": source.name,
        "account": if tenant.name.is_empty() { &tenant.host } else { &tenant.name },
        "default": default.map_or("–", |default| default.name.as_str()),
    });
    let alarm = Alarm { tenant_id: source.tenant_id, kind: GONE, object: &id, source_id: Some(source.id), detail };
    alert::raise(app, tx, alarm).await?;
    Ok(())
}

async fn adopt(
    app: &SourceContext,
    tx: &DatabaseTransaction,
    source: &source::Model,
    difference: &Difference,
    by: &By,
) -> Result<(), DbErr> {
    let now = app.clock.millis();
    let mut change = source::ActiveModel {
        amocrm_source_id: Set(difference.amocrm_source_id),
        services_sent: Set(source.services.clone()),
        ..Default::default()
    };
    let mut fields: Vec<&str> = Vec::new();
    if let Some(name) = &difference.name {
        change.name = Set(name.clone());
        fields.push("name");
    }
    if let Some(pipeline_id) = difference.pipeline_id {
        change.pipeline_id = Set(pipeline_id);
        fields.push("pipeline_id");
    }
    if let Some(default) = difference.default {
        change.is_default = Set(default);
        fields.push("default");
    }
    if let Some(reason) = difference.reason {
        let status = if reason.is_empty() { SourceStatus::Working } else { SourceStatus::NeedsAttention };
        change.status = Set(status.as_str().to_owned());
        change.status_reason = Set(reason.to_owned());
        change.status_since = Set(now);
    }
    if !fields.is_empty() {
        change.updated_at = Set(next_version(source, now).saturating_add(1));
    }
    if !update(tx, source, change).await? {
        return Ok(());
    }
    let id = source.id.to_string();
    if !fields.is_empty() {
        let detail = json!({ "fields": fields, "in_crm": true, "was_named": source.name });
        by.did(app, tx, CHANGED, (source.tenant_id, &id), detail).await?;
        outbox::changed(app, tx, source).await?;
    }
    if difference.reason.is_some() {
        alert::resolve(app, tx, source.tenant_id, GONE, &id).await?;
    }
    if difference.reason == Some(PIPELINE_ARCHIVED) {
        by.did(app, tx, "source.pipeline_archived", (source.tenant_id, &id), Value::Object(Default::default())).await?;
    }
    Ok(())
}

/// False if it was changed or deleted since it was read. Losing the default mark in this commit does not count as a
/// change.
async fn update(tx: &DatabaseTransaction, source: &source::Model, change: source::ActiveModel) -> Result<bool, DbErr> {
    let versions = [source.updated_at, source.updated_at.saturating_add(1)];
    let done = source::Entity::update_by_id((source.tenant_id, source.id))
        .set(change)
        .filter(source::Column::UpdatedAt.is_in(versions))
        .filter(source::Column::DeletedAt.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

async fn keep_strays(
    app: &SourceContext,
    tx: &DatabaseTransaction,
    tenant: &tenant::Model,
    strays: &[Stray],
) -> Result<(), DbErr> {
    let tenant_id = tenant.tenant_id;
    let known = stray_source::Entity::of_tenant(tenant_id).all(tx).await?;
    stray_source::Entity::delete_of(tenant_id).exec(tx).await?;
    for stray in strays {
        let first = known.iter().find(|known| known.amocrm_source_id == stray.source.id);
        let row = stray_source::Model {
            tenant_id,
            amocrm_source_id: stray.source.id,
            external_id: stray.source.external_id.clone().unwrap_or_default(),
            name: stray.source.name.clone(),
            pipeline_id: stray.source.pipeline_id,
            is_default: stray.source.default,
            reason: stray.reason.to_owned(),
            seen_at: first.map_or_else(|| app.clock.millis(), |known| known.seen_at),
        };
        stray_source::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    }
    Ok(())
}

// When accounts are compared: new and reinstalled ones at once, those whose hooks named an unknown source soon, all
// others daily. `tenant.reconciled_at` is schedule and claim in one: of several instances one compares.

/// Minimum interval between comparisons caused by unknown sources in hooks.
const SOON: TimeDelta = TimeDelta::minutes(10);
/// Delay after a failed comparison.
const AGAIN: TimeDelta = TimeDelta::hours(1);
/// Accounts compared at a time, so that a restart does not query amoCRM for all of them at once.
const AT_ONCE: u64 = 4;

/// Compares one batch of due accounts; returns how many.
pub async fn due_now(app: &Arc<SourceContext>) -> usize {
    let due = match due(app).await {
        Ok(due) => due,
        Err(error) => {
            tracing::warn!(%error, "the accounts due for a comparison of sources could not be read; it will be retried");
            return 0;
        }
    };
    let all_at_once = due.len();
    due::each(due, all_at_once, async |tenant| {
        match due::claim(&app.store, &tenant, Column::ReconciledAt, app.clock.millis()).await {
            Ok(true) => compare(app, tenant.tenant_id).await,
            Ok(false) => return 0,
            Err(error) => {
                tracing::warn!(tenant.id = %tenant.tenant_id, %error, "a comparison of sources could not be claimed");
                return 0;
            }
        }
        1
    })
    .await
}

async fn compare(app: &Arc<SourceContext>, tenant_id: Uuid) {
    let Err(error) = reconcile(app, tenant_id).await else { return };
    tracing::warn!(tenant.id = %tenant_id, %error, "an account's sources could not be compared with amoCRM's; retrying in an hour");
    let at = app.clock.millis() - DAY + AGAIN.num_milliseconds();
    if let Err(error) = note_compared(app, tenant_id, at).await {
        tracing::warn!(tenant.id = %tenant_id, %error, "a failed comparison could not be recorded; the next one runs tomorrow");
    }
}

/// New ones first, then those compared longest ago.
async fn due(app: &SourceContext) -> Result<Vec<tenant::Model>, DbErr> {
    for tenant_id in app.source_observations.take_strange() {
        bring_forward(app, tenant_id).await?;
    }
    let active = || tenant::Entity::find().filter(Column::Status.eq(TenantStatus::Active.as_str())).limit(AT_ONCE);
    let new = app.store.all_in_reach(active().filter(Column::ReconciledAt.is_null())).await?;
    if !new.is_empty() {
        return Ok(new);
    }
    let before = app.clock.millis() - DAY;
    let old = active().filter(Column::ReconciledAt.lte(before)).order_by_asc(Column::ReconciledAt);
    app.store.all_in_reach(old).await
}

async fn bring_forward(app: &SourceContext, tenant_id: Uuid) -> Result<(), DbErr> {
    tenant::Entity::update_of(tenant_id)
        .col_expr(Column::ReconciledAt, Expr::value(Option::<i64>::None))
        .filter(Column::ReconciledAt.lte(app.clock.millis() - SOON.num_milliseconds()))
        .exec(app.store.write())
        .await?;
    Ok(())
}
