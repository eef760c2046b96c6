//! Calls that read: messages, dialogues, people, communities.

use serde_json::{Value, json};

use super::call::{Answered, Asked, refused};
use super::json;
use super::options::{State, dialogue, number, peer};
use crate::kit::{Dialog, DialogKind, Message};

/// Maximum messages and dialogues per answer.
const PAGE: i64 = 200;
/// Bits of `mask`, as listed in the documentation of access rights.
const RIGHTS: [(&str, i64); 6] =
    [("stories", 1), ("photos", 4), ("messages", 4096), ("wall", 8192), ("docs", 131_072), ("manage", 262_144)];

fn page<T>(all: Vec<T>, asked: &Asked<'_>) -> Vec<T> {
    let count = asked.int("count").unwrap_or(20).clamp(0, PAGE);
    let number = |number: i64| usize::try_from(number).unwrap_or_default();
    all.into_iter().skip(number(asked.int("offset").unwrap_or_default())).take(number(count)).collect()
}

/// A list with its count, and with the people of these ids if they are asked for.
fn answer(count: usize, items: Vec<Value>, state: &State, asked: &Asked<'_>, mut people: Vec<i64>) -> Value {
    let mut answer = json!({"count": count, "items": items});
    if asked.flag("extended") {
        people.sort_unstable();
        people.dedup();
        answer["profiles"] = profiles(state, &people, asked);
    }
    answer
}

fn profiles(state: &State, ids: &[i64], asked: &Asked<'_>) -> Value {
    let fields = asked.text("fields").unwrap_or_default();
    ids.iter().filter_map(|id| state.people.get(id)).map(|one| json::person(state, one, fields)).collect()
}

fn dialogues(state: &State, community: i64) -> impl Iterator<Item = &Dialog> {
    let all = state.dialogs.values().filter(move |one| one.line == community && one.kind != DialogKind::Channel);
    all.filter(|one| !one.messages.is_empty())
}

fn all(state: &State, found: &[(&Dialog, &Message)]) -> Vec<Value> {
    found.iter().map(|(dialog, one)| json::message(state, dialog, one)).collect()
}

/// `messages.getById`.
pub(super) fn by_id(state: &mut State, asked: &Asked<'_>) -> Answered {
    let (ids, cmids, of) = (asked.ints("message_ids"), asked.ints("cmids"), asked.int("peer_id"));
    let is_meant = |dialog: &Dialog, one: &Message| match of {
        Some(of) if !cmids.is_empty() => peer(dialog) == of && cmids.contains(&one.id.number()),
        _ => number(dialog, one) != 0 && ids.contains(&number(dialog, one)),
    };
    let pairs =
        dialogues(state, asked.community).flat_map(|dialog| dialog.messages.iter().map(move |one| (dialog, one)));
    let found: Vec<_> = pairs.filter(|(dialog, one)| !one.is_removed && is_meant(dialog, one)).collect();
    Ok(json!({"count": found.len(), "items": all(state, &found)}))
}

/// `messages.getByConversationMessageId`.
pub(super) fn by_cmid(state: &mut State, asked: &Asked<'_>) -> Answered {
    let id = dialogue(asked.community, asked.needed_int("peer_id")?);
    let dialog = state.dialog(&id).ok_or_else(|| refused(936))?;
    let cmids = asked.ints("conversation_message_ids").into_iter();
    let found: Vec<_> = cmids.filter_map(|cmid| Some((dialog, dialog.message(&cmid.into())?))).collect();
    Ok(json!({"count": found.len(), "items": all(state, &found)}))
}

/// `messages.getHistory`: newest first.
pub(super) fn history(state: &mut State, asked: &Asked<'_>) -> Answered {
    let peer = asked.int("peer_id").or(asked.int("user_id")).map_or_else(|| asked.needed_int("peer_id"), Ok)?;
    let Some(dialog) = state.dialog(&dialogue(asked.community, peer)) else {
        return Ok(json!({"count": 0, "items": []}));
    };
    let mut found: Vec<_> = dialog.messages.iter().filter(|one| !one.is_removed).map(|one| (dialog, one)).collect();
    found.reverse();
    let (count, shown) = (found.len(), page(found, asked));
    let items = all(state, &shown);
    let people = items.iter().filter_map(|one| one["from_id"].as_i64()).collect();
    Ok(answer(count, items, state, asked, people))
}

/// `messages.getConversations`: sorted by the last message, latest first.
pub(super) fn conversations(state: &mut State, asked: &Asked<'_>) -> Answered {
    let mut found: Vec<&Dialog> = dialogues(state, asked.community).collect();
    found.sort_by_key(|dialog| (dialog.messages.last().map_or(0, |one| -one.at.div_euclid(1_000)), peer(dialog)));
    let (count, shown) = (found.len(), page(found, asked));
    let item = |dialog: &&Dialog| {
        let last = dialog.messages.last().map(|one| json::message(state, dialog, one));
        json!({"conversation": json::conversation(dialog), "last_message": last})
    };
    let (items, people) = (shown.iter().map(item).collect(), shown.iter().map(|dialog| peer(dialog)).collect());
    let mut answer = answer(count, items, state, asked, people);
    answer["unread_count"] = json!(0);
    Ok(answer)
}

/// `messages.getConversationsById`.
pub(super) fn conversations_by_id(state: &mut State, asked: &Asked<'_>) -> Answered {
    let all = asked.ints("peer_ids").into_iter().map(|peer| dialogue(asked.community, peer));
    let items: Vec<Value> = all.filter_map(|id| state.dialog(&id).map(json::conversation)).collect();
    Ok(json!({"count": items.len(), "items": items}))
}

/// `users.get`: unknown ids are omitted.
pub(super) fn people(state: &mut State, asked: &Asked<'_>) -> Answered {
    Ok(profiles(state, &asked.ints("user_ids"), asked))
}

/// `groups.getById`: without ids, returns the token's own community.
pub(super) fn communities(state: &mut State, asked: &Asked<'_>) -> Answered {
    let wanted = asked.text("group_ids").or(asked.text("group_id"));
    let is_wanted = |id: &str, name: &str| match wanted {
        None => id == asked.community.to_string(),
        Some(wanted) => wanted.split(',').any(|one| one == name || one.trim_start_matches("club") == id),
    };
    let found = state.lines.values().filter(|line| is_wanted(line.id.as_str(), &line.username));
    Ok(json!({"groups": found.map(json::community).collect::<Vec<_>>(), "profiles": []}))
}

/// `groups.getTokenPermissions`.
pub(super) fn permissions(_: &mut State, asked: &Asked<'_>) -> Answered {
    let known = RIGHTS.iter().filter(|(name, _)| asked.rights.iter().any(|right| right == name));
    let permissions: Vec<Value> = known.clone().map(|(name, bit)| json!({"name": name, "setting": bit})).collect();
    Ok(json!({"mask": known.map(|(_, bit)| bit).sum::<i64>(), "permissions": permissions}))
}
