//! Reads a chat's history, newest message first.

use std::cmp::Reverse;

use serde_json::{Map, Value, json};

use super::{Outcome, Refusal, Scoped, ok};
use crate::crm::exchange::{Answer, put};
use crate::crm::state::{Account, Message, Person};

const PAGE: usize = 50;

/// `GET {scope_id}/chats/{chat_id}/history`.
pub(super) fn read(scoped: &Scoped<'_>, chat_id: &str) -> Outcome {
    let number = |name: &str, usual: usize| {
        let found = scoped.call.query.iter().find(|(key, _)| key == name);
        let parsed = found.map(|(_, text)| text.parse::<usize>()).transpose();
        parsed.map(|value| value.unwrap_or(usual)).map_err(|_| Refusal(400, format!("{name} must be an integer")))
    };
    let (offset, limit) = (number("offset", 0)?, number("limit", PAGE)?);
    if limit == 0 || limit > PAGE {
        return Err(Refusal(400, format!("limit must be 1 to {PAGE}")));
    }
    let page = scoped.read(|account| {
        let is_own = account.chat(chat_id).is_some_and(|chat| chat.client_id == scoped.integration.client_id);
        let mut found: Vec<(usize, &Message)> = account.messages_of(chat_id).filter(|_| is_own).enumerate().collect();
        found.sort_by_key(|(at, message)| Reverse((message.msec_timestamp, *at)));
        let page = found.into_iter().skip(offset).take(limit);
        page.map(|(_, message)| row(account, message)).collect::<Vec<Value>>()
    });
    match page.filter(|page| !page.is_empty()) {
        Some(page) => Ok(ok(&json!({"messages": page}))),
        None => Ok(Answer::empty(204)),
    }
}

fn row(account: &Account, message: &Message) -> Value {
    let mut inner = json!({
        "id": message.id,
        "file_size": message.content.get("file_size").cloned().unwrap_or_else(|| json!(0)),
    });
    for key in ["type", "text", "media", "thumbnail", "file_name"] {
        put(&mut inner, key, message.field(key));
    }
    if let Some(msgid) = &message.msgid {
        put(&mut inner, "client_id", msgid.as_str());
    }
    for key in ["media_group_id", "location", "contact"] {
        if let Some(value) = message.content.get(key) {
            put(&mut inner, key, value.clone());
        }
    }
    let sender = match account.person(&message.sender_id) {
        Some(person) => profile(person),
        None => json!({"id": message.sender_id, "name": message.sender_name}),
    };
    let mut row = json!({
        "timestamp": message.msec_timestamp.div_euclid(1000),
        "msec_timestamp": message.msec_timestamp,
        "sender": sender,
        "message": inner,
    });
    if let Some(person) = message.receiver_id.as_ref().and_then(|id| account.person(id)) {
        put(&mut row, "receiver", profile(person));
    }
    row
}

/// A person in the history, without empty values.
fn profile(person: &Person) -> Value {
    let client_id = person.client_id.clone().unwrap_or_default();
    let all = [
        ("id", &person.id),
        ("client_id", &client_id),
        ("avatar", &person.avatar),
        ("name", &person.name),
        ("phone", &person.phone),
        ("email", &person.email),
    ];
    let shown = all.into_iter().filter(|(_, value)| !value.is_empty());
    Value::Object(shown.map(|(key, value)| (key.to_owned(), json!(value))).collect::<Map<_, _>>())
}
