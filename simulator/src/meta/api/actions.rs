//! `sender_action`: typing, seen, reactions (`sender-actions`).

use serde_json::json;

use super::{
    answer::{Answered, bad, ensure},
    messages,
    params::Params,
    tokens::Caller,
    window,
};
use crate::meta::state::{Platform, State};

/// How long typing is shown, in milliseconds.
const TYPING: i64 = 20_000;

/// Performs an action.
pub(super) fn act(state: &mut State, caller: &Caller, node: &str, params: &Params) -> Answered {
    let account = caller.own(state, node)?.id.clone();
    caller.may("messages")?;
    let person = window::person(state, caller, &params.object("recipient"))?;
    ensure(params.object("message").is_null(), || bad("Cannot send both message and state at the same time."))?;
    let action = params.text("sender_action").unwrap_or_default();
    let now = state.now;
    match action.as_str() {
        "typing_on" => state.chat(&account, person).typing_until = now + TYPING,
        "typing_off" => state.chat(&account, person).typing_until = 0,
        "mark_seen" => state.chat(&account, person).seen_at = now,
        "react" | "unreact" => {
            let payload = params.object("payload");
            let mid = payload["message_id"].as_str().unwrap_or_default().to_owned();
            messages::of(state, caller, &mid)?;
            let reaction = payload["reaction"].as_str().map(str::to_owned).filter(|_| action == "react");
            ensure(action == "unreact" || reaction.is_some(), || bad("Param payload[reaction] must be non-empty."))?;
            // Instagram documents only the reaction `love`, which is a heart.
            let emoji = reaction.map(|one| if one == "love" { "❤️".to_owned() } else { one });
            let is_heart = |emoji: &String| emoji.starts_with('❤');
            let fits = caller.platform == Platform::Facebook || emoji.as_ref().is_none_or(is_heart);
            ensure(fits, || bad("Param payload[reaction] must be one of {love}"))?;
            if let Some(message) = state.message_mut(&mid) {
                match emoji {
                    Some(emoji) => message.reactions.insert("account", emoji),
                    None => message.reactions.remove("account"),
                };
            }
        }
        _ => return Err(bad("Param sender_action must be one of {mark_seen, typing_on, typing_off, react, unreact}")),
    }
    Ok(json!({ "recipient_id": state.scoped(&account, person) }))
}
