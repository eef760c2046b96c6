//! Recreates a source that a user deleted in amoCRM: same id, name, pipeline, default mark and services; its
//! conversations continue.

use std::sync::Arc;

use amocrm::rest::{self, NewSource, Service};
use anyhow::Context;
use base::config::Integration;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::store::finish_tx;
use entity::source;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::by::next_version;
use super::create::{active, clear_default, served, written};
use super::reconcile::{DELETED_IN_CRM, GONE};
use super::{By, SourceStatus, all, find, mirror, outbox};
use crate::source::SourceContext;
use crate::tenant as tenants;

/// Recreates a source that was deleted in amoCRM and returns its new state. 409 `not_deleted_in_crm` if it is not
/// missing there; other errors as for [`super::create()`], and then nothing is changed. Completes even if the caller
/// goes away.
pub async fn restore(app: &Arc<SourceContext>, tenant_id: Uuid, source_id: Uuid, by: &By) -> Result<source::Model> {
    let _guard = app.source_changes.lock(source_id).await?;
    let source = find(app, tenant_id, source_id).await?;
    if !is_missing(&source) {
        let detail = LocalizedText::new("said-not-deleted-in-crm").with("name", source.name.as_str());
        return Err(Error::Conflict { problem: "not_deleted_in_crm", detail });
    }
    let restored = recreate(app, tenant_id, vec![source], by).await?;
    restored.into_iter().next().ok_or(Error::NotFound)
}

/// The same for all missing sources, in batches as large as amoCRM accepts; none missing is fine.
pub async fn restore_all(app: &Arc<SourceContext>, tenant_id: Uuid, by: &By) -> Result<Vec<source::Model>> {
    let missing: Vec<_> = all(app, tenant_id).await?.into_iter().filter(is_missing).collect();
    if missing.is_empty() { Ok(missing) } else { recreate(app, tenant_id, missing, by).await }
}

/// True if a user deleted it in amoCRM.
pub(super) fn is_missing(source: &source::Model) -> bool {
    source.status_reason == DELETED_IN_CRM
}

async fn recreate(
    app: &Arc<SourceContext>,
    tenant_id: Uuid,
    missing: Vec<source::Model>,
    by: &By,
) -> Result<Vec<source::Model>> {
    let tenant = tenants::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    let tenant = served(app, tenant).await?;
    active(&tenant)?;
    let (app, by) = (app.clone(), by.clone());
    let restoring = base::supervisor::detach("source_restore", async move {
        let made = mirror_them(&app, &tenant, &missing).await?;
        let mut restored = Vec::with_capacity(missing.len());
        for source in missing {
            let found = made.iter().find(|one| one.external_id.as_deref() == Some(&source.external_id));
            if let Some(found) = found {
                restored.push(keep(&app, source, found, &by).await?);
            }
        }
        app.lookup.forget();
        Ok(restored)
    });
    restoring.await.map_err(|error| anyhow::anyhow!("restoring sources broke off: {error}"))?
}

/// A source already there is used as it is: an answer was lost, or another instance was faster.
async fn mirror_them(
    app: &Arc<SourceContext>,
    tenant: &entity::tenant::Model,
    missing: &[source::Model],
) -> Result<Vec<rest::Source>> {
    let tenant_id = tenant.tenant_id;
    let integration = tenants::integration(&app.tenants, tenant)?;
    let there = mirror::all(app, tenant_id).await.map_err(mirror::as_error)?;
    let pipelines = mirror::pipelines(app, tenant_id).await?;
    let has_default = there.iter().any(|source| source.default);
    let mut new = Vec::new();
    for source in missing.iter().filter(|source| !has(&there, &source.external_id)) {
        let keeps_pipeline = pipelines.iter().any(|pipeline| pipeline.id == source.pipeline_id);
        new.push(NewSource {
            name: source.name.clone(),
            external_id: source.external_id.clone(),
            pipeline_id: keeps_pipeline.then_some(source.pipeline_id),
            default: Some(source.is_default && !has_default),
            origin_code: origin_code(&integration, source),
            services: services(source)?,
        });
    }
    let mut found = there;
    if !new.is_empty() {
        match mirror::create_many(app, tenant_id, &new).await {
            Ok(made) => found.extend(made),
            // They may exist: check once. The others stay missing and can be restored later.
            Err(error) => {
                let there = mirror::all(app, tenant_id).await.unwrap_or_default();
                if !new.iter().any(|new| has(&there, &new.external_id)) {
                    return Err(mirror::as_error(error));
                }
                found = there;
            }
        }
    }
    Ok(found)
}

fn has(there: &[rest::Source], external_id: &str) -> bool {
    there.iter().any(|source| source.external_id.as_deref() == Some(external_id))
}

/// The code of the channel that this source's conversations use.
pub(super) fn origin_code(integration: &Integration, source: &source::Model) -> Option<String> {
    let its = |id: &str| Uuid::parse_str(id).is_ok_and(|id| id == source.channel_id);
    integration.channels.iter().find(|channel| its(&channel.id)).map(|channel| channel.code.clone())
}

/// The services to send to amoCRM; none if there are none.
pub(super) fn services(source: &source::Model) -> anyhow::Result<Option<Vec<Service>>> {
    let services: Vec<Service> = serde_json::from_str(&source.services).context("a source's services are damaged")?;
    Ok((!services.is_empty()).then_some(services))
}

async fn keep(app: &SourceContext, source: source::Model, found: &rest::Source, by: &By) -> Result<source::Model> {
    let now = app.clock.millis();
    let row = source::ActiveModel {
        amocrm_source_id: Set(found.id),
        pipeline_id: Set(found.pipeline_id.unwrap_or(source.pipeline_id)),
        is_default: Set(found.default),
        services_sent: Set(written(&services(&source)?.unwrap_or_default())?),
        status: Set(SourceStatus::Working.as_str().to_owned()),
        status_reason: Set(String::new()),
        status_since: Set(now),
        updated_at: Set(next_version(&source, now)),
        ..Default::default()
    };
    let tx = app.store.write_tx().await?;
    let done = store(app, &tx, &source, row, by).await;
    let kept = finish_tx(tx, done).await?;
    tracing::info!(tenant.id = %kept.tenant_id, source.id = %kept.id, "a source was restored in amoCRM");
    Ok(kept)
}

async fn store(
    app: &SourceContext,
    tx: &DatabaseTransaction,
    source: &source::Model,
    row: source::ActiveModel,
    by: &By,
) -> Result<source::Model> {
    if row.is_default == Set(true) {
        clear_default(tx, source.tenant_id).await?;
    }
    let kept = source::Entity::update_many()
        .set(row)
        .filter(source::Column::TenantId.eq(source.tenant_id))
        .filter(source::Column::Id.eq(source.id))
        .filter(source::Column::DeletedAt.is_null())
        .exec_with_returning(tx)
        .await?;
    // Deleted meanwhile by another process.
    let kept = kept.into_iter().next().ok_or(Error::NotFound)?;
    let id = source.id.to_string();
    crate::alert::resolve(app, tx, source.tenant_id, GONE, &id).await?;
    by.did(app, tx, "source.restored", (source.tenant_id, &id), json!({ "name": source.name })).await?;
    outbox::changed(app, tx, source).await?;
    Ok(kept)
}
