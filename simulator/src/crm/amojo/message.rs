//! Messages from outside, new and edited: `POST {scope_id}`.

use serde_json::Value;
use uuid::Uuid;

use super::actions::{read_status, told};
use super::content::{self, Use};
use super::parties::{self, Party, Wanted};
use super::{LONGEST_ID, Outcome, Refusal, Scoped, ok};
use crate::crm::exchange::put;
use crate::crm::log::RepeatView;
use crate::crm::state::{Account, Chat, Direction, Message};
use crate::crm::strict::{Object, Wrong};

/// Fields of a new message; in an edit they are accepted and ignored.
const FIELDS: [&str; 12] = [
    "timestamp",
    "msec_timestamp",
    "msgid",
    "conversation_id",
    "conversation_ref_id",
    "sender",
    "receiver",
    "source",
    "message",
    "reply_to",
    "forwards",
    "silent",
];

/// Handles a new message or an edit.
pub(super) fn take(scoped: &Scoped<'_>) -> Outcome {
    let envelope = scoped.body()?;
    // Official samples contain `account_id` here, so it is accepted.
    envelope.only(&["event_type", "payload", "account_id"])?;
    let payload = envelope.required_object("payload")?;
    let raw = envelope.raw("payload").unwrap_or(&Value::Null);
    match envelope.required_text("event_type")? {
        "new_message" => new_message(scoped, &payload, raw),
        "edit_message" => edit(scoped, &payload, raw),
        other => Err(Refusal(400, format!("event_type {other:?} is not known"))),
    }
}

struct New<'a> {
    msgid: &'a str,
    msec_timestamp: i64,
    conversation_id: Option<&'a str>,
    conversation_ref_id: Option<&'a str>,
    sender: Party,
    receiver: Option<Party>,
    source: Option<&'a str>,
    silent: bool,
    strangers: Vec<String>,
}

fn read<'a>(payload: &Object<'a>) -> Result<New<'a>, Wrong> {
    payload.only(&FIELDS)?;
    payload.required_number("timestamp")?;
    let msec_timestamp = payload.required_number("msec_timestamp")?;
    let forwards = payload.object("forwards")?;
    if let Some(forwards) = &forwards {
        let list = forwards.raw("messages").and_then(Value::as_array);
        match list.map(Vec::as_slice) {
            Some([one]) => content::check_embedded(&Object::whole(one)?)?,
            _ => return Err("forwards.messages must hold exactly one message".to_owned()),
        }
        forwards.text("conversation_id")?;
        forwards.text("conversation_ref_id")?;
    }
    if let Some(reply) = payload.object("reply_to")? {
        content::check_embedded(&reply.required_object("message")?)?;
    }
    let usage = if forwards.is_some() { Use::Forward } else { Use::New };
    let receiver = payload.object("receiver")?.map(|receiver| Party::read(&receiver)).transpose()?;
    let (conversation_id, conversation_ref_id) = parties::conversation(payload)?;
    Ok(New {
        msgid: payload.short_text("msgid", LONGEST_ID)?,
        msec_timestamp,
        conversation_id,
        conversation_ref_id,
        sender: Party::read(&payload.required_object("sender")?)?,
        receiver,
        source: parties::source(payload)?,
        silent: payload.boolean("silent")?.unwrap_or(false),
        strangers: content::check(&payload.required_object("message")?, usage)?,
    })
}

fn new_message(scoped: &Scoped<'_>, payload: &Object<'_>, raw: &Value) -> Outcome {
    let new = read(payload)?;
    if !new.strangers.is_empty() {
        scoped.core.problem(format!("message {}: unknown fields {}", new.msgid, new.strangers.join(", ")));
    }
    let doubts = scoped.read(|account| doubts(scoped, account, &new, raw)).unwrap_or_default();
    let now = scoped.core.now().timestamp();
    let kept = scoped.change(|account| match account.message_id_for(scoped.scope_id, new.msgid) {
        Some(_) => Ok(None),
        None => keep(scoped, account, &new, raw, now).map(Some),
    })?;
    let kept = kept.ok_or_else(|| {
        let (scope_id, msgid) = (scoped.scope_id.to_owned(), new.msgid.to_owned());
        scoped.core.change(|state| state.repeats.push(RepeatView { scope_id, msgid }));
        Refusal::new(400, "message with this msgid exists")
    })?;
    Ok(scoped.doubted(ok(&told(&kept)), &format!("message {}", new.msgid), &doubts))
}

