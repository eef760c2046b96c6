//! Finds a customer's contact, and checks whether it has changed: people delete and merge contacts, and the hooks about it
//! may be lost. A hook is only a reason to query amoCRM, never the truth (crm-api §7.3).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use amocrm::rest::{Contact, Unsorted};
use base::message::Person;
use base::phone::{Country, Phone, looks_like_one};
use base::store::in_transaction;
use base::vault::hash;
use chrono::TimeDelta;
use entity::conversation::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{ContactCard, ContactOutcome, LinkReason, ledger};
use crate::tenant::token::{CallError, TokenError, with_token};
use crate::tenant::{TenantContext, country_of};

/// Maximum pages of incoming leads searched, the newest first.
const PAGES: u32 = 4;
/// How long the first page is used for other chats as well.
const SHARED: TimeDelta = TimeDelta::seconds(3);

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

/// The outcome of a search.
pub(super) enum Search {
    Found(ContactCard, LinkReason),
    /// No contact has the number or the address.
    Nobody,
    /// One has the number, which seems to be another person's now.
    Recycled,
}

/// The contact with the customer's number, else with their address. Of several the one changed last, because
/// that is the one people work with. `chat`: the chat that gets it; `except`: a contact to ignore.
pub(super) async fn find(
    app: &Arc<TenantContext>,
    (tenant_id, chat): (Uuid, Uuid),
    person: &Person,
    except: Option<i64>,
) -> Result<Search, CallError> {
    let mut otherwise = Search::Nobody;
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
        if let Some((card, why)) = choose(found, LinkReason::Phone, LinkReason::PhoneSeveral) {
            if !is_recycled(app, (tenant_id, chat), person, &phone, card.id).await? {
                return Ok(Search::Found(card, why));
            }
            otherwise = Search::Recycled;
        }
    }
    let Some(email) = email(person) else { return Ok(otherwise) };
    let ask = |rest: amocrm::rest::Rest, token| {
        let email = email.clone();
        async move { rest.contacts_with_email(&token, &email).await }
    };
    let mut found = with_token(app, tenant_id, ask).await?;
    found.retain(|contact| Some(contact.id) != except);
    let found = choose(found, LinkReason::Email, LinkReason::EmailSeveral);
    Ok(found.map_or(otherwise, |(card, why)| Search::Found(card, why)))
}

/// A number that is silent for so long may have been given to another subscriber.
const SILENT: TimeDelta = TimeDelta::days(365);

/// Whether the number seems to be another person's now: a messenger whose chats have numbers for ids knows both, and one alone
/// by the number; or all chats of the contact with it have been silent for a year and none knew the customer by this name.
async fn is_recycled(
    app: &Arc<TenantContext>,
    (tenant_id, chat): (Uuid, Uuid),
    person: &Person,
    phone: &Phone,
    contact_id: i64,
) -> Result<bool, CallError> {
    let earlier = chats_with(app, (tenant_id, chat), phone, contact_id).await?;
    if earlier.is_empty() {
        return Ok(false);
    }
    let since = app.clock.millis() - SILENT.num_milliseconds();
    let is_silent = |one: &conversation::Model| one.heard_at.max(one.created_at) < since;
    let name = |person: &Person| person.name.as_deref().map(|name| name.trim().to_lowercase());
    let is_other = |one: &conversation::Model| {
        serde_json::from_str::<Person>(&one.contact).is_ok_and(|known| name(&known) != name(person))
    };
    let is_named = name(person).is_some_and(|name| !name.is_empty());
    let new = conversation::Entity::find_by_id((tenant_id, chat)).one(app.store.read());
    let new = new.await.map_err(TokenError::from)?;
    let keys = phone.keys();
    let writes_as_number = |one: &conversation::Model| keys.iter().any(|key| key == one.goes_to());
    let is_another = |one: &conversation::Model, new: &conversation::Model| {
        let (both_wrote, line) = (one.heard_at.min(new.heard_at) > 0, one.source_id == new.source_id);
        both_wrote && line && writes_as_number(one) != writes_as_number(new)
    };
    let is_given_up = new.is_some_and(|new| earlier.iter().any(|one| is_another(one, &new)));
    let is_forgotten = is_named && earlier.iter().all(|one| is_silent(one) && is_other(one));
    Ok(is_given_up || is_forgotten)
}

