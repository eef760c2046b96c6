//! Planned work that is not done yet: a job of each chat, so that a crash does not lose it.
//!
//! Contact data may come after a chat began: the customer's own number or address, the contact that a developer names, or a
//! group's new title. A contact may be found by it, so the rule is applied again.

use std::sync::Arc;
use std::time::Duration;

use amocrm::rest::{ContactChat, Field, NewContact};
use anyhow::Context;
use base::message::{Person, Role};
use base::phone::Phone;
use base::store::in_transaction;
use chrono::TimeDelta;
use entity::conversation::{self, Column};
use entity::{job, source};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::find::Search;
use super::{ContactCard, ContactOutcome, LinkReason, Rule, find, phone_hash};
use crate::job::{NewJob, NextRun, cancel, schedule, schedule_new};
use crate::tenant::TenantContext;
use crate::tenant::token::{CallError, with_token};

/// The kind's name.
pub const KIND: &str = "contacts";
/// How long a message may be delayed.
const WITHIN: Duration = Duration::from_secs(3);
/// Time limit of a later call.
pub(super) const LATER_WITHIN: Duration = Duration::from_secs(60);
/// Until the first later attempt.
const FIRST: TimeDelta = TimeDelta::minutes(1);
/// Delays before the second, third, … later attempt. After these amoCRM's choice stays.
pub const BACK_OFF: [TimeDelta; 5] =
    [TimeDelta::minutes(5), TimeDelta::minutes(30), TimeDelta::hours(2), TimeDelta::hours(12), TimeDelta::days(1)];

/// What a job knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct ContactTask {
    /// Creating a contact was started: it may exist even if no answer confirmed it.
    #[serde(default)]
    making: bool,
    /// An existing contact is linked even if the source leaves contacts to amoCRM, because an import requires it.
    #[serde(default)]
    linking: bool,
    /// The former title of a group whose contact still has it; else empty.
    #[serde(default)]
    renamed_from: String,
    /// What a person decided about the contact: before it, no rule counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decision: Option<Decision>,
}

impl ContactTask {
    fn new_job(&self, known: &conversation::Model, due: i64) -> NewJob {
        NewJob { payload: json!(self), ..NewJob::new(known.tenant_id, KIND, known.id, due) }
    }
}

/// Stores that a chat needs a contact. False if it is already planned and left to that attempt.
pub async fn plan(app: &TenantContext, known: &conversation::Model, linking: bool) -> Result<bool, DbErr> {
    insert(app.store.write(), app.clock.millis(), known, linking, FIRST.num_milliseconds()).await
}

/// The same, to be tried after `wait` milliseconds. An existing plan is unchanged: it uses what is known when it
/// runs.
pub(super) async fn insert(
    db: &impl ConnectionTrait,
    now: i64,
    known: &conversation::Model,
    linking: bool,
    wait: i64,
) -> Result<bool, DbErr> {
    let task = ContactTask { linking, ..ContactTask::default() };
    schedule_new(db, now, task.new_job(known, now + wait)).await
}

/// Stores that the contact of a group's chat still has the group's former title. Of several titles the first counts: it
/// is the one that the contact has.
async fn insert_renaming(
    tx: &DatabaseTransaction,
    now: i64,
    known: &conversation::Model,
    renamed_from: &str,
) -> Result<(), DbErr> {
    let mut task = lock(tx, known.tenant_id, known.id).await?.unwrap_or_default();
    if task.renamed_from.is_empty() {
        renamed_from.clone_into(&mut task.renamed_from);
    }
    schedule(tx, now, task.new_job(known, now)).await
}

/// What a person decided about the contact of a chat, and how far it has got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Decision {
    pub id: Uuid,
    /// The contact that the chat gets; none: one of its own.
    pub to: Option<i64>,
    /// The contact that it had; 0 if none was known.
    pub from: i64,
    /// The entry that is undone.
    pub undoes: Option<Uuid>,
    pub by: String,
    /// Making a contact was begun: those that were there before.
    #[serde(default)]
    pub others: Option<Vec<i64>>,
    /// The contact that was made.
    #[serde(default)]
    pub made: Option<i64>,
}

