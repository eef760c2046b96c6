//! Finds a customer's conversations and messages without changing anything.

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::message::{Body, Content, Person};
use base::phone::{Country, Likeness, Phone};
use entity::{conversation, message};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::Who;
use super::lines::{self, ImportLines};
use crate::tenant::{TenantContext, country_of};

/// Rows per page.
const PAGE: u64 = 500;

/// The extent of an erasure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErasureScope {
    /// Conversations with the customer, as a whole.
    pub conversations: Vec<Uuid>,
    /// Number of messages: in those conversations, single ones of the customer in others (group chats), and those
    /// waiting to be imported.
    pub messages: u64,
    /// Number of files among them.
    pub files: u64,
    /// Conversations in which a number is written so that it may be the customer's or another person's. They are not in
    /// the scope: a person decides.
    pub also_possible: Vec<Uuid>,
    /// The single ones.
    pub(in crate::tenant) others: Vec<Uuid>,
    /// Pending lines of imports.
    pub(super) lines: ImportLines,
}

impl ErasureScope {
    /// Whether nothing of the customer was found.
    pub fn is_empty(&self) -> bool {
        self.conversations.is_empty() && self.others.is_empty() && self.lines.count == 0
    }

    /// Why nothing of the customer was found.
    pub(in crate::tenant) fn absent(&self) -> Error {
        if self.also_possible.is_empty() {
            return Error::NotFound;
        }
        let chats = self.also_possible.iter().map(Uuid::to_string).collect::<Vec<_>>().join(", ");
        Error::field("/phone", LocalizedText::new("said-phone-possible").with("chats", chats))
    }
}

/// The extent of [`super::erase()`]; empty if no one is found. 422 if the phone number is invalid.
pub async fn find(app: &TenantContext, tenant_id: Uuid, who: &Who) -> Result<ErasureScope> {
    let mut found = ErasureScope::default();
    let country = country_of(app, tenant_id).await?;
    match who {
        Who::Conversation(id) => {
            let row = conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::Id.eq(*id));
            if let Some(row) = row.one(app.store.read()).await? {
                found.conversations.push(row.id);
                let contact: Person = serde_json::from_str(&row.contact).unwrap_or_default();
                if let Some(wanted) = Wanted::of(contact.phone.as_deref().unwrap_or_default(), country) {
                    found.lines = lines::find(app, tenant_id, &wanted).await?;
                }
            }
        }
        Who::Phone(phone) => {
            let wanted =
                Wanted::of(phone, country).ok_or_else(|| Error::field("/phone", LocalizedText::new("said-phone")))?;
            by_phone(app, tenant_id, &wanted, &mut found).await?;
            found.lines = lines::find(app, tenant_id, &wanted).await?;
        }
    }
    for id in &found.conversations {
        let of_it = || message::Entity::of_tenant(tenant_id).filter(message::Column::ConversationId.eq(*id));
        found.messages += of_it().count(app.store.read()).await?;
        found.files += of_it().filter(message::Column::Body.contains("\"media_url\"")).count(app.store.read()).await?;
    }
    found.messages += u64::try_from(found.others.len()).unwrap_or(0) + found.lines.count;
    Ok(found)
}

/// The number that is looked for.
pub(super) struct Wanted {
    phone: Phone,
    country: Option<Country>,
}

impl Wanted {
    fn of(phone: &str, country: Option<Country>) -> Option<Self> {
        Some(Self { phone: Phone::parse(phone, country)?, country })
    }

    /// How a number of the account relates to it.
    pub fn likeness(&self, phone: &str) -> Likeness {
        Phone::parse(phone, self.country).map_or(Likeness::Different, |phone| phone.likeness(&self.phone))
    }

    fn of_person(&self, person: &Person) -> Likeness {
        person.phone.as_deref().map_or(Likeness::Different, |phone| self.likeness(phone))
    }

    /// The number that a message is from, to, or contains as a contact: the one most like it.
    fn in_message(&self, body: &str) -> Likeness {
        let Ok(body) = serde_json::from_str::<Body>(body) else { return Likeness::Different };
        let shared = match &body.content {
            Content::Contact { phone, .. } => self.likeness(phone),
            _ => Likeness::Different,
        };
        let people = std::iter::once(&body.sender).chain(&body.receiver).map(|person| self.of_person(person));
        people.chain([shared]).min().unwrap_or(Likeness::Different)
    }
}

async fn by_phone(app: &TenantContext, tenant_id: Uuid, wanted: &Wanted, found: &mut ErasureScope) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let page = conversation::Entity::of_tenant(tenant_id)
            .filter(conversation::Column::Id.gt(after))
            .order_by_asc(conversation::Column::Id)
            .limit(PAGE)
            .all(app.store.read())
            .await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for row in page {
            let contact: Person = serde_json::from_str(&row.contact).unwrap_or_default();
            match wanted.of_person(&contact) {
                Likeness::Same => found.conversations.push(row.id),
                Likeness::Possible => found.also_possible.push(row.id),
                Likeness::Different => {}
            }
        }
    }
    let mut after = Uuid::nil();
    loop {
        let page: Vec<(Uuid, Uuid, String)> = message::Entity::of_tenant(tenant_id)
            .select_only()
            .columns([message::Column::Id, message::Column::ConversationId, message::Column::Body])
            .filter(message::Column::Id.gt(after))
            .order_by_asc(message::Column::Id)
            .limit(PAGE)
            .into_tuple()
            .all(app.store.read())
            .await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.0;
        for (id, conversation_id, body) in page {
            if found.conversations.contains(&conversation_id) {
                continue;
            }
            match wanted.in_message(&body) {
                Likeness::Same => found.others.push(id),
                Likeness::Possible if !found.also_possible.contains(&conversation_id) => {
                    found.also_possible.push(conversation_id);
                }
                Likeness::Possible | Likeness::Different => {}
            }
        }
    }
}
