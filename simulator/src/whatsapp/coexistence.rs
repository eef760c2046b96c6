//! The WhatsApp Business app used together with the API: what the owner does on the phone, and the phone's history on
//! request.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::codes::{self, no_object};
use super::numbers::is_for_whatsapp;
use super::options::{DAY, WhatsApp, body};
use crate::graph::{Answered, Params, bad, ensure};
use crate::kit::{Author, Id, Message};

const CHUNK: usize = 50;
/// Age in days up to which media are sent.
const MEDIA: i64 = 14;

/// A message from before the number was connected.
struct Old {
    person: i64,
    message: Message,
}

/// The phase for an age in days: 0 up to a day, 1 up to 90, 2 up to 180.
fn phase(days: i64) -> Option<i64> {
    match days {
        0..=1 => Some(0),
        2..=90 => Some(1),
        91..=180 => Some(2),
        _ => None,
    }
}

/// `POST /{phone}/smb_app_data`: requests, once, the address book or the history; they follow by webhook.
pub(super) fn request(state: &mut WhatsApp, params: &Params, id: &Id) -> Answered {
    is_for_whatsapp(params)?;
    let kind = params.needed("sync_type")?;
    let now = state.now;
    let phone = state.own.phones.get_mut(id).ok_or_else(|| no_object("post", id.as_str()))?;
    ensure(["history", "smb_app_state_sync"].contains(&kind.as_str()), || {
        bad("Param sync_type must be one of {HISTORY, SMB_APP_STATE_SYNC}")
    })?;
    ensure(phone.is_on_biz_app, || bad("The phone number is not on the WhatsApp Business app."))?;
    ensure(now - phone.connected_at <= DAY && phone.synced.insert(kind.clone()), || {
        bad("The synchronization can be requested once, within 24 hours after onboarding.")
    })?;
    if kind == "history" {
        state.send_history(id);
    }
    Ok(json!({"messaging_product": "whatsapp", "request_id": format!("A{:022X}", state.next_serial())}))
}

impl WhatsApp {
    /// Queues the history, or the error that it is not shared.
    fn send_history(&mut self, phone: &Id) {
        if !self.own.phones.get(phone).is_some_and(|phone| phone.shares_history) {
            let error = codes::in_message(2_593_109, None);
            return self.tell_phone(phone, "history", json!({"history": [{"errors": [error]}]}));
        }
        let of_phone = self.dialogs.values().filter(|dialog| dialog.line == *phone);
        let old = of_phone.flat_map(|dialog| {
            let old = dialog.messages.iter().filter(|one| one.more.contains_key("is_old"));
            old.map(|message| Old { person: dialog.person.unwrap_or_default(), message: message.clone() })
        });
        let mut old: Vec<Old> = old.collect();
        old.sort_by_key(|one| one.message.at);
        let mut phases: BTreeMap<i64, Vec<&Old>> = BTreeMap::new();
        for one in &old {
            if let Some(phase) = phase((self.now - one.message.at).div_euclid(DAY)) {
                phases.entry(phase).or_default().push(one);
            }
        }
        let mut chunks: Vec<Value> = Vec::new();
        for (phase, messages) in phases {
            for (at, chunk) in messages.chunks(CHUNK).enumerate() {
                let metadata = json!({"phase": phase, "chunk_order": at + 1});
                chunks.push(json!({"metadata": metadata, "threads": self.threads(phone, chunk)}));
            }
        }
        if chunks.is_empty() {
            chunks.push(json!({"metadata": {"phase": 2, "chunk_order": 1}, "threads": []}));
        }
        let count = chunks.len();
        for (at, mut chunk) in chunks.into_iter().enumerate() {
            chunk["metadata"]["progress"] = json!((at + 1) * 100 / count);
            self.tell_phone(phone, "history", json!({"history": [chunk]}));
        }
        for one in old {
            self.send_old_media(phone, one.person, &one.message);
        }
    }

    fn threads(&self, phone: &Id, chunk: &[&Old]) -> Vec<Value> {
        let mut threads: BTreeMap<i64, Vec<Value>> = BTreeMap::new();
        for Old { person, message } in chunk {
            threads.entry(*person).or_default().push(self.old_json(phone, *person, message, false));
        }
        let thread = |(person, messages): (i64, Vec<Value>)| {
            let known = self.people.get(&person)?;
            let mut context = json!({"wa_id": known.phone});
            if let Some(id) = self.own.users.get(&person).and_then(|user| user.user_id.as_ref()) {
                context["user_id"] = json!(id);
            }
            if let Some(username) = &known.username {
                context["username"] = json!(username);
            }
            Some(json!({"id": known.phone, "context": context, "messages": messages}))
        };
        threads.into_iter().filter_map(thread).collect()
    }

