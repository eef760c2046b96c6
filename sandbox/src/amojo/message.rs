//! Messages into amoCRM: `POST {scope_id}`.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Outcome, Refusal, Scoped,
    content::{self, Use},
    edit, ok, parsed,
    parties::{self, Party, Wanted},
    problem,
};
use crate::{
    state::{Account, Direction, Lead, Message, Person},
    strict::{Object, Wrong},
    view::RepeatView,
};

/// Takes a new message or an edit.
pub(super) fn take(scoped: &Scoped<'_>) -> Outcome {
    let body = parsed(scoped.request)?;
    let envelope = Object::whole(&body)?;
    // Official samples carry `account_id` here, so it must pass.
    envelope.only(&["event_type", "payload", "account_id"])?;
    let payload = envelope.required_object("payload")?;
    let raw = envelope.raw("payload").unwrap_or(&Value::Null);
    match envelope.required_text("event_type")? {
        "new_message" => new_message(scoped, &payload, raw),
        "edit_message" => edit::take(scoped, &payload),
        other => Err(Refusal(400, format!("event_type {other:?} is not known"))),
    }
}

/// A new message whose form has been checked.
struct New<'a> {
    msgid: &'a str,
    msec_timestamp: i64,
    conversation_id: &'a str,
    conversation_ref_id: Option<&'a str>,
    sender: Party,
    receiver: Option<Party>,
    source: Option<&'a str>,
    silent: bool,
    strangers: Vec<String>,
}

fn read<'a>(payload: &Object<'a>) -> Result<New<'a>, Wrong> {
    payload.only(&[
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
    ])?;
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
    let receiver = match payload.object("receiver")? {
        Some(receiver) => Some(Party::read(&receiver)?),
        None => None,
    };
    Ok(New {
        msgid: payload.required_text("msgid")?,
        msec_timestamp,
        conversation_id: payload.required_text("conversation_id")?,
        conversation_ref_id: payload.text("conversation_ref_id")?,
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
        problem(scoped.core, format!("message {}: unknown fields {}", new.msgid, new.strangers.join(", ")));
    }
    let quoted = quoted_elsewhere(scoped, payload, &new);
    let now = scoped.core.now();
    let kept = scoped.core.change(|state| {
        let account = state
            .account_by_amojo_mut(&scoped.amojo_id)
            .ok_or_else(|| Refusal(404, "the account is gone".to_owned()))?;
        if let Some(id) = account.message_id_for(scoped.scope_id, new.msgid) {
            let first = account.message(&id).map(|message| &message.payload);
            let repeat = RepeatView {
                scope_id: scoped.scope_id.to_owned(),
                msgid: new.msgid.to_owned(),
                same_payload: first == Some(raw),
            };
            state.repeats.push(repeat);
            return Err(Refusal(400, "message with this msgid exists".to_owned()));
        }
        keep(scoped, account, &new, raw, now)
    })?;
    let answer = ok(&json!({"new_message": {
        "conversation_id": kept.chat_id,
        "sender_id": kept.sender_id,
        "receiver_id": kept.receiver_id,
        "msgid": kept.id,
        "ref_id": new.msgid,
    }}));
    Ok(match quoted {
        Some(note) => answer.noted(note),
        None => answer,
    })
}

