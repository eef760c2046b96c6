//! Erases one customer: messages, identity, and every id that leads to them. Rows without content remain, so that
//! counts add up, hashes of the messages' ids, so that repeats stay repeats, and a proof. amoCRM's own copy is not
//! affected.
//!
//! ```text
//! find ─▶ conversations by id or phone ─▶ letters out of the queue ─▶ messages, profile, ids, raw bytes ─▶ proof
//! ```

mod seek;

use std::borrow::Cow;
use std::collections::BTreeMap;

use base::error::Result;
use base::message::{Body, Content, Direction, Failure, FailureCode, LetterKind, Person, Role, State};
use base::phone::Phone;
use base::store::VENDOR;
use entity::{
    attempt, chat_email, contact_link, contact_task, conversation, conversation_alias, dead_letter, dedupe, erasure,
    import, import_line, job, marketing_consent, message, origin_task, parked_status, raw_hook, route_decision, sale,
    tenant,
};
use queue::ERASED;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use super::{TenantContext, remove};
use crate::unregister::LeftLine;

pub use seek::{ErasureScope, find};

/// Whom to erase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everything of the person with this phone number, however it is written.
    Phone(String),
    /// A conversation by our id.
    Conversation(Uuid),
    /// All conversations of the amoCRM contact of this one; it alone if no contact is known.
    Customer(Uuid),
}

/// The proof of an erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    pub id: Uuid,
    /// Erased rows by table.
    pub counts: BTreeMap<String, u64>,
    /// Of a whole account: the lines whose webhooks are still at their messengers.
    pub lines: Vec<LeftLine>,
    /// Conversations that were not erased, see [`ErasureScope::also_possible`].
    pub also_possible: Vec<Uuid>,
}

/// Erases a customer. 404 if there is none, 422 if the phone number is invalid or only ambiguous ones may be it. `by`: who requested it, for the
/// proof. After an interruption it can simply be repeated.
///
/// Another process that serves the account may remember the conversation for ten more minutes; a message arriving
/// during that time becomes a dead letter instead of opening the conversation again.
pub async fn erase(app: &TenantContext, tenant_id: Uuid, who: &Who, by: &str) -> Result<Erasure> {
    let found = seek::find(app, tenant_id, who).await?;
    if found.is_empty() {
        return Err(found.absent());
    }
    let mut counts = BTreeMap::new();
    for id in &found.conversations {
        let row = conversation::Entity::find_by_id((tenant_id, *id));
        if let Some(row) = row.one(app.store.read()).await? {
            wipe_conversation(app, &row, &mut counts).await?;
        }
    }
    wipe_others(app, tenant_id, &found.others, &mut counts).await?;
    let waiting = seek::wipe_lines(app, tenant_id, &found.lines).await?;
    if waiting > 0 {
        *counts.entry("import_line".to_owned()).or_default() += waiting;
    }
    app.lookup.forget();
    let proof = prove(app, app.store.write(), tenant_id, &what(who), (counts, Vec::new()), by).await?;
    tracing::info!(tenant.id = %tenant_id, erasure.id = %proof.id, "a customer was erased");
    Ok(Erasure { also_possible: found.also_possible, ..proof })
}

/// The lines of imports in an erasure's scope, in the format of the public API.
pub(super) async fn waiting(
    app: &TenantContext,
    tenant_id: Uuid,
    scope: &ErasureScope,
) -> std::result::Result<Vec<Value>, DbErr> {
    seek::line_texts(app, tenant_id, &scope.lines).await
}

/// The request, in a form that identifies no one.
fn what(who: &Who) -> String {
    match who {
        Who::Conversation(id) => format!("conversation {id}"),
        Who::Customer(id) => format!("customer of conversation {id}"),
        Who::Phone(phone) => {
            let phone = Phone::parse(phone, None);
            format!("phone …{}", phone.as_ref().map(Phone::hint).unwrap_or_default())
        }
    }
}

