//! Finds or creates the conversations of new entries, inside the commit that needs them.

use std::collections::{BTreeMap, HashMap};

use base::store::{Executor, Row, Store};
use entity::conversation;
use sea_orm::DbErr;
use uuid::Uuid;

use super::accept_batch::{Alias, Begun, Conversation, NewConversation, NewItem};
use super::rows::{Rows, Write, write_batch};

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
        .write(
            "INSERT INTO conversation (tenant_id, id, source_id, external_id, amocrm_chat_id, contact, phone_hash, \
             created_at, heard_at) SELECT tenant_id, id, source_id, external_id, amocrm_chat_id, contact, phone_hash, \
             created_at, 0 FROM rows WHERE true ON CONFLICT DO NOTHING",
        )
}
