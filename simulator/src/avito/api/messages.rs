//! Messages: listing, sending, deleting.

use serde_json::{Value, json};

use super::{
    answer::{Refusal, bad, missing},
    wire::Call,
};
use crate::avito::{
    json::{self, sizes},
    state::State,
    talk::Writing,
};

/// The longest text, in characters.
const LONGEST: usize = 1000;
/// How long a message can be deleted, in seconds.
const HOUR: i64 = 3_600;

/// `getMessagesV3`: latest first. The file defines a bare list; the real server wraps it as in version 2.
pub(super) fn list(state: &State, chat: &str, call: &Call) -> Result<Value, Refusal> {
    let (limit, offset) = call.window()?;
    let chat = state.chats.get(chat).ok_or_else(missing)?;
    let page = chat.messages.iter().rev().skip(offset).take(limit);
    let shown: Vec<Value> = page.map(|message| json::message(chat, message)).collect();
    let has_more = chat.messages.len() > offset + shown.len();
    Ok(json!({"messages": shown, "meta": {"has_more": has_more}}))
}

/// `postSendMessage`.
pub(super) fn send(state: &mut State, seller: i64, chat: &str, call: &Call) -> Result<Value, Refusal> {
    let text = call.json.pointer("/message/text").and_then(Value::as_str).unwrap_or_default();
    if call.json["type"] != "text" {
        return Err(bad("type must be text"));
    }
    if text.trim().is_empty() || text.chars().count() > LONGEST {
        return Err(bad("text must have 1 to 1000 characters"));
    }
    post(state, seller, chat, "text", json!({"text": text}))
}

/// `postSendImageMessage`.
pub(super) fn send_image(state: &mut State, seller: i64, chat: &str, call: &Call) -> Result<Value, Refusal> {
    let id = call.json["image_id"].as_str().unwrap_or_default();
    if state.pictures.get(id).is_none_or(|picture| picture.owner != seller) {
        return Err(bad("there is no such image"));
    }
    let content = json!({"image": {"sizes": sizes(state, id)}});
    let mut sent = post(state, seller, chat, "image", content)?;
    sent["author_id"] = json!(seller);
    Ok(sent)
}

fn post(state: &mut State, seller: i64, chat: &str, kind: &str, content: Value) -> Result<Value, Refusal> {
    let writing = Writing { author: seller, kind, content: content.clone(), quote: None, by_api: true };
    let id = state.write(chat, writing).ok_or_else(missing)?;
    Ok(json!({"id": id, "type": kind, "content": content, "created": state.date(), "direction": "out"}))
}

/// `deleteMessage`: only own messages, within an hour.
pub(super) fn delete(state: &mut State, seller: i64, chat: &str, message: &str) -> Result<Value, Refusal> {
    let known = state.message(chat, message).ok_or_else(missing)?;
    if known.author != seller {
        return Err(bad("not your message"));
    }
    if state.date() - known.created > HOUR {
        return Err(bad("the message is older than an hour"));
    }
    state.take_back(chat, message);
    Ok(json!({}))
}
