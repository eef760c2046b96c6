//! Changes of people and their phones.

use anyhow::Result;
use serde_json::json;

use super::{Done, compose::Draft};
use crate::whatsapp::state::{By, State, Status, digits};

impl State {
    /// Stops or resumes marketing messages of a number.
    pub(super) fn stop_marketing(&mut self, who: i64, phone: &str, on: bool) -> Result<Done> {
        let person = self.person_mut(who)?.clone();
        self.chat_mut(phone, who).is_stopped = on;
        let (verb, value) = if on { ("stop", "stop") } else { ("resume", "resume") };
        let mut preference = json!({
            "detail": format!("User requested to {verb} marketing messages"),
            "category": "marketing_messages",
            "value": value,
            "timestamp": self.seconds(),
        });
        if self.sees_phone(phone, &person) {
            preference["wa_id"] = json!(person.wa_id);
        }
        if let Some(id) = &person.user_id {
            preference["user_id"] = json!(id);
        }
        let contacts = [self.contact(phone, &person)];
        let more = json!({"contacts": contacts, "user_preferences": [preference]});
        self.tell_phone(phone, "user_preferences", more);
        Ok(Done::default())
    }

    /// Switches a phone off or on; waiting messages are delivered when it is switched on.
    pub(super) fn switch_off(&mut self, who: i64, on: bool) -> Result<Done> {
        self.person_mut(who)?.is_off = on;
        if on {
            return Ok(Done::default());
        }
        let mut waiting = Vec::new();
        for ((phone, person), chat) in &self.chats {
            let is_waiting = |one: &&crate::whatsapp::state::Message| {
                one.by == By::Business && one.status == Some(Status::Sent) && one.kind != "reaction"
            };
            if *person == who {
                waiting.extend(chat.messages.iter().filter(is_waiting).map(|one| (phone.clone(), one.id.clone())));
            }
        }
        for (phone, id) in waiting {
            self.report(&phone, &id, Status::Delivered);
        }
        Ok(Done::default())
    }

    /// Changes the person's number: queues a system message in each chat and, if the business-scoped id changes, two
    /// more reports.
    pub(super) fn change_number(&mut self, who: i64, number: &str, user_id: Option<String>) -> Result<Done> {
        let old = self.person_mut(who)?.clone();
        let new = digits(number);
        let phones: Vec<String> =
            self.chats.keys().filter(|(_, person)| *person == who).map(|(phone, _)| phone.clone()).collect();
        for phone in &phones {
            let body = json!({
                "body": format!("User {} changed from {} to {new}", old.name, old.wa_id),
                "wa_id": new,
                "type": "user_changed_number",
            });
            // The sender is still the old number.
            let draft = Draft { is_silent: true, ..Draft::new("system", body, "") };
            self.deliver_in(who, phone, draft)?;
        }
        let person = self.person_mut(who)?;
        person.wa_id.clone_from(&new);
        let (Some(current), Some(previous)) = (user_id, old.user_id.clone()) else {
            return Ok(Done::default());
        };
        for phone in &phones {
            let mut body = json!({
                "body": format!("User {} changed to a new business-scoped ID", old.name),
                "user_id": current,
                "type": "user_changed_user_id",
            });
            if let Some(parent) = &old.parent_user_id {
                body["parent_user_id"] = json!(parent);
            }
            let draft = Draft { is_silent: true, ..Draft::new("system", body, "") };
            self.deliver_in(who, phone, draft)?;
            let name = if old.name.is_empty() { json!({}) } else { json!({"name": old.name}) };
            let update = json!({
                "detail": "User id has been updated.",
                "user_id": {"previous": previous, "current": current},
                "timestamp": self.seconds().to_string(),
            });
            let more = json!({"contacts": [{"profile": name}], "user_id_update": [update]});
            self.tell_phone(phone, "user_id_update", more);
        }
        self.person_mut(who)?.user_id = Some(current);
        Ok(Done::default())
    }

    /// Opens the chat for the first time.
    pub(super) fn open(&mut self, who: i64, phone: &str) -> Result<String> {
        let draft = Draft { is_silent: true, ..Draft::new("request_welcome", serde_json::Value::Null, "") };
        self.deliver_in(who, phone, draft)
    }
}