/// Stores what a person decided about a chat's contact. A later decision replaces an earlier one.
pub(super) async fn insert_decision(
    tx: &DatabaseTransaction,
    now: i64,
    known: &conversation::Model,
    decision: Decision,
) -> Result<(), DbErr> {
    let mut task = lock(tx, known.tenant_id, known.id).await?.unwrap_or_default();
    task.decision = Some(decision);
    schedule(tx, now, task.new_job(known, now)).await
}

/// What a person decided about a chat's contact, if it is not carried out yet.
pub(super) async fn decision(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    conversation_id: Uuid,
) -> Result<Option<Decision>, DbErr> {
    let row = job::Entity::find_by_id((tenant_id, KIND.to_owned(), conversation_id.to_string())).one(db).await?;
    Ok(row.as_ref().and_then(decision_of))
}

/// The same of a job.
pub(super) fn decision_of(job: &job::Model) -> Option<Decision> {
    serde_json::from_str::<ContactTask>(&job.payload).ok()?.decision
}

/// Changes what is known of a decision, unless another one has replaced it.
pub(super) async fn change_decision(
    app: &TenantContext,
    known: &conversation::Model,
    id: Uuid,
    alter: impl FnOnce(&mut Decision) + Send,
) -> Result<(), DbErr> {
    change(app, known.tenant_id, known.id, |task| {
        if let Some(decision) = task.decision.as_mut().filter(|decision| decision.id == id) {
            alter(decision);
        }
    })
    .await
}

/// Removes a decision that was carried out, unless another one has replaced it, and ends the job if it has nothing else to do.
pub(super) async fn end_decision(
    tx: &DatabaseTransaction,
    now: i64,
    known: &conversation::Model,
    id: Uuid,
) -> Result<(), DbErr> {
    let Some(mut task) = lock(tx, known.tenant_id, known.id).await? else { return Ok(()) };
    if task.decision.as_ref().is_none_or(|decision| decision.id != id) {
        return Ok(());
    }
    task.decision = None;
    match task.renamed_from.is_empty() {
        true => cancel(tx, known.tenant_id, KIND, &known.id.to_string()).await.map(drop),
        false => schedule(tx, now, task.new_job(known, now)).await,
    }
}

/// What the job of a chat knows, for a change in this transaction; none if there is no job.
async fn lock(tx: &DatabaseTransaction, tenant_id: Uuid, conversation_id: Uuid) -> Result<Option<ContactTask>, DbErr> {
    let row = job::Entity::find_by_id((tenant_id, KIND.to_owned(), conversation_id.to_string())).lock_exclusive();
    Ok(row.one(tx).await?.and_then(|row| serde_json::from_str(&row.payload).ok()))
}

/// Changes what the job of a chat knows, if there is one; its time stays.
async fn change(
    app: &TenantContext,
    tenant_id: Uuid,
    conversation_id: Uuid,
    change: impl FnOnce(&mut ContactTask) + Send,
) -> Result<(), DbErr> {
    in_transaction(&app.store, async |tx| {
        let Some(mut task) = lock(tx, tenant_id, conversation_id).await? else { return Ok(()) };
        change(&mut task);
        job::Entity::update_of(tenant_id)
            .col_expr(job::Column::Payload, Expr::value(json!(task).to_string()))
            .filter(job::Column::Kind.eq(KIND))
            .filter(job::Column::Key.eq(conversation_id.to_string()))
            .exec(tx)
            .await?;
        Ok::<_, DbErr>(())
    })
    .await
}

/// Ends the job of a chat; one that has a contact to rename or a person's decision to carry out stays for that.
async fn end(tx: &DatabaseTransaction, tenant_id: Uuid, conversation_id: Uuid) -> Result<(), DbErr> {
    let is_done = |task: ContactTask| task.renamed_from.is_empty() && task.decision.is_none();
    if lock(tx, tenant_id, conversation_id).await?.is_some_and(is_done) {
        cancel(tx, tenant_id, KIND, &conversation_id.to_string()).await?;
    }
    Ok(())
}

