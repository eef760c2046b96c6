//! The library's views of the CRM.

use crate::crm::state::{
    Account,
    crm::{Contact, Link, Sorted, Talk, Unsorted, Webhook},
};

/// A contact with its leads and chats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactView {
    /// Numeric id.
    pub id: i64,
    /// Name shown to people.
    pub name: String,
    /// Phones as entered, in order.
    pub phones: Vec<String>,
    /// E-mail addresses, in order.
    pub emails: Vec<String>,
    /// Ids of its leads, including incoming ones.
    pub leads: Vec<i64>,
    /// Amojo ids of its chats.
    pub chats: Vec<String>,
}

/// A chat's link to a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkView {
    /// Numeric id, which changes with the link.
    pub id: i64,
    /// The contact.
    pub contact_id: i64,
    /// Amojo id of the chat.
    pub chat_id: String,
}

/// An incoming lead that was neither accepted nor declined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomingLeadView {
    /// Its id in `leads/unsorted`.
    pub uid: String,
    /// The lead it becomes when accepted.
    pub lead_id: i64,
    /// Its contact.
    pub contact_id: i64,
    /// Amojo id of its chat.
    pub chat_id: String,
    /// Its pipeline.
    pub pipeline_id: i64,
    /// Name of its source.
    pub source_name: String,
}

/// A talk: one conversation of a chat from its first message until it is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TalkView {
    /// `talk_id`.
    pub id: i64,
    /// Amojo id of the chat.
    pub chat_id: String,
    /// The contact; `None` while the chat has none.
    pub contact_id: Option<i64>,
    /// The lead; `None` while the chat has none.
    pub lead_id: Option<i64>,
    /// Whether it is open.
    pub is_in_work: bool,
    /// Whether a manager has answered the latest message.
    pub is_read: bool,
}

/// A subscription to CRM hooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookView {
    /// Numeric id.
    pub id: i64,
    /// The address of its hooks.
    pub destination: String,
    /// The events: `add_contact`, `update_talk`, …
    pub settings: Vec<String>,
    /// Whether amoCRM has disabled it.
    pub disabled: bool,
}

impl ContactView {
    pub(crate) fn of(account: &Account, contact: &Contact) -> Self {
        let crm = &account.crm;
        Self {
            id: contact.id,
            name: contact.name.clone(),
            phones: contact.texts("PHONE"),
            emails: contact.texts("EMAIL"),
            leads: account.leads_of(contact.id),
            chats: crm
                .links
                .iter()
                .filter(|link| link.contact_id == contact.id)
                .map(|one| one.chat_id.clone())
                .collect(),
        }
    }
}

impl LinkView {
    pub(crate) fn of(link: &Link) -> Self {
        Self { id: link.id, contact_id: link.contact_id, chat_id: link.chat_id.clone() }
    }
}

impl IncomingLeadView {
    /// `None` if it was accepted, declined or linked.
    pub(crate) fn of(account: &Account, one: &Unsorted) -> Option<Self> {
        (one.sorted == Sorted::Waiting).then(|| Self {
            uid: one.uid.clone(),
            lead_id: one.lead_id,
            contact_id: account.lead(one.lead_id).map_or(0, |lead| lead.contact_id),
            chat_id: one.chat_id.clone(),
            pipeline_id: one.pipeline_id,
            source_name: one.source_name.clone(),
        })
    }
}

impl TalkView {
    pub(crate) fn of(talk: &Talk) -> Self {
        Self {
            id: talk.id,
            chat_id: talk.chat_id.clone(),
            contact_id: talk.contact_id,
            lead_id: talk.lead_id,
            is_in_work: talk.is_in_work,
            is_read: talk.is_read,
        }
    }
}

impl WebhookView {
    pub(crate) fn of(webhook: &Webhook) -> Self {
        Self {
            id: webhook.id,
            destination: webhook.destination.clone(),
            settings: webhook.settings.clone(),
            disabled: webhook.disabled,
        }
    }
}
