//! `messages.send`.

use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, Refusal, refused, refused_for, wrong},
    keyboard,
    params::Params,
};
use crate::vk::state::{CHATS, Message, State};

/// Maximum characters of a text, attachments of a message, characters of a payload.
const TEXT: usize = 9_000;
const ATTACHMENTS: usize = 10;
const PAYLOAD: usize = 1_000;

/// Why a community cannot write to a peer.
pub(super) fn reach(state: &State, community: i64, peer: i64) -> Result<(), Refusal> {
    let owner = state.communities.get(&community).ok_or_else(|| refused(15))?;
    if !owner.has_messages {
        return Err(refused_for(15, "group messages are disabled"));
    }
    if peer >= CHATS {
        let is_in = state.dialogues.contains_key(&(community, peer));
        return if is_in { Ok(()) } else { Err(refused(917)) };
    }
    let person = state.people.get(&peer).ok_or_else(|| refused(936))?;
    if person.is_deleted {
        return Err(refused(18));
    }
    if owner.blacklist.contains(&peer) {
        return Err(refused(900));
    }
    if owner.allowed.contains(&peer) { Ok(()) } else { Err(refused(901)) }
}

/// Returns the message's id; for `peer_ids` a list of objects.
pub(super) fn send(state: &mut State, community: i64, params: &Params) -> Answer {
    let many = params.ints("peer_ids");
    if many.is_empty() {
        let chat = params.int("chat_id").map(|chat| CHATS + chat);
        let peer = params.int("peer_id").or(params.int("user_id")).or(chat);
        let peer =
            peer.ok_or_else(|| wrong("you should specify peer_id, user_id, domain, chat_id or user_ids param"))?;
        return one(state, community, peer, params).map(|(id, _)| json!(id));
    }
    let answers = many.into_iter().map(|peer| match one(state, community, peer, params) {
        Ok((id, cmid)) => json!({"peer_id": peer, "message_id": id, "conversation_message_id": cmid}),
        Err(Refusal { code, text }) => json!({"peer_id": peer, "message_id": 0, "conversation_message_id": 0,
            "error": {"code": code, "description": text}}),
    });
    Ok(answers.collect())
}

fn one(state: &mut State, community: i64, peer: i64, params: &Params) -> Result<(i64, i64), Refusal> {
    let random_id = params.int("random_id").ok_or_else(|| wrong("random_id is undefined"))?;
    reach(state, community, peer)?;
    // A repeated `random_id` for the same peer returns the existing message.
    let before = state.dialogues.get(&(community, peer)).into_iter().flat_map(|one| &one.messages);
    let before = before.clone().find(|one| random_id != 0 && one.random_id == random_id && one.from_id == -community);
    if let Some(known) = before {
        return Ok((known.id, known.cmid));
    }
    let message = compose(state, community, peer, random_id, params)?;
    Ok(state.add_message(community, peer, message))
}

fn compose(state: &State, community: i64, peer: i64, random_id: i64, params: &Params) -> Result<Message, Refusal> {
    let text = params.text("message").unwrap_or_default();
    if text.chars().count() > TEXT {
        return Err(refused(914));
    }
    let attachments = attachments(state, params.text("attachment").unwrap_or_default())?;
    let mut fields = Map::new();
    if let (Some(latitude), Some(longitude)) = (params.float("lat"), params.float("long")) {
        fields.insert("geo".to_owned(), geo(latitude, longitude)?);
    }
    if let Some(payload) = params.text("payload") {
        if payload.chars().count() > PAYLOAD || serde_json::from_str::<Value>(payload).is_err() {
            return Err(wrong("payload should be valid JSON"));
        }
        fields.insert("payload".to_owned(), json!(payload));
    }
    if let Some(keyboard) = params.json("keyboard")? {
        let has_bot = state.communities.get(&community).is_some_and(|one| one.has_bot);
        if !has_bot {
            return Err(refused(912));
        }
        keyboard::check(&keyboard)?;
        fields.insert("keyboard".to_owned(), keyboard);
    }
    let is_empty = text.trim().is_empty() && attachments.is_empty() && !fields.contains_key("geo");
    let forward = params.json("forward")?;
    if is_empty && forward.is_none() && params.text("sticker_id").is_none() {
        return Err(wrong("message is empty or invalid"));
    }
    let (reply_to, forwarded) = quoted(state, community, peer, forward.as_ref(), params)?;
    Ok(Message {
        random_id,
        text: text.to_owned(),
        attachments,
        fields,
        reply_to,
        forwarded,
        ..Message::by(-community)
    })
}

