//! Methods for existing messages, and for the dialogue.

use serde_json::{Value, json};

use super::{
    answer::{Answer, Refusal, refused, wrong},
    keyboard,
    params::Params,
    send,
};
use crate::vk::state::{Message, State};

/// Seconds for which a message can be edited.
const EDITABLE: i64 = 86_400;
/// The largest number of a reaction in chats.
const REACTIONS: i64 = 16;

/// The message that a call refers to by `cmid` or by id.
fn found(state: &State, community: i64, peer: i64, params: &Params) -> Result<Message, Refusal> {
    let dialogue = state.dialogues.get(&(community, peer)).ok_or_else(|| refused(936))?;
    let cmid = params.int("cmid").or(params.int("conversation_message_id"));
    let message = match (cmid, params.int("message_id")) {
        (Some(cmid), _) => dialogue.by_cmid(cmid),
        (None, Some(id)) => dialogue.by_id(id),
        (None, None) => return Err(wrong("message_id or cmid is undefined")),
    };
    message.cloned().ok_or_else(|| wrong("message not found"))
}

fn change(
    state: &mut State,
    community: i64,
    peer: i64,
    cmid: i64,
    change: impl FnOnce(&mut Message),
) -> Option<Message> {
    let message = state.dialogues.get_mut(&(community, peer))?.by_cmid_mut(cmid)?;
    change(message);
    Some(message.clone())
}

/// `messages.edit`: attachments that are not listed are removed.
pub(super) fn edit(state: &mut State, community: i64, params: &Params) -> Answer {
    let peer = params.needed_int("peer_id")?;
    let message = found(state, community, peer, params)?;
    if message.from_id != -community {
        return Err(refused(15));
    }
    let now = state.date();
    if now - message.date > EDITABLE {
        return Err(refused(909));
    }
    let text = params.text("message").unwrap_or_default().to_owned();
    let attachments = send::attachments(state, params.text("attachment").unwrap_or_default())?;
    if text.trim().is_empty() && attachments.is_empty() {
        return Err(wrong("message is empty or invalid"));
    }
    let buttons = params.json("keyboard")?;
    buttons.iter().try_for_each(keyboard::check)?;
    let changed = change(state, community, peer, message.cmid, |message| {
        message.text = text;
        message.attachments = attachments;
        message.update_time = Some(now);
        match buttons {
            Some(keyboard) => message.fields.insert("keyboard".to_owned(), keyboard),
            None => message.fields.remove("keyboard"),
        };
    });
    if let Some(message) = changed {
        state.publish_message(community, peer, &message, true);
    }
    Ok(json!(1))
}

/// `messages.delete`.
pub(super) fn delete(state: &mut State, community: i64, params: &Params) -> Answer {
    let peer = params.needed_int("peer_id")?;
    let (ids, cmids) = (params.ints("message_ids"), params.ints("cmids"));
    let dialogue = state.dialogues.get_mut(&(community, peer)).ok_or_else(|| refused(936))?;
    let meant = dialogue.messages.iter_mut().filter(|one| cmids.contains(&one.cmid) || ids.contains(&one.id));
    let answers = meant.map(|one| {
        one.is_deleted = true;
        json!({"peer_id": peer, "message_id": one.id, "conversation_message_id": one.cmid, "response": 1})
    });
    Ok(answers.collect())
}

/// `messages.sendReaction`.
pub(super) fn react(state: &mut State, community: i64, params: &Params) -> Answer {
    let reaction = params.needed_int("reaction_id")?;
    if !(1..=REACTIONS).contains(&reaction) {
        return Err(refused(1009));
    }
    set_reaction(state, community, params, Some(reaction))
}

/// `messages.deleteReaction`.
pub(super) fn unreact(state: &mut State, community: i64, params: &Params) -> Answer {
    set_reaction(state, community, params, None)
}

fn set_reaction(state: &mut State, community: i64, params: &Params, reaction: Option<i64>) -> Answer {
    let (peer, cmid) = (params.needed_int("peer_id")?, params.needed_int("cmid")?);
    let changed = change(state, community, peer, cmid, |message| {
        match reaction {
            Some(reaction) => message.reactions.insert(-community, reaction),
            None => message.reactions.remove(&-community),
        };
    });
    changed.map(|_| json!(1)).ok_or_else(|| wrong("message not found"))
}

/// `messages.setActivity`: shown for ten seconds.
pub(super) fn activity(state: &mut State, community: i64, params: &Params) -> Answer {
    let peer = params.int("peer_id").or(params.int("user_id")).ok_or_else(|| wrong("peer_id is undefined"))?;
    let kind = params.text("type").unwrap_or("typing").to_owned();
    if !["typing", "audiomessage", "file", "photo", "video"].contains(&kind.as_str()) {
        return Err(wrong("type is invalid"));
    }
    send::reach(state, community, peer)?;
    let now = state.now;
    if let Some(owner) = state.communities.get_mut(&community) {
        owner.activities.push((peer, kind, now));
    }
    Ok(json!(1))
}

/// `messages.markAsRead`.
pub(super) fn read(state: &mut State, community: i64, params: &Params) -> Answer {
    let peer = params.needed_int("peer_id")?;
    let dialogue = state.dialogues.get_mut(&(community, peer)).ok_or_else(|| refused(936))?;
    let last = dialogue.messages.last().map_or(0, |one| one.cmid);
    let start = params.int("start_message_id").and_then(|id| dialogue.by_id(id)).map(|one| one.cmid);
    let upto = params.int("up_to_cmid").or(start).unwrap_or(last);
    dialogue.read_by_community = dialogue.read_by_community.max(upto.min(last));
    Ok(json!(1))
}

/// `messages.sendMessageEventAnswer`.
pub(super) fn answer_event(state: &mut State, community: i64, params: &Params) -> Answer {
    let event = params.needed("event_id")?.to_owned();
    params.needed_int("user_id")?;
    params.needed_int("peer_id")?;
    let data = params.json("event_data")?.unwrap_or(Value::Null);
    let data = if data.is_null() { String::new() } else { data.to_string() };
    if let Some(owner) = state.communities.get_mut(&community) {
        owner.answers.push((event, data));
    }
    Ok(json!(1))
}