/// Chats about whose contact amoCRM is asked.
const MOST_ASKED: usize = 20;

/// The other chats of a contact with this number. amoCRM is asked about those whose contact it chose, the oldest first:
/// strangers who type the number in a site's chat cannot crowd out who had it before.
async fn chats_with(
    app: &Arc<TenantContext>,
    (tenant_id, chat): (Uuid, Uuid),
    phone: &Phone,
    contact_id: i64,
) -> Result<Vec<conversation::Model>, CallError> {
    let known = conversation::Entity::of_tenant(tenant_id)
        // Without the second condition the partial index is not used.
        .filter(Column::PhoneHash.is_in(phone_hashes(phone)))
        .filter(Column::PhoneHash.ne(""))
        .filter(Column::ContactId.is_in([contact_id, 0]))
        .filter(Column::Id.ne(chat))
        .all(app.store.read());
    let mut chats = known.await.map_err(TokenError::from)?;
    chats.sort_unstable_by_key(|one| one.id);
    let is_unknown = |one: &conversation::Model| one.contact_id == 0 && !one.amocrm_chat_id.is_empty();
    let unknown: Vec<String> =
        chats.iter().filter(|one| is_unknown(one)).take(MOST_ASKED).map(|one| one.amocrm_chat_id.clone()).collect();
    let there = if unknown.is_empty() {
        Vec::new()
    } else {
        let ask = |rest: amocrm::rest::Rest, token| {
            let unknown = unknown.clone();
            async move {
                let ids: Vec<&str> = unknown.iter().map(String::as_str).collect();
                rest.contacts_of_chats(&token, &ids).await
            }
        };
        with_token(app, tenant_id, ask).await?
    };
    let is_theirs = |one: &conversation::Model| {
        let linked = there.iter().find(|link| link.chat_id == one.amocrm_chat_id).map(|link| link.contact_id);
        one.contact_id == contact_id || linked == Some(contact_id)
    };
    chats.retain(is_theirs);
    Ok(chats)
}

/// The contact to which a new chat of this customer would be linked, by its CRM id and name; none if there is none yet.
pub async fn expected(
    app: &Arc<TenantContext>,
    tenant_id: Uuid,
    person: &Person,
) -> Result<Option<(i64, String)>, CallError> {
    Ok(match find(app, (tenant_id, Uuid::nil()), person, None).await? {
        Search::Found(card, _) => Some((card.id, card.name)),
        Search::Nobody | Search::Recycled => None,
    })
}

fn choose(found: Vec<Contact>, one: LinkReason, several: LinkReason) -> Option<(ContactCard, LinkReason)> {
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
    Ok(incoming(app, tenant_id, chat_id).await?.is_some())
}

/// The chat's incoming lead, while it waits for a person to accept it, or until seconds ago did.
pub async fn incoming(app: &Arc<TenantContext>, tenant_id: Uuid, chat_id: &str) -> Result<Option<Unsorted>, CallError> {
    let of_chat = |leads: &[Unsorted]| leads.iter().find(|one| one.chat_id.as_deref() == Some(chat_id)).cloned();
    let (known, now) = (&app.incoming_leads.0, app.clock.millis());
    let shared = known.get(&tenant_id).await.filter(|(read_at, _)| now - read_at <= SHARED.num_milliseconds());
    if let Some(found) = shared.and_then(|(_, leads)| of_chat(&leads)) {
        return Ok(Some(found));
    }
    for number in 1..=PAGES {
        let ask = |rest: amocrm::rest::Rest, token| async move { rest.unsorted_chats(&token, number).await };
        let page = with_token(app, tenant_id, ask).await?;
        let found = of_chat(&page.items);
        if number == 1 {
            known.insert(tenant_id, (now, Arc::new(page.items))).await;
        }
        if found.is_some() {
            return Ok(found);
        }
        if !page.has_more {
            break;
        }
    }
    Ok(None)
}

