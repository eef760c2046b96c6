//! The CRM behind the chats: cards, links, talks and incoming leads, and what a message of a chat does to them.

use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::card::{Card, FIRST_STEP, LEADS, UNSORTED_STEP};
use super::event::Event;
use super::{Account, Direction, Message};

/// One talk: a conversation of a chat from its first message until it is closed. Times are Unix seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Talk {
    pub id: i64,
    pub chat_id: String,
    pub contact_id: Option<i64>,
    pub lead_id: Option<i64>,
    /// It is open.
    pub is_in_work: bool,
    /// A manager has answered the latest message.
    pub is_read: bool,
    /// Code of the channel.
    pub origin: String,
    pub created_at: i64,
    pub updated_at: i64,
}

/// One incoming lead of category `chats`: it waits in front of a pipeline until a user accepts it.
#[derive(Clone, Debug)]
pub(crate) struct Unsorted {
    pub(crate) uid: String,
    pub(crate) lead_id: i64,
    pub(crate) chat_id: String,
    pub(crate) pipeline_id: i64,
    pub(crate) source_name: String,
    /// External id of the source, or the channel's code if there is none.
    pub(crate) source_uid: String,
    pub(crate) created_at: i64,
    /// `None` while it waits.
    pub(crate) accepted_at: Option<i64>,
}

/// A note on a card. Times are Unix seconds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Note {
    pub(crate) id: i64,
    #[serde(skip)]
    pub(crate) entity: &'static str,
    pub(crate) entity_id: i64,
    #[serde(rename = "note_type")]
    pub(crate) kind: String,
    pub(crate) params: Value,
    pub(crate) created_by: i64,
    pub(crate) created_at: i64,
}

impl Unsorted {
    /// A new incoming lead. It has no documented code of its own, so subscribers to new leads are notified.
    fn announced(&self, contact: Option<&Card>, last_text: &str) -> Event {
        let fields = json!({
            "uid": self.uid,
            "source_uid": self.source_uid,
            "category": "chats",
            "source_data": {
                "source_name": self.source_name,
                "from": contact.map(Card::name),
                "last_message_text": last_text,
                "origin": {"chat_id": self.chat_id},
            },
            "data": {"contacts": contact.map(|contact| json!([{"id": contact.id, "name": contact.name()}]))},
            "created_at": self.created_at,
            "pipeline_id": self.pipeline_id,
            "lead_id": self.lead_id,
        });
        Event { setting: "add_lead".to_owned(), keys: vec!["unsorted", "add"], fields }
    }

    /// An incoming lead was accepted, which is reported as its deletion.
    fn accepted(&self, contact_id: i64, user_id: i64) -> Event {
        let result = json!({"leads": [self.lead_id], "contacts": (contact_id != 0).then_some([contact_id])});
        let fields = json!({
            "uid": self.uid,
            "category": "chats",
            "action": "accept",
            "modified_user_id": user_id,
            "created_at": self.created_at,
            "pipeline_id": self.pipeline_id,
            "accept_result": result,
        });
        Event { setting: "add_lead".to_owned(), keys: vec!["unsorted", "delete"], fields }
    }
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

    /// The same form for `add` and `update`; `is_in_work` 0 means closed.
    fn event(&self, action: &'static str) -> Event {
        Event { setting: format!("{action}_talk"), keys: vec!["talk", action], fields: self.facts() }
    }
}

