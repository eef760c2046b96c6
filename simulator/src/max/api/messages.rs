//! Messages of bots.

use serde_json::{Value, json};

use super::answer::{Answered, Refusal, ensure, not_success, success, wrong};
use super::attachments::{self, Attached};
use super::wire::Call;
use crate::max::state::{Answer, Message, State};

/// Maximum characters of a text.
const TEXT: usize = 4000;
/// Milliseconds for which a message without buttons can be edited in a dialog.
const EDITABLE: i64 = 7 * 86_400_000;

/// The chat of `chat_id` or `user_id`, if the bot may write there.
fn chat(state: &State, bot: i64, call: &Call) -> Result<i64, Refusal> {
    let not_found = || Refusal::new(404, "dialog.not.found", "Key: error.dialog.notfound");
    let chat = match (call.number("chat_id"), call.number("user_id")) {
        (Some(chat), _) => chat,
        (None, Some(person)) => *state.dialogs.get(&(bot, person)).ok_or_else(not_found)?,
        (None, None) => return Err(wrong("Missing required parameter: chat_id or user_id")),
    };
    if let Some(room) = state.rooms.get(&chat) {
        ensure(room.bot == bot, || Refusal::new(403, "chat.denied", "Key: error.chat.denied"))?;
        return Ok(chat);
    }
    match state.in_dialog(chat) {
        None => Err(Refusal::new(404, "chat.not.found", format!("Chat {chat} not found"))),
        Some((of, _)) if of != bot => Err(Refusal::new(403, "chat.denied", "Key: error.chat.denied")),
        Some((_, person)) => {
            let started = state.bots.get(&bot).is_some_and(|bot| bot.started.contains(&person));
            let words = format!("Key: error.dialog.suspended, args: [{person},].");
            ensure(started, || Refusal::new(403, "chat.denied", words)).map(|()| chat)
        }
    }
}

/// The text, checked against its limit.
pub(super) fn text(body: &Value) -> Result<Option<String>, Refusal> {
    let text = body["text"].as_str().map(str::to_owned);
    let size = text.as_deref().map_or(0, |text| text.encode_utf16().count());
    ensure(size <= TEXT, || wrong(format!("Field 'text' size ({size}) must be at most {TEXT}")))?;
    Ok(text)
}

/// The message that `link` refers to.
pub(super) fn link(state: &State, body: &Value) -> Result<Option<(String, String)>, Refusal> {
    let Some(link) = body["link"].as_object() else { return Ok(None) };
    let part = |name: &str| link.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (kind, mid) = (part("type"), part("mid"));
    ensure(kind == "reply" || kind == "forward", || wrong("Invalid link type"))?;
    ensure(state.message(&mid).is_some(), || wrong(format!("Invalid message_id: {mid}")))?;
    let is_bare = kind == "reply" || body["text"].as_str().unwrap_or_default().is_empty();
    ensure(is_bare, || wrong("errors.forward.text.not-empty"))?;
    Ok(Some((kind, mid)))
}

/// `POST /messages`.
pub(super) fn send(state: &mut State, bot: i64, call: &Call) -> Answered {
    let chat = chat(state, bot, call)?;
    let (text, link) = (text(&call.body)?, link(state, &call.body)?);
    let Attached { files, others } = attachments::read(state, &call.body["attachments"])?;
    let is_empty = text.as_deref().is_none_or(str::is_empty) && files.is_empty() && others.is_empty() && link.is_none();
    ensure(!is_empty, || wrong("Key: errors.required, args: [text]"))?;
    let mid = state.add(chat, Some(bot), Message { text, files, others, link, ..Message::default() });
    answered(state, &mid)
}

fn answered(state: &State, mid: &str) -> Answered {
    let message = state.message(mid).map(|message| state.json(message)).unwrap_or_default();
    Ok(json!({"message": message}))
}

/// A message of the bot by `message_id`.
fn own(state: &State, bot: i64, call: &Call) -> Result<Message, Refusal> {
    let mid = call.query("message_id").unwrap_or_default();
    let found = state.message(mid).filter(|message| message.sender == Some(bot) && message.post.is_none());
    found.cloned().ok_or_else(|| wrong(format!("Invalid message_id: {mid}")))
}

/// `PUT /messages`.
pub(super) fn edit(state: &mut State, bot: i64, call: &Call) -> Answered {
    let message = own(state, bot, call)?;
    let is_old = state.now - message.timestamp > EDITABLE && message.others.is_empty();
    if is_old && state.in_dialog(message.chat).is_some() {
        return Ok(not_success("Message is too old to be edited"));
    }
    let text = text(&call.body)?;
    let attached = match &call.body["attachments"] {
        Value::Null => None,
        given => Some(attachments::read(state, given)?),
    };
    if let Some(message) = state.message_mut(&message.mid) {
        message.is_edited = true;
        if text.is_some() {
            message.text = text;
        }
        if let Some(Attached { files, others }) = attached {
            (message.files, message.others) = (files, others);
        }
    }
    Ok(success())
}

/// `DELETE /messages`.
pub(super) fn remove(state: &mut State, bot: i64, call: &Call) -> Answered {
    let message = own(state, bot, call)?;
    if let Some(message) = state.message_mut(&message.mid) {
        message.is_removed = true;
    }
    Ok(success())
}

/// `GET /messages`: of a chat, newest first, or by ids.
pub(super) fn list(state: &State, bot: i64, call: &Call) -> Answered {
    let count = call.number("count").and_then(|count| usize::try_from(count).ok()).unwrap_or(50);
    let ids: Vec<&str> = call.query("message_ids").map(|ids| ids.split(',').collect()).unwrap_or_default();
    let chat = call.number("chat_id");
    let wanted = |message: &&Message| {
        let is_asked = chat == Some(message.chat) || ids.contains(&message.mid.as_str());
        is_asked && !message.is_removed && message.post.is_none() && state.bot_of(message.chat) == Some(bot)
    };
    let found: Vec<Value> =
        state.messages.iter().rev().filter(wanted).take(count).map(|message| state.json(message)).collect();
    Ok(json!({"messages": found}))
}

/// `GET /messages/{mid}`.
pub(super) fn one(state: &State, bot: i64, mid: &str) -> Answered {
    let found = state.message(mid).filter(|message| state.bot_of(message.chat) == Some(bot));
    found
        .map(|message| state.json(message))
        .ok_or_else(|| Refusal::new(404, "not.found", format!("Message {mid} not found")))
}

/// `POST /answers?callback_id=`.
pub(super) fn answer(state: &mut State, bot: i64, call: &Call) -> Answered {
    let callback_id = call.query("callback_id").unwrap_or_default().to_owned();
    ensure(callback_id.starts_with("f9LHodD0cOI"), || wrong("callback_id: Callback identifier is invalid"))?;
    let notification = call.body["notification"].as_str().map(str::to_owned);
    let has_any = notification.is_some() || call.body["message"].is_object();
    ensure(has_any, || wrong("Invalid request. `message` or `notification` required"))?;
    if let Some(bot) = state.bots.get_mut(&bot) {
        bot.answers.push(Answer { callback_id, notification: notification.unwrap_or_default() });
    }
    Ok(success())
}
