//! The CRM behind the chats: cards, links, talks and incoming leads, and what a message of a chat does to them.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::card::{Card, UNSORTED_STEP};
use super::entity::LEADS;
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

/// One incoming lead: it waits in front of a pipeline until a user sorts it.
#[derive(Clone, Debug)]
pub(crate) struct Unsorted {
    pub(crate) uid: String,
    /// `chats`, or `forms` and `sip`, which integrations bring.
    pub(crate) category: &'static str,
    pub(crate) lead_id: i64,
    /// Empty for one without a chat.
    pub(crate) chat_id: String,
    pub(crate) pipeline_id: i64,
    pub(crate) source_name: String,
    /// External id of the source, or the channel's code if there is none.
    pub(crate) source_uid: String,
    /// The code of a chat's channel.
    pub(crate) service: String,
    /// As an integration gave it; null for chats.
    pub(crate) metadata: Value,
    pub(crate) created_at: i64,
    /// `None` while it waits.
    pub(crate) sorted: Option<(Sorted, i64)>,
}

/// What a user did with an incoming lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sorted {
    Accepted,
    Declined,
    /// Its chat went to a lead that was there.
    Linked,
}

impl Sorted {
    /// In hooks.
    fn code(self) -> &'static str {
        match self {
            Self::Accepted => "accept",
            Self::Declined => "decline",
            Self::Linked => "link",
        }
    }
}

impl Unsorted {
    /// A new or changed incoming lead: `add` or `update`. No list of codes names one for it; recorded accounts subscribe
    /// to `add_unsorted` or get it with new leads.
    fn told(&self, action: &'static str, account: &Account, last: Option<&Message>) -> Event {
        let contact = account.crm.lead(self.lead_id).and_then(|lead| account.crm.contact(lead.number("contact_id")));
        let person = account.person_in(&self.chat_id);
        let client = person.map(|person| json!({"id": person.id, "name": person.name, "picture": person.avatar}));
        let data =
            last.map(|one| json!([{"id": one.id, "text": one.text, "date": one.msec_timestamp / 1000, "manager": 0}]));
        let source_data = match self.category {
            "chats" => json!({
                "source_name": self.source_name, "name": self.source_name, "from": contact.map(Card::name),
                "to": self.source_name, "date": last.map(|one| one.msec_timestamp / 1000), "service": self.service,
                "site": self.source_name, "source": self.source_uid, "source_uid": self.source_uid, "client": client,
                "origin": {"provider": "amojo", "chat_id": self.chat_id},
                "last_message_text": last.map(|one| &one.text), "data": data,
            }),
            _ => self.metadata.clone(),
        };
        let contacts = contact.map(|contact| json!([{"id": contact.id, "name": contact.name()}]));
        let fields = json!({
            "uid": self.uid, "source_uid": self.source_uid, "source": self.source_uid,
            "source_name": self.source_name, "category": self.category, "source_data": source_data,
            "data": {"contacts": contacts, "leads": [{"id": self.lead_id}]}, "created_at": self.created_at,
            "date_create": self.created_at, "pipeline_id": self.pipeline_id, "account_id": account.id,
            "source_id": account.crm.lead(self.lead_id).map(|lead| lead.number("source_id")), "lead_id": self.lead_id,
        });
        Event { setting: format!("{action}_unsorted"), keys: vec!["unsorted", action], fields }
    }

    /// It was sorted, which is reported as its deletion.
    fn gone(&self, how: Sorted, contact_id: i64, user_id: i64) -> Event {
        let result = json!({"leads": [self.lead_id], "contacts": (contact_id != 0).then_some([contact_id])});
        let action = how.code();
        let mut fields = json!({
            "uid": self.uid, "category": self.category, "action": action, "modified_user_id": user_id,
            "created_at": self.created_at, "pipeline_id": self.pipeline_id,
        });
        fields[format!("{action}_result")] = result;
        Event { setting: "delete_unsorted".to_owned(), keys: vec!["unsorted", "delete"], fields }
    }
}

