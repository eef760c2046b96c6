//! Dialogues of conversations that managers started, once the messenger has named them.
//!
//! If another conversation already has the dialogue, it becomes one dialogue with two chats at amoCRM: each keeps its
//! conversation, lanes and ids, and the customer's messages go to the one used last
//! (docs/decisions/0011-write-first.md).

use std::collections::BTreeMap;

use base::message::{CrmIds, SharedDialogue};
use base::store::{Executor, Row, Store};
use sea_orm::DbErr;
use uuid::Uuid;

use super::accept_batch::{Alias, EventKind, NewItem, OpenedDialogue, Side};
use super::conversation::insert_aliases;
use super::keys::insert_keys;
use super::rows::Rows;

/// A conversation whose dialogue was named.
#[derive(Clone, Copy)]
pub(super) struct NamedConversation<'a> {
    pub tenant_id: Uuid,
    pub conversation_id: Uuid,
    pub opened: &'a OpenedDialogue,
}

impl<'a> NamedConversation<'a> {
    /// The one of a new entry, if it names it.
    pub fn of(one: &NewItem<'a>) -> Option<Self> {
        let opened = one.entry.opened.as_ref()?;
        Some(Self { tenant_id: one.tenant_id, conversation_id: one.conversation_id, opened })
    }
}

/// A dialogue whose id is among the aliases.
pub(super) struct NamedDialogue<'a> {
    conversation: NamedConversation<'a>,
    /// The conversation that had the dialogue first, if it is another one.
    holder: Option<Uuid>,
}

/// Inserts the dialogues' ids as aliases, before any turn is locked. A dialogue of another conversation is reassigned
/// to the one given here, because it was used last. Conversations erased meanwhile are skipped.
pub(super) async fn name_dialogues<'a>(
    tx: Executor<'_>,
    store: &Store,
    conversation: Vec<NamedConversation<'a>>,
) -> Result<Vec<NamedDialogue<'a>>, DbErr> {
    let conversation: BTreeMap<(Uuid, Uuid), NamedConversation<'a>> =
        conversation.into_iter().map(|one| ((one.tenant_id, one.conversation_id), one)).collect();
    if conversation.is_empty() {
        return Ok(Vec::new());
    }
    let conversation: Vec<NamedConversation<'a>> = conversation.into_values().collect();
    keys(&conversation)
        .execute(
            tx,
            store,
            "INSERT INTO conversation_alias (tenant_id, side, origin, external_id, conversation_id) \
             SELECT rows.tenant_id, 1, rows.origin, rows.external_id, rows.id FROM rows JOIN conversation ON \
             conversation.tenant_id = {account} AND conversation.id = rows.id AND conversation.amocrm_chat_id <> '' \
             WHERE true ORDER BY rows.tenant_id, rows.origin, rows.external_id ON CONFLICT DO NOTHING",
        )
        .await?;
    let found = keys(&conversation)
        .long("place", (0..).take(conversation.len()))
        .fetch(
            tx,
            store,
            "SELECT rows.place, conversation_alias.conversation_id FROM rows JOIN conversation ON \
             conversation.tenant_id = {account} AND conversation.id = rows.id AND conversation.amocrm_chat_id <> '' \
             JOIN conversation_alias ON conversation_alias.tenant_id = {account} AND conversation_alias.side = 1 \
             AND conversation_alias.origin = rows.origin AND conversation_alias.external_id = rows.external_id",
        )
        .await?;
    let mut named = Vec::new();
    for row in found {
        let place = usize::try_from(row.get::<i64>("place")?).unwrap_or(usize::MAX);
        let Some(conversation) = conversation.get(place).copied() else { continue };
        let holder: Uuid = row.get("conversation_id")?;
        named.push(NamedDialogue {
            conversation,
            holder: Some(holder).filter(|holder| *holder != conversation.conversation_id),
        });
    }
    enter(tx, store, &named).await?;
    Ok(named)
}

