//! What a takeover makes of its source, here and in amoCRM.

use std::sync::Arc;

use base::error::{Error, Result};
use entity::source;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, DatabaseTransaction, QueryFilter, QuerySelect};

use super::by::next_version;
use super::create::{active, channel_connected};
use super::line::{self, watch};
use super::takeover::{Takeover, facts_with};
use super::{SourceContext, SourceStatus, mirror, restore, served};
use crate::settings;
use crate::tenant as tenants;

/// Fails if the account or its channel could not carry the source.
pub async fn may_begin(app: &Arc<SourceContext>, source: &source::Model) -> Result<()> {
    let tenant = tenants::load(app.store.read(), source.tenant_id).await?.ok_or(Error::NotFound)?;
    active(&served(app, tenant).await?)?;
    channel_connected(app, source.tenant_id, source.channel_id).await
}

/// Whether amoCRM has the source.
pub async fn is_mirrored(app: &Arc<SourceContext>, source: &source::Model) -> Result<bool> {
    let found = mirror::find(app, source.tenant_id, &source.external_id).await.map_err(mirror::as_error)?;
    Ok(found.is_some())
}

/// Creates the source in amoCRM, or finds it there; returns its CRM id and pipeline.
pub async fn mirrored(app: &Arc<SourceContext>, source: &source::Model) -> Result<(i64, i64)> {
    let found = mirror::find(app, source.tenant_id, &source.external_id).await.map_err(mirror::as_error)?;
    let made = match found {
        Some(found) => found,
        None => {
            let tenant = tenants::load(app.store.read(), source.tenant_id).await?.ok_or(Error::NotFound)?;
            let integration = tenants::integration(&app.tenants, &tenant)?;
            let new = amocrm::rest::NewSource {
                name: source.name.clone(),
                external_id: source.external_id.clone(),
                pipeline_id: (source.pipeline_id != 0).then_some(source.pipeline_id),
                default: Some(false),
                origin_code: restore::origin_code(&integration, source),
                services: restore::services(source)?,
            };
            mirror::create(app, source.tenant_id, &new).await.map_err(mirror::as_error)?
        }
    };
    Ok((made.id, made.pipeline_id.unwrap_or(source.pipeline_id)))
}

/// Registers our address with the messenger, whoever has the line.
pub async fn register(app: &Arc<SourceContext>, source: &source::Model) -> Result<()> {
    let Some(connector) = app.connectors.get(&source.kind) else { return Ok(()) };
    let settings = settings::open(app, source)?;
    let Some(hook) = settings::hook_of(app, &source.kind, source.id, &settings) else { return Ok(()) };
    connector.connect_webhook(&settings, &hook).await.map_err(line::not_connected)
}

/// The source sends from now on.
pub async fn emerge(
    app: &SourceContext,
    tx: &DatabaseTransaction,
    source: &source::Model,
    takeover: &Takeover,
    shared_until: i64,
) -> Result<()> {
    let now = app.clock.millis();
    let stored = current(tx, source).await?;
    let row = source::ActiveModel {
        shadow_since: Set(None),
        amocrm_source_id: Set(takeover.amocrm_source_id),
        pipeline_id: Set(takeover.pipeline_id),
        status: Set(SourceStatus::Working.as_str().to_owned()),
        status_since: Set(now),
        updated_at: Set(next_version(&stored, now)),
        facts: Set(facts_with(&stored, Some(shared_until))),
        ..Default::default()
    };
    source::Entity::update_by_id((source.tenant_id, source.id)).set(row).exec(tx).await?;
    let working = source::Model { shadow_since: None, ..stored };
    Ok(watch::begin(app, tx, &working).await?)
}

/// The source receives only from now on.
pub async fn submerge(app: &SourceContext, tx: &DatabaseTransaction, source: &source::Model) -> Result<()> {
    let now = app.clock.millis();
    let stored = current(tx, source).await?;
    let row = source::ActiveModel {
        shadow_since: Set(Some(now)),
        is_default: Set(false),
        facts: Set(facts_with(&stored, None)),
        updated_at: Set(next_version(&stored, now)),
        ..Default::default()
    };
    source::Entity::update_by_id((source.tenant_id, source.id)).set(row).exec(tx).await?;
    Ok(watch::end_templates(tx, source).await?)
}

/// What comes late is no longer asked about.
pub async fn close(tx: &DatabaseTransaction, source: &source::Model) -> Result<()> {
    let stored = current(tx, source).await?;
    let row = source::ActiveModel { facts: Set(facts_with(&stored, Some(0))), ..Default::default() };
    source::Entity::update_by_id((source.tenant_id, source.id)).set(row).exec(tx).await?;
    Ok(())
}

async fn current(tx: &DatabaseTransaction, source: &source::Model) -> Result<source::Model> {
    let row = source::Entity::of_tenant(source.tenant_id).filter(source::Column::Id.eq(source.id));
    let row = row.filter(source::Column::DeletedAt.is_null()).lock_exclusive().one(tx).await?;
    row.ok_or(Error::NotFound)
}

/// Removes the source from amoCRM, if it is there.
pub async fn unmirrored(app: &Arc<SourceContext>, source: &source::Model) -> Result<()> {
    let found = mirror::find(app, source.tenant_id, &source.external_id).await.map_err(mirror::as_error)?;
    if let Some(found) = found {
        mirror::delete(app, source.tenant_id, found.id).await.map_err(mirror::as_error)?;
    }
    let row = source::ActiveModel { amocrm_source_id: Set(0), ..Default::default() };
    source::Entity::update_by_id((source.tenant_id, source.id)).set(row).exec(app.store.write()).await?;
    app.lookup.forget();
    Ok(())
}
