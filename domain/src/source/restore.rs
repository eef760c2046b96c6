//! Recreates a source that a user deleted in amoCRM: same id, name, pipeline, default mark and services; its
//! conversations continue.

use std::sync::Arc;

use amocrm::rest::{self, NewSource, Service};
use anyhow::Context;
use base::config::Integration;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::store::in_transaction;
use entity::{conversation, source, stray_source};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, ModelTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;

use super::by::next_version;
use super::create::{active, clear_default, served, written};
use super::{By, SourceContext, SourceStatus, all, find, mirror, outbox, sends};
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

/// Stored reason of a source that amoCRM no longer has.
pub(super) const DELETED_IN_CRM: &str = "deleted_in_crm";
/// Kind of the alert about a source that amoCRM no longer has.
pub(super) const GONE: &str = "source_gone";

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
    let kept = in_transaction(&app.store, async |tx| {
        if found.default {
            clear_default(tx, source.tenant_id).await?;
        }
        let kept = source::Entity::update_by_id((source.tenant_id, source.id))
            .set(row)
            .filter(source::Column::DeletedAt.is_null())
            .exec_with_returning(tx)
            .await?;
        // Deleted meanwhile by another process.
        let kept = kept.into_iter().next().ok_or(Error::NotFound)?;
        let id = source.id.to_string();
        crate::alert::resolve(app, tx, source.tenant_id, GONE, &id).await?;
        by.did(app, tx, "source.restored", (source.tenant_id, &id), json!({ "name": source.name })).await?;
        outbox::changed(app, tx, &source).await?;
        Ok::<_, Error>(kept)
    })
    .await?;
    tracing::info!(tenant.id = %kept.tenant_id, source.id = %kept.id, "a source was restored in amoCRM");
    Ok(kept)
}

// Sources that amoCRM has under our integration and that are not ours. Usually amoCRM itself created one at the
// installation, unless the integration is set to "multiple sources": its external id is the widget's code
// (crm-api §4.1). Chats that name no source belong to it, so it should be taken over rather than deleted.

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
        Some(id) => find(app, tenant_id, id).await.and_then(|heir| sends(&heir).map(|()| heir))?,
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

/// The sources that amoCRM has too.
async fn mirrored(app: &SourceContext, tenant_id: Uuid) -> Result<Vec<source::Model>> {
    let mut ours = all(app, tenant_id).await?;
    ours.retain(|source| !is_missing(source) && !source.is_shadow());
    Ok(ours)
}

async fn heir(app: &SourceContext, tenant_id: Uuid) -> Result<source::Model> {
    let ours = mirrored(app, tenant_id).await?;
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
    let becomes_default = change.default.is_some();
    let mut row = source::ActiveModel {
        tenant_id: Set(heir.tenant_id),
        id: Set(heir.id),
        is_default: Set(heir.is_default || becomes_default),
        ..Default::default()
    };
    if let Some(mirrored) = mirrored {
        row.pipeline_id = Set(mirrored.pipeline_id.unwrap_or(heir.pipeline_id));
        row.updated_at = Set(next_version(&heir, app.clock.millis()));
    }
    let detail =
        json!({ "fields": ["pipeline_id", "default"], "from": stray.name, "from_external_id": stray.external_id });
    Ok(in_transaction(&app.store, async |tx| {
        if becomes_default {
            clear_default(tx, heir.tenant_id).await?;
        }
        let adopted = source::Entity::update(row).exec(tx).await?;
        by.did(app, tx, "source.adopted", (heir.tenant_id, &heir.id.to_string()), detail).await?;
        Ok::<_, DbErr>(adopted)
    })
    .await?)
}

async fn forget(app: &SourceContext, known: stray_source::Model) -> Result<(), DbErr> {
    known.delete(app.store.write()).await.map(|_| ())
}

// Guided migration of an account from amoCRM's single automatic source to several of ours (chats-api §5.5): current
// stage and next step.
//
// ```text
// 1 default_source   our default source represents the old line: webhooks of unbound chats begin to carry its id
// 2 bind_chats       every message names its source; chats with new traffic become bound
// 3 more_sources     further lines; untouched chats still follow the default
// ```

/// Progress of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The first stage that is not done, 1 to 3; 3 if all are.
    pub stage: u8,
    pub done: bool,
    pub steps: [MigrationStep; 3],
    /// Chats without a known source: they follow the default source.
    pub unbound_chats: u64,
}