/// Writes an outcome, and an entry of the ledger if it changes the contact; a conversation that was erased meanwhile stays
/// empty. `made_by`: the person who decided; empty if none did.
pub(super) async fn store(
    tx: &DatabaseTransaction,
    app: &TenantContext,
    (tenant_id, conversation_id): (Uuid, Uuid),
    outcome: &ContactOutcome,
    made_by: &str,
) -> Result<(), DbErr> {
    let row = conversation::Entity::find_by_id((tenant_id, conversation_id)).lock_exclusive();
    let Some(before) = row.one(tx).await? else { return Ok(()) };
    let (id, name) = outcome.card.as_ref().map_or((0, ""), |card| (card.id, card.name.as_str()));
    if before.external_id.is_empty() && before.amocrm_chat_id.is_empty() {
        return Ok(());
    }
    conversation::Entity::update_by_id((tenant_id, conversation_id))
        .col_expr(Column::ContactId, Expr::value(id))
        .col_expr(Column::ContactName, Expr::value(name))
        .col_expr(Column::ContactWhy, Expr::value(outcome.why.word()))
        .col_expr(Column::ContactSeenAt, Expr::value(app.clock.millis()))
        .exec(tx)
        .await?;
    ledger::note(tx, app, &before, outcome, made_by).await
}

/// Records when amoCRM was asked and knew of no contact. 0: the next check asks it, however fresh the last answer is.
async fn store_seen(db: &impl ConnectionTrait, at: i64, tenant_id: Uuid, conversation_id: Uuid) -> Result<(), DbErr> {
    conversation::Entity::update_by_id((tenant_id, conversation_id))
        .col_expr(conversation::Column::ContactSeenAt, Expr::value(at))
        .exec(db)
        .await?;
    Ok(())
}

/// Hex digits of a hash that are stored.
const DIGITS: usize = 32;

/// The hash of the customer's number, the same for every notation; empty if there is no number. It is as confidential
/// as the number, because all numbers can be tried; it exists because it can be indexed. Numbers have got their country
/// at the door.
pub fn phone_hash(person: &Person) -> String {
    let phone = person.phone.as_deref().and_then(|text| Phone::parse(text, None));
    phone.map(|phone| hash_of(phone.key())).unwrap_or_default()
}

/// The hashes under which conversations with this number are stored, by this version and earlier ones. Their numbers
/// have to be compared.
pub fn phone_hashes(phone: &Phone) -> Vec<String> {
    phone.keys().iter().map(|key| hash_of(key)).collect()
}

/// The hashes that a search text is or describes: a number in any notation of these countries, or the beginning of its
/// SHA-256.
pub fn searched_hashes(text: &str, countries: &[Country]) -> BTreeSet<String> {
    let text = text.trim();
    if text.len() >= DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return text.get(..DIGITS).map(str::to_lowercase).into_iter().collect();
    }
    if !looks_like_one(text) {
        return BTreeSet::new();
    }
    let countries = countries.iter().map(|country| Some(*country)).chain([None]);
    countries.filter_map(|country| Phone::parse(text, country)).flat_map(|phone| phone_hashes(&phone)).collect()
}

fn hash_of(key: &str) -> String {
    hash(key).chars().take(DIGITS).collect()
}

/// How long the last answer is cached.
const FRESH: TimeDelta = TimeDelta::minutes(10);
/// Maximum time that a page waits for it.
const WITHIN: Duration = Duration::from_millis(1500);
/// Time limit in the background.
const PATIENTLY: Duration = Duration::from_secs(30);

