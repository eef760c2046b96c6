//! Statuses of a business's messages.

use serde_json::{Value, json};

use super::codes;
use super::options::{Status, WhatsApp};
use crate::kit::{Author, Id, Message};

impl WhatsApp {
    /// Reports a status, also if it was reported before; the message keeps the highest one.
    pub(super) fn tell_status(&mut self, phone: &Id, id: &Id, status: Status) {
        let Some((person, message)) = self.found(phone, id.as_str()).map(|(person, one)| (person, one.clone())) else {
            return;
        };
        let category = message.more.get("category").cloned().unwrap_or(json!("service"));
        let mut report = self.status(phone, person, &message, status);
        if matches!(status, Status::Sent | Status::Delivered) {
            report["pricing"] = self.pricing(phone, person, &category);
        }
        if status == Status::Sent && category != "service" {
            let at = message.at.div_euclid(1000);
            report["conversation"] = json!({
                "id": format!("{at:032x}"),
                "origin": {"type": category},
                "expiration_timestamp": (at + 86_400).to_string(),
            });
        }
        let highest = Status::of(&message.more).max(Some(status));
        self.tell_report(phone, id, person, report, json!({"status": highest}));
    }

    /// Reports that a message failed; no other status follows.
    pub(super) fn tell_failure(&mut self, phone: &Id, id: &Id, code: i64, details: Option<&str>) {
        let Some((person, message)) = self.found(phone, id.as_str()) else { return };
        let mut report = self.status(phone, person, message, Status::Failed);
        report["errors"] = json!([codes::in_webhook(code, details)]);
        self.tell_report(phone, id, person, report, json!({"status": Status::Failed, "error": code}));
    }

    fn tell_report(&mut self, phone: &Id, id: &Id, person: i64, report: Value, known: Value) {
        if let (Some(message), Value::Object(known)) = (self.found_mut(phone, id.as_str()), known) {
            message.more.extend(known);
        }
        let contacts = [self.contact(phone, person)];
        self.tell_phone(phone, "messages", json!({"contacts": contacts, "statuses": [report]}));
    }

    fn status(&self, phone: &Id, person: i64, message: &Message, status: Status) -> Value {
        let mut report = json!({"id": message.id.as_str(), "status": status, "timestamp": self.date().to_string()});
        // A person addressed by phone is identified by phone; a failure of such a message may contain no user id.
        let is_to_phone = message.more.get("is_to_phone") == Some(&json!(true));
        if is_to_phone || self.sees_phone(phone, person) {
            report["recipient_id"] = json!(self.phone_of(person));
        }
        let id = self.own.users.get(&person).and_then(|user| user.user_id.as_ref());
        if let Some(id) = id.filter(|_| status != Status::Failed || !is_to_phone) {
            report["recipient_user_id"] = json!(id);
        }
        if let Some(data) = message.more.get("callback") {
            report["biz_opaque_callback_data"] = data.clone();
        }
        report
    }

    fn pricing(&self, phone: &Id, person: i64, category: &Value) -> Value {
        let chat = self.chat(phone, person);
        let (is_open, is_entry) = (chat.open_until > self.now, chat.entry_until > self.now);
        let is_free = is_entry || category == "service" || (category == "utility" && is_open);
        let kind = match (is_entry, is_free) {
            (true, _) => "free_entry_point",
            (_, true) => "free_customer_service",
            _ => "regular",
        };
        json!({"billable": !is_free, "pricing_model": "PMP", "type": kind, "category": category})
    }

    /// Reports that everything that has just been read is read.
    pub(super) fn tell_read(&mut self, phone: &Id, person: i64) {
        let is_news = |one: &&Message| {
            let is_shown = one.author == Author::Line && one.kind != "reaction" && one.read_at == Some(self.now);
            is_shown && Status::of(&one.more) < Some(Status::Read)
        };
        let all = self.private(phone, person).map(|dialog| dialog.messages.as_slice()).unwrap_or_default();
        let read: Vec<Id> = all.iter().filter(is_news).map(|one| one.id.clone()).collect();
        for id in read {
            self.tell_status(phone, &id, Status::Read);
        }
    }

    /// Sends an accepted message out: its statuses follow, and a reaction is shown.
    pub(super) fn sent_out(&mut self, phone: &Id, id: &Id) {
        let Some((person, message)) = self.found(phone, id.as_str()).map(|(person, one)| (person, one.clone())) else {
            return;
        };
        let is_reaction = message.kind == "reaction";
        let target = super::options::body(&message)["message_id"].as_str().unwrap_or_default();
        if let Some(target) = self.found_mut(phone, target).filter(|_| is_reaction) {
            target.reactions.remove(&Author::Line);
            if !message.text.is_empty() {
                target.reactions.insert(Author::Line, vec![message.text.clone()]);
            }
        }
        self.tell_status(phone, id, Status::Sent);
        // For a reaction only `sent` is reported.
        if !self.own.is_slow && self.people.contains_key(&person) && !is_reaction {
            self.tell_status(phone, id, Status::Delivered);
        }
    }
}