fn keys(conversation: &[NamedConversation<'_>]) -> Rows {
    Rows::new()
        .uuid("tenant_id", conversation.iter().map(|one| one.tenant_id))
        .uuid("id", conversation.iter().map(|one| one.conversation_id))
        .uuid("origin", conversation.iter().map(|one| one.opened.source_id))
        .text("external_id", conversation.iter().map(|one| one.opened.external_id.as_str()))
}

/// Stores our ids at amoCRM and the messages' ids, and reassigns shared dialogues.
async fn enter(tx: Executor<'_>, store: &Store, named: &[NamedDialogue<'_>]) -> Result<(), DbErr> {
    let ours: Vec<(Uuid, Alias, Uuid)> = named
        .iter()
        .map(|one| {
            let (conversation, opened) = (one.conversation, one.conversation.opened);
            let apart = if one.holder.is_some() { opened.amocrm_chat_id.as_str() } else { "" };
            let external_id = CrmIds::new(opened.source_id, &opened.external_id, apart).conversation();
            let alias = Alias { side: Side::OursAtCrm, origin: opened.channel_id, external_id };
            (conversation.tenant_id, alias, conversation.conversation_id)
        })
        .collect();
    let mut sorted: Vec<_> = ours.iter().map(|(tenant_id, alias, id)| (*tenant_id, alias, *id)).collect();
    sorted.sort();
    insert_aliases(tx, store, sorted).await?;
    let used = named.iter().filter(|one| one.holder.is_some()).map(|one| {
        (
            one.conversation.tenant_id,
            one.conversation.opened.source_id,
            one.conversation.opened.external_id.as_str(),
            one.conversation.conversation_id,
        )
    });
    use_dialogues(tx, store, used.collect()).await?;
    let keys = named
        .iter()
        .filter_map(|one| {
            let (message_id, external_id) = one.conversation.opened.message.as_ref()?;
            let key = (
                one.conversation.tenant_id,
                one.conversation.opened.source_id,
                external_id.as_str(),
                EventKind::Sent.number(),
            );
            Some((key, *message_id))
        })
        .collect();
    insert_keys(tx, store, &keys).await
}

/// Reassigns dialogues to the conversations in which a manager wrote last: account, source, the messenger's id,
/// conversation.
pub(super) async fn use_dialogues(
    tx: Executor<'_>,
    store: &Store,
    mut used: Vec<(Uuid, Uuid, &str, Uuid)>,
) -> Result<(), DbErr> {
    used.sort_unstable();
    used.dedup_by_key(|one| (one.0, one.1, one.2));
    Rows::new()
        .uuid("tenant_id", used.iter().map(|one| one.0))
        .uuid("origin", used.iter().map(|one| one.1))
        .text("external_id", used.iter().map(|one| one.2))
        .uuid("id", used.iter().map(|one| one.3))
        .execute(
            tx,
            store,
            "UPDATE conversation_alias SET conversation_id = rows.id FROM rows WHERE conversation_alias.side = 1 \
             AND conversation_alias.tenant_id = {account} AND conversation_alias.origin = rows.origin \
             AND conversation_alias.external_id = rows.external_id AND conversation_alias.conversation_id <> rows.id",
        )
        .await?;
    Ok(())
}

/// Stores the ids in their conversations and messages, after the lanes like everything that is learned.
pub(super) async fn write_names(tx: Executor<'_>, store: &Store, named: &[NamedDialogue<'_>]) -> Result<(), DbErr> {
    let shared =
        |one: &NamedDialogue<'_>| if one.holder.is_some() { SharedDialogue::Apart } else { SharedDialogue::Not };
    Rows::new()
        .uuid("tenant_id", named.iter().map(|one| one.conversation.tenant_id))
        .uuid("id", named.iter().map(|one| one.conversation.conversation_id))
        .text("external_id", named.iter().map(|one| one.conversation.opened.external_id.as_str()))
        .text("contact", named.iter().map(|one| one.conversation.opened.contact.as_str()))
        .text("phone_hash", named.iter().map(|one| one.conversation.opened.phone_hash.as_str()))
        .short("shared", named.iter().map(|one| shared(one).number()))
        .execute(
            tx,
            store,
            "UPDATE conversation SET external_id = rows.external_id, contact = rows.contact, \
             phone_hash = rows.phone_hash, shared = rows.shared, awaited = '' FROM rows WHERE conversation.tenant_id = {account} AND conversation.id = rows.id \
             AND conversation.external_id = '' AND conversation.amocrm_chat_id <> ''",
        )
        .await?;
    let holders: BTreeMap<(Uuid, Uuid), i16> = named
        .iter()
        .filter_map(|one| Some(((one.conversation.tenant_id, one.holder?), SharedDialogue::First.number())))
        .collect();
    Rows::new()
        .uuid("tenant_id", holders.keys().map(|key| key.0))
        .uuid("id", holders.keys().map(|key| key.1))
        .short("shared", holders.values().copied())
        .execute(
            tx,
            store,
            "UPDATE conversation SET shared = rows.shared FROM rows WHERE conversation.tenant_id = {account} \
             AND conversation.id = rows.id AND conversation.shared = 0",
        )
        .await?;
    let messages: Vec<_> = named
        .iter()
        .filter_map(|one| one.conversation.opened.message.as_ref().map(|message| (one.conversation, message)))
        .collect();
    Rows::new()
        .uuid("tenant_id", messages.iter().map(|(conversation, _)| conversation.tenant_id))
        .uuid("id", messages.iter().map(|(_, message)| message.0))
        .text("external_id", messages.iter().map(|(_, message)| message.1.as_str()))
        .execute(
            tx,
            store,
            "UPDATE message SET external_id = rows.external_id FROM rows WHERE message.tenant_id = {account} \
             AND message.id = rows.id AND message.external_id = ''",
        )
        .await?;
    Ok(())
}
