//! Dialogs, messages, comments and presses.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::{Content, Done, Place, content};
use crate::max::state::{Message, State};

fn known(state: &State, who: i64, bot: i64) -> Result<()> {
    ensure!(state.people.contains_key(&who), "there is no such person");
    ensure!(state.bots.contains_key(&bot), "there is no such bot");
    Ok(())
}

/// Queues an update about a dialog.
fn about(state: &mut State, kind: &str, who: i64, bot: i64) -> i64 {
    let chat = state.dialog(bot, who);
    let update = json!({"update_type": kind, "chat_id": chat, "user": state.user(who), "user_locale": "ru"});
    state.tell(chat, update);
    chat
}

pub(super) fn start(state: &mut State, who: i64, bot: i64, payload: Option<&str>) -> Result<Done> {
    known(state, who, bot)?;
    let chat = state.dialog(bot, who);
    if let Some(bot) = state.bots.get_mut(&bot) {
        bot.started.insert(who);
    }
    let user = state.user(who);
    let update = json!({
        "update_type": "bot_started", "chat_id": chat, "user": user, "payload": payload, "user_locale": "ru",
    });
    state.tell(chat, update);
    Ok(Done::default())
}

pub(super) fn stop(state: &mut State, who: i64, bot: i64) -> Result<Done> {
    known(state, who, bot)?;
    if let Some(bot) = state.bots.get_mut(&bot) {
        bot.started.remove(&who);
    }
    about(state, "bot_stopped", who, bot);
    Ok(Done::default())
}

pub(super) fn remove_dialog(state: &mut State, who: i64, bot: i64) -> Result<Done> {
    stop(state, who, bot)?;
    about(state, "dialog_removed", who, bot);
    Ok(Done::default())
}

pub(super) fn clear_dialog(state: &mut State, who: i64, bot: i64) -> Result<Done> {
    known(state, who, bot)?;
    about(state, "dialog_cleared", who, bot);
    Ok(Done::default())
}

/// The chat of a place, and the post if it is one.
fn chat(state: &mut State, who: i64, to: &Place) -> Result<(i64, Option<String>)> {
    match to {
        Place::Bot(bot) => {
            known(state, who, *bot)?;
            let started = state.bots.get(bot).is_some_and(|bot| bot.started.contains(&who));
            ensure!(started, "the bot is not started");
            Ok((state.dialog(*bot, who), None))
        }
        Place::Group(id) => {
            ensure!(state.rooms.contains_key(id), "there is no such group");
            Ok((*id, None))
        }
        Place::Post(mid) => {
            let post = state.message(mid).context("there is no such post")?;
            Ok((post.chat, Some(mid.clone())))
        }
    }
}

pub(super) fn send(
    state: &mut State,
    who: i64,
    to: &Place,
    text: String,
    contents: Vec<Content>,
    link: Option<(String, String)>,
) -> Result<Done> {
    let (chat, post) = chat(state, who, to)?;
    let bot = state.bot_of(chat);
    let is_comment = post.is_some();
    ensure!(!is_comment || contents.is_empty(), "comments have a text only");
    let mut draft = Message { text: Some(text), link, post, ..Message::default() };
    for content in contents {
        content::add(state, who, bot, &mut draft, content)?;
    }
    let mid = state.add(chat, Some(who), draft);
    tell(state, &mid, if is_comment { "comment_created" } else { "message_created" });
    Ok(Done { mid: Some(mid) })
}

/// Queues an update that contains the whole message.
pub(super) fn tell(state: &mut State, mid: &str, kind: &str) {
    let Some(message) = state.message(mid) else { return };
    let (chat, json) = (message.chat, state.json(message));
    let mut update = json!({"update_type": kind, "message": json});
    if state.in_dialog(chat).is_some() {
        update["user_locale"] = json!("ru");
    }
    state.tell(chat, update);
}

fn own<'a>(state: &'a mut State, who: i64, mid: &str) -> Result<&'a mut Message> {
    let message = state.message_mut(mid).context("there is no such message")?;
    ensure!(message.sender == Some(who), "somebody else wrote this message");
    Ok(message)
}

pub(super) fn edit(state: &mut State, who: i64, mid: &str, text: String) -> Result<Done> {
    let message = own(state, who, mid)?;
    (message.text, message.is_edited) = (Some(text), true);
    let kind = if message.post.is_some() { "comment_edited" } else { "message_edited" };
    tell(state, mid, kind);
    Ok(Done::default())
}

pub(super) fn remove(state: &mut State, who: i64, mid: &str) -> Result<Done> {
    let message = own(state, who, mid)?;
    message.is_removed = true;
    let (chat, post) = (message.chat, message.post.clone());
    let kind = if post.is_some() { "comment_removed" } else { "message_removed" };
    let mut update = json!({"update_type": kind, "message_id": mid, "chat_id": chat, "user_id": who});
    if let Some(post) = post {
        update["post_id"] = json!(post);
    }
    state.tell(chat, update);
    Ok(Done::default())
}

pub(super) fn press(state: &mut State, who: i64, mid: &str, payload: &str) -> Result<Done> {
    let message = state.message(mid).context("there is no such message")?;
    let buttons = message.others.iter().filter_map(|one| one["payload"]["buttons"].as_array()).flatten();
    let mut buttons = buttons.filter_map(|row| row.as_array()).flatten();
    ensure!(buttons.any(|button| button["payload"] == payload), "the message has no such button");
    let (chat, json) = (message.chat, state.json(message));
    let serial = state.next_serial();
    let callback = json!({
        "timestamp": state.now, "callback_id": format!("f9LHodD0cOI{serial}"), "user": state.user(who), "payload": payload,
    });
    let update = json!({"update_type": "message_callback", "callback": callback, "message": json, "user_locale": "ru"});
    state.tell(chat, update);
    Ok(Done::default())
}
