//! The WhatsApp Business app used together with the API: the owner's actions on the phone.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{
    act::{Content, Done, edited},
    state::{By, Message, Person, State, Status},
    whatsapp::WhatsApp,
};

impl WhatsApp {
    /// Whether the owner shares the history when it is requested; refused with 2593109 otherwise. Shared by default.
    pub fn set_shares_history(&self, phone: &str, on: bool) {
        self.core.change(|state| {
            if let Some(phone) = state.phones.get_mut(phone) {
                phone.shares_history = on;
            }
        });
    }

    /// Adds a message from before the number was connected, at a time in seconds; `by_owner`: the business wrote it. It
    /// is sent as `history` on request. Returns its wamid.
    pub fn remembers(&self, phone: &str, person: i64, by_owner: bool, content: &Content, at: i64) -> Result<String> {
        self.core.change(|state| {
            let by = if by_owner { By::Owner } else { By::Customer };
            let id = state.owner_message(phone, person, by, content)?;
            let message = state.message_mut(phone, &id).context("the message was just made")?;
            message.at = at;
            message.is_old = true;
            message.status = Some(Status::Read);
            Ok(id)
        })
    }

    /// Adds a person to the owner's address book, from before the number was connected.
    pub fn knows(&self, phone: &str, person: i64, full_name: &str) {
        self.core.change(|state| {
            if let Some(phone) = state.phones.get_mut(phone) {
                phone.book.push((full_name.to_owned(), first_of(full_name), person));
            }
        });
    }
}

fn first_of(full_name: &str) -> String {
    full_name.split_whitespace().next().unwrap_or_default().to_owned()
}

impl State {
    /// Creates a message without a webhook.
    fn owner_message(&mut self, phone: &str, to: i64, by: By, content: &Content) -> Result<String> {
        let person = self.people.get(&to).cloned().with_context(|| format!("there is no person {to}"))?;
        let (kind, body, text, media) = self.draft(phone, content)?.parts();
        let id = self.next_wamid(&person.wa_id, if by == By::Customer { 0x12 } else { 0x11 });
        let at = self.seconds();
        self.chat_mut(phone, to).messages.push(Message {
            id: id.clone(),
            by,
            at,
            kind,
            body,
            more: Default::default(),
            quoted: None,
            reactions: Default::default(),
            status: None,
            error: None,
            callback: None,
            category: "service".to_owned(),
            text,
            json: Value::Null,
            media,
            is_to_phone: true,
            is_read: false,
            is_edited: false,
            is_revoked: false,
            is_old: false,
        });
        Ok(id)
    }

    /// The object of an own message: `from` is the number, `to` the customer.
    pub(crate) fn outgoing(&self, phone: &str, person: &Person, id: &str, kind: &str, body: &Value) -> Value {
        let mut json = json!({
            "from": self.number_of(phone),
            "id": id,
            "timestamp": self.seconds().to_string(),
            "type": kind,
            kind: body,
        });
        self.put_ids(phone, person, "to", &mut json);
        json
    }

    fn echo(&mut self, phone: &str, to: i64, (id, kind, body): (&str, &str, &Value)) -> Result<()> {
        let person = self.people.get(&to).cloned().with_context(|| format!("there is no person {to}"))?;
        let json = self.outgoing(phone, &person, id, kind, body);
        let contacts = [self.contact(phone, &person)];
        if let Some(message) = self.message_mut(phone, id) {
            message.json.clone_from(&json);
        }
        self.tell_phone(phone, "smb_message_echoes", json!({"contacts": contacts, "message_echoes": [json]}));
        Ok(())
    }

    /// The owner writes on the phone.
    pub(crate) fn owner_sends(&mut self, phone: &str, to: i64, content: &Content) -> Result<String> {
        let id = self.owner_message(phone, to, By::Owner, content)?;
        let (_, message) = self.message(phone, &id).context("the message was just made")?;
        let (kind, body) = (message.kind.clone(), message.body.clone());
        self.echo(phone, to, (&id, &kind, &body))?;
        Ok(id)
    }

    /// The owner edits a message.
    pub(crate) fn owner_edits(&mut self, phone: &str, to: i64, id: &str, text: &str) -> Result<String> {
        let message = self.message_mut(phone, id).with_context(|| format!("there is no message {id}"))?;
        let body = json!({"original_message_id": id, "message": edited(message, text)});
        text.clone_into(&mut message.text);
        message.is_edited = true;
        let own = self.next_wamid(&self.number_of(phone), 0x11);
        self.echo(phone, to, (&own, "edit", &body))?;
        Ok(own)
    }

    /// The owner deletes a message.
    pub(crate) fn owner_revokes(&mut self, phone: &str, to: i64, id: &str) -> Result<String> {
        if let Some(message) = self.message_mut(phone, id) {
            message.is_revoked = true;
        }
        let own = self.next_wamid(&self.number_of(phone), 0x11);
        self.echo(phone, to, (&own, "revoke", &json!({"original_message_id": id})))?;
        Ok(own)
    }

    fn book_entry(&self, phone: &str, who: i64, full_name: &str, action: &str) -> Option<Value> {
        let person = self.people.get(&who)?;
        let mut contact = json!({"full_name": full_name, "first_name": first_of(full_name)});
        if action == "remove" {
            contact = json!({});
        }
        if self.sees_phone(phone, person) {
            contact["phone_number"] = json!(person.wa_id);
        }
        if let Some(id) = &person.user_id {
            contact["user_id"] = json!(id);
        }
        let metadata = json!({"timestamp": self.seconds().to_string()});
        Some(json!({"type": "contact", "contact": contact, "action": action, "metadata": metadata}))
    }

    /// The owner changes the address book; an edit is reported as `add`.
    pub(crate) fn owner_saves(&mut self, phone: &str, who: i64, full_name: &str, removed: bool) -> Result<Done> {
        let action = if removed { "remove" } else { "add" };
        let entry = self.book_entry(phone, who, full_name, action);
        let entry = entry.with_context(|| format!("there is no person {who}"))?;
        if let Some(phone) = self.phones.get_mut(phone) {
            phone.book.retain(|(_, _, one)| *one != who);
            if !removed {
                phone.book.push((full_name.to_owned(), first_of(full_name), who));
            }
        }
        self.tell_phone(phone, "smb_app_state_sync", json!({"state_sync": [entry]}));
        Ok(Done::default())
    }

    /// Queues the whole address book, as requested.
    pub(crate) fn send_address_book(&mut self, phone: &str) {
        let book = self.phones.get(phone).map(|phone| phone.book.clone()).unwrap_or_default();
        let entries: Vec<Value> =
            book.iter().filter_map(|(name, _, who)| self.book_entry(phone, *who, name, "add")).collect();
        if !entries.is_empty() {
            self.tell_phone(phone, "smb_app_state_sync", json!({"state_sync": entries}));
        }
    }
}
