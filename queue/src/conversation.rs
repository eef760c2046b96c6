//! Finds or creates the conversations of new entries, inside the commit that needs them.

use std::collections::{BTreeMap, HashMap};

use base::message::{CrmIds, SharedDialogue};
use base::store::{Executor, Row, Store};
use entity::conversation;
use sea_orm::DbErr;
use uuid::Uuid;

use crate::accept_batch::{Alias, Begun, Conversation, EventKind, NewConversation, NewItem, OpenedDialogue, Side};
use crate::inserts::insert_keys;
use crate::rows::{Rows, Write, write_batch};

pub(super) type AliasKey<'a> = (Uuid, &'a Alias);

/// Gives every entry its conversation. Concurrent attempts to open the same conversation, also by other instances,
/// result in one: its first alias is the key.
pub(super) async fn resolve<'a>(
    tx: Executor<'_>,
    store: &Store,
    mut fresh: Vec<NewItem<'a>>,
) -> Result<Vec<NewItem<'a>>, DbErr> {
    let mut opening: BTreeMap<AliasKey<'a>, &NewConversation> = BTreeMap::new();
    for one in &fresh {
        if let Conversation::Open(new) = &one.entry.conversation
            && let Some(identity) = new.aliases.first()
        {
            opening.entry((one.tenant_id, identity)).or_insert(new.as_ref());
        }
    }
    if opening.is_empty() {
        return Ok(fresh);
    }
    let identities: Vec<_> = opening.iter().map(|(key, new)| (key.0, key.1, new.id)).collect();
    let inserted = new_aliases(&identities).fetch(tx, store).await?.len();
    let found = match inserted == identities.len() {
        true => opening.iter().map(|(key, new)| (owned(*key), new.id)).collect(),
        false => read_aliases(tx, store, opening.keys().copied()).await?,
    };
    let made: Vec<_> = opening
        .iter()
        .filter(|(key, new)| found.get(&owned(**key)) == Some(&new.id))
        .map(|(key, new)| (key.0, *new))
        .collect();
    let mut others: Vec<_> = opening
        .iter()
        .flat_map(|(key, new)| {
            let id = found.get(&owned(*key)).copied().unwrap_or(new.id);
            new.aliases.iter().skip(1).map(move |alias| (key.0, alias, id))
        })
        .collect();
    others.sort();
    others.dedup_by(|left, right| (left.0, left.1) == (right.0, right.1));
    write_batch(tx, store, [new_conversations(store, &made), new_aliases(&others)]).await?;
    for one in &mut fresh {
        if let Conversation::Open(new) = &one.entry.conversation {
            let identity = new.aliases.first().map(|alias| owned((one.tenant_id, alias)));
            one.conversation_id = identity.and_then(|key| found.get(&key).copied()).unwrap_or(new.id);
        }
    }
    Ok(fresh)
}

/// Stores amojo's chat ids learned from hooks as aliases, before any turn is locked.
pub(super) async fn learn_aliases(tx: Executor<'_>, store: &Store, fresh: &[NewItem<'_>]) -> Result<(), DbErr> {
    let mut learned: Vec<_> = fresh
        .iter()
        .filter_map(|one| one.entry.crm_chat.as_ref().map(|alias| (one.tenant_id, alias, one.conversation_id)))
        .collect();
    learned.sort();
    learned.dedup_by(|left, right| (left.0, left.1) == (right.0, right.1));
    insert_aliases(tx, store, learned).await
}

