//! The bot itself: who it is, its actions in chats, its answers to buttons, its connections.

use serde_json::json;

use super::detect;
use super::options::{Bot, Telegram};
use super::params::{Answered, Params, Refusal, bad, ensure};
use super::target;
use crate::kit::{Id, Notice, extend};

/// Milliseconds within which a pressed button must be answered.
const QUERY: i64 = 60_000;

const ACTIONS: &str = "typing upload_photo record_video upload_video record_voice upload_voice upload_document \
                       choose_sticker find_location record_video_note upload_video_note";

/// What the bot has beside the kit's model.
pub(super) fn own<'a>(state: &'a mut Telegram, bot: &Id) -> Result<&'a mut Bot, Refusal> {
    state.own.bots.get_mut(bot).ok_or_else(|| Refusal::new(401, "Unauthorized"))
}

/// `getMe`.
pub(super) fn me(state: &mut Telegram, bot: &Id, _: &Params) -> Answered {
    let mut me = state.user(bot.number());
    let abilities = json!({"can_join_groups": true, "can_read_all_group_messages": false, "supports_guest_queries": false,
        "supports_inline_queries": false, "can_connect_to_business": true, "has_main_web_app": false,
        "has_topics_enabled": false});
    extend(&mut me, abilities);
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

/// `getBusinessConnection`.
pub(super) fn connection(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let id = params.text("business_connection_id").unwrap_or_default();
    let found = state.own.connections.iter().find(|one| one.id == id && one.bot == *bot);
    Ok(state.connection(found.ok_or_else(|| bad("business connection not found"))?))
}
