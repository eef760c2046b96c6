//! The bot itself: who it is, its actions and reactions in chats, its answers to buttons, its connections.

use serde_json::{Value, json};

use super::params::{Answered, Params, Refusal, bad, ensure};
use super::state::{Bot, Telegram};
use super::{target, text};
use crate::kit::{Author, Id, Notice};

/// Milliseconds within which a pressed button must be answered.
const QUERY: i64 = 60_000;

const ACTIONS: &str = "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker \
                       find_location record_video_note upload_video_note";

/// The emoji allowed as reactions, without U+FE0F.
const EMOJI: &str = "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤\u{200d}🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 \
                     😈 😴 😭 🤓 👻 👨\u{200d}💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷\u{200d}♂ 🤷 \
                     🤷\u{200d}♀ 😡";

/// What the bot has beside the kit's model.
pub(super) fn own<'a>(state: &'a mut Telegram, bot: &Id) -> Result<&'a mut Bot, Refusal> {
    state.own.bots.get_mut(bot).ok_or_else(|| Refusal::new(401, "Unauthorized"))
}

/// `getMe`.
pub(super) fn me(state: &mut Telegram, bot: &Id, _: &Params) -> Answered {
    let mut me = state.user(bot.number());
    for (key, value) in [
        ("can_join_groups", true),
        ("can_read_all_group_messages", false),
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
    ensure(ACTIONS.split(' ').any(|known| known == name), || bad("wrong parameter action in request"))?;
    state.show(&target.dialog, &name);
    Ok(json!(true))
}

/// `setMessageReaction`: one of the standard emoji, or none.
pub(super) fn react(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let target = target::writable(state, bot, params)?;
    let id = params.message()?;
    let given = params.json("reaction", "reaction types")?.unwrap_or_else(|| json!([]));
    let set = given.as_array().ok_or_else(|| bad("can't parse reaction types: expected an Array"))?;
    // A bot has no Premium, so at most one reaction is allowed.
    ensure(set.len() <= 1, || bad("REACTIONS_TOO_MANY"))?;
    let emoji = |one: &Value| one["emoji"].as_str().filter(|_| one["type"] == "emoji").map(str::to_owned);
    let set: Option<Vec<String>> = set.iter().map(emoji).collect();
    let is_known = |one: &String| EMOJI.split(' ').any(|known| known == one);
    let set = set.filter(|set| set.iter().all(is_known)).ok_or_else(|| bad("REACTION_INVALID"))?;
    let message = state.dialogs.get_mut(&target.dialog).and_then(|dialog| dialog.message_mut(&id.into()));
    let message = message.ok_or_else(|| bad("message to react not found"))?;
    message.reactions.insert(Author::Line, set);
    message.reactions.retain(|_, set| !set.is_empty());
    Ok(json!(true))
}

/// `answerCallbackQuery`.
pub(super) fn answer_query(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let id = params.text("callback_query_id").unwrap_or_default();
    let words = params.text("text").unwrap_or_default();
    ensure(text::length(&words) <= 200, || bad("MESSAGE_TOO_LONG"))?;
    let now = state.now;
    let is_known = own(state, bot)?.queries.get(&id).is_some_and(|pressed_at| now - pressed_at < QUERY);
    ensure(is_known, || bad("query is too old and response timeout expired or query ID is invalid"))?;
    if let Some(line) = state.lines.get_mut(bot) {
        line.notices.push(Notice { press: Id::from(id), text: words });
    }
    Ok(json!(true))
}

/// `getBusinessConnection`.
pub(super) fn connection(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let id = params.text("business_connection_id").unwrap_or_default();
    let found = state.own.connections.iter().find(|one| one.id == id && one.bot == *bot);
    Ok(state.connection(found.ok_or_else(|| bad("business connection not found"))?))
}
