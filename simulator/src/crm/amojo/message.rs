//! Incoming messages: `POST {scope_id}`.

use serde_json::{Value, json};

use super::{
    Outcome, Refusal, Scoped,
    content::{self, Use},
    doubts, edit, keep, ok, parsed,
    parties::{self, Party},
    problem,
};
use crate::crm::{
    abilities::Lengths,
    log::RepeatView,
    strict::{Object, Wrong},
};

/// Handles a new message or an edit.
pub(super) fn take(scoped: &Scoped<'_>) -> Outcome {
    let body = parsed(scoped.request)?;
    let envelope = Object::whole(&body)?;
    // Official samples contain `account_id` here, so it is accepted.
    envelope.only(&["event_type", "payload", "account_id"])?;
    let payload = envelope.required_object("payload")?;
    let raw = envelope.raw("payload").unwrap_or(&Value::Null);
    match envelope.required_text("event_type")? {
        "new_message" => new_message(scoped, &payload, raw),
        "edit_message" => edit::take(scoped, &payload),
        other => Err(Refusal(400, format!("event_type {other:?} is not known"))),
    }
}

/// A validated new message.
pub(super) struct New<'a> {
    pub(super) msgid: &'a str,
    pub(super) msec_timestamp: i64,
    pub(super) conversation_id: Option<&'a str>,
    pub(super) conversation_ref_id: Option<&'a str>,
    pub(super) sender: Party,
    pub(super) receiver: Option<Party>,
    pub(super) source: Option<&'a str>,
    pub(super) silent: bool,
    strangers: Vec<String>,
}

fn read<'a>(payload: &Object<'a>, lengths: &Lengths) -> Result<New<'a>, Wrong> {
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
        Some(receiver) => Some(Party::read(&receiver, lengths)?),
        None => None,
    };
    let (conversation_id, conversation_ref_id) = parties::conversation(payload, lengths)?;
    Ok(New {
        msgid: payload.short_text("msgid", lengths.id)?,
        msec_timestamp,
        conversation_id,
        conversation_ref_id,
        sender: Party::read(&payload.required_object("sender")?, lengths)?,
        receiver,
        source: parties::source(payload)?,
        silent: payload.boolean("silent")?.unwrap_or(false),
        strangers: content::check(&payload.required_object("message")?, usage, lengths)?,
    })
}

fn new_message(scoped: &Scoped<'_>, payload: &Object<'_>, raw: &Value) -> Outcome {
    let new = read(payload, &scoped.core.read(|state| state.lengths))?;
    if !new.strangers.is_empty() {
        problem(scoped.core, format!("message {}: unknown fields {}", new.msgid, new.strangers.join(", ")));
    }
    let doubts = doubts::about(scoped, &new, raw);
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
        keep::keep(scoped, account, &new, raw, now)
    })?;
    let answer = ok(&json!({"new_message": {
        "conversation_id": kept.chat_id,
        "sender_id": kept.sender_id,
        "receiver_id": kept.receiver_id,
        "msgid": kept.id,
        "ref_id": new.msgid,
    }}));
    if doubts.is_empty() {
        return Ok(answer);
    }
    let note = format!("message {}: {}", new.msgid, doubts.join(", "));
    problem(scoped.core, note.clone());
    Ok(answer.noted(note))
}
