//! Chats and messages as the OpenAPI file defines them.

use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value, json};

use super::options::Avito;
use crate::kit::{Author, Dialog, File, Message};

/// The sizes of pictures that are offered as links.
const SIZES: [&str; 4] = ["32x32", "140x105", "640x480", "1280x960"];
/// The author of the messages of Avito's bots, whom no document names.
const SYSTEM: i64 = 0;

pub(super) fn sizes(state: &Avito, picture: &File) -> Value {
    let link = |size: &str| json!(format!("{}/files/images/{size}/{}.jpg", state.base, picture.token));
    Value::Object(SIZES.iter().map(|size| ((*size).to_owned(), link(size))).collect::<Map<_, _>>())
}

/// `u2i`: about an advert; `u2u`: about a seller's profile.
pub(super) fn chat_type(chat: &Dialog) -> &str {
    chat.id.as_str().get(..3).unwrap_or_default()
}

pub(super) fn is_sellers(message: &Message) -> bool {
    matches!(message.author, Author::Line | Author::Owner)
}

fn seconds(millis: i64) -> i64 {
    millis.div_euclid(1000)
}

fn content(state: &Avito, chat: &Dialog, message: &Message) -> Value {
    let file = message.files.first().and_then(|id| state.files.get(id));
    let mut part = message.parts.first().cloned().unwrap_or_else(|| json!({}));
    match (message.kind.as_str(), file) {
        _ if message.is_removed => json!({}),
        ("text", _) => json!({"text": message.text}),
        ("image", Some(file)) => json!({"image": {"sizes": sizes(state, file)}}),
        ("voice", Some(file)) => json!({"voice": {"voice_id": file.token}}),
        ("call", _) => {
            part["call"]["target_user_id"] =
                if is_sellers(message) { json!(chat.person) } else { json!(chat.line.number()) };
            part
        }
        _ => part,
    }
}

/// What is said of a message everywhere.
pub(super) fn brief(state: &Avito, chat: &Dialog, message: &Message) -> Value {
    let author = match message.author {
        Author::Person(id) => id,
        Author::Line | Author::Owner => chat.line.number(),
        Author::Anonymous => SYSTEM,
    };
    json!({
        "id": message.id.as_str(),
        "author_id": author,
        "created": seconds(message.at),
        "type": if message.is_removed { "deleted" } else { message.kind.as_str() },
        "content": content(state, chat, message),
    })
}

fn with_direction(state: &Avito, chat: &Dialog, message: &Message) -> Value {
    let mut shown = brief(state, chat, message);
    shown["direction"] = json!(if is_sellers(message) { "out" } else { "in" });
    shown
}

/// An element of `Messages`.
pub(super) fn message(state: &Avito, chat: &Dialog, message: &Message) -> Value {
    let mut shown = with_direction(state, chat, message);
    shown["is_read"] = json!(is_sellers(message) || message.read_at.is_some());
    if is_sellers(message) {
        shown["read"] = json!(message.read_at.map(seconds));
    }
    if let Some(quoted) = chat.messages.iter().find(|one| Some(&one.id) == message.reply_to.as_ref()) {
        shown["quote"] = brief(state, chat, quoted);
    }
    shown
}

/// `Chat`.
pub(super) fn chat(state: &Avito, chat: &Dialog) -> Value {
    let person = chat.person.and_then(|id| state.people.get(&id));
    let users = [
        user(state, chat, chat.person.unwrap_or_default(), person.map(|one| one.first_name.as_str())),
        user(state, chat, chat.line.number(), state.lines.get(&chat.line).map(|one| one.name.as_str())),
    ];
    let (created, updated) = (chat.more.get("created"), chat.more.get("updated"));
    let mut shown = json!({"id": chat.id.as_str(), "created": created, "updated": updated, "users": users});
    let item = chat.more.get("item").and_then(crate::kit::Id::of);
    if let Some(item) = item.and_then(|id| state.own.items.get(&id)) {
        shown["context"] = json!({"type": "item", "value": {
            "id": item.id, "title": item.title, "price_string": item.price, "url": item.url(), "user_id": item.seller,
            "status_id": 4, "images": {"count": 1, "main": {"140x105": picture(state)}},
        }});
    }
    if let Some(last) = chat.messages.last() {
        shown["last_message"] = with_direction(state, chat, last);
    }
    shown
}

/// The picture of every advert and everybody.
pub(super) fn picture(state: &Avito) -> String {
    format!("{}/static/picture.jpg", state.base)
}

/// The address of a person's page on Avito.
pub(super) fn profile(id: i64) -> String {
    format!("https://avito.ru/user/{id:032x}/profile")
}

fn user(state: &Avito, chat: &Dialog, id: i64, name: Option<&str>) -> Value {
    let face = picture(state);
    let avatar = json!({"default": face, "images": {"64x64": face, "256x256": face}});
    let (item, url) = (chat.more.get("item"), profile(id));
    let public = json!({"user_id": id, "item_id": item, "url": url, "avatar": avatar});
    json!({"id": id, "name": name.unwrap_or_default(), "public_user_profile": public})
}

/// The body of a webhook, version 3, without its id. `WebhookMessage` has no field for a quote.
pub(super) fn webhook(state: &Avito, chat: &Dialog, message: &Message) -> Value {
    let published = DateTime::from_timestamp_millis(message.at).unwrap_or_default();
    let mut value = brief(state, chat, message);
    value["chat_id"] = json!(chat.id.as_str());
    value["user_id"] = json!(chat.line.number());
    value["chat_type"] = json!(chat_type(chat));
    value["item_id"] = json!(chat.more.get("item"));
    value["published_at"] = json!(published.to_rfc3339_opts(SecondsFormat::Secs, true));
    if let Some(read) = message.read_at {
        value["read"] = json!(seconds(read));
    }
    json!({"version": "v3.0.0", "timestamp": state.date(), "payload": {"type": "message", "value": value}})
}
