//! The state of a simulated WhatsApp.

mod accounts;
mod chat;
mod ids;
mod media;
mod newcomers;
mod outbox;
mod people;
mod statuses;
mod template;

use std::collections::BTreeMap;

pub(crate) use accounts::{App, Code, Grant, Override, Phone, Token, Waba};
pub(crate) use chat::{By, Chat, Message};
pub(crate) use ids::digits;
pub(crate) use media::{Media, Session};
pub use outbox::WebhookState;
pub(crate) use outbox::{Outbox, Webhook};
pub(crate) use people::Person;
pub use statuses::Status;
pub(crate) use template::{Template, filled, variables};

use super::{options::Options, rates::Rates, view::CallView};

/// An hour in milliseconds.
pub(crate) const HOUR: i64 = 3_600_000;
/// A day in milliseconds.
pub(crate) const DAY: i64 = 24 * HOUR;

/// The whole state, behind one lock.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// The time of the current access, in milliseconds.
    pub(crate) now: i64,
    pub(crate) serial: i64,
    /// Our own address, from which media are downloaded.
    pub(crate) base: String,
    pub(crate) delivers: bool,
    pub(crate) refuses_at_once: bool,
    pub(crate) entry_hours: i64,
    pub(crate) apps: BTreeMap<String, App>,
    pub(crate) wabas: BTreeMap<String, Waba>,
    pub(crate) phones: BTreeMap<String, Phone>,
    pub(crate) tokens: BTreeMap<String, Token>,
    pub(crate) codes: BTreeMap<String, Code>,
    pub(crate) people: BTreeMap<i64, Person>,
    /// By phone number id and person.
    pub(crate) chats: BTreeMap<(String, i64), Chat>,
    pub(crate) media: BTreeMap<String, Media>,
    pub(crate) sessions: BTreeMap<String, Session>,
    pub(crate) templates: BTreeMap<String, Template>,
    pub(crate) outbox: Outbox,
    pub(crate) rates: Rates,
    pub(crate) calls: Vec<CallView>,
    /// Accepted messages of businesses, in order: phone number id, person, wamid.
    pub(crate) sent: Vec<(String, i64, String)>,
    /// Links that are being downloaded.
    pub(crate) loading: usize,
    /// Customers' uploaded files that were not sent yet: name, media type, bytes.
    pub(crate) uploads: BTreeMap<String, (String, String, bytes::Bytes)>,
}

impl State {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            delivers: options.delivers,
            refuses_at_once: options.refuses_at_once,
            entry_hours: options.entry_hours,
            rates: Rates::new(options.rates),
            ..Self::default()
        }
    }

    /// Now in seconds.
    pub(crate) fn seconds(&self) -> i64 {
        self.now.div_euclid(1000)
    }

    /// The chat of a number with a person; created on first use.
    pub(crate) fn chat_mut(&mut self, phone: &str, person: i64) -> &mut Chat {
        self.chats.entry((phone.to_owned(), person)).or_default()
    }

    pub(crate) fn chat(&self, phone: &str, person: i64) -> Option<&Chat> {
        self.chats.get(&(phone.to_owned(), person))
    }

    /// A message of a number by its wamid, and the person of its chat.
    pub(crate) fn message(&self, phone: &str, id: &str) -> Option<(i64, &Message)> {
        let of_phone = self.chats.iter().filter(|((one, _), _)| one == phone);
        of_phone.filter_map(|((_, person), chat)| Some((*person, chat.message(id)?))).next()
    }

    /// The same, for changes.
    pub(crate) fn message_mut(&mut self, phone: &str, id: &str) -> Option<&mut Message> {
        self.chats.iter_mut().filter(|((one, _), _)| one == phone).find_map(|(_, chat)| chat.message_mut(id))
    }

    /// The number that a wamid belongs to.
    pub(crate) fn phone_of_message(&self, id: &str) -> Option<String> {
        self.chats.iter().find(|(_, chat)| chat.message(id).is_some()).map(|((phone, _), _)| phone.clone())
    }
}
