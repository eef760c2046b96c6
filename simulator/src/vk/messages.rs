//! Calls that write: messages, reactions, typing, reading, answers to presses and to comments.

use serde_json::{Value, json};

use super::call::{Answered, Asked, Refusal, ensure, refused, refused_for, wrong};
use super::options::{CHATS, State, dialogue, number, numbered, wall};
use super::{acts, files, json, keyboard, options};
use crate::kit::{Author, Dialog, DialogKind, Id, Message, Notice};

/// Maximum characters of a text, attachments of a message, characters of a payload.
const TEXT: usize = 9_000;
const ATTACHMENTS: usize = 10;
const PAYLOAD: usize = 1_000;
/// Milliseconds for which a message can be edited.
const EDITABLE: i64 = 86_400_000;

/// Why a community cannot write to a peer.
fn reach(state: &State, community: i64, peer: i64) -> Result<(), Refusal> {
    let owner = state.own.communities.get(&community).ok_or_else(|| refused(15))?;
    ensure(owner.has_messages, || refused_for(15, "group messages are disabled"))?;
    let dialog = state.dialog(&dialogue(community, peer));
    if peer >= CHATS {
        return ensure(dialog.is_some(), || refused(917));
    }
    let person = state.people.get(&peer).ok_or_else(|| refused(936))?;
    ensure(!person.is_deleted, || refused(18))?;
    ensure(!owner.blacklist.contains(&peer), || refused(900))?;
    ensure(dialog.is_some_and(|dialog| dialog.is_started), || refused(901))
}

/// `messages.send`: the message's id; for `peer_ids` a list of objects.
pub(super) fn send(state: &mut State, asked: &Asked<'_>) -> Answered {
    let many = asked.ints("peer_ids");
    if many.is_empty() {
        let chat = asked.int("chat_id").map(|chat| CHATS + chat);
        let peer = asked.int("peer_id").or(asked.int("user_id")).or(chat);
        let missing = || wrong("you should specify peer_id, user_id, domain, chat_id or user_ids param");
        return one(state, asked, peer.ok_or_else(missing)?).map(|(id, _)| json!(id));
    }
    let answers = many.into_iter().map(|peer| match one(state, asked, peer) {
        Ok((id, cmid)) => json!({"peer_id": peer, "message_id": id, "conversation_message_id": cmid}),
        Err(Refusal { code, text }) => json!({"peer_id": peer, "message_id": 0, "conversation_message_id": 0,
            "error": {"code": code, "description": text}}),
    });
    Ok(answers.collect())
}

/// The ids of a sent message: the community's, and that in the dialogue.
fn one(state: &mut State, asked: &Asked<'_>, peer: i64) -> Result<(i64, Id), Refusal> {
    let random_id = asked.int("random_id").ok_or_else(|| wrong("random_id is undefined"))?;
    reach(state, asked.community, peer)?;
    let dialog = dialogue(asked.community, peer);
    // A repeated `random_id` for the same peer returns the existing message.
    let is_same = |one: &&Message| random_id != 0 && one.more.get("random_id") == Some(&json!(random_id));
    let known = state.dialog(&dialog).and_then(|dialog| Some((dialog, dialog.messages.iter().find(is_same)?)));
    if let Some((dialog, known)) = known {
        return Ok((number(dialog, known), known.id.clone()));
    }
    let mut draft = compose(state, asked, peer)?;
    draft.more.insert("random_id".to_owned(), json!(random_id));
    draft.id = next_cmid(state, &dialog);
    let cmid = draft.id.clone();
    state.add(&dialog, draft);
    state.publish_message(&dialog, &cmid, false);
    let sent = state.dialog(&dialog).and_then(|dialog| Some(number(dialog, dialog.message(&cmid)?)));
    Ok((sent.unwrap_or_default(), cmid))
}

/// `conversation_message_id` of the next message, counted in the dialogue; comments have ids of their own.
pub(super) fn next_cmid(state: &mut State, dialog: &Id) -> Id {
    match state.dialog(dialog).filter(|dialog| dialog.kind != DialogKind::Channel) {
        Some(dialog) => Id::from(i64::try_from(dialog.messages.len()).unwrap_or_default() + 1),
        None => Id::from(state.next_serial()),
    }
}

