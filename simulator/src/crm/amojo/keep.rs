//! Stores a new message with its people, its chat, and its lead.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Refusal, Scoped,
    message::New,
    parties::{self, Party, Wanted},
};
use crate::crm::state::{Account, Direction, Lead, Message, Person};

/// Stores a message with a new `msgid`, and returns it.
pub(super) fn keep(
    scoped: &Scoped<'_>,
    account: &mut Account,
    new: &New<'_>,
    raw: &Value,
    now: DateTime<Utc>,
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
        names_person: client.ref_id.is_some(),
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
    if let Some(chat) = account.chat_mut(&chat_id).filter(|_| direction == Direction::Incoming) {
        chat.typing = None;
    }
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

/// Counts the message as unread and creates contact and incoming lead if the chat has none.
fn notify(scoped: &Scoped<'_>, account: &mut Account, chat_id: &str, person: &Person, now: DateTime<Utc>) {
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
