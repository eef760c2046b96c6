//! Serialises chats and messages as defined in the OpenAPI file.

use chrono::DateTime;
use serde_json::{Map, Value, json};

use super::state::{Chat, Message, State};

/// The sizes of pictures that are offered as links.
const SIZES: [&str; 4] = ["32x32", "140x105", "640x480", "1280x960"];

/// Links to all sizes of a picture.
pub(crate) fn sizes(state: &State, picture: &str) -> Value {
    let link =
        |size: &&str| ((*size).to_owned(), json!(format!("{}/files/images/{size}/{picture}.jpg", state.base_url)));
    Value::Object(SIZES.iter().map(link).collect::<Map<_, _>>())
}

/// `Chat`.
pub(crate) fn chat(state: &State, chat: &Chat) -> Value {
    let mut shown = json!({
        "id": chat.id,
        "created": chat.created,
        "updated": chat.updated,
        "users": [user(state, chat, chat.buyer), user(state, chat, chat.seller)],
    });
    let item = chat.item.and_then(|id| state.items.get(&id));
    if let Some(item) = item {
        shown["context"] = json!({"type": "item", "value": {
            "id": item.id,
            "title": item.title,
            "price_string": item.price,
            "url": item.url,
            "user_id": item.seller,
            "status_id": 4,
            "images": {"count": 1, "main": {"140x105": format!("{}/static/picture.jpg", state.base_url)}},
        }});
    }
    if let Some(last) = chat.messages.last() {
        shown["last_message"] = json!({
            "id": last.id,
            "author_id": last.author,
            "created": last.created,
            "content": last.content,
            "type": last.kind,
            "direction": direction(chat, last),
        });
    }
    shown
}

fn user(state: &State, chat: &Chat, id: i64) -> Value {
    let buyer = state.buyers.get(&id).map(|buyer| buyer.name.as_str());
    let name = buyer.or_else(|| state.sellers.get(&id).map(|seller| seller.name.as_str())).unwrap_or_default();
    let face = format!("{}/static/picture.jpg", state.base_url);
    let avatar = json!({"default": face, "images": {"64x64": face, "256x256": face}});
    let url = format!("https://avito.ru/user/{id:032x}/profile");
    json!({
        "id": id,
        "name": name,
        "public_user_profile": {"user_id": id, "item_id": chat.item, "url": url, "avatar": avatar},
    })
}

fn direction(chat: &Chat, message: &Message) -> &'static str {
    if message.author == chat.seller { "out" } else { "in" }
}

/// An element of `Messages`.
pub(crate) fn message(chat: &Chat, message: &Message) -> Value {
    let is_own = message.author == chat.seller;
    let mut shown = json!({
        "id": message.id,
        "author_id": message.author,
        "created": message.created,
        "direction": direction(chat, message),
        "type": message.kind,
        "content": message.content,
        "is_read": is_own || message.read.is_some(),
    });
    if is_own {
        shown["read"] = json!(message.read);
    }
    if let Some(quoted) = quoted(chat, message) {
        shown["quote"] = quoted;
    }
    shown
}

fn quoted(chat: &Chat, message: &Message) -> Option<Value> {
    let quoted = chat.messages.iter().find(|one| Some(&one.id) == message.quote.as_ref())?;
    Some(json!({
        "id": quoted.id,
        "author_id": quoted.author,
        "created": quoted.created,
        "type": quoted.kind,
        "content": quoted.content,
    }))
}

/// The body of a webhook, version 3, without its id. `WebhookMessage` has no field for a quote.
pub(crate) fn hook_body(state: &State, chat: &Chat, message: &Message) -> Value {
    let published = DateTime::from_timestamp(message.created, 0).unwrap_or_default();
    let mut value = json!({
        "id": message.id,
        "chat_id": chat.id,
        "user_id": chat.seller,
        "author_id": message.author,
        "created": message.created,
        "type": message.kind,
        "chat_type": chat.kind.word(),
        "content": message.content,
        "item_id": chat.item,
        "published_at": published.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
    });
    if let Some(read) = message.read {
        value["read"] = json!(read);
    }
    json!({
        "version": "v3.0.0",
        "timestamp": state.date(),
        "payload": {"type": "message", "value": value},
    })
}