/// The answered message, or the forwarded ones.
fn quoted(
    state: &State,
    community: i64,
    peer: i64,
    forward: Option<&Value>,
    params: &Params,
) -> Result<(Option<i64>, Vec<Value>), Refusal> {
    let dialogue = state.dialogues.get(&(community, peer));
    if let Some(id) = params.int("reply_to") {
        let found = dialogue.and_then(|one| one.by_id(id)).ok_or_else(|| refused(921))?;
        return Ok((Some(found.cmid), Vec::new()));
    }
    let Some(forward) = forward else { return Ok((None, Vec::new())) };
    let from = forward["peer_id"].as_i64().unwrap_or(peer);
    let source = state.dialogues.get(&(community, from)).ok_or_else(|| refused(921))?;
    let ids = |name: &str| forward[name].as_array().into_iter().flatten().filter_map(Value::as_i64).collect::<Vec<_>>();
    let by_id = ids("message_ids").into_iter().map(|id| source.by_id(id));
    let by_cmid = ids("conversation_message_ids").into_iter().chain(ids("cmids")).map(|cmid| source.by_cmid(cmid));
    let found: Option<Vec<&Message>> = by_id.chain(by_cmid).collect();
    let found = found.filter(|found| !found.is_empty()).ok_or_else(|| refused(921))?;
    let is_reply = forward["is_reply"].as_bool() == Some(true) || forward["is_reply"].as_i64() == Some(1);
    if is_reply {
        // A single message of the same dialogue.
        return match (found.as_slice(), from == peer) {
            ([one], true) => Ok((Some(one.cmid), Vec::new())),
            _ => Err(wrong("forward: is_reply needs one message of the same peer")),
        };
    }
    Ok((None, found.into_iter().map(|one| state.foreign_json(from, one)).collect()))
}

/// Attachments by their references: `photo-1_2_key,doc-1_3`.
pub(super) fn attachments(state: &State, references: &str) -> Result<Vec<Value>, Refusal> {
    let references: Vec<&str> = references.split(',').map(str::trim).filter(|one| !one.is_empty()).collect();
    if references.len() > ATTACHMENTS {
        return Err(refused(914));
    }
    let find = |reference: &&str| {
        // After the second underscore there is an access key.
        let parts: Vec<&str> = reference.splitn(3, '_').collect();
        let plain = parts.get(..2).map(|parts| parts.join("_")).unwrap_or_default();
        state.files.attachments.get(&plain).cloned().ok_or_else(|| wrong("attachment is invalid"))
    };
    references.iter().map(find).collect()
}

/// `geo` of a message.
pub(crate) fn geo(latitude: f64, longitude: f64) -> Result<Value, Refusal> {
    if latitude.abs() > 90.0 || longitude.abs() > 180.0 {
        return Err(wrong("lat or long is invalid"));
    }
    Ok(json!({"type": "point", "coordinates": {"latitude": latitude, "longitude": longitude}}))
}

impl Message {
    /// An empty message by this author, not yet in a dialogue.
    pub(crate) fn by(from_id: i64) -> Self {
        Self {
            id: 0,
            cmid: 0,
            from_id,
            date: 0,
            text: String::new(),
            random_id: 0,
            admin: None,
            attachments: Vec::new(),
            fields: Map::new(),
            reply_to: None,
            forwarded: Vec::new(),
            update_time: None,
            reactions: Default::default(),
            is_deleted: false,
        }
    }
}

impl State {
    /// Adds a message to a dialogue and queues its event. Returns its ids.
    pub(crate) fn add_message(&mut self, community: i64, peer: i64, mut message: Message) -> (i64, i64) {
        message.date = self.date();
        if let Some(owner) = self.communities.get_mut(&community).filter(|_| peer < CHATS) {
            owner.last_message += 1;
            message.id = owner.last_message;
        }
        let dialogue = self.dialogues.entry((community, peer)).or_default();
        message.cmid = dialogue.next_cmid();
        dialogue.messages.push(message.clone());
        self.publish_message(community, peer, &message, false);
        (message.id, message.cmid)
    }
}