/// One stage. Its texts are `migration-{key}` and `migration-{key}-todo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationStep {
    pub key: &'static str,
    pub done: bool,
    /// The next action; none if there is nothing to do, or not yet.
    pub action: Option<MigrationAction>,
}

/// The next action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationAction {
    /// Create a source, as the default one.
    CreateDefault,
    /// Make one of ours the default.
    SetDefault,
    /// Let one of ours take over the source that amoCRM created itself, given by amoCRM's id.
    AdoptOwn(i64),
    /// Nothing: it happens with traffic, because Parom names the source in every message.
    Wait,
    /// Add the second source.
    AddSource,
}

/// The migration progress of an account.
pub async fn migration(app: &SourceContext, tenant_id: Uuid) -> Result<Migration> {
    let ours = mirrored(app, tenant_id).await?;
    let strays = strays(app, tenant_id).await?;
    let unbound = conversation::Entity::of_tenant(tenant_id)
        .filter(conversation::Column::SourceId.eq(Uuid::nil()))
        .count(app.store.read())
        .await?;
    Ok(stages(ours.len(), ours.iter().any(|source| source.is_default), &strays, unbound))
}

fn stages(sources: usize, has_default: bool, strays: &[stray_source::Model], unbound_chats: u64) -> Migration {
    let own = strays.iter().find(|stray| stray.reason == "own_default");
    let first = match own {
        _ if sources == 0 => Some(MigrationAction::CreateDefault),
        Some(own) => Some(MigrationAction::AdoptOwn(own.amocrm_source_id)),
        None if !has_default => Some(MigrationAction::SetDefault),
        None => None,
    };
    let second = (first.is_none() && unbound_chats > 0).then_some(MigrationAction::Wait);
    let third = (first.is_none() && sources < 2).then_some(MigrationAction::AddSource);
    let done = [first.is_none(), first.is_none() && unbound_chats == 0, sources >= 2 && first.is_none()];
    let stage = match done {
        [false, ..] => 1,
        // Chats without new messages stay unbound for ever and do not matter.
        [_, false, false] => 2,
        _ => 3,
    };
    let step = |key, done, action| MigrationStep { key, done, action };
    let steps = [
        step("default_source", done[0], first),
        step("bind_chats", done[1], second),
        step("more_sources", done[2], third),
    ];
    Migration { stage, done: done[0] && done[2], steps, unbound_chats }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> stray_source::Model {
        stray_source::Model {
            tenant_id: Uuid::nil(),
            amocrm_source_id: 5,
            external_id: "parom".into(),
            name: "Parom".into(),
            pipeline_id: None,
            is_default: true,
            reason: "own_default".into(),
            seen_at: 0,
        }
    }

    fn at(
        sources: usize,
        has_default: bool,
        strays: &[stray_source::Model],
        unbound: u64,
    ) -> (u8, bool, Option<MigrationAction>) {
        let migration = stages(sources, has_default, strays, unbound);
        let next = migration.steps.iter().find_map(|step| step.action);
        (migration.stage, migration.done, next)
    }

    #[test]
    fn each_stage_names_its_next_step() {
        assert_eq!(at(0, false, &[], 0), (1, false, Some(MigrationAction::CreateDefault)));
        assert_eq!(at(0, false, &[own()], 0), (1, false, Some(MigrationAction::CreateDefault)));
        assert_eq!(at(1, false, &[own()], 0), (1, false, Some(MigrationAction::AdoptOwn(5))));
        assert_eq!(at(1, false, &[], 0), (1, false, Some(MigrationAction::SetDefault)));
        assert_eq!(at(1, true, &[], 3), (2, false, Some(MigrationAction::Wait)));
        assert_eq!(at(1, true, &[], 0), (3, false, Some(MigrationAction::AddSource)));
        assert_eq!(at(2, true, &[], 0), (3, true, None));
        assert_eq!(at(2, true, &[], 1), (3, true, Some(MigrationAction::Wait)), "old chats hinder nothing");
    }

    #[test]
    fn an_unknown_source_does_not_count_as_a_stage() {
        let other = stray_source::Model { reason: "unknown".into(), ..own() };
        assert_eq!(at(2, true, &[other], 0), (3, true, None));
    }
}