    fn old_json(&self, phone: &Id, person: i64, message: &Message, with_media: bool) -> Value {
        let is_media = !message.files.is_empty();
        let kind = if is_media && !with_media { "media_placeholder" } else { message.kind.as_str() };
        let at = message.at.div_euclid(1000).to_string();
        let mut json = json!({"id": message.id.as_str(), "timestamp": at, "type": kind});
        if message.author == Author::Owner {
            json["from"] = json!(self.number_of(phone));
            self.put_to(phone, person, &mut json);
        } else {
            self.put_from(phone, person, &mut json);
        }
        if kind != "media_placeholder" {
            json[kind] = body(message).clone();
        }
        json["history_context"] = json!({"status": if is_media { "DELIVERED" } else { "READ" }});
        json
    }

    /// Queues the file of a placeholder as a separate webhook, for messages of the last two weeks.
    fn send_old_media(&mut self, phone: &Id, person: i64, message: &Message) {
        if message.files.is_empty() || self.now - message.at > MEDIA * DAY {
            return;
        }
        let json = self.old_json(phone, person, message, true);
        let list = if message.author == Author::Owner { "message_echoes" } else { "messages" };
        let contacts = [self.contact(phone, person)];
        self.tell_phone(phone, "history", json!({"contacts": contacts, list: [json]}));
    }

    /// Queues what the owner did on the phone; returns its object: `from` is the number, `to` the customer.
    pub(super) fn echo(&mut self, phone: &Id, to: i64, id: &Id, kind: &str, body: &Value) -> Value {
        let mut json = json!({
            "from": self.number_of(phone),
            "id": id.as_str(),
            "timestamp": self.date().to_string(),
            "type": kind,
            kind: body,
        });
        self.put_to(phone, to, &mut json);
        let contacts = [self.contact(phone, to)];
        self.tell_phone(phone, "smb_message_echoes", json!({"contacts": contacts, "message_echoes": [json]}));
        json
    }

    /// The owner edits a message, or deletes it; returns the id of the change.
    pub(super) fn owner_changes(&mut self, phone: &Id, to: i64, id: &Id, text: Option<&str>) -> Result<Id> {
        let now = self.now;
        let message = self.found_mut(phone, id.as_str()).with_context(|| format!("there is no message {id}"))?;
        let mut change = json!({"original_message_id": id.as_str()});
        match text {
            Some(text) => {
                change["message"] = edited(message, text);
                text.clone_into(&mut message.text);
                message.edited_at = Some(now);
            }
            None => message.is_removed = true,
        }
        let own = self.next_wamid(&self.number_of(phone));
        self.echo(phone, to, &own, if text.is_some() { "edit" } else { "revoke" }, &change);
        Ok(own)
    }

    fn book_entry(&self, phone: &Id, who: i64, full_name: &str, action: &str) -> Option<Value> {
        self.people.get(&who)?;
        let first_name = full_name.split_whitespace().next().unwrap_or_default();
        let mut contact = json!({});
        if action == "add" {
            contact = json!({"full_name": full_name, "first_name": first_name});
        }
        self.put_ids(phone, who, ["phone_number", "user_id", ""], &mut contact);
        let metadata = json!({"timestamp": self.date().to_string()});
        Some(json!({"type": "contact", "contact": contact, "action": action, "metadata": metadata}))
    }

    /// The owner changes the address book; an edit is reported as `add`.
    pub(super) fn owner_saves(&mut self, phone: &Id, who: i64, full_name: &str, is_removed: bool) -> Result<()> {
        let entry = self.book_entry(phone, who, full_name, if is_removed { "remove" } else { "add" });
        let entry = entry.with_context(|| format!("there is no person {who}"))?;
        self.tell_phone(phone, "smb_app_state_sync", json!({"state_sync": [entry]}));
        Ok(())
    }
}

/// The content of an edit: the kind with its new text or caption.
pub(super) fn edited(message: &Message, text: &str) -> Value {
    let kind = message.kind.as_str();
    match kind {
        "text" => json!({"type": kind, "text": {"body": text}}),
        _ => json!({"type": kind, kind: {"id": body(message)["id"], "caption": text}}),
    }
}
