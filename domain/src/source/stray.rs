//! Sources that amoCRM has under our integration and that are not ours. Usually amoCRM itself created one at the
//! installation, unless the integration is set to "multiple sources": its external id is the widget's code
//! (crm-api §4.1). Chats that name no source belong to it, so it should be taken over rather than deleted.

use std::sync::Arc;

use amocrm::rest;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::store::finish_tx;
use entity::{source, stray_source};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, ModelTrait, QueryFilter, QueryOrder,
};
use serde_json::json;
use uuid::Uuid;

use super::by::next_version;
use super::create::clear_default;
use super::restore::is_missing;
use super::{By, all, find, mirror};
use crate::source::SourceContext;

/// The account's strays as of the last comparison, the one that amoCRM created itself first.
pub async fn strays(app: &SourceContext, tenant_id: Uuid) -> Result<Vec<stray_source::Model>> {
    let found = stray_source::Entity::of_tenant(tenant_id)
        .order_by_asc(stray_source::Column::Reason)
        .order_by_asc(stray_source::Column::AmocrmSourceId);
    Ok(found.all(app.store.read()).await?)
}

/// One of our sources takes over a stray's pipeline, and its default mark if it has it; then the stray is deleted at
/// amoCRM. `into`: which one; none: our default source, else the oldest. Returns the source's new state.
///
/// 409 `no_source` if the account has none, other errors as for [`super::change()`]. Safe to repeat: values that were
/// taken over stay. Completes even if the caller goes away.
pub async fn adopt(
    app: &Arc<SourceContext>,
    tenant_id: Uuid,
    amocrm_source_id: i64,
    into: Option<Uuid>,
    by: &By,
) -> Result<source::Model> {
    let known = known(app, tenant_id, amocrm_source_id).await?;
    let heir = match into {
        Some(id) => find(app, tenant_id, id).await?,
        None => heir(app, tenant_id).await?,
    };
    let (app, by) = (app.clone(), by.clone());
    let adopting = base::supervisor::detach("stray_adopt", async move {
        let Some(stray) = there(&app, &known).await? else {
            forget(&app, known).await?;
            return Ok(heir);
        };
        let adopted = take_over(&app, heir, &stray, &by).await?;
        mirror::delete(&app, tenant_id, stray.id).await.map_err(mirror::as_error)?;
        forget(&app, known).await?;
        app.lookup.forget();
        Ok(adopted)
    });
    adopting.await.map_err(|error| anyhow::anyhow!("taking over a source broke off: {error}"))?
}

/// Deletes a stray at amoCRM; one already gone there is fine. If it was the default source, the account then has
/// none.
pub async fn remove_stray(app: &Arc<SourceContext>, tenant_id: Uuid, amocrm_source_id: i64, by: &By) -> Result<()> {
    let known = known(app, tenant_id, amocrm_source_id).await?;
    let (app, by) = (app.clone(), by.clone());
    let removing = base::supervisor::detach("stray_remove", async move {
        mirror::delete(&app, tenant_id, amocrm_source_id).await.map_err(mirror::as_error)?;
        let detail = json!({ "name": known.name, "reason": known.reason, "was_default": known.is_default });
        let object = amocrm_source_id.to_string();
        forget(&app, known).await?;
        by.did(&app, app.store.write(), "stray_source.removed", (tenant_id, &object), detail).await?;
        Ok(())
    });
    removing.await.map_err(|error| anyhow::anyhow!("removing a source broke off: {error}"))?
}

async fn known(app: &SourceContext, tenant_id: Uuid, amocrm_source_id: i64) -> Result<stray_source::Model> {
    let known = stray_source::Entity::of_tenant(tenant_id)
        .filter(stray_source::Column::AmocrmSourceId.eq(amocrm_source_id))
        .one(app.store.read())
        .await?;
    known.ok_or(Error::NotFound)
}

async fn heir(app: &SourceContext, tenant_id: Uuid) -> Result<source::Model> {
    let ours: Vec<_> = all(app, tenant_id).await?.into_iter().filter(|source| !is_missing(source)).collect();
    let heir = ours.iter().find(|source| source.is_default).or(ours.last());
    heir.cloned().ok_or_else(|| Error::Conflict { problem: "no_source", detail: LocalizedText::new("said-no-heir") })
}

/// Its current state at amoCRM. None if it is gone there.
async fn there(app: &Arc<SourceContext>, known: &stray_source::Model) -> Result<Option<rest::Source>> {
    mirror::by_id(app, known.tenant_id, known.amocrm_source_id).await.map_err(mirror::as_error)
}

async fn take_over(
    app: &Arc<SourceContext>,
    heir: source::Model,
    stray: &rest::Source,
    by: &By,
) -> Result<source::Model> {
    let change = rest::SourceChange {
        pipeline_id: stray.pipeline_id.filter(|id| *id != heir.pipeline_id),
        default: (stray.default && !heir.is_default).then_some(true),
        ..rest::SourceChange::default()
    };
    let mirrored = if change == rest::SourceChange::default() {
        None
    } else {
        let done = mirror::update(app, heir.tenant_id, heir.amocrm_source_id, &change).await;
        Some(done.map_err(mirror::as_error)?)
    };
    let tx = app.store.write_tx().await?;
    let done = store(app, &tx, &heir, mirrored.as_ref(), stray, by).await;
    Ok(finish_tx(tx, done).await?)
}

async fn store(
    app: &SourceContext,
    tx: &DatabaseTransaction,
    heir: &source::Model,
    mirrored: Option<&rest::Source>,
    stray: &rest::Source,
    by: &By,
) -> Result<source::Model, DbErr> {
    let now = app.clock.millis();
    let becomes_default = stray.default && !heir.is_default;
    if becomes_default {
        clear_default(tx, heir.tenant_id).await?;
    }
    let mut row = source::ActiveModel {
        tenant_id: Set(heir.tenant_id),
        id: Set(heir.id),
        is_default: Set(heir.is_default || becomes_default),
        ..Default::default()
    };
    if let Some(mirrored) = mirrored {
        row.pipeline_id = Set(mirrored.pipeline_id.unwrap_or(heir.pipeline_id));
        row.updated_at = Set(next_version(heir, now));
    }
    let adopted = source::Entity::update(row).exec(tx).await?;
    let detail =
        json!({ "fields": ["pipeline_id", "default"], "from": stray.name, "from_external_id": stray.external_id });
    by.did(app, tx, "source.adopted", (heir.tenant_id, &heir.id.to_string()), detail).await?;
    Ok(adopted)
}

async fn forget(app: &SourceContext, known: stray_source::Model) -> Result<(), DbErr> {
    known.delete(app.store.write()).await.map(|_| ())
}