fn compose(state: &State, asked: &Asked<'_>, peer: i64) -> Result<Message, Refusal> {
    let text = asked.text("message").unwrap_or_default().to_owned();
    ensure(text.chars().count() <= TEXT, || refused(914))?;
    let files = attachments(state, asked.text("attachment"))?;
    let mut draft = Message { text, files, ..Message::default() };
    let degrees = |name: &str| asked.text(name)?.trim().parse::<f64>().ok();
    if let (Some(latitude), Some(longitude)) = (degrees("lat"), degrees("long")) {
        ensure(latitude.abs() <= 90.0 && longitude.abs() <= 180.0, || wrong("lat or long is invalid"))?;
        let geo = json!({"type": "point", "coordinates": {"latitude": latitude, "longitude": longitude}});
        draft.more.insert("geo".to_owned(), geo);
    }
    if let Some(payload) = asked.text("payload") {
        let fits = payload.chars().count() <= PAYLOAD && serde_json::from_str::<Value>(payload).is_ok();
        ensure(fits, || wrong("payload should be valid JSON"))?;
        draft.more.insert("payload".to_owned(), json!(payload));
    }
    if let Some(keyboard) = asked.json("keyboard")? {
        let has_bot = state.own.communities.get(&asked.community).is_some_and(|one| one.has_bot);
        ensure(has_bot, || refused(912))?;
        keyboard::set(&mut draft, Some(keyboard))?;
    }
    let forward = asked.json("forward")?;
    let is_empty = draft.text.trim().is_empty() && draft.files.is_empty() && !draft.more.contains_key("geo");
    let has_more = forward.is_some() || asked.text("sticker_id").is_some();
    ensure(!is_empty || has_more, || wrong("message is empty or invalid"))?;
    quote(state, asked, peer, forward.as_ref(), &mut draft)?;
    Ok(draft)
}

/// Adds the answered message, or the forwarded ones.
fn quote(
    state: &State,
    asked: &Asked<'_>,
    peer: i64,
    forward: Option<&Value>,
    draft: &mut Message,
) -> Result<(), Refusal> {
    if let Some(id) = asked.int("reply_to") {
        let found = state.dialog(&dialogue(asked.community, peer)).and_then(|one| numbered(one, id));
        draft.reply_to = Some(found.ok_or_else(|| refused(921))?.id.clone());
        return Ok(());
    }
    let Some(forward) = forward else { return Ok(()) };
    let from = forward["peer_id"].as_i64().unwrap_or(peer);
    let source = state.dialog(&dialogue(asked.community, from)).ok_or_else(|| refused(921))?;
    let ids = |name: &str| forward[name].as_array().into_iter().flatten().filter_map(Value::as_i64).collect::<Vec<_>>();
    let by_id = ids("message_ids").into_iter().map(|id| numbered(source, id));
    let cmids = ids("conversation_message_ids").into_iter().chain(ids("cmids"));
    let found: Option<Vec<&Message>> = by_id.chain(cmids.map(|cmid| source.message(&cmid.into()))).collect();
    let found = found.filter(|found| !found.is_empty()).ok_or_else(|| refused(921))?;
    if forward["is_reply"].as_bool() == Some(true) || forward["is_reply"].as_i64() == Some(1) {
        let [one] = found.as_slice() else { return Err(wrong("forward: is_reply needs one message of the same peer")) };
        ensure(from == peer, || wrong("forward: is_reply needs one message of the same peer"))?;
        draft.reply_to = Some(one.id.clone());
        return Ok(());
    }
    let inner: Vec<Value> = found.into_iter().map(|one| json::inner(state, source, one)).collect();
    draft.more.insert("fwd_messages".to_owned(), json!(inner));
    Ok(())
}

