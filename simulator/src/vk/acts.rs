//! Where people act, what they send, and the events about it.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value, json};

use super::options::{Options, State, number, peer, wall};
use super::{files, json};
use crate::kit::{self, Act, Author, Content, DialogKind, Done, Event, Id, Message, Verb, Wire};

/// The dialog of an act: what the community published, a group chat, or the private one. Who writes to a community
/// allows it to answer.
pub(super) fn place(state: &mut State, act: &Act) -> Result<Id> {
    if let Some(post) = post(act) {
        add_post(state, act.line.number(), &post)?;
        return Ok(wall(act.line.number()));
    }
    if let Some((word, id)) = &act.to {
        ensure!(word == "chat", "VK has no place {word}");
        // The community and the chat, or the chat alone.
        let id = id.as_array().and_then(|both| both.last()).unwrap_or(id).as_i64();
        let is_meant = |one: &&kit::Dialog| one.kind == DialogKind::Group && Some(peer(one)) == id;
        return state.dialogs.values().find(is_meant).map(|one| one.id.clone()).context("there is no such chat");
    }
    ensure!(state.lines.contains_key(&act.line), "there is no such community");
    let dialog = state.dialogue(act.line.number(), act.who);
    if matches!(act.verb, Verb::Send | Verb::Start) {
        allow(state, &dialog, act);
    }
    Ok(dialog)
}

fn allow(state: &mut State, dialog: &Id, act: &Act) {
    let Some(known) = state.dialogs.get_mut(dialog).filter(|one| one.kind == DialogKind::Private) else { return };
    if !std::mem::replace(&mut known.is_started, true) {
        let (community, object) = (known.line.number(), json!({"user_id": act.who, "key": act.field("key")}));
        state.publish(community, "message_allow", act.who, &object);
    }
}

/// The post that an act is about: `("post", 77)` and `("post", "post77")` are `post77`.
fn post(act: &Act) -> Option<Id> {
    let (word, id) = act.to.as_ref()?;
    let post = Id::from(format!("{word}{}", Id::of(id)?.as_str().trim_start_matches(word.as_str())));
    json::thing(&post).map(|_| post)
}

/// Adds what people comment on, unless it is there.
pub(super) fn add_post(state: &mut State, community: i64, post: &Id) -> Result<()> {
    let wall = wall(community);
    let is_known = state.dialog(&wall).context("there is no such community")?.message(post).is_some();
    if let Some((thing, object)) = json::thing(post).filter(|_| !is_known) {
        let text = json::address(thing, community, object);
        state.add(&wall, Message { id: post.clone(), author: Author::Anonymous, text, ..Message::default() });
    }
    Ok(())
}

