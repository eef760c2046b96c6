//! Users and messages as the API shows them.

use serde_json::{Value, json};

use super::options::Max;
use crate::kit::{Author, Dialog, DialogKind, Id, Message};

/// The id of the next message of a chat: the chat and a number whose upper part is the time.
pub(super) fn next_mid(state: &mut Max, dialog: &Id) -> Id {
    let seq = (state.now << 16) + (state.next_serial() & 0xffff);
    Id::from(format!("mid.{:016x}{seq:016x}", dialog.number()))
}

/// `seq`, the second half of a `mid`.
fn seq(mid: &Id) -> i64 {
    let hex = mid.as_str().get(20..).unwrap_or_default();
    i64::from_str_radix(hex, 16).unwrap_or_default()
}

/// A person as `User` of the API.
pub(super) fn user(state: &Max, id: i64) -> Value {
    let unknown = crate::kit::Person { id, ..crate::kit::Person::default() };
    let person = state.people.get(&id).unwrap_or(&unknown);
    json!({
        "user_id": person.id, "first_name": person.first_name, "last_name": person.last_name,
        "username": person.username, "is_bot": false, "last_activity_time": state.now, "name": person.name(),
    })
}

/// A bot as `User` of the API.
pub(super) fn bot(state: &Max, line: &Id) -> Value {
    let Some(bot) = state.lines.get(line) else { return Value::Null };
    json!({
        "user_id": bot.id.number(), "first_name": bot.name, "username": bot.username, "is_bot": true,
        "last_activity_time": state.now, "name": bot.name,
    })
}

/// Who wrote a message; the channel itself has no sender.
fn sender(state: &Max, dialog: &Dialog, author: Author) -> Option<Value> {
    match author {
        Author::Person(id) => Some(user(state, id)),
        Author::Line | Author::Owner => Some(bot(state, &dialog.line)),
        Author::Anonymous => None,
    }
}

fn body(state: &Max, message: &Message) -> Value {
    let files = message.files.iter().map(|id| state.attachment(id));
    let attachments: Vec<Value> = files.chain(message.parts.iter().cloned()).collect();
    let has_text = !message.text.is_empty() || message.author != Author::Line;
    let text = has_text.then_some(&message.text);
    let mut body = json!({"mid": message.id, "seq": seq(&message.id), "text": text});
    if !attachments.is_empty() {
        body["attachments"] = json!(attachments);
    }
    body
}

/// `Message` of the API.
pub(super) fn message(state: &Max, dialog: &Dialog, message: &Message) -> Value {
    let chat_type = match dialog.kind {
        DialogKind::Private => "dialog",
        DialogKind::Group => "chat",
        DialogKind::Channel => "channel",
    };
    let mut recipient = json!({"chat_id": dialog.id.number(), "chat_type": chat_type});
    if let Some(person) = dialog.person {
        let is_bots = message.author == Author::Line;
        recipient["user_id"] = if is_bots { json!(person) } else { json!(dialog.line.number()) };
    }
    if let Some(post) = &message.post {
        recipient["post_id"] = json!(post);
    }
    let mut json = json!({"recipient": recipient, "timestamp": message.at, "body": body(state, message)});
    if let Some(sender) = sender(state, dialog, message.author) {
        json["sender"] = sender;
    }
    let (kind, other) = match (&message.reply_to, &message.forward) {
        (Some(id), _) => ("reply", id),
        (None, Some(id)) => ("forward", id),
        (None, None) => return json,
    };
    let found = state.dialogs.values().find_map(|of| Some((of, of.messages.iter().find(|one| one.id == *other)?)));
    if let Some((of, other)) = found {
        json["link"] = json!({"type": kind, "message": body(state, other)});
        if let Some(sender) = sender(state, of, other.author) {
            json["link"]["sender"] = sender;
        }
        if kind == "forward" {
            json["link"]["chat_id"] = json!(of.id.number());
        }
    }
    json
}

/// A contact's name and number from its card.
pub(super) fn card(vcard: &str) -> String {
    let value = |name: &str| {
        let line = vcard.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim()).unwrap_or_default()
    };
    format!("{} {}", value("FN"), value("TEL"))
}
