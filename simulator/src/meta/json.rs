//! Messages, comments, posts, accounts and people as Meta shows them. Ids are texts, also those that look like numbers.

use chrono::DateTime;
use serde_json::{Map, Value, json};

use super::options::Meta;
use crate::kit::{Author, Dialog, Id, Message, extend};

/// What of `Message::more` is not a field of `message` in webhooks.
const OWN: [&str; 3] = ["app", "edits", "tag"];

pub(super) fn attachment(state: &Meta, one: &Value) -> Value {
    let mut shown = one.clone();
    let Some(payload) = shown.get_mut("payload").and_then(Value::as_object_mut) else { return shown };
    if let Some(Value::String(file)) = payload.remove("file") {
        payload.insert("url".to_owned(), json!(state.address(&file)));
    }
    shown
}

/// A message as in webhooks, with the tag with which it was sent.
pub(super) fn shown(state: &Meta, dialog: &Dialog, one: &Message) -> Value {
    let mut shown = message(state, dialog, one);
    if let Some(tag) = one.more.get("tag") {
        shown["tag"] = tag.clone();
    }
    shown
}

/// `message` of the event about a message.
pub(super) fn message(state: &Meta, dialog: &Dialog, message: &Message) -> Value {
    let mut shown = Map::from_iter([("mid".to_owned(), json!(message.id.as_str()))]);
    let mut set = |name: &str, value: Value| drop(shown.insert(name.to_owned(), value));
    if message.is_removed {
        set("is_deleted", json!(true));
    } else {
        if !message.text.is_empty() {
            set("text", json!(message.text));
        }
        if !message.parts.is_empty() {
            set("attachments", message.parts.iter().map(|one| attachment(state, one)).collect());
        }
        if let Some(quoted) = &message.reply_to {
            set("reply_to", json!({ "mid": quoted.as_str() }));
        }
        for (name, value) in message.more.iter().filter(|(name, _)| !OWN.contains(&name.as_str())) {
            set(name, value.clone());
        }
    }
    if !matches!(message.author, Author::Person(_)) {
        set("is_echo", json!(true));
        // Only Messenger's documents contain the app of an echo.
        if let (Some(app), false) = (message.more.get("app"), state.is_instagram(&dialog.line)) {
            set("app_id", app.clone());
        }
    }
    Value::Object(shown)
}

pub(super) fn event(state: &Meta, dialog: &Dialog, one: &Message) -> Value {
    let person = json!({ "id": state.scoped(&dialog.line, dialog.person.unwrap_or_default()) });
    let account = json!({ "id": dialog.line.as_str() });
    let is_by_person = matches!(one.author, Author::Person(_));
    let (sender, recipient) = if is_by_person { (person, account) } else { (account, person) };
    let at = if one.is_removed { state.now } else { one.at };
    json!({ "sender": sender, "recipient": recipient, "timestamp": at, "message": message(state, dialog, one) })
}

/// A participant: a person, or the account.
pub(super) fn face(state: &Meta, account: &Id, author: Author) -> Value {
    let (id, name, username) = match author {
        Author::Person(person) => {
            let known = state.people.get(&person).cloned().unwrap_or_default();
            (state.scoped(account, person), known.name(), known.username.unwrap_or_default())
        }
        _ => {
            let known = state.lines.get(account).cloned().unwrap_or_default();
            (account.to_string(), known.name, known.username)
        }
    };
    if state.is_instagram(account) {
        json!({ "id": id, "username": username })
    } else {
        json!({ "id": id, "name": name })
    }
}

pub(super) fn change(state: &Meta, post: &Dialog, comment: &Message, verb: &str) -> Value {
    let more = |name: &str| post.messages.first().and_then(|post| post.more.get(name)).cloned();
    let (from, parent) = (face(state, &post.line, comment.author), comment.reply_to.as_ref().map(Id::as_str));
    if state.is_instagram(&post.line) {
        let media = json!({ "id": post.id.as_str(), "media_product_type": more("product") });
        let mut value = json!({ "id": comment.id.as_str(), "from": from, "text": comment.text, "media": media });
        if let Some(parent) = parent {
            value["parent_id"] = json!(parent);
        }
        return value;
    }
    json!({
        "from": from,
        "post": {
            "status_type": "added_photos", "is_published": true, "permalink_url": more("permalink"), "id": post.id.as_str(),
        },
        "message": (verb != "remove").then_some(&comment.text), "post_id": post.id.as_str(),
        "comment_id": comment.id.as_str(), "created_time": comment.at / 1000, "item": "comment",
        "parent_id": parent.unwrap_or(post.id.as_str()), "verb": verb,
    })
}

