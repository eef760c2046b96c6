//! Links a chat to its contact.

use std::sync::Arc;

use amocrm::rest::{ContactChat, Field, NewContact};
use anyhow::Context;
use base::message::Person;
use base::phone::Phone;
use uuid::Uuid;

use super::{ContactCard, ContactOutcome, LinkReason, Rule, find, task};
use crate::tenant::TenantContext;
use crate::tenant::token::{CallError, with_token};

/// A chat and what its source requires.
pub(super) struct Job {
    pub tenant_id: Uuid,
    pub conversation_id: Uuid,
    /// amojo's.
    pub chat_id: String,
    pub rule: Rule,
    pub person: Person,
    /// An earlier attempt may have created the contact.
    pub making: bool,
    /// The known contact, and why it was chosen.
    pub before: Option<(i64, LinkReason)>,
}

/// For a chat without a contact.
pub(super) async fn first(app: &Arc<TenantContext>, job: &Job) -> anyhow::Result<ContactOutcome> {
    match (wanted(app, job, None).await?, job.rule) {
        (Some((card, why)), _) => onto(app, job, card, why).await,
        (None, Rule::Create) => made(app, job).await,
        (None, Rule::Leave | Rule::Link) => Ok(ContactOutcome { card: None, why: LinkReason::Nobody }),
    }
}

/// The contact that a developer named, if it exists, else the one with the customer's number or address.
async fn wanted(
    app: &Arc<TenantContext>,
    job: &Job,
    except: Option<i64>,
) -> Result<Option<(ContactCard, LinkReason)>, CallError> {
    match job.person.crm_contact_id {
        Some(id) if Some(id) == except => return Ok(None),
        Some(id) => {
            if let Some(card) = find::by_id(app, job.tenant_id, id).await? {
                return Ok(Some((card, LinkReason::Given)));
            }
        }
        None => {}
    }
    find::find(app, job.tenant_id, &job.person, except).await
}

/// After messages were sent: the contact that amoCRM made meanwhile stays if someone already works with it.
pub(super) async fn late(app: &Arc<TenantContext>, job: &Job) -> anyhow::Result<ContactOutcome> {
    let Some(current) = find::of_chat(app, job.tenant_id, &job.chat_id).await? else { return first(app, job).await };
    // amoCRM's own contact has the number too, if it was made for this chat.
    let found = wanted(app, job, Some(current)).await?;
    let why = match found {
        Some((card, why)) if find::is_incoming(app, job.tenant_id, &job.chat_id).await? => {
            return onto(app, job, card, why).await;
        }
        Some(_) => LinkReason::Late,
        None if job.person.crm_contact_id == Some(current) => LinkReason::Given,
        None => match job.before {
            Some((id, why)) if id == current => why,
            _ => reason_of(job, LinkReason::Crm),
        },
    };
    Ok(ContactOutcome { card: find::by_id(app, job.tenant_id, current).await?, why })
}

/// A contact that is found after an earlier attempt started to create it counts as created.
fn reason_of(job: &Job, why: LinkReason) -> LinkReason {
    if job.making { LinkReason::Made } else { why }
}

async fn onto(
    app: &Arc<TenantContext>,
    job: &Job,
    card: ContactCard,
    why: LinkReason,
) -> anyhow::Result<ContactOutcome> {
    link(app, job, card.id).await?;
    Ok(ContactOutcome { card: Some(card), why: reason_of(job, why) })
}

async fn link(app: &Arc<TenantContext>, job: &Job, contact_id: i64) -> Result<(), CallError> {
    let link = |rest: amocrm::rest::Rest, token| {
        let link = ContactChat { contact_id, chat_id: job.chat_id.clone() };
        async move { rest.link_chats(&token, &[link]).await }
    };
    with_token(app, job.tenant_id, link).await.map(|_| ())
}

/// Creates a contact that could not be found. If it could not be found again (no number, no address), this is tried
/// only once.
async fn made(app: &Arc<TenantContext>, job: &Job) -> anyhow::Result<ContactOutcome> {
    let phone = job.person.phone.clone().filter(|text| Phone::parse(text, None).is_some());
    let email = find::email(&job.person);
    if job.making && find::phone(app, job.tenant_id, &job.person).await?.is_none() && email.is_none() {
        return Ok(ContactOutcome { card: None, why: LinkReason::Unclear });
    }
    task::note_making(app, job.tenant_id, job.conversation_id).await?;
    let fields = phone.iter().map(|phone| Field::phone(phone)).chain(email.iter().map(|email| Field::email(email)));
    let name = job.person.name.clone().or_else(|| phone.clone()).or_else(|| email.clone());
    let name = name.unwrap_or_else(|| job.person.id.clone());
    let contact = NewContact { name: Some(name.clone()), fields: fields.collect(), ..NewContact::default() };
    let make = |rest: amocrm::rest::Rest, token| {
        let contact = contact.clone();
        async move { rest.create_contacts(&token, &[contact]).await }
    };
    let ids = with_token(app, job.tenant_id, make).await?;
    let id = ids.first().copied().context("amoCRM returned no id of the created contact")?;
    onto(app, job, ContactCard { id, name }, LinkReason::Made).await
}
