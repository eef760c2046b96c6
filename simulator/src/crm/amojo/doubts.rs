//! Irregularities that are accepted: the documents do not say what amoCRM does about them.

use serde_json::Value;

use super::{Scoped, message::New};
use crate::crm::state::{Account, Chat, Direction, Message};

/// All irregularities of a new message.
pub(super) fn about(scoped: &Scoped<'_>, new: &New<'_>, raw: &Value) -> Vec<&'static str> {
    scoped.core.read(|state| {
        let Some(account) = state.account_by_amojo(&scoped.amojo_id) else {
            return Vec::new();
        };
        let mut doubts = Vec::new();
        if quote_is_elsewhere(scoped, account, new, raw) {
            doubts.push("the quoted message is not in this chat");
        }
        if named(raw.pointer("/forwards/messages/0")).is_some_and(|one| find(scoped, account, one).is_none()) {
            doubts.push("the forwarded message is not there");
        }
        if raw.pointer("/message/callback_data").is_some_and(|chosen| !was_offered(account, new, chosen)) {
            doubts.push("callback_data is no row of a list message of this chat");
        }
        let bot = scoped.channel.bot.as_ref().map(|(id, _)| id);
        if raw.pointer("/message/post").is_some() && new.sender.ref_id.is_some() && new.sender.ref_id.as_ref() == bot {
            doubts.push("a bot can't comment");
        }
        doubts
    })
}

/// Amojo id and the other side's id of an embedded message that has one.
fn named(embedded: Option<&Value>) -> Option<(Option<&str>, Option<&str>)> {
    let text = |key: &str| embedded?.get(key)?.as_str();
    let ids = (text("id"), text("msgid"));
    (ids != (None, None)).then_some(ids)
}

fn find<'a>(
    scoped: &Scoped<'_>,
    account: &'a Account,
    (id, msgid): (Option<&str>, Option<&str>),
) -> Option<&'a Message> {
    match id {
        Some(id) => account.message(id),
        None => account.message(&account.message_id_for(scoped.scope_id, msgid?)?),
    }
}

fn quote_is_elsewhere(scoped: &Scoped<'_>, account: &Account, new: &New<'_>, raw: &Value) -> bool {
    let Some(ids) = named(raw.pointer("/reply_to/message")) else {
        return false;
    };
    let chat = find(scoped, account, ids).and_then(|message| account.chat(&message.chat_id));
    !chat.is_some_and(|chat| is_in(chat, new))
}

/// Whether a new message is accepted in this chat.
fn is_in(chat: &Chat, new: &New<'_>) -> bool {
    match new.conversation_ref_id {
        Some(id) => chat.id == id,
        None => chat.conversation_id.as_deref() == new.conversation_id,
    }
}

/// Whether a list message of this conversation has a row with this value; true as well if none was ever sent.
fn was_offered(account: &Account, new: &New<'_>, chosen: &Value) -> bool {
    let here = |message: &&Message| {
        let chat = account.chat(&message.chat_id);
        message.direction == Direction::Outgoing && chat.is_some_and(|chat| is_in(chat, new))
    };
    let mut rows = account.messages.iter().filter(here).flat_map(list_rows).peekable();
    rows.peek().is_none() || rows.any(|row| row.get("callback_data") == Some(chosen))
}

/// All rows of a message's list.
fn list_rows(message: &Message) -> impl Iterator<Item = &Value> {
    let sections = message.content.pointer("/markup/list_message/sections").and_then(Value::as_array);
    sections.into_iter().flatten().filter_map(|section| section.get("rows")?.as_array()).flatten()
}