/// A time of the Graph API.
pub(super) fn time(at: i64) -> String {
    DateTime::from_timestamp_millis(at).map(|at| at.format("%Y-%m-%dT%H:%M:%S+0000").to_string()).unwrap_or_default()
}

/// A message as the Conversations API shows it.
pub(super) fn earlier(state: &Meta, dialog: &Dialog, message: &Message) -> Value {
    let person = face(state, &dialog.line, Author::Person(dialog.person.unwrap_or_default()));
    let account = face(state, &dialog.line, Author::Line);
    let is_by_person = matches!(message.author, Author::Person(_));
    let (from, to) = if is_by_person { (person, account) } else { (account, person) };
    let file = |one: &Value| {
        let url = attachment(state, one)["payload"]["url"].as_str()?.to_owned();
        Some(match one["type"].as_str() {
            Some("image") => json!({ "image_data": { "url": url } }),
            Some("video") => json!({ "video_data": { "url": url } }),
            _ => json!({ "file_url": url }),
        })
    };
    let attachments: Vec<Value> = message.parts.iter().filter_map(file).collect();
    let mut one = json!({
        "id": message.id.as_str(), "created_time": time(message.at), "from": from, "to": { "data": [to] },
        "message": message.text,
    });
    if !attachments.is_empty() {
        one["attachments"] = json!({ "data": attachments });
    }
    one
}

pub(super) fn account(state: &Meta, id: &Id) -> Value {
    let line = state.lines.get(id).cloned().unwrap_or_default();
    match state.own.accounts.get(id) {
        Some(account) if state.is_instagram(id) => json!({
            "id": account.app_scoped, "user_id": id.as_str(), "username": line.username, "name": line.name,
            "account_type": "BUSINESS", "profile_picture_url": format!("{}/static/face.png", state.base),
        }),
        _ => json!({
            "id": id.as_str(), "name": line.name, "username": line.username,
            "link": format!("https://www.facebook.com/{}", line.username),
        }),
    }
}

pub(super) fn profile(state: &Meta, account: &Id, person: i64) -> Value {
    let known = state.people.get(&person).cloned().unwrap_or_default();
    let mut profile = json!({
        "id": state.scoped(account, person), "name": known.name(),
        "profile_pic": format!("{}/static/face.png", state.base),
    });
    let more = if state.is_instagram(account) {
        json!({ "username": known.username, "follower_count": 12, "is_user_follow_business": true })
    } else {
        json!({ "first_name": known.first_name, "last_name": known.last_name })
    };
    extend(&mut profile, more);
    profile
}

pub(super) fn post(state: &Meta, dialog: &Dialog, post: &Message) -> Value {
    let picture = post.files.first().map(|file| state.address(file.as_str()));
    let permalink = post.more.get("permalink");
    if state.is_instagram(&dialog.line) {
        json!({
            "id": post.id.as_str(), "caption": post.text, "permalink": permalink, "media_type": "IMAGE",
            "media_product_type": post.more.get("product"), "media_url": picture,
            "username": state.lines.get(&dialog.line).map(|line| line.username.as_str()),
        })
    } else {
        json!({
            "id": post.id.as_str(), "message": post.text, "permalink_url": permalink, "full_picture": picture,
        })
    }
}

pub(super) fn comment(state: &Meta, dialog: &Dialog, comment: &Message) -> Value {
    let (from, parent) = (face(state, &dialog.line, comment.author), comment.reply_to.as_ref().map(Id::as_str));
    if state.is_instagram(&dialog.line) {
        json!({
            "id": comment.id.as_str(), "text": comment.text, "from": from, "parent_id": parent,
            "media": { "id": dialog.id.as_str() },
        })
    } else {
        json!({
            "id": comment.id.as_str(), "message": comment.text, "from": from,
            "parent": parent.map(|id| json!({ "id": id })),
        })
    }
}