/// Stores amojo's chat ids in conversations that have none yet, and when their customers were last heard of: of several
/// times the latest counts, in whatever order they arrive.
pub(super) fn write_news(fresh: &[NewItem<'_>]) -> Write {
    let mut news: BTreeMap<(Uuid, Uuid), (&str, i64)> = BTreeMap::new();
    for one in fresh {
        let key = (one.tenant_id, one.conversation_id);
        if let Some(alias) = &one.entry.crm_chat {
            news.entry(key).or_default().0 = alias.external_id.as_str();
        }
        if let Some(at) = one.entry.heard_at {
            let known = &mut news.entry(key).or_default().1;
            *known = at.max(*known);
        }
    }
    Rows::new()
        .uuid("tenant_id", news.keys().map(|key| key.0))
        .uuid("id", news.keys().map(|key| key.1))
        .text("chat", news.values().map(|one| one.0))
        .long("heard_at", news.values().map(|one| one.1))
        .write(
            "UPDATE conversation SET \
             amocrm_chat_id = CASE WHEN conversation.amocrm_chat_id = '' THEN rows.chat \
             ELSE conversation.amocrm_chat_id END, \
             heard_at = CASE WHEN rows.heard_at > conversation.heard_at THEN rows.heard_at \
             ELSE conversation.heard_at END \
             FROM rows WHERE conversation.tenant_id = {account} AND conversation.id = rows.id \
             AND ((rows.chat <> '' AND conversation.amocrm_chat_id = '') OR rows.heard_at > conversation.heard_at)",
        )
}

/// The same in the row of a conversation.
pub(super) fn learn_news(row: &mut conversation::Model, fresh: &[NewItem<'_>]) {
    let of_it = |one: &&NewItem<'_>| (one.tenant_id, one.conversation_id) == (row.tenant_id, row.id);
    let news: Vec<_> = fresh.iter().filter(of_it).map(|one| one.entry).collect();
    if row.amocrm_chat_id.is_empty()
        && let Some(chat) = news.iter().rev().find_map(|entry| entry.crm_chat.as_ref())
    {
        row.amocrm_chat_id.clone_from(&chat.external_id);
    }
    row.heard_at = news.iter().filter_map(|entry| entry.heard_at).fold(row.heard_at, i64::max);
}

/// Stores what amoCRM reported about conversations started by managers, while the messenger has not named them.
pub(super) async fn note_begun(tx: Executor<'_>, store: &Store, fresh: &[NewItem<'_>]) -> Result<(), DbErr> {
    let begun: BTreeMap<(Uuid, Uuid), &Begun> = fresh
        .iter()
        .filter_map(|one| Some(((one.tenant_id, one.conversation_id), one.entry.begun.as_ref()?)))
        .collect();
    Rows::new()
        .uuid("tenant_id", begun.keys().map(|key| key.0))
        .uuid("id", begun.keys().map(|key| key.1))
        .text("person_id", begun.values().map(|begun| begun.person_id.as_str()))
        .text("phone", begun.values().map(|begun| begun.phone.as_str()))
        .execute(
            tx,
            store,
            "UPDATE conversation SET crm_unbound = true, crm_person_id = rows.person_id, awaited = rows.phone FROM rows \
             WHERE conversation.tenant_id = {account} AND conversation.id = rows.id \
             AND conversation.external_id = '' AND conversation.crm_unbound = false",
        )
        .await?;
    Ok(())
}

/// Stores amojo's chat ids in conversations that have none yet.
pub(super) fn known_chats(chats: &BTreeMap<(Uuid, Uuid), &str>) -> Write {
    Rows::new()
        .uuid("tenant_id", chats.keys().map(|key| key.0))
        .uuid("id", chats.keys().map(|key| key.1))
        .text("chat", chats.values().copied())
        .write(
            "UPDATE conversation SET amocrm_chat_id = rows.chat FROM rows WHERE conversation.tenant_id = {account} \
             AND conversation.id = rows.id AND conversation.amocrm_chat_id = ''",
        )
}

fn owned(key: AliasKey<'_>) -> (Uuid, Alias) {
    (key.0, key.1.clone())
}

/// Inserts aliases, sorted; existing ones are unchanged.
pub(super) async fn insert_aliases(
    tx: Executor<'_>,
    store: &Store,
    aliases: Vec<(Uuid, &Alias, Uuid)>,
) -> Result<(), DbErr> {
    new_aliases(&aliases).run(tx, store).await.map(drop)
}

/// The same; returns a row for each inserted one.
pub(super) fn new_aliases(aliases: &[(Uuid, &Alias, Uuid)]) -> Write {
    Rows::new()
        .uuid("tenant_id", aliases.iter().map(|row| row.0))
        .short("side", aliases.iter().map(|row| row.1.side.number()))
        .uuid("origin", aliases.iter().map(|row| row.1.origin))
        .text("external_id", aliases.iter().map(|row| row.1.external_id.as_str()))
        .uuid("conversation_id", aliases.iter().map(|row| row.2))
        .write(
            "INSERT INTO conversation_alias (tenant_id, side, origin, external_id, conversation_id) \
             SELECT tenant_id, side, origin, external_id, conversation_id FROM rows WHERE true \
             ORDER BY tenant_id, side, origin, external_id ON CONFLICT DO NOTHING RETURNING tenant_id",
        )
}

async fn read_aliases<'a>(
    tx: Executor<'_>,
    store: &Store,
    keys: impl Iterator<Item = AliasKey<'a>> + Clone,
) -> Result<HashMap<(Uuid, Alias), Uuid>, DbErr> {
    let by_position: Vec<AliasKey<'a>> = keys.collect();
    let found = Rows::new()
        .uuid("tenant_id", by_position.iter().map(|key| key.0))
        .short("side", by_position.iter().map(|key| key.1.side.number()))
        .uuid("origin", by_position.iter().map(|key| key.1.origin))
        .text("external_id", by_position.iter().map(|key| key.1.external_id.as_str()))
        .long("place", (0..).take(by_position.len()))
        .fetch(
            tx,
            store,
            "SELECT rows.place, conversation_alias.conversation_id FROM rows JOIN conversation_alias ON \
             conversation_alias.tenant_id = {account} AND conversation_alias.side = rows.side \
             AND conversation_alias.origin = rows.origin AND conversation_alias.external_id = rows.external_id",
        )
        .await?;
    let mut map = HashMap::new();
    for row in found {
        let place = usize::try_from(row.get::<i64>("place")?).unwrap_or(usize::MAX);
        if let Some(key) = by_position.get(place) {
            map.insert(owned(*key), row.get("conversation_id")?);
        }
    }
    Ok(map)
}

