//! Finds messages and conversations by what people have at hand: an id of either side, a phone number, a name;
//! for the vendor, in which accounts they are.

use std::collections::BTreeSet;

use base::message::Person;
use base::phone::{Country, Phone, looks_like_one};
use entity::{conversation, conversation_alias, dedupe, message, source, tenant, tenant_channel};
use queue::accept_batch::EventKind;
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationDef, Select,
};
use uuid::Uuid;

use crate::contact::{phone_hashes, searched_hashes};
use crate::tenant::{TenantContext, country_of};

/// Maximum number of conversations examined in one search.
const MOST: usize = 500;
/// Minimum number of digits in a phone number; fewer are part of a name or an id.
const PHONE_DIGITS: usize = 5;

/// Search results; both lists are empty if nothing was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchResults {
    pub messages: Vec<Uuid>,
    pub conversations: Vec<Uuid>,
}

impl SearchResults {
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.conversations.is_empty()
    }
}

/// Searches one account. Ids are found through the keys by which repeats and conversations are recognised, customers
/// by the names and numbers of their conversations. Message texts are not searched.
pub async fn find(db: &impl ConnectionTrait, tenant_id: Uuid, text: &str) -> Result<SearchResults, DbErr> {
    let mut found = by_id(db, tenant_id, text).await?;
    if found.is_empty() {
        let most = u64::try_from(MOST).unwrap_or(u64::MAX);
        let rows = customers(db, tenant_id, text.trim(), most).await?;
        found.conversations = rows.into_iter().map(|row| row.id).collect();
        found.conversations.sort_unstable();
    }
    Ok(found)
}

/// What has this id at one of the sides. An id of our own form is returned even if the account has nothing with it.
pub async fn by_id(db: &impl ConnectionTrait, tenant_id: Uuid, text: &str) -> Result<SearchResults, DbErr> {
    let text = text.trim();
    if text.is_empty() || text.contains('\0') {
        return Ok(SearchResults::default());
    }
    let mut messages = BTreeSet::new();
    let mut conversations = BTreeSet::new();
    if let Ok(ours) = Uuid::try_parse(text) {
        messages.insert(ours);
        conversations.insert(ours);
    }
    let spaces = id_spaces(db, tenant_id).await?;
    let keys = dedupe::Entity::of_tenant(tenant_id)
        .filter(dedupe::Column::Origin.is_in(spaces.clone()))
        .filter(dedupe::Column::ExternalId.eq(text))
        .filter(dedupe::Column::Event.is_in([EventKind::Message.number(), EventKind::Sent.number()]))
        .all(db)
        .await?;
    messages.extend(keys.into_iter().map(|key| key.message_id));
    let aliases = conversation_alias::Entity::of_tenant(tenant_id)
        .filter(conversation_alias::Column::Side.is_in([1_i16, 2, 3]))
        .filter(conversation_alias::Column::Origin.is_in(spaces))
        .filter(conversation_alias::Column::ExternalId.eq(text))
        .all(db)
        .await?;
    conversations.extend(aliases.into_iter().map(|alias| alias.conversation_id));
    Ok(SearchResults { messages: messages.into_iter().collect(), conversations: conversations.into_iter().collect() })
}

