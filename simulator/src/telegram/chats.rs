//! Chats and the bot itself: chat actions, answers to buttons, members, commands, leaving.

use serde_json::{Value, json};

use super::detect;
use super::options::{Bot, Place, Role, Telegram};
use super::params::{Answered, Params, Refusal, bad, ensure};
use super::send::count;
use super::target;
use crate::kit::{Id, Notice};

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

/// What the bot has beside the kit's model.
pub(super) fn own<'a>(state: &'a mut Telegram, bot: &Id) -> Result<&'a mut Bot, Refusal> {
    state.own.bots.get_mut(bot).ok_or_else(|| Refusal::new(401, "Unauthorized"))
}

/// `getMe`.
pub(super) fn me(state: &mut Telegram, bot: &Id, _: &Params) -> Answered {
    let mut me = state.user(bot.number());
    let reads_all = own(state, bot)?.reads_all;
    for (key, value) in [
        ("can_join_groups", true),
        ("can_read_all_group_messages", reads_all),
        ("supports_guest_queries", false),
        ("supports_inline_queries", false),
        ("can_connect_to_business", true),
        ("has_main_web_app", false),
        ("has_topics_enabled", false),
    ] {
        me[key] = json!(value);
    }
    Ok(me)
}

/// `sendChatAction`.
pub(super) fn action(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let target = target::writable(state, bot, params)?;
    let name = params.text("action").unwrap_or_default();
    ensure(ACTIONS.contains(&name.as_str()), || bad("wrong parameter action in request"))?;
    count(state, bot, target.chat, 1)?;
    state.show(&target.dialog, &name);
    Ok(json!(true))
}

/// `answerCallbackQuery`.
pub(super) fn answer_query(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let id = params.text("callback_query_id").unwrap_or_default();
    let text = params.text("text").unwrap_or_default();
    ensure(detect::length(&text) <= 200, || bad("MESSAGE_TOO_LONG"))?;
    let now = state.now;
    let is_known = own(state, bot)?.queries.get(&id).is_some_and(|pressed_at| now - pressed_at < QUERY);
    ensure(is_known, || bad("query is too old and response timeout expired or query ID is invalid"))?;
    if let Some(line) = state.lines.get_mut(bot) {
        line.notices.push(Notice { press: Id::from(id), text });
    }
    Ok(json!(true))
}

/// `getChat`.
pub(super) fn get(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let target = target::find(state, bot, params)?;
    let known = state.dialog(&target.dialog).filter(|dialog| match target.place {
        Place::Private(_) => dialog.is_started,
        Place::Group(_) => state.own.groups.get(&dialog.id).is_some_and(|group| group.bots.contains_key(bot)),
        Place::Personal(..) => true,
    });
    let mut chat = state.chat(bot, known.ok_or_else(|| bad("chat not found"))?);
    chat["accent_color_id"] = json!(2);
    chat["max_reaction_count"] = json!(11);
    chat["accepted_gift_types"] = json!({"unlimited_gifts": false, "limited_gifts": false, "unique_gifts": false,
        "premium_subscription": false, "gifts_from_channels": false});
    Ok(chat)
}

/// `getChatMember`.
pub(super) fn member(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let target = target::find(state, bot, params)?;
    let who = params.int("user_id").ok_or_else(|| bad("user not found"))?;
    let status = if matches!(target.place, Place::Group(_)) {
        let group = state.own.groups.get(&target.dialog).ok_or_else(|| bad("chat not found"))?;
        match (group.members.contains(&who), group.bots.get(&Id::from(who))) {
            (true, _) | (_, Some(Role::Member | Role::Administrator)) => "member",
            (_, Some(Role::Kicked)) => "kicked",
            _ => "left",
        }
    } else {
        "member"
    };
    Ok(json!({"user": state.user(who), "status": status}))
}

/// `getChatMemberCount`.
pub(super) fn member_count(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let target = target::find(state, bot, params)?;
    if !matches!(target.place, Place::Group(_)) {
        return Ok(json!(2));
    }
    let group = state.own.groups.get(&target.dialog).ok_or_else(|| bad("chat not found"))?;
    Ok(json!(group.members.len() + group.bots.len()))
}

/// `leaveChat`.
pub(super) fn leave(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let target = target::writable(state, bot, params)?;
    let group = state.own.groups.get_mut(&target.dialog);
    let group = group.ok_or_else(|| bad("chat member status can't be changed in private chats"))?;
    group.bots.insert(bot.clone(), Role::Left);
    state.tell_member(bot, &target.dialog, bot.number(), ["member", "left"]);
    Ok(json!(true))
}

/// `getBusinessConnection`.
pub(super) fn connection(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let id = params.text("business_connection_id").unwrap_or_default();
    let found = state.own.connections.iter().find(|one| one.id == id && one.bot == *bot);
    Ok(state.connection(found.ok_or_else(|| bad("business connection not found"))?))
}

/// `logOut`: blocks the bot on this server for ten minutes.
pub(super) fn log_out(state: &mut Telegram, bot: &Id, _: &Params) -> Answered {
    let until = state.now + LOGGED_OUT;
    own(state, bot)?.logged_out_until = until;
    Ok(json!(true))
}

/// `setMyCommands` and, without any, `deleteMyCommands`.
pub(super) fn set_commands(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    own(state, bot)?.commands = params.json("commands", "commands")?.unwrap_or_else(|| json!([]));
    Ok(json!(true))
}

/// `getMyCommands`.
pub(super) fn commands(state: &mut Telegram, bot: &Id, _: &Params) -> Answered {
    let commands = own(state, bot)?.commands.clone();
    Ok(if commands.is_null() { json!([]) } else { commands })
}

/// `getMyName`.
pub(super) fn name(state: &mut Telegram, bot: &Id, _: &Params) -> Answered {
    Ok(state.lines.get(bot).map_or(Value::Null, |bot| json!({"name": bot.name})))
}