fn keep(
    scoped: &Scoped<'_>,
    account: &mut Account,
    new: &New<'_>,
    raw: &Value,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Message, Refusal> {
    let outside_sender = match &new.receiver {
        Some(_) => Some(inside_sender(scoped, account, &new.sender)?),
        None => None,
    };
    let client = new.receiver.as_ref().unwrap_or(&new.sender);
    let person = parties::person(scoped, account, client)?;
    let wanted = Wanted {
        conversation_id: new.conversation_id,
        conversation_ref_id: new.conversation_ref_id,
        person_id: &person.id,
        source: new.source,
    };
    let chat_id = parties::chat(scoped, account, &wanted)?;
    let direction = match new.receiver {
        Some(_) => Direction::Imported,
        None => Direction::Incoming,
    };
    let (sender_id, sender_name) = outside_sender.unwrap_or_else(|| (person.id.clone(), person.name.clone()));
    let message = Message {
        id: Uuid::new_v4().to_string(),
        msgid: Some(new.msgid.to_owned()),
        scope_id: scoped.scope_id.to_owned(),
        chat_id: chat_id.clone(),
        direction,
        sender_id,
        sender_name,
        receiver_id: new.receiver.as_ref().map(|_| person.id.clone()),
        msec_timestamp: new.msec_timestamp,
        content: raw.get("message").cloned().unwrap_or_default(),
        payload: raw.clone(),
        source: new.source.map(str::to_owned),
        silent: new.silent,
        edited: false,
        reactions: Vec::new(),
        statuses: Vec::new(),
        hook: None,
    };
    account.keep(message.clone());
    if direction == Direction::Incoming && !new.silent {
        notify(scoped, account, &chat_id, &person, now);
    }
    Ok(message)
}

/// Id and name of the manager or bot who wrote outside amoCRM.
fn inside_sender(scoped: &Scoped<'_>, account: &Account, party: &Party) -> Result<(String, String), Refusal> {
    let ref_id = party
        .ref_id
        .as_ref()
        .ok_or_else(|| Refusal(400, "payload.sender.ref_id is required when there is a receiver".to_owned()))?;
    if let Some((id, name)) = &scoped.channel.bot
        && id == ref_id
    {
        return Ok((id.clone(), name.clone()));
    }
    account
        .users
        .iter()
        .find(|user| user.amojo_id.as_ref() == Some(ref_id))
        .map(|user| (ref_id.clone(), user.name.clone()))
        .ok_or_else(|| Refusal(400, format!("payload.sender.ref_id {ref_id} is neither a user nor the bot")))
}

/// Counts the message as unread and makes contact and incoming lead where the chat has none.
fn notify(
    scoped: &Scoped<'_>,
    account: &mut Account,
    chat_id: &str,
    person: &Person,
    now: chrono::DateTime<chrono::Utc>,
) {
    let Some(chat) = account.chat_mut(chat_id) else {
        return;
    };
    chat.unread += 1;
    if chat.lead_id.is_some() {
        return;
    }
    let chat = chat.clone();
    let (pipeline_id, source_name) = match account.source_of(&chat) {
        Some(source) => (source.pipeline_id, source.name.clone()),
        None => (account.main_pipeline(), scoped.integration.name.clone()),
    };
    // One person is one contact, however many chats they have.
    let contact_id = account
        .leads
        .iter()
        .find(|lead| account.chat(&lead.chat_id).is_some_and(|other| other.person_id == person.id))
        .map(|lead| lead.contact_id);
    let contact_id = contact_id.unwrap_or_else(|| account.next_number());
    let id = account.next_number();
    account.leads.push(Lead { id, contact_id, chat_id: chat_id.to_owned(), pipeline_id, source_name, created_at: now });
    if let Some(chat) = account.chat_mut(chat_id) {
        chat.lead_id = Some(id);
    }
}

/// A note when a quote doesn't point into the same chat; what amoCRM does then is not documented.
fn quoted_elsewhere(scoped: &Scoped<'_>, payload: &Object<'_>, new: &New<'_>) -> Option<String> {
    let message = payload.object("reply_to").ok()??.object("message").ok()??;
    let id = message.text("id").ok()?;
    let msgid = message.text("msgid").ok()?;
    if id.is_none() && msgid.is_none() {
        return None;
    }
    let here = scoped.core.read(|state| {
        let account = state.account_by_amojo(&scoped.amojo_id)?;
        let id = match id {
            Some(id) => id.to_owned(),
            None => account.message_id_for(scoped.scope_id, msgid?)?,
        };
        let chat = account.chat(&account.message(&id)?.chat_id)?;
        Some(
            chat.conversation_id.as_deref() == Some(new.conversation_id)
                || Some(chat.id.as_str()) == new.conversation_ref_id,
        )
    });
    if here == Some(true) {
        return None;
    }
    let note = format!("message {}: the quoted message is not in this chat", new.msgid);
    problem(scoped.core, note.clone());
    Some(note)
}
