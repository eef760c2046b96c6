//! `/{account}/conversations` and `/{conversation}/messages`: earlier messages (`conversations-api`).

use chrono::DateTime;
use serde_json::{Value, json};

use super::{
    answer::{Answered, no_object},
    params::Params,
    tokens::Caller,
};
use crate::meta::state::{Chat, Message, State};

/// Maximum number of messages whose content is returned.
const SHOWN: usize = 20;

fn time(at: i64) -> String {
    DateTime::from_timestamp_millis(at).map(|at| at.format("%Y-%m-%dT%H:%M:%S+0000").to_string()).unwrap_or_default()
}

fn id_of(account: &str, person: i64) -> String {
    format!("t_{account}_{person}")
}

/// The account's conversations, the most recent first, with their messages if requested.
pub(super) fn list(state: &State, caller: &Caller, node: &str, params: &Params) -> Answered {
    caller.own(state, node)?;
    caller.may("messages")?;
    let wanted = params.text("user_id");
    let has_messages = params.list("fields").iter().any(|one| one.starts_with("messages"));
    let mut all: Vec<(&(String, i64), &Chat)> = state
        .chats
        .iter()
        .filter(|((account, _), chat)| *account == caller.account && !chat.messages.is_empty())
        .collect();
    all.retain(|((account, person), _)| wanted.as_ref().is_none_or(|id| *id == state.scoped(account, *person)));
    all.sort_by_key(|(_, chat)| std::cmp::Reverse(chat.messages.last().map(|one| one.at)));
    let data: Vec<Value> = all
        .into_iter()
        .map(|((account, person), chat)| {
            let mut one = json!({
                "id": id_of(account, *person),
                "updated_time": time(chat.messages.last().map_or(0, |one| one.at)),
                "participants": { "data": [state.face(account, None), state.face(account, Some(*person))] },
            });
            if has_messages {
                one["messages"] = page(state, account, *person, chat);
            }
            one
        })
        .collect();
    Ok(json!({ "data": data }))
}

/// One conversation's messages, newest first.
pub(super) fn messages(state: &State, caller: &Caller, node: &str, _params: &Params) -> Answered {
    caller.may("messages")?;
    let found = state.chats.iter().find(|((account, person), _)| id_of(account, *person) == node);
    let ((account, person), chat) =
        found.filter(|((account, _), _)| *account == caller.account).ok_or_else(|| no_object(node))?;
    Ok(page(state, account, *person, chat))
}

fn page(state: &State, account: &str, person: i64, chat: &Chat) -> Value {
    let newest = chat.messages.iter().rev().filter(|one| !one.is_deleted).take(SHOWN);
    json!({ "data": newest.map(|one| shown(state, account, person, one)).collect::<Vec<_>>() })
}

fn shown(state: &State, account: &str, person: i64, message: &Message) -> Value {
    let (customer, business) = (state.face(account, Some(person)), state.face(account, None));
    let (from, to) = if message.is_by_person() { (customer, business) } else { (business, customer) };
    let attachments: Vec<Value> = message
        .attachments
        .iter()
        .filter_map(|one| {
            let url = state.with_address(one)["payload"]["url"].as_str()?.to_owned();
            Some(match one["type"].as_str() {
                Some("image") => json!({ "image_data": { "url": url } }),
                Some("video") => json!({ "video_data": { "url": url } }),
                _ => json!({ "file_url": url }),
            })
        })
        .collect();
    let mut one = json!({
        "id": message.mid,
        "created_time": time(message.at),
        "from": from,
        "to": { "data": [to] },
        "message": message.text.clone().unwrap_or_default(),
    });
    if !attachments.is_empty() {
        one["attachments"] = json!({ "data": attachments });
    }
    one
}
