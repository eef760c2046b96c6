//! Notices about a source to its own messenger: stored in the commit that changes it, sent by
//! [`crate::webhook_notices`]. At most one notice per source waits, the last: it describes the source's current state
//! (docs/decisions/0014-hooks-and-notices-beside-the-lanes.md).

use std::collections::BTreeMap;

use anyhow::Context;
use base::vault::Place;
use connectors::Settings;
use entity::source;
use entity::source_notice::{self, Column};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IntoActiveModel};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::settings;
use crate::source::SourceContext;

/// The messenger's address and secrets of a deleted source.
#[derive(Serialize, Deserialize)]
struct DeletedAccess {
    public: Value,
    secrets: BTreeMap<String, String>,
}

/// Stores the notice that a source was changed.
pub(super) async fn changed(
    app: &SourceContext,
    db: &impl ConnectionTrait,
    source: &source::Model,
) -> Result<(), DbErr> {
    note(app, db, source, false, Vec::new()).await
}

/// Stores the notice that a source was deleted, with its address and secrets, which its row loses.
pub(super) async fn deleted(
    app: &SourceContext,
    db: &impl ConnectionTrait,
    source: &source::Model,
) -> Result<(), DbErr> {
    match settings::open(app, source).and_then(|settings| seal(app, source, &settings)) {
        Ok(access) => note(app, db, source, true, access).await,
        Err(error) => {
            tracing::error!(tenant.id = %source.tenant_id, source.id = %source.id, error = format!("{error:#}"), "the messenger of a deleted source could not be notified");
            Ok(())
        }
    }
}

async fn note(
    app: &SourceContext,
    db: &impl ConnectionTrait,
    source: &source::Model,
    deleted: bool,
    access: Vec<u8>,
) -> Result<(), DbErr> {
    if !app.connectors.get(&source.kind).is_some_and(|connector| connector.takes_notices()) {
        return Ok(());
    }
    let now = app.clock.millis();
    let row = source_notice::Model {
        tenant_id: source.tenant_id,
        source_id: source.id,
        id: app.clock.uuid_v7(),
        deleted,
        access,
        created_at: now,
        next_try_at: now,
        tries: 0,
        unknown: false,
    };
    let all = [
        Column::Id,
        Column::Deleted,
        Column::Access,
        Column::CreatedAt,
        Column::NextTryAt,
        Column::Tries,
        Column::Unknown,
    ];
    source_notice::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns([Column::TenantId, Column::SourceId]).update_columns(all).to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

fn seal(app: &SourceContext, source: &source::Model, settings: &Settings) -> anyhow::Result<Vec<u8>> {
    let secrets = settings.secrets.iter().map(|(name, secret)| (name.clone(), secret.expose_secret().to_owned()));
    let access = DeletedAccess { public: settings.public.clone(), secrets: secrets.collect() };
    let plain = Zeroizing::new(serde_json::to_vec(&access).context("a way to a messenger as JSON")?);
    Ok(app.vault.seal(source.tenant_id, Place::SourceNotice, &source.id.to_string(), &plain))
}

/// The settings for reaching the messenger: the source's current ones, or those at its deletion.
pub fn access(app: &SourceContext, notice: &source_notice::Model, source: &source::Model) -> anyhow::Result<Settings> {
    if !notice.deleted {
        return settings::open(app, source);
    }
    let plain =
        app.vault.open_sealed(notice.tenant_id, Place::SourceNotice, &notice.source_id.to_string(), &notice.access)?;
    let access: DeletedAccess =
        serde_json::from_slice(&plain).map_err(|_| anyhow::anyhow!("the way to a messenger is damaged"))?;
    let secrets = access.secrets.into_iter().map(|(name, text)| (name, SecretString::from(text)));
    Ok(Settings { public: access.public, secrets: secrets.collect() })
}
