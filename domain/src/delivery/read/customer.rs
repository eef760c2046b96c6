//! A customer over all messengers: the chats that amoCRM has at one contact. Nothing else joins chats: equal names or
//! numbers may be of several people.

use std::collections::BTreeMap;

use base::message::{LetterKind, State};
use entity::{conversation, dead_letter, message};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::first_id_at;
use super::list::has_failed_later;

/// Chats that are read of one customer.
pub const MOST: u64 = 50;

/// The chats of a chat's customer, the newest first; at most `most`. A chat without a contact is alone.
pub async fn chats(
    db: &impl ConnectionTrait,
    chat: &conversation::Model,
    most: u64,
) -> Result<Vec<conversation::Model>, DbErr> {
    if chat.contact_id <= 0 {
        return Ok(vec![chat.clone()]);
    }
    conversation::Entity::of_contact(chat.tenant_id, chat.contact_id)
        .order_by_desc(conversation::Column::Id)
        .limit(most)
        .all(db)
        .await
}

/// What is not delivered of a chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Open {
    pub waiting: u64,
    /// As everywhere: given up until a person decides, or for a day reported as failed after it was accepted.
    pub undelivered: u64,
}

/// The same of each of these chats; those of which everything is delivered are absent. `since`: as in
/// [`super::dead::undelivered`].
pub async fn open(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    chats: &[Uuid],
    since: i64,
) -> Result<BTreeMap<Uuid, Open>, DbErr> {
    let of_chats =
        || message::Entity::of_tenant(tenant_id).filter(message::Column::ConversationId.is_in(chats.iter().copied()));
    let per_chat = |select: sea_orm::Select<message::Entity>| {
        select
            .select_only()
            .column(message::Column::ConversationId)
            .column_as(message::Column::Id.count(), "many")
            .group_by(message::Column::ConversationId)
            .into_tuple::<(Uuid, i64)>()
    };
    let waiting = of_chats().filter(message::Column::State.eq(State::Queued.number()));
    let later = of_chats().filter(message::Column::Id.gte(first_id_at(since))).filter(has_failed_later());
    let dead = dead_letter::Entity::of_tenant(tenant_id)
        .filter(dead_letter::Column::ConversationId.is_in(chats.iter().copied()))
        .filter(dead_letter::Column::Kind.eq(LetterKind::Message.number()))
        .select_only()
        .column(dead_letter::Column::ConversationId)
        .column_as(dead_letter::Column::Id.count(), "many")
        .group_by(dead_letter::Column::ConversationId)
        .into_tuple::<(Uuid, i64)>();
    let mut open: BTreeMap<Uuid, Open> = BTreeMap::new();
    let number = |many: i64| u64::try_from(many).unwrap_or_default();
    for (chat, many) in per_chat(waiting).all(db).await? {
        open.entry(chat).or_default().waiting += number(many);
    }
    for (chat, many) in per_chat(later).all(db).await?.into_iter().chain(dead.all(db).await?) {
        open.entry(chat).or_default().undelivered += number(many);
    }
    Ok(open)
}
