//! Chats.

use serde_json::{Value, json};

use super::{
    answer::{Refusal, bad, missing},
    wire::Call,
};
use crate::avito::{json, state::State};

/// `getChatsV2`: latest first.
pub(super) fn list(state: &State, seller: i64, call: &Call) -> Result<Value, Refusal> {
    let (limit, offset) = call.window()?;
    let kinds = call.all("chat_types");
    if kinds.iter().any(|kind| !["u2i", "u2u", "a2u"].contains(&kind.as_str())) {
        return Err(bad("unknown chat type"));
    }
    let items = call.all("item_ids");
    let is_unread_only = call.first("unread_only") == Some("true");
    let is_wanted = |kind: &str| if kinds.is_empty() { kind == "u2i" } else { kinds.iter().any(|one| one == kind) };
    let mut all: Vec<_> = state
        .chats
        .values()
        .filter(|chat| chat.seller == seller && is_wanted(chat.kind.word()))
        .filter(|chat| items.is_empty() || chat.item.is_some_and(|item| items.contains(&item.to_string())))
        .filter(|chat| !is_unread_only || state.has_unread(&chat.id, seller))
        .filter(|chat| !chat.messages.is_empty())
        .collect();
    all.sort_by_key(|chat| std::cmp::Reverse(chat.updated));
    let shown: Vec<Value> = all.into_iter().skip(offset).take(limit).map(|chat| json::chat(state, chat)).collect();
    Ok(json!({"chats": shown}))
}

/// `getChatByIdV2`.
pub(super) fn one(state: &State, chat: &str) -> Result<Value, Refusal> {
    state.chats.get(chat).map(|chat| json::chat(state, chat)).ok_or_else(missing)
}