/// Stores the proof.
pub(super) async fn prove(
    app: &TenantContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    what: &str,
    (counts, lines): (BTreeMap<String, u64>, Vec<LeftLine>),
    by: &str,
) -> Result<Erasure> {
    let id = app.clock.uuid_v7();
    let row = erasure::ActiveModel {
        tenant_id: Set(tenant_id),
        id: Set(id),
        what: Set(what.to_owned()),
        counts: Set(serde_json::to_string(&counts).map_err(anyhow::Error::from)?),
        by: Set(by.to_owned()),
        created_at: Set(app.clock.millis()),
        lines: Set(LeftLine::to_store(&lines)),
    };
    erasure::Entity::insert(row).exec_without_returning(db).await?;
    Ok(Erasure { id, counts, lines, also_possible: Vec::new() })
}

// Removes content, names and ids from every table that contains a customer's data. Rows that are counted stay,
// without content.

/// Messages per step.
const PAGE: u64 = 200;
/// The kind of hooks received by `POST /crm/hooks/{token}`.
const CRM_FORM: &str = "crm";
/// A shorter id is searched in raw bytes only as a complete JSON string.
const TELLING: usize = 8;

type Counts = BTreeMap<String, u64>;

fn count(counts: &mut Counts, table: &str, rows: u64) {
    *counts.entry(table.to_owned()).or_default() += rows;
}

/// Erases a conversation with everything in it.
async fn wipe_conversation(app: &TenantContext, row: &conversation::Model, counts: &mut Counts) -> Result<()> {
    let (tenant_id, id) = (row.tenant_id, row.id);
    count(counts, "letter", app.queue.empty(tenant_id, id).await?);
    let mut needles = Needles::default();
    needles.add(&row.external_id);
    needles.add(&row.moved_to);
    needles.add(&row.amocrm_chat_id);
    needles.add(&row.crm_person_id);
    if row.contact_id > 0 {
        needles.add(&row.contact_id.to_string());
    }
    let contact: Option<Person> = serde_json::from_str(&row.contact).ok();
    contact.iter().for_each(|contact| needles.add_person(contact));

    let of_it = Condition::all().add(dead_letter::Column::ConversationId.eq(id));
    count(counts, "dead_letter", remove::rows::<dead_letter::Entity>(&app.store, tenant_id, of_it).await?);
    let mut after = Uuid::nil();
    loop {
        let page = message::Entity::of_tenant(tenant_id)
            .filter(message::Column::ConversationId.eq(id))
            .filter(message::Column::Id.gt(after))
            .order_by_asc(message::Column::Id)
            .limit(PAGE)
            .all(app.store.write())
            .await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        page.iter().for_each(|message| needles.add_message(message));
        messages(app, &page, counts).await?;
    }
    let aliases =
        conversation_alias::Entity::of_tenant(tenant_id).filter(conversation_alias::Column::ConversationId.eq(id));
    for alias in aliases.all(app.store.write()).await? {
        needles.add(&alias.external_id);
        app.lookup.forget_alias(tenant_id, alias.side, alias.origin, &alias.external_id).await;
    }
    let of_it = Condition::all().add(conversation_alias::Column::ConversationId.eq(id));
    let gone = remove::rows::<conversation_alias::Entity>(&app.store, tenant_id, of_it).await?;
    count(counts, "conversation_alias", gone);
    let of_it = Condition::all().add(job::Column::Key.eq(id.to_string()));
    count(counts, "job", remove::rows::<job::Entity>(&app.store, tenant_id, of_it).await?);
    let of_it = Condition::all().add(contact_link::Column::ConversationId.eq(id));
    count(counts, "contact_link", remove::rows::<contact_link::Entity>(&app.store, tenant_id, of_it).await?);
    let of_it = consents_of(app.store.write(), row).await?;
    count(counts, "marketing_consent", remove::rows::<marketing_consent::Entity>(&app.store, tenant_id, of_it).await?);
    let of_it = Condition::all().add(contact_task::Column::ConversationId.eq(id));
    count(counts, "contact_task", remove::rows::<contact_task::Entity>(&app.store, tenant_id, of_it).await?);
    let of_it = Condition::all().add(origin_task::Column::ConversationId.eq(id));
    count(counts, "origin_task", remove::rows::<origin_task::Entity>(&app.store, tenant_id, of_it).await?);
    let of_it = Condition::all().add(route_decision::Column::ConversationId.eq(id));
    count(counts, "route_decision", remove::rows::<route_decision::Entity>(&app.store, tenant_id, of_it).await?);
    // A lead may have several chats, which its facts name.
    let of_it = Condition::all().add(sale::Column::Facts.contains(id.to_string()));
    count(counts, "sale", remove::rows::<sale::Entity>(&app.store, tenant_id, of_it).await?);
    let of_it = Condition::all().add(chat_email::Column::ConversationId.eq(id));
    count(counts, "chat_email", remove::rows::<chat_email::Entity>(&app.store, tenant_id, of_it).await?);
    import_lines(app, row, counts).await?;
    reactions(app, row, contact.as_ref(), counts).await?;
    raw_hooks(app, tenant_id, &needles, counts).await?;
    let no_one = serde_json::to_string(&Person::default()).map_err(anyhow::Error::from)?;
    let done = conversation::Entity::update_of(tenant_id)
        .col_expr(conversation::Column::ExternalId, Expr::value(""))
        .col_expr(conversation::Column::AmocrmChatId, Expr::value(""))
        .col_expr(conversation::Column::Contact, Expr::value(no_one))
        .col_expr(conversation::Column::CrmPersonId, Expr::value(""))
        .col_expr(conversation::Column::CrmUnbound, Expr::value(false))
        .col_expr(conversation::Column::Awaited, Expr::value(""))
        .col_expr(conversation::Column::PhoneHash, Expr::value(""))
        .col_expr(conversation::Column::ContactId, Expr::value(0_i64))
        .col_expr(conversation::Column::ContactName, Expr::value(""))
        .col_expr(conversation::Column::ContactWhy, Expr::value(""))
        .col_expr(conversation::Column::Visit, Expr::value(""))
        .col_expr(conversation::Column::MovedTo, Expr::value(""))
        .col_expr(conversation::Column::BlockedAt, Expr::value(0_i64))
        .col_expr(conversation::Column::BlockedBy, Expr::value(""))
        .filter(conversation::Column::Id.eq(id))
        .exec(app.store.write())
        .await?;
    count(counts, "conversation", done.rows_affected);
    Ok(())
}

