//! An administrator's consent to the agreement, with the text as it was. It is asked for once: a later text is announced
//! by the vendor.

use domain::platform::PlatformContext;
use std::net::IpAddr;

use entity::consent::{self, Column};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryOrder};
use uuid::Uuid;

use super::Agreement;

/// Who agrees: a user of the CRM's account.
pub struct ConsentGiver {
    /// amoCRM's id.
    pub user_id: i64,
    /// Empty if unknown.
    pub name: String,
    pub address: Option<IpAddr>,
}

/// The account's last consent.
pub async fn last(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Option<consent::Model>, DbErr> {
    consent::Entity::of_tenant(tenant_id).order_by_desc(Column::Id).one(db).await
}

/// Stores a consent. False if the same text was agreed to last.
pub async fn give(
    app: &PlatformContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    agreement: &Agreement,
    giver: ConsentGiver,
) -> Result<bool, DbErr> {
    let version = agreement.version();
    let language = agreement.language.code();
    let same =
        |row: consent::Model| row.document == agreement.document && row.language == language && row.version == version;
    if last(db, tenant_id).await?.is_some_and(same) {
        return Ok(false);
    }
    let row = consent::Model {
        tenant_id,
        id: app.clock.uuid_v7(),
        document: agreement.document.to_owned(),
        language: language.to_owned(),
        version,
        text: agreement.text(),
        user_id: giver.user_id,
        user_name: giver.name,
        address: giver.address.map(|address| address.to_string()).unwrap_or_default(),
        created_at: app.clock.millis(),
    };
    consent::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(true)
}