/// Links a chat without messages to its contact, within three seconds or later. Never fails: the message goes on.
pub async fn before_first(
    app: &Arc<TenantContext>,
    source: &source::Model,
    known: &conversation::Model,
    linking: bool,
    chat_id: &str,
) {
    let Some(job) = job(known, Rule::wished(source, linking), chat_id, false) else { return };
    match tokio::time::timeout(WITHIN, link_first(app, &job)).await {
        Ok(Ok(outcome)) => keep(app, &job, &outcome).await,
        Ok(Err(error)) => later(&job, &format!("{error:#}")),
        Err(_) => later(&job, "amoCRM took too long"),
    }
}

fn later(job: &Job, error: &str) {
    tracing::warn!(tenant.id = %job.tenant_id, conversation.id = %job.conversation_id, error, "a chat could not be linked to its contact; its messages are delivered, linking will be retried");
}

async fn keep(app: &TenantContext, job: &Job, outcome: &ContactOutcome) {
    if let Err(error) = store(app, job.tenant_id, job.conversation_id, outcome).await {
        tracing::error!(tenant.id = %job.tenant_id, conversation.id = %job.conversation_id, %error, "the contact of a chat could not be stored; it will be searched again");
    }
}

/// None if the source now leaves it to amoCRM, or the customer was erased.
fn job(known: &conversation::Model, rule: Rule, chat_id: &str, making: bool) -> Option<Job> {
    let person: Person = serde_json::from_str(&known.contact).ok()?;
    (rule != Rule::Leave && !known.external_id.is_empty()).then(|| Job {
        tenant_id: known.tenant_id,
        conversation_id: known.id,
        chat_id: chat_id.to_owned(),
        rule,
        person,
        making,
        before: LinkReason::parse(&known.contact_why).map(|why| (known.contact_id, why)),
    })
}

/// Stores an outcome and ends the job, in one commit.
async fn store(
    app: &TenantContext,
    tenant_id: Uuid,
    conversation_id: Uuid,
    outcome: &ContactOutcome,
) -> Result<(), DbErr> {
    in_transaction(&app.store, async |tx| {
        find::store(tx, app, (tenant_id, conversation_id), outcome, "").await?;
        end(tx, tenant_id, conversation_id).await
    })
    .await
}

/// Records that a contact is about to be created: from here on it may exist, whatever the answer.
async fn note_making(app: &TenantContext, tenant_id: Uuid, conversation_id: Uuid) -> Result<(), DbErr> {
    change(app, tenant_id, conversation_id, |task| task.making = true).await
}

/// A later attempt by the rule.
pub(super) async fn link_by_rule(app: Arc<TenantContext>, planned: job::Model) -> anyhow::Result<NextRun> {
    let (app, planned) = (&app, &planned);
    let (app, tenant_id, id): (_, _, Uuid) = (app, planned.tenant_id, planned.key.parse()?);
    let task: ContactTask = serde_json::from_str(&planned.payload)?;
    let is_last = usize::try_from(planned.tries).is_ok_and(|tries| tries >= BACK_OFF.len());
    let known = conversation::Entity::find_by_id((tenant_id, id)).one(app.store.read()).await?;
    let source = match &known {
        Some(known) => app.lookup.source(known.source_id).await?,
        None => None,
    };
    if !task.renamed_from.is_empty() {
        if let Err(error) = rename(app, known.as_ref(), &task.renamed_from).await {
            if !is_last {
                return Err(error);
            }
            tracing::warn!(tenant.id = %tenant_id, conversation.id = %id, error = format!("{error:#}"), "a group's contact keeps its former name");
        }
        // Unless the title changed meanwhile.
        let forget = |current: &mut ContactTask| {
            if current.renamed_from == task.renamed_from {
                current.renamed_from.clear();
            }
        };
        change(app, tenant_id, id, forget).await?;
    }
    let wanted = source.zip(known).and_then(|(source, known)| {
        job(&known, Rule::wished(&source, task.linking), &known.amocrm_chat_id, task.making)
    });
    let Some(job) = wanted else { return Ok(NextRun::Never) };
    // Without a chat at amoCRM there is nothing to link: its first message still waits.
    let done = match job.chat_id.as_str() {
        "" => Err(anyhow::anyhow!("amoCRM has no such chat yet")),
        _ => match tokio::time::timeout(LATER_WITHIN, link_late(app, &job)).await {
            Ok(done) => done,
            Err(_) => Err(anyhow::anyhow!("amoCRM took too long")),
        },
    };
    match done {
        Ok(outcome) => store(app, tenant_id, id, &outcome).await?,
        Err(error) => {
            if is_last {
                let unclear = ContactOutcome { card: None, why: LinkReason::Unclear };
                store(app, tenant_id, id, &unclear).await?;
            }
            return Err(error);
        }
    }
    Ok(NextRun::Never)
}