/// The conversation with its contact's current data at amoCRM. If amoCRM does not answer soon, the stored data is
/// returned.
pub async fn look(app: &Arc<TenantContext>, known: conversation::Model) -> conversation::Model {
    let is_fresh = app.clock.millis() - known.contact_seen_at < FRESH.num_milliseconds() && known.contact_seen_at > 0;
    if known.amocrm_chat_id.is_empty() || is_fresh {
        return known;
    }
    ask_within(app, known, WITHIN).await
}

/// The same regardless of the cache and with the longer time limit, for callers that know of a change.
pub(super) async fn check_at_once(app: &Arc<TenantContext>, known: conversation::Model) {
    ask_within(app, known, PATIENTLY).await;
}

async fn ask_within(app: &Arc<TenantContext>, known: conversation::Model, within: Duration) -> conversation::Model {
    let outcome = match tokio::time::timeout(within, ask(app, &known)).await {
        Ok(Ok(Some(outcome))) => outcome,
        Ok(Ok(None)) => return keep_seen(app, known).await,
        Ok(Err(error)) => {
            tracing::info!(tenant.id = %known.tenant_id, error = format!("{error:#}"), "the contact of a chat could not be read");
            return known;
        }
        Err(_) => return known,
    };
    let ids = (known.tenant_id, known.id);
    let stored = in_transaction(&app.store, async |tx| store(tx, app, ids, &outcome, "").await);
    if let Err(error) = stored.await {
        tracing::warn!(tenant.id = %known.tenant_id, %error, "the contact of a chat could not be stored; the next check will store it");
    }
    let (contact_id, contact_name) = outcome.card.map_or((0, String::new()), |card| (card.id, card.name));
    conversation::Model { contact_id, contact_name, contact_why: outcome.why.word().to_owned(), ..known }
}

/// amoCRM has no contact for it, and there was none before: this result is cached for a while.
async fn keep_seen(app: &TenantContext, known: conversation::Model) -> conversation::Model {
    let now = app.clock.millis();
    if let Err(error) = store_seen(app.store.write(), now, known.tenant_id, known.id).await {
        tracing::warn!(tenant.id = %known.tenant_id, %error, "that a chat has no contact could not be stored; the next check will store it");
    }
    known
}

async fn ask(app: &Arc<TenantContext>, known: &conversation::Model) -> anyhow::Result<Option<ContactOutcome>> {
    let tenant_id = known.tenant_id;
    let there = of_chat(app, tenant_id, &known.amocrm_chat_id).await?;
    let card = match there {
        Some(id) => by_id(app, tenant_id, id).await?,
        None => None,
    };
    let why = match &card {
        Some(card) if card.id == known.contact_id => return Ok(Some(same(known, card.clone()))),
        Some(_) if known.contact_id == 0 => match LinkReason::parse(&known.contact_why) {
            // Which contact amoCRM chose does not explain why it had to.
            Some(why @ (LinkReason::GivenUnknown | LinkReason::Recycled)) => why,
            _ => LinkReason::Crm,
        },
        Some(_) => match by_id(app, tenant_id, known.contact_id).await? {
            Some(_) => LinkReason::Moved,
            None => LinkReason::Merged,
        },
        None if known.contact_id == 0 => return Ok(None),
        None => match by_id(app, tenant_id, known.contact_id).await? {
            Some(card) => return Ok(Some(same(known, card))),
            None => LinkReason::Gone,
        },
    };
    Ok(Some(ContactOutcome { card, why }))
}

/// The same contact, perhaps under another name.
fn same(known: &conversation::Model, card: ContactCard) -> ContactOutcome {
    ContactOutcome { card: Some(card), why: LinkReason::parse(&known.contact_why).unwrap_or(LinkReason::Crm) }
}

/// Chats checked for one hook; the others are checked when they are displayed.
const MOST: u64 = 20;