fn new_conversations(store: &Store, made: &[(Uuid, &NewConversation)]) -> Write {
    let created_at = store.clock().millis();
    Rows::new()
        .uuid("tenant_id", made.iter().map(|one| one.0))
        .uuid("id", made.iter().map(|one| one.1.id))
        .uuid("source_id", made.iter().map(|one| one.1.source_id))
        .text("external_id", made.iter().map(|one| one.1.external_id.as_str()))
        .text("amocrm_chat_id", made.iter().map(|one| one.1.amocrm_chat_id.as_str()))
        .text("contact", made.iter().map(|one| one.1.contact.as_str()))
        .text("phone_hash", made.iter().map(|one| one.1.phone_hash.as_str()))
        .long("created_at", made.iter().map(|_| created_at))
        .long("blocked_at", made.iter().map(|one| if one.1.is_held { created_at } else { 0 }))
        .write(
            "INSERT INTO conversation (tenant_id, id, source_id, external_id, amocrm_chat_id, contact, phone_hash, \
             created_at, heard_at, blocked_at) SELECT tenant_id, id, source_id, external_id, amocrm_chat_id, contact, phone_hash, \
             created_at, 0, blocked_at FROM rows WHERE true ON CONFLICT DO NOTHING",
        )
}

// Dialogues of conversations that managers started, once the messenger has named them.
//
// If another conversation already has the dialogue, it becomes one dialogue with two chats at amoCRM: each keeps its
// conversation, lanes and ids, and the customer's messages go to the one used last
// (docs/decisions/0011-write-first.md).

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
