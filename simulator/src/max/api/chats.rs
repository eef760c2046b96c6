//! Groups and channels, and chat actions.

use serde_json::json;

use super::answer::{Answered, Refusal, ensure, success, wrong};
use super::wire::Call;
use crate::max::state::{RoomKind, State};

fn number(chat: &str) -> Result<i64, Refusal> {
    chat.parse().map_err(|_| wrong(format!("Invalid chat_id: {chat}")))
}

/// `GET /chats/{chat_id}`.
pub(super) fn get(state: &State, bot: i64, chat: &str) -> Answered {
    let id = number(chat)?;
    let found = state.rooms.get(&id).filter(|room| room.bot == bot);
    let room = found.ok_or_else(|| Refusal::new(404, "chat.not.found", format!("Chat {id} not found")))?;
    let kind = if room.kind == RoomKind::Group { "chat" } else { "channel" };
    Ok(json!({
        "chat_id": id, "type": kind, "status": "active", "title": room.title, "icon": null, "last_event_time": state.now,
        "participants_count": 2, "is_public": false, "link": null, "description": null,
    }))
}

/// `POST /chats/{chat_id}/actions`.
pub(super) fn action(state: &mut State, bot: i64, chat: &str, call: &Call) -> Answered {
    let id = number(chat)?;
    let action = call.body["action"].as_str().unwrap_or_default();
    let known = ["typing_on", "sending_photo", "sending_video", "sending_audio", "sending_file", "mark_seen"];
    ensure(known.contains(&action), || wrong(format!("Unknown action: {action}")))?;
    ensure(state.bot_of(id) == Some(bot), || Refusal::new(404, "chat.not.found", format!("Chat {id} not found")))?;
    let now = state.now;
    if let Some(bot) = state.bots.get_mut(&bot) {
        bot.actions.push((id, action.to_owned(), now));
    }
    Ok(success())
}