/// Files by their references: `photo-1_2_key,doc-1_3`.
fn attachments(state: &State, references: Option<&str>) -> Result<Vec<Id>, Refusal> {
    let all: Vec<&str> =
        references.unwrap_or_default().split(',').map(str::trim).filter(|one| !one.is_empty()).collect();
    ensure(all.len() <= ATTACHMENTS, || refused(914))?;
    all.iter().map(|one| files::referred(state, one).ok_or_else(|| wrong("attachment is invalid"))).collect()
}

/// The dialogue of `peer_id`.
fn dialog<'a>(state: &'a mut State, asked: &Asked<'_>) -> Result<&'a mut Dialog, Refusal> {
    let id = dialogue(asked.community, asked.needed_int("peer_id")?);
    state.dialogs.get_mut(&id).ok_or_else(|| refused(936))
}

/// `messages.edit`: attachments that are not listed are removed.
pub(super) fn edit(state: &mut State, asked: &Asked<'_>) -> Answered {
    let now = state.now;
    let known = dialog(state, asked)?;
    let message = match (asked.int("cmid").or(asked.int("conversation_message_id")), asked.int("message_id")) {
        (Some(cmid), _) => known.message(&cmid.into()),
        (None, Some(id)) => numbered(known, id),
        (None, None) => return Err(wrong("message_id or cmid is undefined")),
    };
    let mut message = message.cloned().ok_or_else(|| wrong("message not found"))?;
    ensure(!matches!(message.author, Author::Person(_)), || refused(15))?;
    ensure(now - message.at <= EDITABLE, || refused(909))?;
    let id = known.id.clone();
    message.text = asked.text("message").unwrap_or_default().to_owned();
    message.files = attachments(state, asked.text("attachment"))?;
    message.edited_at = Some(now);
    let is_empty = message.text.trim().is_empty() && message.files.is_empty();
    ensure(!is_empty, || wrong("message is empty or invalid"))?;
    keyboard::set(&mut message, asked.json("keyboard")?)?;
    let cmid = message.id.clone();
    if let Some(known) = state.dialogs.get_mut(&id).and_then(|dialog| dialog.message_mut(&cmid)) {
        *known = message;
    }
    state.publish_message(&id, &cmid, true);
    Ok(json!(1))
}

/// `messages.delete`: of one dialogue, or by the community's ids of all.
pub(super) fn delete(state: &mut State, asked: &Asked<'_>) -> Answered {
    let (ids, cmids) = (asked.ints("message_ids"), asked.ints("cmids"));
    let peer = if ids.is_empty() { Some(asked.needed_int("peer_id")?) } else { asked.int("peer_id") };
    if peer.is_some() {
        dialog(state, asked)?;
    }
    let is_asked =
        |one: &&mut Dialog| one.line == asked.community && peer.is_none_or(|peer| options::peer(one) == peer);
    let mut answers = Vec::new();
    for dialog in state.dialogs.values_mut().filter(is_asked) {
        let meant = |one: &Message| cmids.contains(&one.id.number()) || ids.contains(&number(dialog, one));
        let meant = dialog.messages.iter().filter(|one| meant(one));
        let meant: Vec<(i64, Id)> = meant.map(|one| (number(dialog, one), one.id.clone())).collect();
        for (id, cmid) in meant {
            if let Some(message) = dialog.message_mut(&cmid) {
                message.is_removed = true;
            }
            answers.push(json!({"peer_id": options::peer(dialog), "message_id": id, "conversation_message_id": cmid,
                "response": 1}));
        }
    }
    Ok(json!(answers))
}

/// `messages.sendReaction`.
pub(super) fn react(state: &mut State, asked: &Asked<'_>) -> Answered {
    let reaction = usize::try_from(asked.needed_int("reaction_id")? - 1).ok().and_then(|at| json::REACTIONS.get(at));
    let sign = reaction.ok_or_else(|| refused(1009))?;
    reacted(state, asked)?.reactions.insert(Author::Line, vec![(*sign).to_owned()]);
    Ok(json!(1))
}

/// `messages.deleteReaction`.
pub(super) fn unreact(state: &mut State, asked: &Asked<'_>) -> Answered {
    reacted(state, asked)?.reactions.remove(&Author::Line);
    Ok(json!(1))
}