/// What was decided about marketing in a chat, and by its number alone once no other chat has it: the number may be another
/// customer's, whose decision stays.
async fn consents_of(db: &impl ConnectionTrait, chat: &conversation::Model) -> Result<Condition, DbErr> {
    use marketing_consent::Column;
    let own = Condition::any().add(Column::ConversationId.eq(chat.id));
    // Without the second condition the partial index is not used.
    let same = conversation::Column::PhoneHash.eq(chat.phone_hash.as_str()).and(conversation::Column::PhoneHash.ne(""));
    let others =
        conversation::Entity::of_tenant(chat.tenant_id).filter(same).filter(conversation::Column::Id.ne(chat.id));
    if chat.phone_hash.is_empty() || others.one(db).await?.is_some() {
        return Ok(own);
    }
    let of_number = Column::PhoneHash.eq(chat.phone_hash.as_str()).and(Column::ConversationId.eq(Uuid::nil()));
    Ok(own.add(of_number))
}

/// Earlier messages of the chat that wait to be imported.
async fn import_lines(app: &TenantContext, row: &conversation::Model, counts: &mut Counts) -> Result<()> {
    if row.external_id.is_empty() {
        return Ok(());
    }
    let imports = import::Entity::of_tenant(row.tenant_id).filter(import::Column::SourceId.eq(row.source_id));
    for import in imports.all(app.store.write()).await? {
        let of_it = Condition::all()
            .add(import_line::Column::ImportId.eq(import.id))
            .add(import_line::Column::ConversationId.eq(row.external_id.as_str()));
        count(counts, "import_line", remove::rows::<import_line::Entity>(&app.store, row.tenant_id, of_it).await?);
    }
    Ok(())
}

