//! Comments of channel posts.

use serde_json::{Value, json};

use super::answer::{Answered, Refusal, ensure, success, wrong};
use super::messages::{link, text};
use super::wire::Call;
use crate::max::state::{Message, State};

/// A post in a channel of the bot.
fn post<'a>(state: &'a State, bot: i64, post: &str) -> Result<&'a Message, Refusal> {
    let found = state.message(post).filter(|post| {
        state.bot_of(post.chat) == Some(bot) && state.rooms.contains_key(&post.chat) && post.post.is_none()
    });
    found.ok_or_else(|| Refusal::new(404, "not.found", format!("Message {post} not found")))
}

/// `GET /messages/{post}/comments`.
pub(super) fn list(state: &State, bot: i64, id: &str) -> Answered {
    post(state, bot, id)?;
    let of_post = state.messages.iter().filter(|one| one.post.as_deref() == Some(id) && !one.is_removed);
    Ok(json!({"messages": of_post.map(|one| state.json(one)).collect::<Vec<Value>>()}))
}

/// `POST /messages/{post}/comments`.
pub(super) fn send(state: &mut State, bot: i64, id: &str, call: &Call) -> Answered {
    let chat = post(state, bot, id)?.chat;
    let text = text(&call.body)?.filter(|text| !text.is_empty()).ok_or_else(|| wrong("text is required"))?;
    let link = link(state, &call.body)?;
    let is_reply = link.as_ref().is_none_or(|(kind, _)| kind == "reply");
    ensure(is_reply && call.body.get("attachments").is_none(), || wrong("Comments have a text and a reply only"))?;
    let draft = Message { text: Some(text), link, post: Some(id.to_owned()), ..Message::default() };
    let mid = state.add(chat, Some(bot), draft);
    let message = state.message(&mid).map(|message| state.json(message)).unwrap_or_default();
    Ok(json!({"message": message}))
}

/// A comment of the bot by `comment_id`.
fn own<'a>(state: &'a mut State, bot: i64, id: &str, call: &Call) -> Result<&'a mut Message, Refusal> {
    post(state, bot, id)?;
    let mid = call.query("comment_id").unwrap_or_default();
    let found = state.message_mut(mid).filter(|one| one.post.as_deref() == Some(id) && one.sender == Some(bot));
    found.ok_or_else(|| wrong(format!("Invalid comment_id: {mid}")))
}

/// `PUT /messages/{post}/comments`.
pub(super) fn edit(state: &mut State, bot: i64, id: &str, call: &Call) -> Answered {
    let new = text(&call.body)?;
    let comment = own(state, bot, id, call)?;
    (comment.text, comment.is_edited) = (new, true);
    Ok(success())
}

/// `DELETE /messages/{post}/comments`.
pub(super) fn remove(state: &mut State, bot: i64, id: &str, call: &Call) -> Answered {
    own(state, bot, id, call)?.is_removed = true;
    Ok(success())
}
