//! Messages found in amoCRM's history without a hook.

use std::collections::BTreeMap;

use entity::found_message;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter};
use uuid::Uuid;

/// Those of these messages that were found in amoCRM's history, by our id.
pub async fn of(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    messages: impl IntoIterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, found_message::Model>, DbErr> {
    let found = found_message::Entity::of_tenant(tenant_id).filter(found_message::Column::MessageId.is_in(messages));
    Ok(found.all(db).await?.into_iter().map(|row| (row.message_id, row)).collect())
}

/// The same for one message.
pub async fn one(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    message_id: Uuid,
) -> Result<Option<found_message::Model>, DbErr> {
    Ok(of(db, tenant_id, [message_id]).await?.remove(&message_id))
}