/// Stores a message with a new `msgid`, with its people, its chat and its lead; returns it.
fn keep(scoped: &Scoped<'_>, account: &mut Account, new: &New<'_>, raw: &Value, now: i64) -> Result<Message, Refusal> {
    let inside = new.receiver.as_ref().map(|_| inside_sender(scoped, account, &new.sender)).transpose()?;
    let client = new.receiver.as_ref().unwrap_or(&new.sender);
    let person = parties::person(scoped, account, client)?;
    let wanted = Wanted {
        conversation_id: new.conversation_id,
        conversation_ref_id: new.conversation_ref_id,
        names_person: client.ref_id.is_some(),
        person_id: &person.id,
        source: new.source,
    };
    let chat_id = parties::chat(scoped, account, &wanted)?;
    let is_incoming = inside.is_none();
    let (sender_id, sender_name) = inside.unwrap_or_else(|| (person.id.clone(), person.name.clone()));
    let mut message = Message {
        id: Uuid::new_v4().to_string(),
        msgid: Some(new.msgid.to_owned()),
        scope_id: scoped.scope_id.to_owned(),
        chat_id: chat_id.clone(),
        direction: if is_incoming { Direction::Incoming } else { Direction::Imported },
        sender_id,
        sender_name,
        receiver_id: (!is_incoming).then(|| person.id.clone()),
        msec_timestamp: new.msec_timestamp,
        payload: raw.clone(),
        source: new.source.map(str::to_owned),
        silent: new.silent,
        ..Message::default()
    };
    message.set_content(raw.get("message").cloned().unwrap_or_default());
    account.keep(message.clone());
    if !is_incoming {
        return Ok(message);
    }
    let mut has_lead = false;
    if let Some(chat) = account.chat_mut(&chat_id) {
        chat.typing = None;
        chat.unread += usize::from(!new.silent);
        has_lead = chat.lead_id.is_some();
    }
    // Silent messages and those written outside amoCRM are history without events.
    if !new.silent {
        if !has_lead {
            account.begin_lead(&chat_id, &scoped.channel.code, &scoped.integration.name, now);
        }
        account.talk_goes_on(&message, &scoped.channel.code, now);
    }
    Ok(message)
}

/// Id and name of the manager or bot who wrote outside amoCRM.
fn inside_sender(scoped: &Scoped<'_>, account: &Account, party: &Party) -> Result<(String, String), Refusal> {
    let missing = || Refusal::new(400, "payload.sender.ref_id is required when there is a receiver");
    let ref_id = party.ref_id.as_ref().ok_or_else(missing)?;
    if let Some((id, name)) = scoped.channel.bot.as_ref().filter(|(id, _)| id == ref_id) {
        return Ok((id.clone(), name.clone()));
    }
    let user = account.user_by_amojo(ref_id).map(|user| (ref_id.clone(), user.name.clone()));
    user.ok_or_else(|| Refusal(400, format!("payload.sender.ref_id {ref_id} is neither a user nor the bot")))
}

