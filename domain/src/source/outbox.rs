//! Notices about a source to its own messenger: stored in the commit that changes it, sent by
//! [`crate::webhook_notices`]. At most one notice per source waits, the last: it describes the source's current state
//! (docs/decisions/0014-hooks-and-notices-beside-the-lanes.md).

use base::vault::Place;
use connectors::Settings;
use entity::source;
use entity::source_notice::{self, Column};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IntoActiveModel};
use serde_json::json;

use super::SourceContext;
use crate::settings;
use crate::vendor_events::{self, VendorEventKind};

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
    let row = source.id.to_string();
    let place = (source.tenant_id, Place::SourceNotice, row.as_str());
    match settings::open(app, source).and_then(|settings| settings::seal_whole(app, place, &settings)) {
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

/// The settings for reaching the messenger: the source's current ones, or those at its deletion.
pub fn access(app: &SourceContext, notice: &source_notice::Model, source: &source::Model) -> anyhow::Result<Settings> {
    if !notice.deleted {
        return settings::open(app, source);
    }
    let row = notice.source_id.to_string();
    settings::open_whole(app, (notice.tenant_id, Place::SourceNotice, &row), &notice.access)
}

// The vendor's events about sources.

/// Records an event about a source in the transaction of its change. `reason`: a word of the API, why it stopped.
pub(super) async fn report_event(
    app: &SourceContext,
    db: &impl ConnectionTrait,
    kind: VendorEventKind,
    source: &source::Model,
    reason: Option<&str>,
) -> Result<(), DbErr> {
    let mut data = json!({ "source": {
        "id": source.id, "kind": source.kind, "name": source.name, "external_id": source.external_id,
    } });
    if let Some(reason) = reason {
        data["reason"] = json!(reason);
    }
    vendor_events::record(app, db, kind, source.tenant_id, data).await
}