fn reacted<'a>(state: &'a mut State, asked: &Asked<'_>) -> Result<&'a mut Message, Refusal> {
    let cmid = Id::from(asked.needed_int("cmid")?);
    dialog(state, asked)?.message_mut(&cmid).ok_or_else(|| wrong("message not found"))
}

/// `messages.setActivity`: shown for ten seconds.
pub(super) fn activity(state: &mut State, asked: &Asked<'_>) -> Answered {
    let peer = asked.int("peer_id").or(asked.int("user_id")).ok_or_else(|| wrong("peer_id is undefined"))?;
    let name = asked.text("type").unwrap_or("typing");
    let is_known = ["typing", "audiomessage", "file", "photo", "video"].contains(&name);
    ensure(is_known, || wrong("type is invalid"))?;
    reach(state, asked.community, peer)?;
    state.show(&dialogue(asked.community, peer), name);
    Ok(json!(1))
}

/// `messages.markAsRead`.
pub(super) fn read(state: &mut State, asked: &Asked<'_>) -> Answered {
    let dialog = dialog(state, asked)?;
    let last = dialog.messages.last().map_or((0, 0), |one| (one.id.number(), number(dialog, one)));
    dialog.more.insert("in_read_cmid".to_owned(), json!(last.0));
    dialog.more.insert("in_read".to_owned(), json!(last.1));
    Ok(json!(1))
}

/// `messages.sendMessageEventAnswer`.
pub(super) fn answer_event(state: &mut State, asked: &Asked<'_>) -> Answered {
    let press = Id::from(asked.needed("event_id")?);
    asked.needed_int("user_id")?;
    asked.needed_int("peer_id")?;
    let data = asked.json("event_data")?.unwrap_or_default();
    if let Some(line) = state.lines.get_mut(&asked.community.into()) {
        line.notices.push(Notice { press, text: data["text"].as_str().unwrap_or_default().to_owned() });
    }
    Ok(json!(1))
}

/// `wall.createComment`: the only method for public answers that a community's token may call. A repeated `guid` returns
/// the existing comment.
pub(super) fn comment(state: &mut State, asked: &Asked<'_>) -> Answered {
    let (owner, post) = (asked.needed_int("owner_id")?, asked.needed_int("post_id")?);
    ensure(owner == -asked.community, || refused(212))?;
    ensure(asked.int("from_group").is_none_or(|from| from == asked.community), || refused(15))?;
    let (wall, post) = (wall(asked.community), Id::from(format!("post{post}")));
    let comments = state.dialog(&wall).map(|dialog| dialog.messages.as_slice()).unwrap_or_default();
    let mut comments = comments.iter().filter(|one| one.post.as_ref() == Some(&post));
    let answer = |id: &Id, reply_to: &Option<Id>| json!({"comment_id": id, "parents_stack": reply_to.as_slice()});
    let guid = asked.text("guid");
    let is_same = |one: &&Message| guid.is_some() && one.more.get("guid").and_then(Value::as_str) == guid;
    if let Some(known) = comments.clone().find(is_same) {
        return Ok(answer(&known.id, &known.reply_to));
    }
    let reply_to = asked.int("reply_to_comment").map(Id::from);
    let is_there = |id: &Id| comments.any(|one| one.id == *id && !one.is_removed);
    ensure(reply_to.as_ref().is_none_or(is_there), || wrong("reply_to_comment is invalid"))?;
    let text = asked.text("message").unwrap_or_default().to_owned();
    let files = attachments(state, asked.text("attachments"))?;
    ensure(!text.is_empty() || !files.is_empty(), || wrong("message is undefined"))?;
    acts::add_post(state, asked.community, &post).map_err(|_| refused(15))?;
    let id = next_cmid(state, &wall);
    let answered = answer(&id, &reply_to);
    let more = guid.map(|guid| ("guid".to_owned(), json!(guid))).into_iter().collect();
    let draft = Message { id: id.clone(), text, files, reply_to, post: Some(post), more, ..Message::default() };
    state.add(&wall, draft);
    state.publish_message(&wall, &id, false);
    Ok(answered)
}