impl Account {
    /// A chat without a lead was written to: its contact's open lead takes it, or an incoming lead is made, with a contact
    /// if it has none. `origin` is the code of the channel.
    pub(crate) fn begin_lead(&mut self, chat_id: &str, origin: &str, usual_name: &str, now: i64) {
        let linked = self.crm.contact_of_chat(chat_id);
        // A chat that was linked to a contact before its first message.
        let open = linked.and_then(|id| self.crm.leads_of(id).rev().find(|lead| lead.is_open()).map(|lead| lead.id));
        let (Some(chat), Some(person)) = (self.chat(chat_id).cloned(), self.person_in(chat_id).cloned()) else {
            return;
        };
        let lead_id = open.unwrap_or_else(|| {
            let contact_id = linked.unwrap_or_else(|| self.contact_for(&person, now));
            self.link_chat(chat_id, contact_id);
            let source = self.source_of(&chat).cloned();
            let pipeline_id = source.as_ref().map_or_else(|| self.main_pipeline(), |source| source.pipeline_id);
            let source_name = source.as_ref().map_or_else(|| usual_name.to_owned(), |source| source.name.clone());
            let mut lead = self.new_lead(0, pipeline_id, now);
            let name = self.crm.contact(contact_id).map_or("", Card::name).to_owned();
            for (key, text) in [("name", name.as_str()), ("chat_id", chat_id), ("source_name", source_name.as_str())] {
                lead.set(key, text);
            }
            lead.set("contact_id", contact_id);
            lead.set("source_id", source.as_ref().map(|source| source.id));
            if self.switches.no_unsorted {
                return self.keep_card(&LEADS, lead);
            }
            lead.set("status_id", pipeline_id + UNSORTED_STEP);
            let one = Unsorted {
                uid: Uuid::new_v4().simple().to_string(),
                lead_id: lead.id,
                chat_id: chat_id.to_owned(),
                pipeline_id,
                source_name,
                source_uid: source.map_or_else(|| origin.to_owned(), |source| source.external_id),
                created_at: now,
                accepted_at: None,
            };
            let event = one.announced(self.crm.contact(contact_id), self.last_text(chat_id));
            self.crm.events.push(event);
            self.crm.unsorted.push(one);
            let id = lead.id;
            self.crm.all_mut(&LEADS).push(lead);
            id
        });
        if let Some(chat) = self.chat_mut(chat_id) {
            chat.lead_id = Some(lead_id);
        }
    }

    /// A message that notifies people opens a talk in its chat, or updates the open one.
    pub(crate) fn talk_goes_on(&mut self, message: &Message, origin: &str, now: i64) {
        let is_incoming = message.direction == Direction::Incoming;
        let chat_id = message.chat_id.as_str();
        let contact_id = self.crm.contact_of_chat(chat_id);
        let lead_id = self.chat(chat_id).and_then(|chat| chat.lead_id);
        let open = self.crm.talks.iter_mut().find(|talk| talk.chat_id == chat_id && talk.is_in_work);
        let event = match open {
            Some(talk) => {
                (talk.contact_id, talk.lead_id, talk.is_read, talk.updated_at) =
                    (contact_id, lead_id, !is_incoming, now);
                talk.event("update")
            }
            None => {
                let talk = Talk {
                    id: self.next_number(),
                    chat_id: chat_id.to_owned(),
                    contact_id,
                    lead_id,
                    is_in_work: true,
                    is_read: !is_incoming,
                    origin: origin.to_owned(),
                    created_at: now,
                    updated_at: now,
                };
                let event = talk.event("add");
                self.crm.talks.push(talk);
                event
            }
        };
        self.crm.events.push(event);
    }

    /// Closes a talk and records the event; false if it is closed already or unknown.
    pub(crate) fn close_talk(&mut self, id: i64, now: i64) -> bool {
        let open = self.crm.talks.iter_mut().find(|talk| talk.id == id && talk.is_in_work);
        let Some(talk) = open else { return false };
        (talk.is_in_work, talk.is_read, talk.updated_at) = (false, true, now);
        let event = talk.event("update");
        self.crm.events.push(event);
        true
    }

    /// Accepts an incoming lead into a stage of its pipeline, by default the first.
    pub(crate) fn accept(&mut self, uid: &str, user_id: i64, status_id: Option<i64>, now: i64) -> Option<Unsorted> {
        let one = self.crm.unsorted.iter_mut().find(|one| one.uid == uid && one.accepted_at.is_none())?;
        one.accepted_at = Some(now);
        let one = one.clone();
        let lead = self.crm.card_mut(&LEADS, one.lead_id)?;
        lead.set("status_id", status_id.unwrap_or(one.pipeline_id + FIRST_STEP));
        lead.set("responsible_user_id", user_id);
        lead.set("updated_at", now);
        let lead = lead.clone();
        self.crm.events.push(one.accepted(lead.number("contact_id"), user_id));
        self.tell(&LEADS, "add", &lead);
        Some(one)
    }
}
