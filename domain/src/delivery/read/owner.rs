//! Which accounts have a message, by any of its ids (ours, amoCRM's or the messenger's), or a customer, by the phone number.

use std::collections::BTreeSet;

use base::phone::Country;
use entity::{conversation, dedupe, message, source, tenant, tenant_channel};
use queue::accept_batch::EventKind;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationDef, Select,
};
use uuid::Uuid;

use crate::contact::searched_hashes;

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
    let hashes = searched_hashes(text, &countries(db).await?);
    if hashes.is_empty() {
        return Ok(BTreeSet::new());
    }
    let relation: RelationDef = tenant::Entity::belongs_to(conversation::Entity)
        .from(tenant::Column::TenantId)
        .to(conversation::Column::TenantId)
        .into();
    let found = tenant::Entity::find().select_only().column(tenant::Column::TenantId);
    let found = found.join(JoinType::InnerJoin, relation).filter(conversation::Column::PhoneHash.is_in(hashes));
    // Without this condition the partial index is not used.
    let found = found.filter(conversation::Column::PhoneHash.ne(""));
    Ok(found.into_tuple::<Uuid>().all(db).await?.into_iter().collect())
}

/// The countries of all accounts, in each of which a number without a country means another one. Accounts whose country
/// is not known are in Russia, if they are at amoCRM (see `tenant::country`).
async fn countries(db: &impl ConnectionTrait) -> Result<Vec<Country>, DbErr> {
    let codes = tenant::Entity::find().select_only().column(tenant::Column::Country).distinct();
    let codes: BTreeSet<String> = codes.into_tuple::<String>().all(db).await?.into_iter().collect();
    Ok(codes
        .iter()
        .map(|code| if code.is_empty() { "RU" } else { code.as_str() })
        .filter_map(Country::of_code)
        .collect())
}

/// Of these id spaces, those that have this id.
fn with_key<E: EntityTrait>(spaces: Select<E>, keys: RelationDef, id: &str) -> Select<E> {
    spaces
        .join(JoinType::InnerJoin, keys)
        .filter(dedupe::Column::ExternalId.eq(id))
        .filter(dedupe::Column::Event.is_in([EventKind::Message.number(), EventKind::Sent.number()]))
}
