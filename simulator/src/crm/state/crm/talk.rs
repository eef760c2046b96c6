//! Talks: the conversations of a chat, each from its first message until it is closed.

use serde_json::{Value, json};

use super::Event;
use crate::crm::state::Account;

/// One talk. Times are Unix seconds.
#[derive(Clone, Debug)]
pub(crate) struct Talk {
    pub(crate) id: i64,
    pub(crate) chat_id: String,
    pub(crate) contact_id: Option<i64>,
    pub(crate) lead_id: Option<i64>,
    pub(crate) is_in_work: bool,
    pub(crate) is_read: bool,
    /// Code of the channel.
    pub(crate) origin: String,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl Talk {
    /// The fields common to hooks and REST.
    pub(crate) fn facts(&self) -> Value {
        json!({
            "talk_id": self.id,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "rate": 0,
            "contact_id": self.contact_id,
            "chat_id": self.chat_id,
            "entity_id": self.lead_id,
            "entity_type": self.lead_id.map(|_| "lead"),
            "is_in_work": self.is_in_work,
            "is_read": self.is_read,
            "origin": self.origin,
        })
    }
}

impl Account {
    /// Records a message that was not silent: opens a talk in its chat, or updates the open one.
    pub(super) fn talk_goes_on(&mut self, chat_id: &str, origin: &str, incoming: bool, now: i64) -> i64 {
        let contact_id = self.crm.contact_of_chat(chat_id);
        let lead_id = self.chat(chat_id).and_then(|chat| chat.lead_id);
        let open = self.crm.talks.iter_mut().find(|talk| talk.chat_id == chat_id && talk.is_in_work);
        if let Some(talk) = open {
            (talk.contact_id, talk.lead_id, talk.is_read, talk.updated_at) = (contact_id, lead_id, !incoming, now);
            let (id, event) = (talk.id, Event::of_talk("update", talk));
            self.crm.events.push(event);
            return id;
        }
        let id = self.next_number();
        let talk = Talk {
            id,
            chat_id: chat_id.to_owned(),
            contact_id,
            lead_id,
            is_in_work: true,
            is_read: !incoming,
            origin: origin.to_owned(),
            created_at: now,
            updated_at: now,
        };
        self.crm.events.push(Event::of_talk("add", &talk));
        self.crm.talks.push(talk);
        id
    }

    /// Closes a talk and records the event; false if it is closed already or unknown.
    pub(crate) fn close_talk(&mut self, id: i64, now: i64) -> bool {
        let Some(talk) = self.crm.talks.iter_mut().find(|talk| talk.id == id && talk.is_in_work) else {
            return false;
        };
        (talk.is_in_work, talk.is_read, talk.updated_at) = (false, true, now);
        let event = Event::of_talk("update", talk);
        self.crm.events.push(event);
        true
    }
}
