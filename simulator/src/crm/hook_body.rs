//! The bodies of hooks, as documented.

use serde_json::{Map, Value, json};

use crate::crm::state::{Account, Chat, Direction, Message, Person};

/// Adds a field to an object.
pub(crate) fn put(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}

/// `conversation`; without `client_id` while a chat opened by a manager is not bound.
pub(crate) fn conversation(chat: &Chat) -> Value {
    let mut conversation = json!({"id": chat.id});
    if let Some(id) = &chat.conversation_id {
        put(&mut conversation, "client_id", json!(id));
    }
    conversation
}

/// `receiver` of a message.
fn receiver(chat: &Chat, person: Option<&Person>) -> Value {
    let mut receiver = json!({
        "id": chat.person_id,
        "phone": person.map(|one| one.phone.as_str()).unwrap_or_default(),
        "email": person.map(|one| one.email.as_str()).unwrap_or_default(),
    });
    if let Some(id) = person.and_then(|one| one.client_id.as_ref()) {
        put(&mut receiver, "client_id", json!(id));
    }
    receiver
}

/// `receiver` of a public answer to a comment, with a name and no profile.
fn commentator(chat: &Chat, person: Option<&Person>) -> Value {
    let mut receiver = json!({"id": chat.person_id, "name": person.map(|one| one.name.as_str()).unwrap_or_default()});
    if let Some(id) = person.and_then(|one| one.client_id.as_ref()) {
        put(&mut receiver, "client_id", json!(id));
    }
    receiver
}

/// The `message` object of a hook of the second version.
pub(crate) fn message(account: &Account, chat: &Chat, sender: &Value, msec: i64, inner: &Value) -> Value {
    let person = account.person(&chat.person_id);
    let in_public = inner.get("post").is_some();
    let mut message = json!({
        "receiver": if in_public { commentator(chat, person) } else { receiver(chat, person) },
        "sender": sender,
        "conversation": conversation(chat),
        "timestamp": msec.div_euclid(1000),
        "msec_timestamp": msec,
        "message": inner,
    });
    if let Some(source) = account.source_of(chat).filter(|_| !in_public) {
        put(&mut message, "source", json!({"external_id": source.external_id}));
    }
    message
}

/// A hook of the obsolete first version: flat, with the other side's ids only. `None` for a chat that has none.
pub(crate) fn first_version(chat: &Chat, person: Option<&Person>, msec: i64, inner: &Value) -> Option<Value> {
    let mut hook = Map::new();
    hook.insert("receiver".to_owned(), json!(person?.client_id.as_ref()?));
    hook.insert("conversation_id".to_owned(), json!(chat.conversation_id.as_ref()?));
    hook.insert("msec_timestamp".to_owned(), json!(msec));
    for key in ["type", "text", "media", "thumbnail", "file_name", "file_size"] {
        hook.insert(key.to_owned(), inner.get(key).cloned().unwrap_or_default());
    }
    Some(Value::Object(hook))
}

/// A participant inside a quoted or forwarded message: no phone, no e-mail.
fn participant(account: &Account, id: &str, name: &str) -> Value {
    let mut shown = json!({"id": id, "name": name});
    if let Some(client_id) = account.person(id).and_then(|person| person.client_id.as_ref()) {
        put(&mut shown, "client_id", json!(client_id));
    }
    shown
}

/// A message within `reply_to` and `forwards`.
pub(crate) fn embedded(account: &Account, message: &Message) -> Value {
    let mut shown = json!({
        "id": message.id,
        "timestamp": message.msec_timestamp.div_euclid(1000),
        "msec_timestamp": message.msec_timestamp,
        "sender": participant(account, &message.sender_id, &message.sender_name),
    });
    for (key, empty) in [
        ("type", json!("")),
        ("text", json!("")),
        ("media", json!("")),
        ("thumbnail", json!("")),
        ("file_name", json!("")),
        ("file_size", json!(0)),
    ] {
        put(&mut shown, key, message.content.get(key).cloned().unwrap_or(empty));
    }
    for key in ["location", "contact"] {
        if let Some(value) = message.content.get(key) {
            put(&mut shown, key, value.clone());
        }
    }
    if let Some(msgid) = &message.msgid {
        put(&mut shown, "msgid", json!(msgid));
    }
    if let Some(person) = message.receiver_id.as_ref().and_then(|id| account.person(id)) {
        put(&mut shown, "receiver", participant(account, &person.id, &person.name));
    }
    shown
}

/// `action.reaction.message`, the form of the table.
pub(crate) fn reacted(message: &Message, manager_id: &str) -> Value {
    let receiver = message.receiver_id.as_deref().unwrap_or(manager_id);
    let mut shown = json!({
        "id": message.id,
        "sender": {"id": message.sender_id},
        "receiver": {"id": receiver},
        "timestamp": message.msec_timestamp.div_euclid(1000),
        "msec_timestamp": message.msec_timestamp,
    });
    // A message created in amoCRM has no id of the other side.
    if let Some(msgid) = message.msgid.as_ref().filter(|_| message.direction != Direction::Outgoing) {
        put(&mut shown, "client_id", json!(msgid));
    }
    shown
}