async fn rename(
    app: &Arc<TenantContext>,
    known: Option<&conversation::Model>,
    renamed_from: &str,
) -> anyhow::Result<()> {
    let Some(known) = known else { return Ok(()) };
    match tokio::time::timeout(LATER_WITHIN, rename_group(app, known, renamed_from)).await {
        Ok(done) => done,
        Err(_) => Err(anyhow::anyhow!("amoCRM took too long")),
    }
}

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
async fn link_first(app: &Arc<TenantContext>, job: &Job) -> anyhow::Result<ContactOutcome> {
    let search = contact_for(app, job, None).await?;
    let why = match search {
        Search::Found(card, why) => return onto(app, job, card, why).await,
        Search::Recycled => LinkReason::Recycled,
        Search::Nobody => unknown_or(job, LinkReason::Nobody),
    };
    if job.rule != Rule::Create {
        return Ok(ContactOutcome { card: None, why });
    }
    let created = create(app, job).await?;
    let is_explained = why == LinkReason::Recycled && created.card.is_some();
    Ok(if is_explained { ContactOutcome { why, ..created } } else { created })
}

/// The contact that a developer named, if it exists, else the one with the customer's number or address.
async fn contact_for(app: &Arc<TenantContext>, job: &Job, except: Option<i64>) -> Result<Search, CallError> {
    match job.person.crm_contact_id {
        Some(id) if Some(id) == except => return Ok(Search::Nobody),
        Some(id) => {
            if let Some(card) = find::by_id(app, job.tenant_id, id).await? {
                return Ok(Search::Found(card, LinkReason::Given));
            }
        }
        None => {}
    }
    find::find(app, (job.tenant_id, job.conversation_id), &job.person, except).await
}

/// After messages were sent: the contact that amoCRM made meanwhile stays if someone already works with it.
async fn link_late(app: &Arc<TenantContext>, job: &Job) -> anyhow::Result<ContactOutcome> {
    let Some(current) = find::of_chat(app, job.tenant_id, &job.chat_id).await? else {
        return link_first(app, job).await;
    };
    // amoCRM's own contact has the number too, if it was made for this chat.
    let found = contact_for(app, job, Some(current)).await?;
    let why = match found {
        Search::Found(card, why) if find::is_incoming(app, job.tenant_id, &job.chat_id).await? => {
            return onto(app, job, card, why).await;
        }
        Search::Found(..) => LinkReason::Late,
        Search::Recycled => LinkReason::Recycled,
        Search::Nobody if job.person.crm_contact_id == Some(current) => LinkReason::Given,
        Search::Nobody => match job.before {
            Some((id, why)) if id == current => why,
            _ => reason_of(job, unknown_or(job, LinkReason::Crm)),
        },
    };
    Ok(ContactOutcome { card: find::by_id(app, job.tenant_id, current).await?, why })
}

/// Why amoCRM chooses: a contact that a developer named and that was not found does not exist.
const fn unknown_or(job: &Job, why: LinkReason) -> LinkReason {
    if job.person.crm_contact_id.is_some() { LinkReason::GivenUnknown } else { why }
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
    link(app, job.tenant_id, &job.chat_id, card.id).await?;
    Ok(ContactOutcome { card: Some(card), why: reason_of(job, why) })
}

