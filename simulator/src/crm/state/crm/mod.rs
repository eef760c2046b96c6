//! The CRM behind the chats: contacts, leads and incoming leads, talks, templates, and the hooks about them.
//!
//! Chats do not depend on it. [`settle`] examines the chats after every change and does what amoCRM does: creates
//! contacts, incoming leads and talks, and records events for subscribers.

mod contact;
mod delivery;
mod event;
mod form;
mod lead;
mod merge;
mod note;
mod review;
mod settle;
mod talk;
mod template;
mod unsorted;
mod webhook;

use std::collections::BTreeMap;

pub(crate) use contact::{Contact, FIELDS, FieldKind, FieldValue};
pub(crate) use delivery::{CrmHooks, Delivery};
pub(crate) use lead::{Card, FIRST_STEP, LOST, TRACKING, UNSORTED_STEP, WON};
pub(crate) use note::Note;
pub(crate) use review::Review;
pub(crate) use settle::settle;
pub(crate) use talk::Talk;
pub(crate) use template::{Template, blank as blank_template};
pub(crate) use unsorted::{Sorted, Unsorted};
pub(crate) use webhook::{Webhook, known_events};

use event::Event;

/// The link of a chat to a contact. A chat has at most one, a contact may have many.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// Changes when the link does.
    pub(crate) id: i64,
    pub(crate) chat_id: String,
    pub(crate) contact_id: i64,
}

/// The state of an account besides its chats.
#[derive(Clone, Debug, Default)]
pub(crate) struct Crm {
    pub(crate) contacts: Vec<Contact>,
    pub(crate) links: Vec<Link>,
    /// Cards of leads by id.
    pub(crate) cards: BTreeMap<i64, Card>,
    pub(crate) unsorted: Vec<Unsorted>,
    pub(crate) talks: Vec<Talk>,
    pub(crate) templates: Vec<Template>,
    pub(crate) webhooks: Vec<Webhook>,
    pub(crate) notes: Vec<Note>,
    /// Events that were not sent yet.
    events: Vec<Event>,
    settled_messages: usize,
    settled_lead: i64,
}

impl Crm {
    pub(crate) fn contact(&self, id: i64) -> Option<&Contact> {
        self.contacts.iter().find(|one| one.id == id)
    }

    pub(crate) fn contact_mut(&mut self, id: i64) -> Option<&mut Contact> {
        self.contacts.iter_mut().find(|one| one.id == id)
    }

    /// The contact that a chat is linked to.
    pub(crate) fn contact_of_chat(&self, chat_id: &str) -> Option<i64> {
        self.links.iter().find(|link| link.chat_id == chat_id).map(|link| link.contact_id)
    }
}