/// Handles `edit_message`: new text or file, our id for a message created in amoCRM, a status.
fn edit(scoped: &Scoped<'_>, payload: &Object<'_>, raw: &Value) -> Outcome {
    payload.only(&[FIELDS.as_slice(), &["id", "delivery_status"]].concat())?;
    payload.required_number("timestamp")?;
    payload.required_number("msec_timestamp")?;
    let (conversation_id, conversation_ref_id) = parties::conversation(payload)?;
    let (id, msgid) = (payload.text("id")?, payload.text("msgid")?);
    let message = payload.required_object("message")?;
    content::check(&message, Use::Edit)?;
    let reported =
        message.object("delivery_status")?.map_or_else(|| payload.object("delivery_status"), |one| Ok(Some(one)))?;
    let reported = reported.map(|fields| read_status(&fields, scoped.core.now())).transpose()?;
    scoped.change(|account| {
        if id.is_none() && msgid.is_none() {
            return Err(Refusal::new(400, "payload.msgid or payload.id is required"));
        }
        let missing = || Refusal::new(400, "no message has this id");
        let found = scoped.named(account, id, msgid).ok_or_else(missing)?;
        let chat_id = account.message(&found).ok_or_else(missing)?.chat_id.clone();
        let is_here = account.chat(&chat_id).is_some_and(|chat| match conversation_ref_id {
            Some(id) => chat.id == id,
            None => chat.conversation_id.is_none() || chat.conversation_id.as_deref() == conversation_id,
        });
        if !is_here {
            return Err(Refusal::new(400, "the message is in another conversation"));
        }
        if let (Some(_), Some(msgid)) = (id, msgid) {
            if account.message_id_for(scoped.scope_id, msgid).is_some_and(|other| other != found) {
                return Err(Refusal::new(400, "message with this msgid exists"));
            }
            account.attach_msgid(&found, msgid);
        }
        let message = account.message_mut(&found).ok_or_else(missing)?;
        let changes = raw.get("message").and_then(Value::as_object).into_iter().flatten();
        let mut content = message.content.clone();
        for (key, value) in changes.filter(|(key, _)| *key != "delivery_status") {
            put(&mut content, key, value.clone());
        }
        message.edited |= content != message.content;
        message.set_content(content);
        message.statuses.extend(reported);
        // The documents show one answer for both events.
        Ok(ok(&told(message)))
    })
}

/// Irregularities that are accepted: the documents do not say what amoCRM does about them.
fn doubts(scoped: &Scoped<'_>, account: &Account, new: &New<'_>, raw: &Value) -> Vec<&'static str> {
    // An embedded message that is given by an id: outside if it names none, inside if there is none.
    let embedded = |pointer: &str| {
        let text = |key: &str| raw.pointer(pointer)?.get(key)?.as_str();
        let (id, msgid) = (text("id"), text("msgid"));
        id.or(msgid)?;
        Some(scoped.named(account, id, msgid).and_then(|id| account.message(&id)))
    };
    let is_here = |message: &Message| account.chat(&message.chat_id).is_some_and(|chat| is_in(chat, new));
    let is_bot = new.sender.ref_id.as_ref().is_some_and(|ref_id| scoped.is_bot(ref_id));
    let quoted = embedded("/reply_to/message");
    let all = [
        (quoted.is_some_and(|quoted| !quoted.is_some_and(is_here)), "the quoted message is not in this chat"),
        (embedded("/forwards/messages/0").is_some_and(|one| one.is_none()), "the forwarded message is not there"),
        (
            raw.pointer("/message/callback_data").is_some_and(|chosen| !was_offered(account, new, chosen)),
            "callback_data is no row of a list message of this chat",
        ),
        (raw.pointer("/message/post").is_some() && is_bot, "a bot can't comment"),
    ];
    all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, doubt)| doubt).collect()
}

/// Whether a new message is accepted in this chat.
fn is_in(chat: &Chat, new: &New<'_>) -> bool {
    match new.conversation_ref_id {
        Some(id) => chat.id == id,
        None => chat.conversation_id.as_deref() == new.conversation_id,
    }
}

/// Whether a list message of this conversation has a row with this value; true as well if none was ever sent.
fn was_offered(account: &Account, new: &New<'_>, chosen: &Value) -> bool {
    let here = |message: &&Message| {
        let chat = account.chat(&message.chat_id);
        message.direction == Direction::Outgoing && chat.is_some_and(|chat| is_in(chat, new))
    };
    let lists =
        account.messages.iter().filter(here).filter_map(|message| message.content.pointer("/markup/list_message"));
    let sections = lists.filter_map(|list| list.get("sections")?.as_array()).flatten();
    let mut rows = sections.filter_map(|section| section.get("rows")?.as_array()).flatten().peekable();
    rows.peek().is_none() || rows.any(|row| row.get("callback_data") == Some(chosen))
}
