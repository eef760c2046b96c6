//! Chats and the bot itself: chat actions, answers to buttons, commands, leaving.

use serde_json::{Value, json};

use super::{
    answer::{Answered, Refusal, bad, ensure},
    params::Params,
    target,
};
use crate::telegram::{
    detect,
    state::{Answer, Place, Role, State},
};

/// Milliseconds within which a pressed button must be answered.
const QUERY: i64 = 60_000;
/// Milliseconds for which a bot that logged out cannot use this server again.
const LOGGED_OUT: i64 = 600_000;

const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

/// `sendChatAction`.
pub(super) fn action(state: &mut State, bot: i64, params: &Params) -> Answered {
    let target = target::writable(state, bot, params)?;
    let action = params.text("action").unwrap_or_default();
    ensure(ACTIONS.contains(&action.as_str()), || bad("wrong parameter action in request"))?;
    let now = state.now;
    if let Some(seconds) = state.rates.count(bot, target.chat, 1, now) {
        return Err(Refusal::too_many(seconds));
    }
    if let Some(bot) = state.bots.get_mut(&bot) {
        bot.actions.push((target.chat, action, now));
    }
    Ok(json!(true))
}

/// `answerCallbackQuery`.
pub(super) fn answer_query(state: &mut State, bot: i64, params: &Params) -> Answered {
    let id = params.text("callback_query_id").unwrap_or_default();
    let text = params.text("text").unwrap_or_default();
    ensure(detect::length(&text) <= 200, || bad("MESSAGE_TOO_LONG"))?;
    let now = state.now;
    let show_alert = params.flag("show_alert");
    let known =
        state.bots.get_mut(&bot).filter(|bot| bot.queries.get(&id).is_some_and(|query| now - query.pressed_at < QUERY));
    let Some(bot) = known else {
        return Err(bad("query is too old and response timeout expired or query ID is invalid"));
    };
    bot.answers.push(Answer { id, text, show_alert });
    Ok(json!(true))
}

/// `getChat`.
pub(super) fn get(state: &mut State, bot: i64, params: &Params) -> Answered {
    let target = target::find(state, bot, params)?;
    let is_known = match &target.place {
        Place::Private { person, .. } => state.bots.get(&bot).is_some_and(|bot| bot.started.contains(person)),
        Place::Group(id) => state.groups.get(id).is_some_and(|group| group.bots.contains_key(&bot)),
        Place::Personal { .. } => true,
    };
    ensure(is_known, || bad("chat not found"))?;
    let mut chat = state.chat_json(bot, &target.place);
    chat["accent_color_id"] = json!(2);
    chat["max_reaction_count"] = json!(11);
    let none = json!({"unlimited_gifts": false, "limited_gifts": false, "unique_gifts": false,
        "premium_subscription": false, "gifts_from_channels": false});
    chat["accepted_gift_types"] = none;
    Ok(chat)
}

/// `getChatMember`.
pub(super) fn member(state: &mut State, bot: i64, params: &Params) -> Answered {
    let target = target::find(state, bot, params)?;
    let who = params.int("user_id").ok_or_else(|| bad("user not found"))?;
    let Place::Group(id) = target.place else {
        return Ok(json!({"user": state.user(who), "status": "member"}));
    };
    let group = state.groups.get(&id).ok_or_else(|| bad("chat not found"))?;
    let status = match (group.members.contains(&who), group.bots.get(&who)) {
        (true, _) | (_, Some(Role::Member | Role::Administrator)) => "member",
        (_, Some(Role::Kicked)) => "kicked",
        _ => "left",
    };
    Ok(json!({"user": state.user(who), "status": status}))
}

/// `getChatMemberCount`.
pub(super) fn member_count(state: &mut State, bot: i64, params: &Params) -> Answered {
    let target = target::find(state, bot, params)?;
    match target.place {
        Place::Group(id) => {
            let group = state.groups.get(&id).ok_or_else(|| bad("chat not found"))?;
            Ok(json!(group.members.len() + group.bots.len()))
        }
        _ => Ok(json!(2)),
    }
}

/// `leaveChat`.
pub(super) fn leave(state: &mut State, bot: i64, params: &Params) -> Answered {
    let target = target::writable(state, bot, params)?;
    let Place::Group(id) = target.place else {
        return Err(bad("chat member status can't be changed in private chats"));
    };
    if let Some(group) = state.groups.get_mut(&id) {
        group.bots.insert(bot, Role::Left);
    }
    state.tell_member(bot, &Place::Group(id), bot, ("member", "left"));
    Ok(json!(true))
}

/// `logOut`: blocks the bot on this server for ten minutes.
pub(super) fn log_out(state: &mut State, bot: i64, _: &Params) -> Answered {
    let until = state.now + LOGGED_OUT;
    if let Some(bot) = state.bots.get_mut(&bot) {
        bot.logged_out_until = until;
    }
    Ok(json!(true))
}

/// `setMyCommands`.
pub(super) fn set_commands(state: &mut State, bot: i64, params: &Params) -> Answered {
    let given = params.json("commands", "commands")?.unwrap_or_else(|| json!([]));
    if let Some(bot) = state.bots.get_mut(&bot) {
        bot.commands = given;
    }
    Ok(json!(true))
}

/// `deleteMyCommands`.
pub(super) fn delete_commands(state: &mut State, bot: i64, _: &Params) -> Answered {
    if let Some(bot) = state.bots.get_mut(&bot) {
        bot.commands = Value::Array(Vec::new());
    }
    Ok(json!(true))
}
