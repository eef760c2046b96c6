//! Groups and channels.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::{Done, messages};
use crate::max::state::{Message, RoomKind, State};

/// The channel itself publishes a post, which has no sender.
pub(super) fn post(state: &mut State, channel: i64, text: String) -> Result<Done> {
    let room = state.rooms.get(&channel).context("there is no such channel")?;
    ensure!(room.kind == RoomKind::Channel, "this is a group");
    let mid = state.add(channel, None, Message { text: Some(text), ..Message::default() });
    messages::tell(state, &mid, "message_created");
    Ok(Done { mid: Some(mid) })
}

pub(super) fn rename(state: &mut State, who: i64, room: i64, title: String) -> Result<Done> {
    state.rooms.get_mut(&room).context("there is no such group")?.title.clone_from(&title);
    let user = state.user(who);
    state.tell(room, json!({"update_type": "chat_title_changed", "chat_id": room, "user": user, "title": title}));
    Ok(Done::default())
}

/// The bot was added or removed.
pub(super) fn bot(state: &mut State, who: i64, room: i64, kind: &str) -> Result<Done> {
    let is_channel = state.rooms.get(&room).context("there is no such group")?.kind == RoomKind::Channel;
    let user = state.user(who);
    state.tell(room, json!({"update_type": kind, "chat_id": room, "user": user, "is_channel": is_channel}));
    Ok(Done::default())
}
