//! Dispatches calls by HTTP method and path.

use serde_json::Value;

use super::answer::{Answered, Refusal};
use super::wire::Call;
use super::{chats, comments, messages, subscriptions, uploads};
use crate::max::state::State;

/// The name of a call for faults and the log: `POST /messages`, with `{}` in place of ids.
pub(super) fn name(call: &Call) -> String {
    let parts: Vec<&str> = call.path.split('/').collect();
    let path = match parts.as_slice() {
        ["messages", _] => "messages/{}".to_owned(),
        ["messages", _, "comments"] => "messages/{}/comments".to_owned(),
        ["messages", _, "comments", _] => "messages/{}/comments/{}".to_owned(),
        ["chats", _] => "chats/{}".to_owned(),
        ["chats", _, rest] => format!("chats/{{}}/{rest}"),
        ["videos", _] => "videos/{}".to_owned(),
        _ => call.path.clone(),
    };
    format!("{} /{path}", call.method)
}

/// Executes a call.
pub(super) fn call(state: &mut State, bot: i64, call: &Call, local: bool) -> Answered {
    let parts: Vec<&str> = call.path.split('/').collect();
    match (call.method.as_str(), parts.as_slice()) {
        ("GET", ["me"]) => Ok(me(state, bot)),
        ("GET", ["subscriptions"]) => Ok(subscriptions::list(state, bot)),
        ("POST", ["subscriptions"]) => subscriptions::add(state, bot, call, local),
        ("DELETE", ["subscriptions"]) => Ok(subscriptions::remove(state, bot, call)),
        ("POST", ["messages"]) => messages::send(state, bot, call),
        ("PUT", ["messages"]) => messages::edit(state, bot, call),
        ("DELETE", ["messages"]) => messages::remove(state, bot, call),
        ("GET", ["messages"]) => messages::list(state, bot, call),
        ("GET", ["messages", mid]) => messages::one(state, bot, mid),
        ("GET", ["messages", post, "comments"]) => comments::list(state, bot, post),
        ("POST", ["messages", post, "comments"]) => comments::send(state, bot, post, call),
        ("PUT", ["messages", post, "comments"]) => comments::edit(state, bot, post, call),
        ("DELETE", ["messages", post, "comments"]) => comments::remove(state, bot, post, call),
        ("POST", ["answers"]) => messages::answer(state, bot, call),
        ("POST", ["uploads"]) => uploads::place(state, call),
        ("GET", ["videos", token]) => uploads::video(state, token),
        ("GET", ["chats", chat]) => chats::get(state, bot, chat),
        ("POST", ["chats", chat, "actions"]) => chats::action(state, bot, chat, call),
        _ => Err(Refusal::new(405, "method.not.allowed", format!("{} /{}", call.method, call.path))),
    }
}

fn me(state: &State, bot: i64) -> Value {
    let mut me = state.user(bot);
    me["description"] = Value::Null;
    me["commands"] = Value::Array(Vec::new());
    me
}
