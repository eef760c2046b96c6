//! Finds a customer's contact.

use std::sync::Arc;

use amocrm::rest::Contact;
use base::message::Person;
use base::phone::Phone;
use uuid::Uuid;

use super::{ContactCard, LinkReason};
use crate::tenant::token::{CallError, TokenError, with_token};
use crate::tenant::{TenantContext, country_of};

/// Maximum pages of incoming leads searched, the newest first.
const PAGES: u32 = 4;

/// The customer's phone number, if contacts can be found by it: an ambiguous one might be a stranger's.
pub(super) async fn phone(app: &TenantContext, tenant_id: Uuid, person: &Person) -> Result<Option<Phone>, CallError> {
    let Some(text) = &person.phone else { return Ok(None) };
    let country = country_of(app, tenant_id).await.map_err(TokenError::from)?;
    Ok(Phone::parse(text, country).filter(|phone| !phone.is_ambiguous()))
}

/// The customer's e-mail address, if valid.
pub(super) fn email(person: &Person) -> Option<String> {
    person.email.clone().filter(|email| email.contains('@'))
}

/// The contact with the customer's number, else with their address. Of several the one changed last, because
/// that is the one people work with. `except`: a contact to ignore.
pub(super) async fn find(
    app: &Arc<TenantContext>,
    tenant_id: Uuid,
    person: &Person,
    except: Option<i64>,
) -> Result<Option<(ContactCard, LinkReason)>, CallError> {
    if let Some(phone) = phone(app, tenant_id, person).await? {
        let country = country_of(app, tenant_id).await.map_err(TokenError::from)?;
        let ask = |rest: amocrm::rest::Rest, token| {
            let phone = phone.clone();
            async move {
                let is_theirs = |known: &str| Phone::parse(known, country).is_some_and(|known| known.is_same(&phone));
                rest.contacts_with_phone(&token, phone.ending(), is_theirs).await
            }
        };
        let mut found = with_token(app, tenant_id, ask).await?;
        found.retain(|contact| Some(contact.id) != except);
        if let Some(found) = chosen(found, LinkReason::Phone, LinkReason::PhoneSeveral) {
            return Ok(Some(found));
        }
    }
    let Some(email) = email(person) else { return Ok(None) };
    let ask = |rest: amocrm::rest::Rest, token| {
        let email = email.clone();
        async move { rest.contacts_with_email(&token, &email).await }
    };
    let mut found = with_token(app, tenant_id, ask).await?;
    found.retain(|contact| Some(contact.id) != except);
    Ok(chosen(found, LinkReason::Email, LinkReason::EmailSeveral))
}

fn chosen(found: Vec<Contact>, one: LinkReason, several: LinkReason) -> Option<(ContactCard, LinkReason)> {
    let why = if found.len() > 1 { several } else { one };
    let contact = found.into_iter().max_by_key(|contact| (contact.updated_at, contact.id))?;
    Some((card(&contact), why))
}

/// An amoCRM contact in the form stored here.
pub(super) fn card(contact: &Contact) -> ContactCard {
    let parts = [&contact.first_name, &contact.last_name].into_iter().flatten();
    let joined = || parts.map(String::as_str).collect::<Vec<_>>().join(" ");
    let name = contact.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(joined);
    ContactCard { id: contact.id, name: name.replace('\0', "\u{fffd}") }
}

/// A contact by its id; none if it no longer exists.
pub(super) async fn by_id(
    app: &Arc<TenantContext>,
    tenant_id: Uuid,
    id: i64,
) -> Result<Option<ContactCard>, CallError> {
    let found = with_token(app, tenant_id, |rest, token| async move { rest.contact(&token, id).await }).await;
    match found {
        Ok(found) => Ok(found.filter(|contact| !contact.is_deleted).map(|contact| card(&contact))),
        Err(CallError::Crm(error)) if error.status() == Some(410) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The contact to which a chat is linked at amoCRM.
pub async fn of_chat(app: &Arc<TenantContext>, tenant_id: Uuid, chat_id: &str) -> Result<Option<i64>, CallError> {
    let ask = |rest: amocrm::rest::Rest, token| {
        let chat_id = chat_id.to_owned();
        async move { rest.contacts_of_chats(&token, &[chat_id.as_str()]).await }
    };
    let found = with_token(app, tenant_id, ask).await?;
    Ok(found.into_iter().find(|one| one.chat_id == chat_id).map(|one| one.contact_id))
}

/// Whether the chat's incoming lead still waits for a person to accept it.
pub async fn is_incoming(app: &Arc<TenantContext>, tenant_id: Uuid, chat_id: &str) -> Result<bool, CallError> {
    for number in 1..=PAGES {
        let ask = |rest: amocrm::rest::Rest, token| async move {
            rest.unsorted_chats(&token, &amocrm::rest::UnsortedFilter::default(), number).await
        };
        let page = with_token(app, tenant_id, ask).await?;
        let of_chat = |one: &amocrm::rest::Unsorted| {
            one.chat.as_ref().is_some_and(|chat| chat.chat_id.as_deref() == Some(chat_id))
        };
        if page.items.iter().any(of_chat) {
            return Ok(true);
        }
        if !page.has_more {
            break;
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(id: i64, updated_at: i64) -> Contact {
        Contact { id, updated_at: Some(updated_at), name: Some(format!("{id}")), ..Contact::default() }
    }

    #[test]
    fn of_several_contacts_the_last_changed_is_chosen_with_that_reason() {
        let found = vec![contact(1, 50), contact(2, 70), contact(3, 60)];
        let (card, why) = chosen(found, LinkReason::Phone, LinkReason::PhoneSeveral).unwrap();
        assert_eq!((card.id, why), (2, LinkReason::PhoneSeveral));
        let (card, why) = chosen(vec![contact(1, 50)], LinkReason::Phone, LinkReason::PhoneSeveral).unwrap();
        assert_eq!((card.id, why), (1, LinkReason::Phone));
        assert_eq!(chosen(Vec::new(), LinkReason::Email, LinkReason::EmailSeveral), None);
    }

    #[test]
    fn invalid_emails_are_not_searched_for() {
        let person = |email: &str| Person { email: Some(email.to_owned()), ..Person::default() };
        assert_eq!(email(&person("nobody")), None);
        assert!(email(&person("a@b.c")).is_some());
    }
}
