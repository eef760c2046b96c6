//! Stores the result of a comparison in one commit. Rows changed meanwhile are left to the next comparison.

use base::error::Result;
use base::store::finish_tx;
use entity::{source, stray_source, tenant};
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};

use super::compare::{Difference, SourceDifferences, Stray};
use super::{DELETED_IN_CRM, GONE, PIPELINE_ARCHIVED};
use crate::alert::{self, Alarm};
use crate::source::SourceContext;
use crate::source::by::{CHANGED, next_version};
use crate::source::create::clear_default;
use crate::source::{By, SourceStatus, not_deleted, outbox};

pub(super) async fn apply(
    app: &SourceContext,
    tenant: &tenant::Model,
    ours: &[source::Model],
    found: &SourceDifferences,
    by: &By,
) -> Result<()> {
    let tx = app.store.write_tx().await?;
    let done = apply_in(app, &tx, tenant, ours, found, by).await;
    Ok(finish_tx(tx, done).await?)
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
    let done = source::Entity::update_many()
        .set(change)
        .filter(source::Column::TenantId.eq(source.tenant_id))
        .filter(source::Column::Id.eq(source.id))
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
    stray_source::Entity::delete_many().filter(stray_source::Column::TenantId.eq(tenant_id)).exec(tx).await?;
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
