//! Contacts and the fields of their cards.

use super::{Event, Link, event};
use crate::crm::state::{Account, Person};

/// A field of contacts in every account.
pub(crate) struct FieldKind {
    /// `field_code`.
    pub(crate) code: &'static str,
    /// Its name on the card.
    pub(crate) name: &'static str,
    /// `field_type`.
    pub(crate) kind: &'static str,
    /// Allowed `enum_code`s of its values; the first is the default. Empty for a plain text.
    pub(crate) enums: &'static [&'static str],
}

/// The fields of contacts, in the order of their ids.
pub(crate) const FIELDS: [FieldKind; 3] = [
    FieldKind {
        code: "PHONE",
        name: "Phone",
        kind: "multitext",
        enums: &["WORK", "WORKDD", "MOB", "FAX", "HOME", "OTHER"],
    },
    FieldKind { code: "EMAIL", name: "Email", kind: "multitext", enums: &["WORK", "PRIV", "OTHER"] },
    FieldKind { code: "POSITION", name: "Position", kind: "text", enums: &[] },
];

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// One value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldValue {
    pub(crate) field: &'static str,
    pub(crate) value: String,
    /// Empty for a field without enums.
    pub(crate) enum_code: &'static str,
}

/// A contact's card. Times are Unix seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) responsible_user_id: i64,
    pub(crate) created_by: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) values: Vec<FieldValue>,
    pub(crate) tags: Vec<String>,
}

impl Contact {
    /// An empty card, owned by the administrator.
    pub(crate) fn new(account: &mut Account, now: i64) -> Self {
        let responsible_user_id = account.administrator().map_or(0, |user| user.id);
        Self {
            id: account.next_number(),
            name: String::new(),
            first_name: String::new(),
            last_name: String::new(),
            responsible_user_id,
            created_by: 0,
            created_at: now,
            updated_at: now,
            values: Vec::new(),
            tags: Vec::new(),
        }
    }

    /// The card that amoCRM creates for a person who wrote.
    pub(super) fn of_person(account: &mut Account, person: &Person, now: i64) -> Self {
        let mut contact = Self { name: person.name.clone(), ..Self::new(account, now) };
        contact.set("PHONE", &[person.phone.as_str()]);
        contact.set("EMAIL", &[person.email.as_str()]);
        contact
    }

    /// The values of a field as texts.
    pub(crate) fn texts(&self, field: &str) -> Vec<String> {
        self.values.iter().filter(|one| one.field == field).map(|one| one.value.clone()).collect()
    }

    /// Replaces the values of a field; empty ones are dropped.
    pub(crate) fn set(&mut self, field: &str, texts: &[&str]) {
        let Some(kind) = FIELDS.iter().find(|kind| kind.code == field) else {
            return;
        };
        let enum_code = kind.enums.first().copied().unwrap_or_default();
        self.values.retain(|one| one.field != kind.code);
        let values = texts.iter().filter(|text| !text.is_empty());
        self.values.extend(values.map(|text| FieldValue { field: kind.code, value: (*text).to_owned(), enum_code }));
    }

    /// Whether any value of the card contains the text, case-insensitively; a number is found in phones however its
    /// digits are grouped. amoCRM's matching is not documented; it was observed to be by substring.
    pub(crate) fn matches(&self, query: &str) -> bool {
        let wanted = digits(query);
        let is_number = !wanted.is_empty() && !query.chars().any(char::is_alphabetic);
        if is_number && self.values.iter().any(|one| one.field == "PHONE" && digits(&one.value).contains(&wanted)) {
            return true;
        }
        let query = query.to_lowercase();
        let mut all =
            [&self.name, &self.first_name, &self.last_name].into_iter().chain(self.values.iter().map(|one| &one.value));
        all.any(|text| text.to_lowercase().contains(&query))
    }
}

impl Account {
    /// Stores a new contact and its event.
    pub(crate) fn keep_contact(&mut self, contact: Contact) -> i64 {
        let id = contact.id;
        self.crm.events.push(Event::of_contact("add", &contact));
        self.crm.contacts.push(contact);
        id
    }

    /// Changes a contact and records the event.
    pub(crate) fn change_contact(&mut self, id: i64, now: i64, change: impl FnOnce(&mut Contact)) -> bool {
        let Some(contact) = self.crm.contact_mut(id) else {
            return false;
        };
        change(contact);
        contact.updated_at = now;
        let event = Event::of_contact("update", contact);
        self.crm.events.push(event);
        true
    }

    /// Deletes a contact: removes its links, keeps its leads without it, and records the event.
    pub(crate) fn delete_contact(&mut self, id: i64) -> bool {
        let Some(at) = self.crm.contacts.iter().position(|one| one.id == id) else {
            return false;
        };
        let contact = self.crm.contacts.remove(at);
        self.crm.links.retain(|link| link.contact_id != id);
        for talk in self.crm.talks.iter_mut().filter(|talk| talk.contact_id == Some(id)) {
            talk.contact_id = None;
        }
        for lead in self.leads.iter_mut().filter(|lead| lead.contact_id == id) {
            lead.contact_id = 0;
        }
        self.crm.events.push(event::Event::of_contact("delete", &contact));
        true
    }

    /// Links a chat to a contact instead of its previous one. Returns the id of the new link.
    pub(crate) fn link_chat(&mut self, chat_id: &str, contact_id: i64) -> i64 {
        if let Some(link) = self.crm.links.iter().find(|one| one.chat_id == chat_id && one.contact_id == contact_id) {
            return link.id;
        }
        let id = self.next_number();
        self.crm.links.retain(|link| link.chat_id != chat_id);
        self.crm.links.push(Link { id, chat_id: chat_id.to_owned(), contact_id });
        // An incoming lead that is not accepted yet moves with its chat to the chat's contact.
        let waiting: Vec<i64> =
            self.crm.waiting().filter(|one| one.chat_id == chat_id).map(|one| one.lead_id).collect();
        for lead in self.leads.iter_mut().filter(|lead| waiting.contains(&lead.id)) {
            lead.contact_id = contact_id;
        }
        for talk in self.crm.talks.iter_mut().filter(|talk| talk.chat_id == chat_id) {
            talk.contact_id = Some(contact_id);
        }
        id
    }
}
