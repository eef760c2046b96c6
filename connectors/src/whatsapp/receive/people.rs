//! Who writes, and in which conversation (whatsapp §3, §12).

use base::message::{Person, Role, is_visible};
use base::phone::{spellings, with_plus};

use super::{NumberChange, Reader};
use crate::incoming::InboundEvent;
use crate::whatsapp::wire::{Contact, Id, Message};

/// The ids by which a webhook identifies a person; at least one is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PersonIds {
    phone: Option<String>,
    bsuid: Option<String>,
}

impl PersonIds {
    /// None if both are empty. A BSUID that repeats the phone is no second id: no person moves from an id to the same one.
    pub fn of(phone: &Id, bsuid: &Id) -> Option<Self> {
        let phone =
            phone.some().map(|phone| phone.trim_start_matches('+').to_owned()).filter(|phone| !phone.is_empty());
        let bsuid = bsuid.some().map(str::to_owned).filter(|bsuid| Some(bsuid) != phone.as_ref());
        (phone.is_some() || bsuid.is_some()).then_some(Self { phone, bsuid })
    }

    /// Who wrote a message.
    pub fn sender(message: &Message) -> Option<Self> {
        Self::of(&message.from, &message.from_user_id)
    }

    /// To whom the business wrote.
    pub fn receiver(message: &Message) -> Option<Self> {
        Self::of(&message.to, &message.to_user_id)
    }

    /// The id of the person and of their conversation: the BSUID, which does not change when the phone is hidden,
    /// otherwise the phone.
    pub fn id(&self) -> &str {
        self.bsuid.as_deref().or(self.phone.as_deref()).unwrap_or_default()
    }

    /// The same person's other ids.
    pub fn others(&self) -> impl Iterator<Item = &str> {
        let id = self.id();
        [&self.phone, &self.bsuid].into_iter().flatten().map(String::as_str).filter(move |other| *other != id)
    }

    /// Surrounds a person's events by those that make the conversation known by all their ids. A person known only by
    /// phone, in either spelling of the number, is then found by BSUID too. Messages are sent to the phone while there
    /// is one, because not every kind of message may be sent to a BSUID (whatsapp §12).
    pub fn known_by_all(&self, events: Vec<InboundEvent>) -> Vec<InboundEvent> {
        let id = self.id();
        let written = self.phone.iter().cloned();
        let spellings =
            self.phone.iter().flat_map(|phone| spellings(phone)).filter(|one| Some(one) != self.phone.as_ref());
        let numbers = written.chain(spellings).filter(|number| number != id);
        let before = numbers.map(|number| InboundEvent::AlsoKnown { id: number, also: id.to_owned() });
        let moved = self.phone.as_ref().zip(self.bsuid.as_ref());
        let after = moved.map(|(phone, bsuid)| InboundEvent::Moved { from: bsuid.clone(), to: phone.clone() });
        before.chain(events).chain(after).collect()
    }
}

impl NumberChange<'_> {
    /// A customer as described by the webhook.
    pub(super) fn customer(&self, ids: &PersonIds) -> Person {
        let is_them = |contact: &&Contact| {
            let same = |told: &Id, known: &Option<String>| {
                known.is_some() && told.some().map(|id| id.trim_start_matches('+')) == known.as_deref()
            };
            same(&contact.user_id, &ids.bsuid) || same(&contact.wa_id, &ids.phone)
        };
        let profile = self.contacts.iter().find(is_them).map(|contact| &contact.profile);
        let name = profile.and_then(|profile| {
            [&profile.name, &profile.username].into_iter().find_map(|name| name.some().filter(|name| is_visible(name)))
        });
        // A text that is too long for a phone number is ignored.
        let phone =
            ids.phone.as_deref().filter(|phone| phone.len() <= 15 && phone.bytes().all(|one| one.is_ascii_digit()));
        let called = || phone.map_or_else(|| format!("WhatsApp {}", ids.id()), with_plus);
        Person {
            id: ids.id().to_owned(),
            role: Role::Client,
            name: Some(name.map_or_else(called, str::to_owned)),
            phone: phone.map(with_plus),
            profile_url: phone.map(|phone| format!("https://wa.me/{phone}")),
            ..Person::default()
        }
    }

    /// A group, the owner of its conversation.
    pub(super) fn group(&self, id: &str) -> Person {
        let name = self.reader.text("wa-in-group", &[]);
        Person { id: id.to_owned(), role: Role::Client, name: Some(name), ..Person::default() }
    }
}

impl Reader<'_> {
    /// The person who writes in the business's own phone app.
    pub(super) fn owner(&self) -> Person {
        Person {
            id: self.number.phone_number_id.to_owned(),
            role: Role::Manager,
            name: self.number.verified_name().map(str::to_owned),
            ..Person::default()
        }
    }
}
