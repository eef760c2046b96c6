//! Writes to chats, and queues webhooks about it.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{
    act::To,
    json::hook_body,
    state::{Chat, ChatKind, Message, Post, PostState, State},
};

/// A message to write, and its author.
pub(crate) struct Writing<'a> {
    pub(crate) author: i64,
    pub(crate) kind: &'a str,
    pub(crate) content: Value,
    pub(crate) quote: Option<String>,
    pub(crate) by_api: bool,
}

impl State {
    /// The chat of a buyer with a seller, about an item or about the profile; created if there is none.
    pub(crate) fn open_chat(&mut self, buyer: i64, to: &To) -> Result<String> {
        ensure!(self.buyers.contains_key(&buyer), "there is no buyer {buyer}");
        let (seller, item) = match to {
            To::Chat(id) => {
                let chat = self.chats.get(id).with_context(|| format!("there is no chat {id}"))?;
                ensure!(chat.buyer == buyer, "the buyer {buyer} is not in this chat");
                return Ok(id.clone());
            }
            To::Item(item) => {
                let known = self.items.get(item).with_context(|| format!("there is no advert {item}"))?;
                (known.seller, Some(*item))
            }
            To::Seller(seller) => {
                ensure!(self.sellers.contains_key(seller), "there is no seller {seller}");
                (*seller, None)
            }
        };
        let known = self.chats.values().find(|chat| (chat.buyer, chat.seller, chat.item) == (buyer, seller, item));
        if let Some(chat) = known {
            return Ok(chat.id.clone());
        }
        let kind = if item.is_some() { ChatKind::U2i } else { ChatKind::U2u };
        let tail = self.next_id();
        // Real ids are `u2i-` and 22 characters, which may include `~`.
        let id = format!("{}-{}~{}", kind.word(), &tail[..11], &tail[11..21]);
        let date = self.date();
        let chat =
            Chat { id: id.clone(), kind, seller, buyer, item, created: date, updated: date, messages: Vec::new() };
        self.chats.insert(id.clone(), chat);
        Ok(id)
    }

    /// Appends a message and queues webhooks for the seller. Own messages are reported too, as the documentation of
    /// `user_id` and `author_id` says.
    pub(crate) fn write(&mut self, chat: &str, writing: Writing<'_>) -> Option<String> {
        let (id, created) = (self.next_id(), self.date());
        let Writing { author, kind, content, quote, by_api } = writing;
        let message =
            Message { id: id.clone(), author, created, kind: kind.to_owned(), content, quote, read: None, by_api };
        let known = self.chats.get_mut(chat)?;
        known.messages.push(message);
        known.updated = created;
        self.announce(chat, &id);
        Some(id)
    }

    /// Marks a message as deleted, as documented, and queues webhooks about it.
    pub(crate) fn take_back(&mut self, chat: &str, message: &str) {
        let date = self.date();
        let Some(known) = self.chats.get_mut(chat) else { return };
        known.updated = date;
        if let Some(found) = known.messages.iter_mut().find(|one| one.id == message) {
            found.kind = "deleted".to_owned();
            found.content = json!({});
        }
        self.announce(chat, message);
    }

    fn announce(&mut self, chat: &str, message: &str) {
        let serial = self.next_id();
        let Some(known) = self.chats.get(chat) else { return };
        let Some(body) = known.messages.iter().find(|one| one.id == message).map(|one| hook_body(self, known, one))
        else {
            return;
        };
        let seller = known.seller;
        self.post(seller, chat, &serial, body);
    }

    /// Queues a body for all webhooks of a seller.
    pub(crate) fn post(&mut self, seller: i64, chat: &str, serial: &str, mut body: Value) {
        if let Some(body) = body.as_object_mut() {
            body.entry("id").or_insert_with(|| json!(serial));
        }
        let Some(known) = self.sellers.get(&seller) else { return };
        // Avito does not document whether webhooks continue after the subscription level was lost; here they stop.
        let hooks = if known.has_level { known.hooks.clone() } else { Vec::new() };
        let due_at = self.now;
        self.posts.extend(hooks.into_iter().map(|url| Post {
            chat: chat.to_owned(),
            url,
            body: body.clone(),
            due_at,
            attempts: 0,
            state: PostState::Waiting,
            last_status: None,
            is_on_its_way: false,
            is_looked_at: false,
            is_late: false,
        }));
    }

    /// Marks messages of the other side as read. `reader`: the seller's or the buyer's id.
    pub(crate) fn mark_read(&mut self, chat: &str, reader: i64) {
        let date = self.date();
        if let Some(known) = self.chats.get_mut(chat) {
            for message in known.messages.iter_mut().filter(|one| one.author != reader && one.read.is_none()) {
                message.read = Some(date);
            }
        }
    }

    /// Whether this side has unread messages.
    pub(crate) fn has_unread(&self, chat: &str, reader: i64) -> bool {
        let messages = self.chats.get(chat).map(|chat| chat.messages.as_slice()).unwrap_or_default();
        messages.iter().any(|one| one.author != reader && one.read.is_none())
    }
}