/// Links a chat to a contact at amoCRM. Safe to repeat.
pub(super) async fn link(
    app: &Arc<TenantContext>,
    tenant_id: Uuid,
    chat_id: &str,
    contact_id: i64,
) -> Result<(), CallError> {
    let link = |rest: amocrm::rest::Rest, token| {
        let link = ContactChat { contact_id, chat_id: chat_id.to_owned() };
        async move { rest.link_chats(&token, &[link]).await }
    };
    with_token(app, tenant_id, link).await.map(|_| ())
}

/// Creates a contact that could not be found. If it could not be found again (no number, no address), this is tried
/// only once.
async fn create(app: &Arc<TenantContext>, job: &Job) -> anyhow::Result<ContactOutcome> {
    let is_findable =
        find::phone(app, job.tenant_id, &job.person).await?.is_some() || find::email(&job.person).is_some();
    if job.making && !is_findable {
        return Ok(ContactOutcome { card: None, why: LinkReason::Unclear });
    }
    note_making(app, job.tenant_id, job.conversation_id).await?;
    let card = make(app, job.tenant_id, &job.person).await?;
    onto(app, job, card, LinkReason::Made).await
}

/// The name of the contact that is made for a customer.
pub(super) fn name_of(person: &Person) -> String {
    let email = || find::email(person);
    let name = person.name.clone().or_else(|| phone_of(person)).or_else(email);
    name.unwrap_or_else(|| person.id.clone())
}

fn phone_of(person: &Person) -> Option<String> {
    person.phone.clone().filter(|text| Phone::parse(text, None).is_some())
}

/// Makes a contact of a customer's data. Not safe to repeat.
pub(super) async fn make(app: &Arc<TenantContext>, tenant_id: Uuid, person: &Person) -> anyhow::Result<ContactCard> {
    let (phone, email) = (phone_of(person), find::email(person));
    let fields = phone.iter().map(|phone| Field::phone(phone)).chain(email.iter().map(|email| Field::email(email)));
    let name = name_of(person);
    let contact = NewContact { name: Some(name.clone()), fields: fields.collect() };
    let make = |rest: amocrm::rest::Rest, token| {
        let contact = contact.clone();
        async move { rest.create_contacts(&token, &[contact]).await }
    };
    let ids = with_token(app, tenant_id, make).await?;
    let id = ids.first().copied().context("amoCRM returned no id of the created contact")?;
    Ok(ContactCard { id, name })
}

/// Stores a group's new title and members, and plans the change of its contact. False if they are known, or the
/// conversation is not this group's.
pub async fn know_group(app: &TenantContext, known: &conversation::Model, group: &Person) -> anyhow::Result<bool> {
    let before: Person = serde_json::from_str(&known.contact).context("the conversation's contact is damaged")?;
    let Some(title) = group.name.as_deref().map(str::trim).filter(|title| !title.is_empty()) else { return Ok(false) };
    if before.id != group.id {
        return Ok(false);
    }
    // Most messengers do not name the members.
    let members = if group.members.is_empty() { before.members.clone() } else { group.members.clone() };
    let old = before.name.clone().filter(|old| old != title).unwrap_or_default();
    let now = Person { name: Some(title.to_owned()), members, ..before.clone() };
    if now == before {
        return Ok(false);
    }
    let contact = serde_json::to_string(&now).context("a person as JSON")?;
    Ok(in_transaction(&app.store, async |tx| {
        let changed = conversation::Entity::update_by_id((known.tenant_id, known.id))
            .col_expr(Column::Contact, Expr::value(contact))
            // It may have been changed, or the customer erased, since it was read.
            .filter(Column::Contact.eq(known.contact.as_str()))
            .exec(tx)
            .await?;
        // amoCRM gets the title of a chat that it does not know yet with the chat.
        if changed.rows_affected > 0 && !known.amocrm_chat_id.is_empty() && !old.is_empty() {
            insert_renaming(tx, app.clock.millis(), known, &old).await?;
        }
        Ok::<_, DbErr>(changed.rows_affected > 0)
    })
    .await?)
}

