//! Reads a chat's history, newest message first.

use std::cmp::Reverse;

use serde_json::{Map, Value, json};

use super::{Outcome, Refusal, Scoped, ok};
use crate::crm::{
    exchange::Answer,
    state::{Account, Message, Person},
};

const PAGE: usize = 50;

/// `GET {scope_id}/chats/{chat_id}/history`.
pub(super) fn read(scoped: &Scoped<'_>, chat_id: &str) -> Outcome {
    let number = |name: &str, default: usize| match scoped.request.query_value(name) {
        None => Ok(default),
        Some(text) => text.parse::<usize>().map_err(|_| Refusal(400, format!("{name} must be an integer"))),
    };
    let (offset, limit) = (number("offset", 0)?, number("limit", PAGE)?);
    if limit == 0 || limit > PAGE {
        return Err(Refusal(400, format!("limit must be 1 to {PAGE}")));
    }
    let page: Vec<Value> = scoped.core.read(|state| {
        let Some(account) = state.account_by_amojo(&scoped.amojo_id) else {
            return Vec::new();
        };
        let owned = account.chat(chat_id).is_some_and(|chat| chat.client_id == scoped.integration.client_id);
        if !owned {
            return Vec::new();
        }
        let mut found: Vec<(usize, &Message)> =
            account.messages.iter().enumerate().filter(|(_, message)| message.chat_id == chat_id).collect();
        found.sort_by_key(|(at, message)| Reverse((message.msec_timestamp, *at)));
        found.into_iter().skip(offset).take(limit).map(|(_, message)| row(account, message)).collect()
    });
    if page.is_empty() {
        return Ok(Answer::empty(204));
    }
    Ok(ok(&json!({"messages": page})))
}

fn row(account: &Account, message: &Message) -> Value {
    let mut inner = json!({
        "id": message.id,
        "type": message.field("type"),
        "text": message.field("text"),
        "media": message.field("media"),
        "thumbnail": message.field("thumbnail"),
        "file_name": message.field("file_name"),
        "file_size": message.content.get("file_size").cloned().unwrap_or_else(|| json!(0)),
    });
    if let Some(inner) = inner.as_object_mut() {
        if let Some(msgid) = &message.msgid {
            inner.insert("client_id".to_owned(), json!(msgid));
        }
        for key in ["media_group_id", "location", "contact"] {
            if let Some(value) = message.content.get(key) {
                inner.insert(key.to_owned(), value.clone());
            }
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
    let receiver = message.receiver_id.as_ref().and_then(|id| account.person(id));
    if let (Some(row), Some(person)) = (row.as_object_mut(), receiver) {
        row.insert("receiver".to_owned(), profile(person));
    }
    row
}

/// A person in the history, without empty values.
fn profile(person: &Person) -> Value {
    let mut shown = Map::new();
    let client_id = person.client_id.clone().unwrap_or_default();
    for (key, value) in [
        ("id", &person.id),
        ("client_id", &client_id),
        ("avatar", &person.avatar),
        ("name", &person.name),
        ("phone", &person.phone),
        ("email", &person.email),
    ] {
        if !value.is_empty() {
            shown.insert(key.to_owned(), json!(value));
        }
    }
    Value::Object(shown)
}