/// The customer's reactions that wait for a message.
async fn reactions(
    app: &TenantContext,
    row: &conversation::Model,
    contact: Option<&Person>,
    counts: &mut Counts,
) -> Result<()> {
    let Some(contact) = contact.filter(|contact| !contact.id.is_empty()) else { return Ok(()) };
    let id = serde_json::to_string(&contact.id).map_err(anyhow::Error::from)?;
    let theirs = Condition::all()
        .add(parked_status::Column::SourceId.eq(row.source_id))
        .add(parked_status::Column::Kind.eq(LetterKind::Reaction.number()))
        .add(parked_status::Column::Payload.contains(format!("\"id\":{id}")));
    count(counts, "parked_status", remove::rows::<parked_status::Entity>(&app.store, row.tenant_id, theirs).await?);
    Ok(())
}

/// Single messages in conversations that stay.
async fn wipe_others(app: &TenantContext, tenant_id: Uuid, ids: &[Uuid], counts: &mut Counts) -> Result<()> {
    let mut needles = Needles::default();
    for ids in ids.chunks(usize::try_from(PAGE).unwrap_or(1)) {
        let page = message::Entity::of_tenant(tenant_id).filter(message::Column::Id.is_in(ids.iter().copied()));
        let page = page.all(app.store.write()).await?;
        for one in &page {
            // A message that still waits is removed with its content.
            count(counts, "letter", app.queue.withdraw(tenant_id, one.conversation_id, one.id).await?);
            needles.add_message(one);
        }
        let of_them = Condition::all().add(dead_letter::Column::MessageId.is_in(ids.iter().copied()));
        count(counts, "dead_letter", remove::rows::<dead_letter::Entity>(&app.store, tenant_id, of_them).await?);
        messages(app, &page, counts).await?;
    }
    raw_hooks(app, tenant_id, &needles, counts).await
}

/// Empties messages and deletes the ids by which they were known.
async fn messages(app: &TenantContext, page: &[message::Model], counts: &mut Counts) -> Result<()> {
    let Some(first) = page.first() else { return Ok(()) };
    let tenant_id = first.tenant_id;
    let db = app.store.write();
    let all = || page.iter().map(|message| message.id);
    let sources = || page.iter().map(|message| message.source_id);
    let ids: Vec<Uuid> = all().collect();
    count(counts, "media", crate::media::of_messages(&app.files, tenant_id, &ids).await?);
    let named = |id: &String| (!id.is_empty()).then(|| id.clone());
    let theirs: Vec<String> = page.iter().filter_map(|message| named(&message.external_id)).collect();
    let amocrms: Vec<String> = page.iter().filter_map(|message| named(&message.amocrm_message_id)).collect();
    let gone = Failure { code: FailureCode::ConversationDeleted, text: String::new() };
    let gone = serde_json::to_string(&gone).map_err(anyhow::Error::from)?;
    let error = format!("CASE WHEN state = {} THEN '{gone}' ELSE '' END", State::Failed.number());
    for (direction, role) in [(Direction::ToCrm, Role::Client), (Direction::ToMessenger, Role::Manager)] {
        let sender = Person { role, ..Person::default() };
        let body = Body::new(sender, Content::Text { text: String::new() });
        let done = message::Entity::update_of(tenant_id)
            .col_expr(message::Column::Body, Expr::value(serde_json::to_string(&body).map_err(anyhow::Error::from)?))
            .col_expr(message::Column::ExternalId, Expr::value(""))
            .col_expr(message::Column::AmocrmMessageId, Expr::value(""))
            // Failed messages stay those that have a reason: lists find them by it.
            .col_expr(message::Column::Error, Expr::cust(error.clone()))
            .filter(message::Column::Id.is_in(all()))
            .filter(message::Column::Direction.eq(direction.number()))
            .exec(db)
            .await?;
        count(counts, "message", done.rows_affected);
    }
    let done = attempt::Entity::update_of(tenant_id)
        .col_expr(attempt::Column::Answer, Expr::value(""))
        .col_expr(attempt::Column::Reason, Expr::value(""))
        // That something was sent remains.
        .col_expr(attempt::Column::Request, Expr::cust("CASE WHEN request IS NULL THEN NULL ELSE '' END"))
        .filter(attempt::Column::MessageId.is_in(all()))
        .exec(db)
        .await?;
    count(counts, "attempt", done.rows_affected);
    // Equal ids of other sources belong to other messages.
    let of_source = Condition::all()
        .add(dedupe::Column::Origin.is_in(sources()))
        .add(dedupe::Column::ExternalId.is_in(theirs.iter().map(String::as_str)));
    let known = Condition::any()
        .add(dedupe::Column::MessageId.is_in(all()))
        .add(dedupe::Column::ExternalId.is_in(amocrms))
        .add(of_source);
    let known = Condition::all().add(known).add(dedupe::Column::ExternalId.starts_with(ERASED).not());
    // A repeat of an erased message is recognised by a hash of its id.
    let keys = dedupe::Entity::of_tenant(tenant_id).filter(known.clone()).all(db).await?;
    app.queue.keep_erased(&keys).await?;
    count(counts, "dedupe", remove::rows::<dedupe::Entity>(&app.store, tenant_id, known).await?);
    let parked = Condition::all()
        .add(parked_status::Column::SourceId.is_in(sources()))
        .add(parked_status::Column::ExternalId.is_in(theirs));
    count(counts, "parked_status", remove::rows::<parked_status::Entity>(&app.store, tenant_id, parked).await?);
    Ok(())
}

