//! Statuses of a business's messages.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{By, Message, Person, State};
use crate::whatsapp::codes;

/// The delivery status of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It was not delivered and will not be.
    Failed,
    /// Meta has sent it.
    Sent,
    /// It has arrived on a device.
    Delivered,
    /// It was shown.
    Read,
    /// A voice message was played.
    Played,
}

impl Status {
    /// Its name in webhooks.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Played => "played",
        }
    }
}

impl State {
    /// Reports a status, also if it was reported before; the message keeps the highest one.
    pub(crate) fn report(&mut self, phone: &str, id: &str, status: Status) {
        let Some((person, message)) = self.message(phone, id).map(|(person, one)| (person, one.clone())) else {
            return;
        };
        let Some(person) = self.people.get(&person).cloned() else {
            return;
        };
        let mut body = self.status_object(phone, &person, &message, status);
        if matches!(status, Status::Sent | Status::Delivered) {
            body["pricing"] = self.pricing(phone, &person, &message);
        }
        if status == Status::Sent && message.category != "service" {
            body["conversation"] = json!({
                "id": format!("{:032x}", message.at),
                "origin": {"type": message.category},
                "expiration_timestamp": (message.at + 86_400).to_string(),
            });
        }
        let contacts = [self.contact(phone, &person)];
        if let Some(message) = self.message_mut(phone, id) {
            message.status = message.status.max(Some(status));
        }
        self.tell_phone(phone, "messages", json!({"contacts": contacts, "statuses": [body]}));
    }

    /// Reports that a message failed; no other status follows.
    pub(crate) fn report_failure(&mut self, phone: &str, id: &str, code: i64, details: Option<&str>) {
        let Some((person, message)) = self.message(phone, id).map(|(person, one)| (person, one.clone())) else {
            return;
        };
        let Some(person) = self.people.get(&person).cloned() else {
            return;
        };
        let mut body = self.status_object(phone, &person, &message, Status::Failed);
        body["errors"] = json!([codes::in_webhook(code, details)]);
        let contacts = [self.contact(phone, &person)];
        if let Some(message) = self.message_mut(phone, id) {
            message.status = Some(Status::Failed);
            message.error = Some(code);
        }
        self.tell_phone(phone, "messages", json!({"contacts": contacts, "statuses": [body]}));
    }

    fn status_object(&self, phone: &str, person: &Person, message: &Message, status: Status) -> Value {
        let mut body = json!({"id": message.id, "status": status.word(), "timestamp": self.seconds().to_string()});
        // A person addressed by phone is identified by phone; a failure of such a message may contain no user id.
        if message.is_to_phone || self.sees_phone(phone, person) {
            // For a number without WhatsApp, only the dialled number is known.
            let dialled = person.dialled_as.first().unwrap_or(&person.wa_id);
            body["recipient_id"] = json!(if person.wa_id.is_empty() { dialled } else { &person.wa_id });
        }
        if let Some(id) = person.user_id.as_ref().filter(|_| status != Status::Failed || !message.is_to_phone) {
            body["recipient_user_id"] = json!(id);
        }
        if let Some(data) = &message.callback {
            body["biz_opaque_callback_data"] = json!(data);
        }
        body
    }

    fn pricing(&self, phone: &str, person: &Person, message: &Message) -> Value {
        let chat = self.chat(phone, person.id);
        let is_open = chat.is_some_and(|chat| chat.open_until > self.now);
        let is_entry = chat.is_some_and(|chat| chat.entry_until > self.now);
        let is_free = is_entry || message.category == "service" || (message.category == "utility" && is_open);
        let kind = match (is_entry, is_free) {
            (true, _) => "free_entry_point",
            (_, true) => "free_customer_service",
            _ => "regular",
        };
        json!({"billable": !is_free, "pricing_model": "PMP", "type": kind, "category": message.category})
    }

    /// Reports that all delivered messages are read, as the customer's phone does when the chat is opened.
    pub(crate) fn read_by_customer(&mut self, phone: &str, person: i64) {
        let tells = self.people.get(&person).is_some_and(|person| person.tells_reads);
        let is_unread = |one: &&mut Message| {
            one.by != By::Customer && !one.is_read && one.status.is_none_or(|status| status >= Status::Delivered)
        };
        let mut unread = Vec::new();
        for message in self.chat_mut(phone, person).messages.iter_mut().filter(is_unread) {
            message.is_read = true;
            if message.by == By::Business && message.kind != "reaction" {
                unread.push(message.id.clone());
            }
        }
        if tells {
            for id in unread {
                self.report(phone, &id, Status::Read);
            }
        }
    }
}
