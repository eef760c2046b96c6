//! Which accounts have a message, by any of its ids (ours, amoCRM's or the messenger's), or a customer, by the phone number.

use std::collections::BTreeSet;

use entity::{conversation, dedupe, message, source, tenant, tenant_channel};
use queue::accept_batch::EventKind;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationDef, Select,
};
use uuid::Uuid;

use crate::contact::searched_hash;

/// Longest id, in bytes.
const LONGEST: usize = 255;

/// The accounts that have a message with this id. Messengers' ids are unique only within a source, so there may be
/// several. It costs one look into an index for each account, source and channel, and reads no texts.
pub async fn owners(db: &impl ConnectionTrait, id: &str) -> Result<BTreeSet<Uuid>, DbErr> {
    let mut owners = BTreeSet::new();
    if id.is_empty() || id.len() > LONGEST || id.contains(|sign: char| sign.is_whitespace() || sign == '\0') {
        return Ok(owners);
    }
    if let Ok(ours) = Uuid::try_parse(id) {
        let relation: RelationDef = tenant::Entity::belongs_to(message::Entity)
            .from(tenant::Column::TenantId)
            .to(message::Column::TenantId)
            .into();
        let found = tenant::Entity::find().select_only().column(tenant::Column::TenantId);
        let found = found.join(JoinType::InnerJoin, relation).filter(message::Column::Id.eq(ours));
        owners.extend(found.into_tuple::<Uuid>().all(db).await?);
    }
    let of_source: RelationDef = source::Entity::belongs_to(dedupe::Entity)
        .from((source::Column::TenantId, source::Column::Id))
        .to((dedupe::Column::TenantId, dedupe::Column::Origin))
        .into();
    let of_channel: RelationDef = tenant_channel::Entity::belongs_to(dedupe::Entity)
        .from((tenant_channel::Column::TenantId, tenant_channel::Column::ChannelId))
        .to((dedupe::Column::TenantId, dedupe::Column::Origin))
        .into();
    let sources = source::Entity::find().select_only().column(source::Column::TenantId);
    owners.extend(with_key(sources, of_source, id).into_tuple::<Uuid>().all(db).await?);
    let channels = tenant_channel::Entity::find().select_only().column(tenant_channel::Column::TenantId);
    owners.extend(with_key(channels, of_channel, id).into_tuple::<Uuid>().all(db).await?);
    Ok(owners)
}

/// The accounts that have a customer with this phone number, written in any way or as its hash. It costs one look into an
/// index for each account, and reads no numbers.
pub async fn owners_of_phone(db: &impl ConnectionTrait, text: &str) -> Result<BTreeSet<Uuid>, DbErr> {
    let Some(hash) = searched_hash(text) else { return Ok(BTreeSet::new()) };
    let relation: RelationDef = tenant::Entity::belongs_to(conversation::Entity)
        .from(tenant::Column::TenantId)
        .to(conversation::Column::TenantId)
        .into();
    let found = tenant::Entity::find().select_only().column(tenant::Column::TenantId);
    let found = found.join(JoinType::InnerJoin, relation).filter(conversation::Column::PhoneHash.eq(hash));
    // Without this condition the partial index is not used.
    let found = found.filter(conversation::Column::PhoneHash.ne(""));
    Ok(found.into_tuple::<Uuid>().all(db).await?.into_iter().collect())
}

/// Of these id spaces, those that have this id.
fn with_key<E: EntityTrait>(spaces: Select<E>, keys: RelationDef, id: &str) -> Select<E> {
    spaces
        .join(JoinType::InnerJoin, keys)
        .filter(dedupe::Column::ExternalId.eq(id))
        .filter(dedupe::Column::Event.is_in([EventKind::Message.number(), EventKind::Sent.number()]))
}