/// Adds what a person, or an admin, sends.
pub(super) fn compose(state: &mut State, act: &Act, draft: &mut Message) -> Result<()> {
    ensure!(draft.kind != "text" || !draft.text.trim().is_empty(), "there is nothing to send");
    draft.post = post(act);
    for content in &act.contents {
        add(state, act, content, draft)?;
    }
    for name in ["ref", "ref_source", "payload", "admin_author_id"] {
        draft.more.extend(act.more.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    if let Some(cmids) = act.more.get("forward").and_then(Value::as_array) {
        let dialog = place(state, act)?;
        let dialog = state.dialog(&dialog).context("there is no such chat")?;
        let inner = |cmid: &Value| Some(json::inner(state, dialog, dialog.message(&Id::of(cmid)?)?));
        let forwarded: Option<Vec<Value>> = cmids.iter().map(inner).collect();
        draft.more.insert("fwd_messages".to_owned(), json!(forwarded.context("there is no such message to forward")?));
    }
    Ok(())
}

fn add(state: &mut State, act: &Act, content: &Content, draft: &mut Message) -> Result<()> {
    let more = |name: &str| content.more.get(name).with_context(|| format!("{name} is missing"));
    let kind = content.kind.as_str();
    match kind {
        "text" => {}
        "location" => {
            let point = json!({"latitude": more("latitude")?, "longitude": more("longitude")?});
            let place = json!({"country": "Russia", "city": "Moscow", "title": "Moscow, Russia"});
            let geo = json!({"type": "point", "coordinates": point, "place": place});
            draft.more.insert("geo".to_owned(), geo);
        }
        // Hosted by VK, so there is no file.
        "video" | "audio" => {
            let mut media = json!({"id": 456_239_000 + state.next_serial(), "owner_id": act.who,
                "title": content.field("title"), "duration": 14});
            if kind == "video" {
                (media["access_key"], media["can_add"]) = (json!(state.next_hex(18)), json!(1));
            } else {
                (media["artist"], media["url"]) = (json!(content.field("artist")), json!(""));
            }
            draft.parts.push(json!({"type": kind, (kind): media}));
        }
        "raw" => {
            let attachments = content.more.get("attachments").and_then(Value::as_array);
            draft.parts.extend(attachments.into_iter().flatten().cloned());
            draft.more.extend(content.more.get("fields").and_then(Value::as_object).cloned().unwrap_or_default());
        }
        _ => {
            let word = if kind == "voice" { "audio_message" } else { kind };
            for upload in content.resolve(state, Options::KINDS)? {
                let id = files::keep(state, act.who, word, upload);
                if let Some(file) = state.files.get_mut(&id).filter(|_| kind == "sticker") {
                    file.more = [("sticker_id".to_owned(), more("id")?.clone())].into_iter().collect();
                }
                draft.files.push(id);
            }
        }
    }
    Ok(())
}

/// Queues the event about what a person did; returns the id of a press.
pub(super) fn report(state: &mut State, event: &Event<'_>) -> Id {
    let (act, message, who) = (event.act, event.message, event.act.who);
    let Some((community, peer)) = state.dialog(event.dialog).map(|dialog| (dialog.line.number(), peer(dialog))) else {
        return Id::default();
    };
    match act.verb {
        Verb::Send => state.publish_message(event.dialog, message, false),
        Verb::Edit => state.publish_message(event.dialog, message, true),
        Verb::Stop => state.publish(community, "message_deny", peer, &json!({"user_id": who})),
        Verb::Type => {
            let object = json!({"from_id": who, "to_id": -community, "state": "typing"});
            state.publish(community, "message_typing_state", peer, &object);
        }
        Verb::Remove => removed(state, event),
        Verb::React => reacted(state, event),
        Verb::Read => read(state, event),
        Verb::Press => return pressed(state, event),
        Verb::Start | Verb::Block | Verb::Unblock | Verb::Own => {}
    }
    Id::default()
}

/// People delete their comments only.
fn removed(state: &mut State, event: &Event<'_>) {
    let Some(dialog) = state.dialog(event.dialog) else { return };
    let post = dialog.messages.iter().find(|one| one.id == *event.message).and_then(|one| one.post.as_ref());
    let (community, who) = (dialog.line.number(), event.act.who);
    if let Some((thing, object)) = post.and_then(json::thing) {
        let shown = json!({"owner_id": -community, "id": event.message, "user_id": who, "deleter_id": who,
            (thing.field): object});
        state.publish(community, &format!("{}_delete", thing.event), 0, &shown);
    }
}

/// Acts name reactions by their numbers, the phone by their signs; the model has signs.
fn reacted(state: &mut State, event: &Event<'_>) {
    let (who, Some(dialog)) = (event.act.who, state.dialogs.get_mut(event.dialog)) else { return };
    let (community, peer) = (dialog.line.number(), peer(dialog));
    let Some(message) = dialog.message_mut(event.message) else { return };
    let mut object = json!({"reacted_id": who, "peer_id": peer, "cmid": event.message});
    if let Some(sign) = message.reactions.get_mut(&Author::Person(who)).and_then(|all| all.first_mut()) {
        let named = sign.parse::<usize>().ok().and_then(|id| json::REACTIONS.get(id.checked_sub(1)?));
        if let Some(named) = named {
            (*named).clone_into(sign);
        }
        let at = json::REACTIONS.iter().position(|one| one == sign);
        object["reaction_id"] = at.map_or_else(|| Id::from(&*sign).json(), |at| json!(at + 1));
    }
    state.publish(community, "message_reaction_event", peer, &object);
}

/// VK reports the last message of the community that was read.
fn read(state: &mut State, event: &Event<'_>) {
    let Some(dialog) = state.dialog(event.dialog) else { return };
    let is_read = |one: &&Message| !matches!(one.author, Author::Person(_)) && one.read_at.is_some();
    let Some(last) = dialog.messages.iter().rfind(is_read) else { return };
    let (community, peer) = (dialog.line.number(), peer(dialog));
    let object = json!({"from_id": event.act.who, "peer_id": peer, "read_message_id": number(dialog, last),
        "conversation_message_id": last.id});
    state.publish(community, "message_read", peer, &object);
}

/// A button sends its text as a message of the person, or an event, whose payload is the parsed JSON.
fn pressed(state: &mut State, event: &Event<'_>) -> Id {
    let Some((_, _, button)) = &event.press else { return Id::default() };
    let (act, payload) = (event.act, button.payload.as_deref());
    if button.kind == "text" {
        allow(state, event.dialog, act);
        let more: Map<String, Value> = payload.map(|text| ("payload".to_owned(), json!(text))).into_iter().collect();
        let act = Act { verb: Verb::Send, more, ..act.clone() }.text(&button.text);
        return kit::write::<Options>(state, &act, event.dialog, Author::Person(act.who)).unwrap_or_default();
    }
    let Some((community, peer)) = state.dialog(event.dialog).map(|dialog| (dialog.line.number(), peer(dialog))) else {
        return Id::default();
    };
    // Its first letter shows that it is not the id of a message.
    let id = format!("e{}", state.next_hex(10));
    let payload: Option<Value> = payload.and_then(|text| serde_json::from_str(text).ok());
    let object = json!({"user_id": act.who, "peer_id": peer, "event_id": id, "payload": payload,
        "conversation_message_id": event.message});
    state.publish(community, "message_event", peer, &object);
    id.into()
}

pub(super) fn own(state: &mut State, act: &Act) -> Result<Done> {
    let number = |name: &str| Ok::<_, anyhow::Error>(act.id(name)?.number());
    let line = act.line.number();
    let more = |name: &str| act.more.get(name).with_context(|| format!("{name} is missing"));
    match act.name.as_str() {
        "admin_writes" => {
            ensure!(state.lines.contains_key(&act.line), "there is no such community");
            let dialog = state.dialogue(line, number("peer")?);
            let admin = [("admin_author_id".to_owned(), more("admin")?.clone())];
            let act = Act { verb: Verb::Send, more: admin.into_iter().collect(), ..act.clone() };
            let id = kit::write::<Options>(state, &act, &dialog, Author::Owner)?;
            return Ok(Done { messages: vec![id], dialog, ..Done::default() });
        }
        "ban" => {
            let known = state.own.communities.get_mut(&line).context("there is no such community")?;
            let mut object = json!({"admin_id": 1, "user_id": act.who});
            if act.more.get("banned") == Some(&json!(true)) {
                known.blacklist.insert(act.who);
                (object["unblock_date"], object["reason"]) = (json!(0), json!(0));
                state.publish(line, "user_block", act.who, &object);
            } else {
                known.blacklist.remove(&act.who);
                object["by_end_date"] = json!(0);
                state.publish(line, "user_unblock", act.who, &object);
            }
        }
        "raw" => state.publish(line, act.field("kind"), 0, more("object")?),
        other => bail!("VK has no act {other}"),
    }
    Ok(Done::default())
}
