//! Finds a customer's conversations and messages without changing anything.

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::message::{Body, Content, Person};
use entity::{conversation, message};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::Who;
use super::lines::{self, ImportLines};
use crate::tenant::TenantContext;

/// Rows per page.
const PAGE: u64 = 500;
/// Minimum number of digits in a phone number.
const SHORTEST: usize = 7;
/// This many digits at the end distinguish numbers; the prefix is written in several ways.
const TELLING: usize = 10;

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
}

/// The extent of [`super::erase()`]; empty if no one is found. 422 if the phone number is invalid.
pub async fn find(app: &TenantContext, tenant_id: Uuid, who: &Who) -> Result<ErasureScope> {
    let mut found = ErasureScope::default();
    match who {
        Who::Conversation(id) => {
            let row = conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::Id.eq(*id));
            if let Some(row) = row.one(app.store.read()).await? {
                found.conversations.push(row.id);
                let contact: Person = serde_json::from_str(&row.contact).unwrap_or_default();
                found.lines = lines_of(app, tenant_id, contact.phone.as_deref().unwrap_or_default()).await?;
            }
        }
        Who::Phone(phone) => {
            by_phone(app, tenant_id, phone, &mut found).await?;
            found.lines = lines_of(app, tenant_id, phone).await?;
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

async fn lines_of(app: &TenantContext, tenant_id: Uuid, phone: &str) -> Result<ImportLines> {
    let wanted = digits(phone);
    if wanted.len() < SHORTEST { Ok(ImportLines::default()) } else { Ok(lines::find(app, tenant_id, &wanted).await?) }
}

async fn by_phone(app: &TenantContext, tenant_id: Uuid, phone: &str, found: &mut ErasureScope) -> Result<()> {
    let wanted = digits(phone);
    if wanted.len() < SHORTEST {
        return Err(Error::field("/phone", LocalizedText::new("said-phone")));
    }
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
        let theirs = page.iter().filter(|row| {
            let contact: Option<Person> = serde_json::from_str(&row.contact).ok();
            contact.is_some_and(|contact| has(&contact, &wanted))
        });
        found.conversations.extend(theirs.map(|row| row.id));
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
            if !found.conversations.contains(&conversation_id) && speaks(&body, &wanted) {
                found.others.push(id);
            }
        }
    }
}

/// Whether a message is from or to the phone number, or contains it as a contact.
fn speaks(body: &str, wanted: &str) -> bool {
    let Ok(body) = serde_json::from_str::<Body>(body) else { return false };
    let shared = matches!(&body.content, Content::Contact { phone, .. } if same(phone, wanted));
    shared || has(&body.sender, wanted) || body.receiver.as_ref().is_some_and(|receiver| has(receiver, wanted))
}

fn has(person: &Person, wanted: &str) -> bool {
    person.phone.as_deref().is_some_and(|phone| same(phone, wanted))
}

pub(super) fn same(phone: &str, wanted: &str) -> bool {
    let phone = digits(phone);
    let telling = |digits: &str| digits[digits.len().saturating_sub(TELLING)..].to_owned();
    phone.len() >= SHORTEST && telling(&phone) == telling(wanted)
}

/// The digits of a phone number.
pub(super) fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_is_written_in_many_ways() {
        let wanted = digits("+7 (915) 111-22-33");
        for other in ["79151112233", "8 915 111 22 33", "9151112233", "+7-915-1112233"] {
            assert!(same(other, &wanted), "{other}");
        }
        for other in ["+79151112234", "2233", "", "+7 915 111-22-3"] {
            assert!(!same(other, &wanted), "{other}");
        }
    }
}