/// Byte sequences that identify a customer in raw bytes.
#[derive(Default)]
struct Needles(Vec<Vec<u8>>);

impl Needles {
    fn add(&mut self, text: &str) {
        let needle = match text.len() {
            0 => return,
            1..TELLING => format!("\"{text}\""),
            _ => text.to_owned(),
        };
        let needle = needle.into_bytes();
        if !self.0.contains(&needle) {
            self.0.push(needle);
        }
    }

    fn add_person(&mut self, person: &Person) {
        self.add(&person.id);
        [&person.phone, &person.email].into_iter().flatten().for_each(|text| self.add(text));
    }

    fn add_message(&mut self, message: &message::Model) {
        self.add(&message.external_id);
        self.add(&message.amocrm_message_id);
    }

    fn meet(&self, bytes: &[u8]) -> bool {
        self.0.iter().any(|needle| bytes.windows(needle.len()).any(|window| window == needle.as_slice()))
    }
}

/// Raw bytes that name the customer: the account's, and those quarantined before their account was known.
async fn raw_hooks(app: &TenantContext, tenant_id: Uuid, needles: &Needles, counts: &mut Counts) -> Result<()> {
    if needles.0.is_empty() {
        return Ok(());
    }
    let Some(tenant) = tenant::Entity::of_tenant(tenant_id).one(app.store.write()).await? else { return Ok(()) };
    let own = seek(app, tenant_id, |body| needles.meet(body)).await?;
    let mut whose = Needles::default();
    whose.add(&tenant.amojo_id);
    let aside = seek(app, VENDOR, |body| whose.meet(body) && needles.meet(body)).await?;
    for (of, ids) in [(tenant_id, own), (VENDOR, aside)] {
        let named = Condition::all().add(raw_hook::Column::Id.is_in(ids));
        count(counts, "raw_hook", remove::rows::<raw_hook::Entity>(&app.store, of, named).await?);
    }
    Ok(())
}

/// The decoded bytes: the CRM's hooks are forms.
fn readable(row: &raw_hook::Model) -> Cow<'_, [u8]> {
    if row.kind != CRM_FORM {
        return Cow::Borrowed(&row.body);
    }
    let pairs = url::form_urlencoded::parse(&row.body);
    Cow::Owned(pairs.map(|(name, value)| format!("{name}:\"{value}\"\n")).collect::<String>().into_bytes())
}

async fn seek(app: &TenantContext, tenant_id: Uuid, meets: impl Fn(&[u8]) -> bool) -> Result<Vec<Uuid>, DbErr> {
    let mut found = Vec::new();
    let mut after = Uuid::nil();
    loop {
        let page = raw_hook::Entity::of_tenant(tenant_id)
            .filter(raw_hook::Column::Id.gt(after))
            .order_by_asc(raw_hook::Column::Id)
            .limit(PAGE)
            .all(app.store.read())
            .await?;
        let Some(last) = page.last() else { return Ok(found) };
        after = last.id;
        found.extend(page.iter().filter(|row| meets(&readable(row))).map(|row| row.id));
    }
}