/// Ids of sources and channels, each of which has its own id space.
async fn id_spaces(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Vec<Uuid>, DbErr> {
    let sources: Vec<Uuid> =
        source::Entity::of_tenant(tenant_id).select_only().column(source::Column::Id).into_tuple().all(db).await?;
    let channels: Vec<Uuid> = tenant_channel::Entity::of_tenant(tenant_id)
        .select_only()
        .column(tenant_channel::Column::ChannelId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(sources.into_iter().chain(channels).collect())
}

/// Conversations whose customer has this name or number, the newest first. The database narrows the choice to `most`,
/// [`fits`] decides.
pub async fn customers(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    text: &str,
    most: u64,
) -> Result<Vec<conversation::Model>, DbErr> {
    if text.is_empty() || text.contains('\0') {
        return Ok(Vec::new());
    }
    let mut any = Condition::any();
    for pattern in patterns(text) {
        any = any.add(Expr::col(conversation::Column::Contact).like(LikeExpr::new(pattern).escape('\\')));
    }
    let rows = conversation::Entity::of_tenant(tenant_id)
        .filter(any)
        .order_by_desc(conversation::Column::Id)
        .limit(most)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .filter(|row| serde_json::from_str::<Person>(&row.contact).is_ok_and(|person| fits(&person, text)))
        .collect())
}

/// Conversations whose customer has this number, however it is written; the newest first.
pub async fn with_phone(app: &TenantContext, tenant_id: Uuid, text: &str) -> Result<Vec<conversation::Model>, DbErr> {
    let country = country_of(app, tenant_id).await?;
    let Some(phone) = Phone::parse(text, country) else { return Ok(Vec::new()) };
    let mut rows = conversation::Entity::of_tenant(tenant_id)
        .filter(conversation::Column::PhoneHash.is_in(phone_hashes(&phone)))
        // Without this condition the partial index is not used.
        .filter(conversation::Column::PhoneHash.ne(""))
        .order_by_desc(conversation::Column::Id)
        .limit(u64::try_from(MOST).unwrap_or(u64::MAX))
        .all(app.store.read())
        .await?;
    rows.retain(|row| {
        let person = serde_json::from_str::<Person>(&row.contact).unwrap_or_default();
        let known = person.phone.and_then(|known| Phone::parse(&known, country));
        known.is_some_and(|known| known.is_same(&phone))
    });
    Ok(rows)
}

/// LIKE pattern for the end of a number, with anything between its digits.
fn loosely(digits: &str) -> String {
    let tail = &digits[digits.len().saturating_sub(10)..];
    let loose: String = tail.chars().flat_map(|digit| ['%', digit]).collect();
    format!("{loose}%")
}

/// LIKE patterns for the stored JSON of a matching person. Neither engine folds the case of Cyrillic letters in both
/// directions, so the usual spellings are searched.
fn patterns(text: &str) -> Vec<String> {
    let digits = digits(text);
    if digits.len() >= PHONE_DIGITS && looks_like_one(text) {
        return vec![loosely(&digits)];
    }
    let lower = text.to_lowercase();
    let capital = capitalised(&lower);
    let titled = lower.split(' ').map(capitalised).collect::<Vec<_>>().join(" ");
    let spellings: BTreeSet<String> = [text.to_owned(), text.to_uppercase(), lower, capital, titled].into();
    spellings.into_iter().map(|spelling| format!("%{}%", escaped(&spelling))).collect()
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Escaped as inside JSON, and LIKE's wildcards escaped.
fn escaped(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap_or_default();
    let inside = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default();
    inside.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Whether the search text matches this person: the end of the number, whatever its prefix and punctuation, or a part
/// of the name.
fn fits(person: &Person, text: &str) -> bool {
    let wanted = digits(text);
    if wanted.len() >= PHONE_DIGITS && looks_like_one(text) {
        let tail = &wanted[wanted.len().saturating_sub(10)..];
        let has = |number: &str| digits(number).ends_with(tail) || digits(number).contains(&wanted);
        return person.phone.as_deref().is_some_and(has) || person.name.as_deref().is_some_and(has);
    }
    let wanted = text.to_lowercase();
    let names = [person.name.as_deref(), person.email.as_deref(), Some(person.id.as_str())];
    names.into_iter().flatten().any(|name| name.to_lowercase().contains(&wanted))
}

/// Longest id, in bytes.
const LONGEST: usize = 255;

/// The accounts that have a message with this id. Messengers' ids are unique only within a source, so there may be
/// several. It costs one look into an index for each account, source and channel, and reads no texts.
pub async fn owners(db: &impl ConnectionTrait, id: &str) -> Result<BTreeSet<Uuid>, DbErr> {
    let mut owners = BTreeSet::new();
    if id.is_empty() || id.len() > LONGEST || id.contains(|sign: char| sign.is_whitespace() || sign == '\0') {
        return Ok(owners);
    }
    if let Ok(ours) = Uuid::try_parse(id) {
        let relation: RelationDef = tenant::Entity::belongs_to(message::Entity)
            .from(tenant::Column::TenantId)
            .to(message::Column::TenantId)
            .into();
        let found = tenant::Entity::find().select_only().column(tenant::Column::TenantId);
        let found = found.join(JoinType::InnerJoin, relation).filter(message::Column::Id.eq(ours));
        owners.extend(found.into_tuple::<Uuid>().all(db).await?);
    }
    let of_source: RelationDef = source::Entity::belongs_to(dedupe::Entity)
        .from((source::Column::TenantId, source::Column::Id))
        .to((dedupe::Column::TenantId, dedupe::Column::Origin))
        .into();
    let of_channel: RelationDef = tenant_channel::Entity::belongs_to(dedupe::Entity)
        .from((tenant_channel::Column::TenantId, tenant_channel::Column::ChannelId))
        .to((dedupe::Column::TenantId, dedupe::Column::Origin))
        .into();
    let sources = source::Entity::find().select_only().column(source::Column::TenantId);
    owners.extend(with_key(sources, of_source, id).into_tuple::<Uuid>().all(db).await?);
    let channels = tenant_channel::Entity::find().select_only().column(tenant_channel::Column::TenantId);
    owners.extend(with_key(channels, of_channel, id).into_tuple::<Uuid>().all(db).await?);
    Ok(owners)
}

/// The accounts that have a customer with this phone number, written in any way or as its hash. It costs one look into an
/// index for each account, and reads no numbers.
pub async fn owners_of_phone(db: &impl ConnectionTrait, text: &str) -> Result<BTreeSet<Uuid>, DbErr> {
    let hashes = searched_hashes(text, &countries(db).await?);
    if hashes.is_empty() {
        return Ok(BTreeSet::new());
    }
    let relation: RelationDef = tenant::Entity::belongs_to(conversation::Entity)
        .from(tenant::Column::TenantId)
        .to(conversation::Column::TenantId)
        .into();
    let found = tenant::Entity::find().select_only().column(tenant::Column::TenantId);
    let found = found.join(JoinType::InnerJoin, relation).filter(conversation::Column::PhoneHash.is_in(hashes));
    // Without this condition the partial index is not used.
    let found = found.filter(conversation::Column::PhoneHash.ne(""));
    Ok(found.into_tuple::<Uuid>().all(db).await?.into_iter().collect())
}

/// The countries of all accounts, in each of which a number without a country means another one. Accounts whose country
/// is not known are in Russia, if they are at amoCRM (see `tenant::country`).
async fn countries(db: &impl ConnectionTrait) -> Result<Vec<Country>, DbErr> {
    let codes = tenant::Entity::find().select_only().column(tenant::Column::Country).distinct();
    let codes: BTreeSet<String> = codes.into_tuple::<String>().all(db).await?.into_iter().collect();
    Ok(codes
        .iter()
        .map(|code| if code.is_empty() { "RU" } else { code.as_str() })
        .filter_map(Country::of_code)
        .collect())
}

/// Of these id spaces, those that have this id.
fn with_key<E: EntityTrait>(spaces: Select<E>, keys: RelationDef, id: &str) -> Select<E> {
    spaces
        .join(JoinType::InnerJoin, keys)
        .filter(dedupe::Column::ExternalId.eq(id))
        .filter(dedupe::Column::Event.is_in([EventKind::Message.number(), EventKind::Sent.number()]))
}