impl Talk {
    /// The fields common to hooks and REST.
    pub(crate) fn facts(&self) -> Value {
        json!({
            "talk_id": self.id, "created_at": self.created_at, "updated_at": self.updated_at, "rate": 0,
            "contact_id": self.contact_id, "chat_id": self.chat_id, "entity_id": self.lead_id,
            "entity_type": self.lead_id.map(|_| "lead"), "is_in_work": self.is_in_work, "is_read": self.is_read,
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
                category: "chats",
                metadata: Value::Null,
                lead_id: lead.id,
                chat_id: chat_id.to_owned(),
                pipeline_id,
                source_name,
                source_uid: source.map_or_else(|| origin.to_owned(), |source| source.external_id),
                service: origin.to_owned(),
                created_at: now,
                sorted: None,
            };
            self.wait(one, lead)
        });
        if let Some(chat) = self.chat_mut(chat_id) {
            chat.lead_id = Some(lead_id);
        }
    }

    /// Puts a lead before its pipeline; returns its id.
    pub(crate) fn wait(&mut self, one: Unsorted, lead: Card) -> i64 {
        let id = lead.id;
        self.crm.all_mut(&LEADS).push(lead);
        let event = one.told("add", self, self.messages_of(&one.chat_id).next_back());
        self.crm.events.push(event);
        self.crm.unsorted.push(one);
        id
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
        if is_incoming {
            let waiting = self.crm.waiting().find(|one| one.chat_id == chat_id);
            let is_first = self.messages_of(chat_id).nth(1).is_none();
            let event = waiting.filter(|_| !is_first).map(|one| one.told("update", self, Some(message)));
            self.crm.events.extend(event);
        }
        self.tell_message(message);
    }

    /// Records a message of a chat for subscribers of the CRM: `add_message` of a customer, `add_outgoing_message` to one.
    fn tell_message(&mut self, message: &Message) {
        let talk = self.crm.talks.iter().rev().find(|talk| talk.chat_id == message.chat_id);
        let (Some(talk), Some(chat)) = (talk, self.chat(&message.chat_id)) else { return };
        let person = self.person(&chat.person_id);
        let mut client = json!({"id": chat.person_id, "type": "external", "name": person.map(|one| &one.name)});
        if let Some(avatar) = person.map(|one| &one.avatar).filter(|avatar| !avatar.is_empty()) {
            client["avatar_url"] = json!(avatar);
        }
        let mut fields = json!({
            "id": message.id, "chat_id": message.chat_id, "talk_id": talk.id, "contact_id": talk.contact_id,
            "text": message.text, "created_at": message.msec_timestamp / 1000, "message_type": message.kind,
            "entity_type": talk.lead_id.map(|_| "lead"), "entity_id": talk.lead_id,
            "element_type": talk.lead_id.map(|_| 2), "element_id": talk.lead_id, "origin": talk.origin,
        });
        if !message.media.is_empty() {
            let name = message.field("file_name");
            fields["attachment"] = json!({"type": message.kind, "link": message.media, "file_name": name});
        }
        let (root, setting) = match message.direction {
            Direction::Incoming => {
                fields["type"] = json!("incoming");
                fields["author"] = client;
                ("message", "add_message")
            }
            Direction::Outgoing | Direction::Imported => {
                let user = self.user_by_amojo(&message.sender_id);
                fields["type"] = json!("outgoing");
                fields["source_id"] = json!(self.source_of(chat).map(|source| source.id));
                fields["author"] = json!({
                    "id": message.sender_id, "type": if user.is_some() { "internal" } else { "bot" },
                    "user_id": user.map(|user| user.id), "name": message.sender_name,
                });
                fields["recipient"] = client;
                ("outgoing_message", "add_outgoing_message")
            }
        };
        self.crm.events.push(Event { setting: setting.to_owned(), keys: vec![root, "add"], fields });
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
        let one = self.sort(uid, Sorted::Accepted, user_id, now)?;
        let step = status_id.unwrap_or_else(|| self.first_step(one.pipeline_id));
        let lead = self.crm.card_mut(&LEADS, one.lead_id)?;
        lead.set("status_id", step);
        lead.set("responsible_user_id", user_id);
        lead.set("updated_at", now);
        let lead = lead.clone();
        self.tell(&LEADS, "add", &lead, &Map::new());
        Some(one)
    }

    /// Declines an incoming lead, which is deleted; its contact and chat stay.
    pub(crate) fn decline(&mut self, uid: &str, user_id: i64, now: i64) -> Option<Unsorted> {
        let one = self.sort(uid, Sorted::Declined, user_id, now)?;
        self.let_chats_go(one.lead_id);
        self.crm.all_mut(&LEADS).retain(|lead| lead.id != one.lead_id);
        Some(one)
    }

    /// Gives the chat of an incoming lead to another lead, which it is deleted for. `None` if either is missing.
    pub(crate) fn link_unsorted(&mut self, uid: &str, lead_id: i64, user_id: i64, now: i64) -> Option<Unsorted> {
        let contact_id = self.crm.lead(lead_id)?.number("contact_id");
        let mut one = self.sort(uid, Sorted::Linked, user_id, now)?;
        self.crm.all_mut(&LEADS).retain(|lead| lead.id != one.lead_id);
        if contact_id != 0 {
            self.link_chat(&one.chat_id, contact_id);
        }
        for talk in self.crm.talks.iter_mut().filter(|talk| talk.lead_id == Some(one.lead_id)) {
            talk.lead_id = Some(lead_id);
        }
        if let Some(chat) = self.chat_mut(&one.chat_id) {
            chat.lead_id = Some(lead_id);
        }
        one.lead_id = lead_id;
        Some(one)
    }

    fn sort(&mut self, uid: &str, how: Sorted, user_id: i64, now: i64) -> Option<Unsorted> {
        let one = self.crm.unsorted.iter_mut().find(|one| one.uid == uid && one.sorted.is_none())?;
        one.sorted = Some((how, now));
        let one = one.clone();
        let contact_id = self.crm.lead(one.lead_id).map_or(0, |lead| lead.number("contact_id"));
        self.crm.events.push(one.gone(how, contact_id, user_id));
        Some(one)
    }
}
