//! The library's views of its state, where they are not the state itself.

use chrono::{DateTime, Utc};

use super::state::{Account, CONTACTS, Card, Chat, LEADS, Person, Pipeline, TASKS, Unsorted, User};

/// An account and its fixed parts.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// Bare host, such as `acme.amocrm.ru`.
    pub host: String,
    pub id: i64,
    /// Id in the Chats API, a UUID.
    pub amojo_id: String,
    pub name: String,
    /// An administrator, a manager, and a manager without an id in the Chats API.
    pub users: Vec<User>,
    /// Two pipelines; the first is the main one.
    pub pipelines: Vec<Pipeline>,
}

/// A chat with its contact and lead.
#[derive(Clone, Debug)]
pub struct ChatView {
    /// Amojo chat id.
    pub id: String,
    pub scope_id: String,
    /// The other side's chat id; `None` for a chat opened by a manager until it is bound.
    pub conversation_id: Option<String>,
    /// Amojo id of the customer.
    pub person_id: String,
    pub name: String,
    /// Empty if unknown.
    pub phone: String,
    /// Empty if unknown.
    pub email: String,
    /// External id of the source it is bound to.
    pub source: Option<String>,
    /// External id in its hooks now: the bound source's or the default one's.
    pub hook_source: Option<String>,
    pub messages: usize,
    /// Messages the manager was notified of and has not seen.
    pub unread: usize,
    /// Until when the customer counts as typing.
    pub typing_until: Option<DateTime<Utc>>,
    pub lead: Option<LeadView>,
}

#[derive(Clone, Debug)]
pub struct LeadView {
    pub id: i64,
    pub contact_id: i64,
    pub pipeline_id: i64,
    /// Name of the source it came from.
    pub source_name: String,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactView {
    pub id: i64,
    pub name: String,
    /// As entered, in order.
    pub phones: Vec<String>,
    pub emails: Vec<String>,
    /// Ids of its leads, including incoming ones.
    pub leads: Vec<i64>,
    /// Amojo ids of its chats.
    pub chats: Vec<String>,
}

/// A lead as its card shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadCardView {
    pub id: i64,
    pub contact_id: i64,
    pub pipeline_id: i64,
    pub status_id: i64,
    pub responsible_user_id: i64,
    pub tags: Vec<String>,
    /// The texts of its tasks, each with the user who has to do it.
    pub tasks: Vec<(String, i64)>,
}

/// An incoming lead that was not accepted yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomingLeadView {
    /// Its id in `leads/unsorted`.
    pub uid: String,
    /// The lead it becomes when accepted.
    pub lead_id: i64,
    pub contact_id: i64,
    /// Amojo id of its chat.
    pub chat_id: String,
    pub pipeline_id: i64,
    pub source_name: String,
}

impl AccountView {
    pub(crate) fn of(account: &Account) -> Self {
        Self {
            host: account.host.clone(),
            id: account.id,
            amojo_id: account.amojo_id.clone(),
            name: account.name.clone(),
            users: account.users.clone(),
            pipelines: account.pipelines(),
        }
    }
}

impl ChatView {
    pub(crate) fn of(account: &Account, chat: &Chat, now: DateTime<Utc>) -> Self {
        let person = account.person(&chat.person_id);
        let own = |look: fn(&Person) -> &String| person.map(|person| look(person).clone()).unwrap_or_default();
        Self {
            id: chat.id.clone(),
            scope_id: chat.scope_id.clone(),
            conversation_id: chat.conversation_id.clone(),
            person_id: chat.person_id.clone(),
            name: own(|person| &person.name),
            phone: own(|person| &person.phone),
            email: own(|person| &person.email),
            source: chat.source.clone(),
            hook_source: account.source_of(chat).map(|source| source.external_id.clone()),
            messages: chat.messages,
            unread: chat.unread,
            typing_until: chat.typing_at(now).map(|typing| typing.until),
            lead: chat.lead_id.and_then(|id| account.crm.lead(id)).map(|lead| LeadView {
                id: lead.id,
                contact_id: lead.number("contact_id"),
                pipeline_id: lead.number("pipeline_id"),
                source_name: lead.text("source_name").to_owned(),
                created_at: DateTime::from_timestamp(lead.number("created_at"), 0).unwrap_or_default(),
            }),
        }
    }
}

impl ContactView {
    pub(crate) fn of(account: &Account, contact: &Card) -> Self {
        let links = account.crm.links.iter().filter(|link| link.contact_id == contact.id);
        Self {
            id: contact.id,
            name: contact.name().to_owned(),
            phones: contact.phones(),
            emails: contact.emails(),
            leads: account.crm.leads_of(contact.id).map(|lead| lead.id).collect(),
            chats: links.map(|link| link.chat_id.clone()).collect(),
        }
    }
}

impl LeadCardView {
    pub(crate) fn of(account: &Account, lead: &Card) -> Self {
        let contacts = account.crm.tied((LEADS.name, lead.id), CONTACTS.name);
        let contact_id = contacts.first().map_or_else(|| lead.number("contact_id"), |(id, _)| *id);
        let is_its = |task: &&Card| task.text("entity_type") == LEADS.name && task.number("entity_id") == lead.id;
        let tasks = account.crm.all(&TASKS).iter().filter(is_its);
        Self {
            id: lead.id,
            contact_id,
            pipeline_id: lead.number("pipeline_id"),
            status_id: lead.number("status_id"),
            responsible_user_id: lead.number("responsible_user_id"),
            tags: lead.tags.clone(),
            tasks: tasks.map(|task| (task.text("text").to_owned(), task.number("responsible_user_id"))).collect(),
        }
    }
}

impl IncomingLeadView {
    pub(crate) fn of(account: &Account, one: &Unsorted) -> Self {
        Self {
            uid: one.uid.clone(),
            lead_id: one.lead_id,
            contact_id: account.crm.lead(one.lead_id).map_or(0, |lead| lead.number("contact_id")),
            chat_id: one.chat_id.clone(),
            pipeline_id: one.pipeline_id,
            source_name: one.source_name.clone(),
        }
    }
}