/// Renames the contact of a group's chat. One whose name is not the group's old title was named by people, and stays.
async fn rename_group(app: &Arc<TenantContext>, known: &conversation::Model, renamed_from: &str) -> anyhow::Result<()> {
    let group: Person = serde_json::from_str(&known.contact).context("the conversation's contact is damaged")?;
    let Some(title) = group.name else { return Ok(()) };
    let Some(contact_id) = find::of_chat(app, known.tenant_id, &known.amocrm_chat_id).await? else { return Ok(()) };
    let Some(card) = find::by_id(app, known.tenant_id, contact_id).await? else { return Ok(()) };
    if card.name != renamed_from {
        return Ok(());
    }
    let ask = |rest: amocrm::rest::Rest, token| {
        let title = title.clone();
        async move { rest.rename_contact(&token, contact_id, &title).await }
    };
    with_token(app, known.tenant_id, ask).await?;
    conversation::Entity::update_by_id((known.tenant_id, known.id))
        .col_expr(Column::ContactName, Expr::value(title))
        .filter(Column::ContactId.eq(contact_id))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// Stores the number, the address and the named contact that came with a customer's message, and plans the contact again if that may
/// find another. Returns the updated conversation; none if the message contained nothing new.
pub async fn store_provided(
    app: &TenantContext,
    source: &source::Model,
    known: &conversation::Model,
    sender: &Person,
) -> anyhow::Result<Option<conversation::Model>> {
    let before: Person = serde_json::from_str(&known.contact).context("the conversation's contact is damaged")?;
    // A group's members are not the group.
    if sender.role != Role::Client || sender.id != before.id {
        return Ok(None);
    }
    let phone = sender.phone.clone().or_else(|| before.phone.clone());
    let email = sender.email.clone().or_else(|| before.email.clone());
    let crm_contact_id = sender.crm_contact_id.or(before.crm_contact_id);
    // The last message vouches for what it brought, or does not.
    let is_same = (&phone, &email) == (&before.phone, &before.email);
    let is_signed = if is_same { before.is_signed } else { sender.is_signed };
    let now = Person { phone, email, crm_contact_id, is_signed, ..before.clone() };
    if now == before {
        return Ok(None);
    }
    let contact = serde_json::to_string(&now).context("a person as JSON")?;
    let phone_hash = phone_hash(&now);
    in_transaction(&app.store, async |tx| {
        let changed = conversation::Entity::update_by_id((known.tenant_id, known.id))
            .col_expr(Column::Contact, Expr::value(contact.as_str()))
            .col_expr(Column::PhoneHash, Expr::value(phone_hash.as_str()))
            // It may have been changed, or the customer erased, since it was read.
            .filter(Column::Contact.eq(known.contact.as_str()))
            .exec(tx)
            .await?;
        // A contact that is named counts, whatever was chosen before.
        let is_named = now.crm_contact_id != before.crm_contact_id && !known.amocrm_chat_id.is_empty();
        if changed.rows_affected > 0 && (is_named || is_open(source, known)) {
            insert(tx, app.clock.millis(), known, is_named, 0).await?;
        }
        Ok::<_, DbErr>(())
    })
    .await?;
    Ok(Some(conversation::Model { contact, phone_hash, ..known.clone() }))
}

/// Whether a chat that amoCRM knows may still be linked to another contact: its current one was not chosen by a
/// person.
fn is_open(source: &source::Model, known: &conversation::Model) -> bool {
    let chosen = !matches!(
        LinkReason::parse(&known.contact_why),
        None | Some(LinkReason::Nobody | LinkReason::Crm | LinkReason::GivenUnknown | LinkReason::Made)
    );
    // A chat that was started from a contact's card has its contact.
    let begun = !known.crm_person_id.is_empty();
    Rule::of(source) != Rule::Leave && !known.amocrm_chat_id.is_empty() && !chosen && !begun
}
