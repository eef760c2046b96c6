//! New conversations, and new ids of known ones, in the statement that stores a batch. PostgreSQL only.

use std::collections::BTreeMap;

use base::store::Store;
use uuid::Uuid;

use super::NewItem;
use crate::accept_batch::{Alias, Conversation, NewConversation};
use crate::conversation::{self, AliasKey};
use crate::rows::{Expressions, Write};

/// What a batch opens, and the ids by which its conversations can be found from now on.
pub(super) struct NewChats<'a> {
    /// By the alias that identifies it; of several entries the first one's.
    opened: BTreeMap<AliasKey<'a>, &'a NewConversation>,
    /// The other aliases, each with its conversation.
    named: BTreeMap<AliasKey<'a>, Uuid>,
    /// When customers of new conversations were last heard of.
    heard_at: BTreeMap<Uuid, i64>,
}

/// What one message opens, and another alias of its conversation.
pub(super) struct ChatsOfOne<'a> {
    pub opened: Option<(&'a Alias, &'a NewConversation, i64)>,
    pub named: Option<&'a Alias>,
}

impl<'a> NewChats<'a> {
    /// Gives each entry its conversation. None if one opens a conversation without an alias, or with amojo's id of its chat.
    pub fn of(fresh: &mut [NewItem<'a>]) -> Option<Self> {
        let mut chats = Self { opened: BTreeMap::new(), named: BTreeMap::new(), heard_at: BTreeMap::new() };
        for one in fresh.iter_mut() {
            one.conversation_id = match &one.entry.conversation {
                Conversation::Known(id) => *id,
                Conversation::Open(new) => {
                    let identity = new.aliases.first().filter(|_| one.entry.crm_chat.is_none())?;
                    let id = chats.opened.entry((one.tenant_id, identity)).or_insert(new.as_ref()).id;
                    let heard_at = chats.heard_at.entry(id).or_default();
                    *heard_at = one.entry.heard_at.unwrap_or(0).max(*heard_at);
                    id
                }
            };
        }
        let others = |(key, new): (&AliasKey<'a>, &&'a NewConversation)| {
            let (tenant_id, id) = (key.0, new.id);
            new.aliases.iter().skip(1).map(move |alias| ((tenant_id, alias), id))
        };
        let named: Vec<(AliasKey<'a>, Uuid)> = chats.opened.iter().flat_map(others).collect();
        let learned =
            fresh.iter().filter_map(|one| Some(((one.tenant_id, one.entry.crm_chat.as_ref()?), one.conversation_id)));
        for (key, id) in named.into_iter().chain(learned) {
            if !chats.opened.contains_key(&key) {
                chats.named.entry(key).or_insert(id);
            }
        }
        Some(chats)
    }

    pub fn is_empty(&self) -> bool {
        self.opened.is_empty() && self.named.is_empty()
    }

    /// Number of conversations that it opens.
    pub fn count(&self) -> i64 {
        i64::try_from(self.opened.len()).unwrap_or(i64::MAX)
    }

    /// Of one message: the conversation that it opens, with the alias that identifies it and the time at which its customer
    /// was last heard of, and another alias. None if there is more than one of either.
    pub fn of_one_message(&self) -> Option<ChatsOfOne<'a>> {
        if self.opened.len() > 1 || self.named.len() > 1 {
            return None;
        }
        let heard_at = |new: &NewConversation| self.heard_at.get(&new.id).copied().unwrap_or(0);
        let opened = self.opened.iter().next().map(|(key, new)| (key.1, *new, heard_at(new)));
        Some(ChatsOfOne { opened, named: self.named.keys().next().map(|key| key.1) })
    }

    /// Inserts the aliases once `ready` holds; returns a condition which holds once they are there, and by which the
    /// expression that reads it runs after them. `count`: the parameter that is [`Self::count`]. It is false if another
    /// commit has opened one of the conversations meanwhile.
    pub fn add_aliases(&self, statement: &mut Expressions, store: &Store, ready: &str, count: &str) -> String {
        let opened: Vec<(Uuid, &Alias, Uuid)> = self.opened.iter().map(|(key, new)| (key.0, key.1, new.id)).collect();
        let named: Vec<(Uuid, &Alias, Uuid)> = self.named.iter().map(|(key, id)| (key.0, key.1, *id)).collect();
        statement.add_as("opened", store, conversation::new_aliases(&opened), &format!(" WHERE {ready}"));
        let ready = format!("{ready} AND (SELECT count(*) FROM opened) = {count}");
        statement.add_as("named", store, conversation::new_aliases(&named), &format!(" WHERE {ready}"));
        format!("{ready} AND (SELECT count(*) FROM named) >= 0")
    }

    /// Stores the conversations.
    pub fn conversations(&self, store: &Store) -> Write {
        let new = |(key, new): (&AliasKey<'a>, &&'a NewConversation)| {
            (key.0, *new, self.heard_at.get(&new.id).copied().unwrap_or(0))
        };
        let made: Vec<_> = self.opened.iter().map(new).collect();
        conversation::new_conversations(store, &made)
    }
}
