//! Planned work that is not done yet: a job of each chat, so that a crash does not lose it.

use std::sync::Arc;
use std::time::Duration;

use base::message::Person;
use base::store::finish_tx;
use chrono::TimeDelta;
use entity::{conversation, job, source};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::link::{self, Job};
use super::{ContactOutcome, LinkReason, Rule, group, row};
use crate::job::{NewJob, NextRun, cancel, schedule, schedule_new};
use crate::tenant::TenantContext;

/// The kind's name.
pub const KIND: &str = "contacts";
/// How long a message may be delayed.
const WITHIN: Duration = Duration::from_secs(3);
/// Time limit of a later call.
const LATER_WITHIN: Duration = Duration::from_secs(60);
/// Until the first later attempt.
const FIRST: TimeDelta = TimeDelta::minutes(1);
/// Delays before the second, third, … later attempt. After these amoCRM's choice stays.
pub const BACK_OFF: [TimeDelta; 5] =
    [TimeDelta::minutes(5), TimeDelta::minutes(30), TimeDelta::hours(2), TimeDelta::hours(12), TimeDelta::days(1)];

/// What a job knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ContactTask {
    /// Creating a contact was started: it may exist even if no answer confirmed it.
    #[serde(default)]
    making: bool,
    /// An existing contact is linked even if the source leaves contacts to amoCRM, because an import requires it.
    #[serde(default)]
    linking: bool,
    /// The former title of a group whose contact still has it; else empty.
    #[serde(default)]
    renamed_from: String,
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
pub(super) async fn insert_renaming(
    tx: &DatabaseTransaction,
    now: i64,
    known: &conversation::Model,
    renamed_from: &str,
) -> Result<(), DbErr> {
    let mut task = locked(tx, known.tenant_id, known.id).await?.unwrap_or_default();
    if task.renamed_from.is_empty() {
        renamed_from.clone_into(&mut task.renamed_from);
    }
    schedule(tx, now, task.new_job(known, now)).await
}

/// What the job of a chat knows, for a change in this transaction; none if there is no job.
async fn locked(
    tx: &DatabaseTransaction,
    tenant_id: Uuid,
    conversation_id: Uuid,
) -> Result<Option<ContactTask>, DbErr> {
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
    let tx = app.store.write_tx().await?;
    let done = async {
        let Some(mut task) = locked(&tx, tenant_id, conversation_id).await? else { return Ok(()) };
        change(&mut task);
        job::Entity::update_many()
            .col_expr(job::Column::Payload, Expr::value(json!(task).to_string()))
            .filter(job::Column::TenantId.eq(tenant_id))
            .filter(job::Column::Kind.eq(KIND))
            .filter(job::Column::Key.eq(conversation_id.to_string()))
            .exec(&tx)
            .await?;
        Ok::<_, DbErr>(())
    };
    let done = done.await;
    finish_tx(tx, done).await
}

/// Ends the job of a chat; one that has a contact to rename stays for that.
async fn end(tx: &DatabaseTransaction, tenant_id: Uuid, conversation_id: Uuid) -> Result<(), DbErr> {
    if locked(tx, tenant_id, conversation_id).await?.is_some_and(|task| task.renamed_from.is_empty()) {
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
    match tokio::time::timeout(WITHIN, link::first(app, &job)).await {
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
        before: LinkReason::of(&known.contact_why).map(|why| (known.contact_id, why)),
    })
}

/// Stores an outcome and ends the job, in one commit.
async fn store(
    app: &TenantContext,
    tenant_id: Uuid,
    conversation_id: Uuid,
    outcome: &ContactOutcome,
) -> Result<(), DbErr> {
    let tx = app.store.write_tx().await?;
    let done = async {
        row::write(&tx, app.clock.millis(), tenant_id, conversation_id, outcome).await?;
        end(&tx, tenant_id, conversation_id).await
    };
    let done = done.await;
    finish_tx(tx, done).await
}

/// Records that a contact is about to be created: from here on it may exist, whatever the answer.
pub(super) async fn note_making(app: &TenantContext, tenant_id: Uuid, conversation_id: Uuid) -> Result<(), DbErr> {
    change(app, tenant_id, conversation_id, |task| task.making = true).await
}

/// A later attempt.
pub async fn link_later(app: Arc<TenantContext>, planned: job::Model) -> anyhow::Result<NextRun> {
    let (app, planned) = (&app, &planned);
    let (app, tenant_id, id): (_, _, Uuid) = (app, planned.tenant_id, planned.key.parse()?);
    let task: ContactTask = serde_json::from_str(&planned.payload)?;
    let is_last = usize::try_from(planned.tries).is_ok_and(|tries| tries >= BACK_OFF.len());
    let known = conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::Id.eq(id));
    let known = known.one(app.store.read()).await?;
    let source = match &known {
        Some(known) => app.lookup.source(known.source_id).await?,
        None => None,
    };
    if !task.renamed_from.is_empty() {
        if let Err(error) = renamed(app, known.as_ref(), &task.renamed_from).await {
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
        _ => match tokio::time::timeout(LATER_WITHIN, link::late(app, &job)).await {
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

async fn renamed(
    app: &Arc<TenantContext>,
    known: Option<&conversation::Model>,
    renamed_from: &str,
) -> anyhow::Result<()> {
    let Some(known) = known else { return Ok(()) };
    match tokio::time::timeout(LATER_WITHIN, group::rename(app, known, renamed_from)).await {
        Ok(done) => done,
        Err(_) => Err(anyhow::anyhow!("amoCRM took too long")),
    }
}