/// An event in a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContactEvent {
    /// A contact was deleted, or merged into another.
    Gone(i64),
    /// A contact has this name.
    Named(i64, String),
    /// A chat, by amojo's id, is linked to this contact.
    Linked(String, i64),
}

/// Checks the chats whose stored data differs; returns how many. Chats that cannot be checked now are checked when they
/// are displayed.
pub async fn wake(app: &Arc<TenantContext>, tenant_id: Uuid, event: &ContactEvent) -> Result<usize, DbErr> {
    let select = conversation::Entity::of_tenant(tenant_id);
    let select = match event {
        ContactEvent::Gone(contact_id) => select.filter(Column::ContactId.eq(*contact_id)),
        ContactEvent::Named(contact_id, name) => {
            select.filter(Column::ContactId.eq(*contact_id)).filter(Column::ContactName.ne(name.as_str()))
        }
        ContactEvent::Linked(chat_id, contact_id) => select
            .filter(Column::AmocrmChatId.eq(chat_id.as_str()))
            .filter(Column::ContactId.ne(0))
            .filter(Column::ContactId.ne(*contact_id)),
    };
    let known = select.limit(MOST).all(app.store.read()).await?;
    let count = known.len();
    for known in known {
        // Even if this check fails, the next page asks amoCRM.
        store_seen(app.store.write(), 0, tenant_id, known.id).await?;
        check_at_once(app, known).await;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_emails_are_not_searched_for() {
        let person = |email: &str| Person { email: Some(email.to_owned()), ..Person::default() };
        assert_eq!(email(&person("nobody")), None);
        assert!(email(&person("a@b.c")).is_some());
    }

    fn of(phone: &str) -> String {
        phone_hash(&Person { phone: Some(phone.to_owned()), ..Person::default() })
    }

    fn searched(text: &str) -> BTreeSet<String> {
        searched_hashes(text, &[Country::of_code("RU").unwrap()])
    }

    #[test]
    fn a_number_has_one_hash_in_every_notation() {
        // printf %s 79151112233 | sha256sum | cut -c 1-32
        assert_eq!(of("+79151112233"), "3d664a73b65c3c2f4bddbae229b38226");
        for same in ["79151112233", "+7 915 111 22 33"] {
            assert_eq!(of(same), of("+79151112233"), "{same}");
        }
        for same in ["79151112233", "8 (915) 111-22-33", "9151112233", "+7 915 111 22 33"] {
            assert!(searched(same).contains(&of("+79151112233")), "{same}");
        }
        assert_eq!(of("+55 11 98765-4321"), of("551187654321"));
        assert_ne!(of("+79151112234"), of("+79151112233"));
        assert_ne!(of("84912345678"), of("+74912345678"), "a Vietnamese is not from Ryazan");
        assert_eq!([of("112"), of(""), of("Anna")], ["", "", ""]);
    }

    #[test]
    fn hashes_of_earlier_versions_are_found() {
        let phone = |text| Phone::parse(text, Country::of_code("RU")).unwrap();
        // They hashed what WhatsApp wrote, and 7 for every 8 before ten digits.
        let stored = |digits: &str| hash(digits)[..DIGITS].to_owned();
        assert!(phone_hashes(&phone("+55 11 98765-4321")).contains(&stored("551187654321")));
        assert!(phone_hashes(&phone("+84 912 345 678")).contains(&stored("74912345678")));
        assert!(phone_hashes(&phone("8 915 111-22-33")).contains(&stored("79151112233")));
    }

    #[test]
    fn only_numbers_and_hashes_are_searched() {
        let whole = hash("79151112233");
        assert_eq!(searched(&whole), BTreeSet::from([of("+79151112233")]));
        assert_eq!(searched(&format!(" {} ", of("+79151112233").to_uppercase())), BTreeSet::from([of("+79151112233")]));
        for other in ["", "112", "shop.amocrm.ru", "Anna 79151112233", "0123456789abcdef", "x\u{0}y"] {
            assert!(searched(other).is_empty(), "{other}");
        }
    }
}
