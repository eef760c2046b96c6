//! Planned work that is not done yet, stored in a table so that a crash does not lose it.

use std::sync::Arc;
use std::time::Duration;

use base::due::{self, DueOfAccounts};
use base::message::Person;
use chrono::TimeDelta;
use entity::contact_task::{self, Column};
use entity::{conversation, source};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::link::{self, Job};
use super::{ContactOutcome, LinkReason, Rule, group, row};
use crate::tenant::TenantContext;

/// How long a message may be delayed.
const WITHIN: Duration = Duration::from_secs(3);
/// How long a later attempt is claimed.
const CLAIMED: TimeDelta = TimeDelta::minutes(2);
/// Time limit of a later attempt; less than its claim.
const LATER_WITHIN: Duration = Duration::from_secs(60);
/// Delays before the first, second, … later attempt. After these amoCRM's choice stays.
const BACK_OFF: [TimeDelta; 6] = [
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(12),
    TimeDelta::days(1),
];
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Accounts at a time.
const AT_ONCE: usize = 8;

/// Stores that a chat needs a contact. False if it is already planned and left to that attempt.
pub async fn plan(app: &TenantContext, known: &conversation::Model, linking: bool) -> Result<bool, DbErr> {
    insert(app.store.write(), app.clock.millis(), known, linking, BACK_OFF[0].num_milliseconds()).await
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
    let task = contact_task::ActiveModel { linking: Set(linking), ..new(now, known, wait) };
    let key = OnConflict::columns([Column::TenantId, Column::ConversationId]).do_nothing().to_owned();
    let made = contact_task::Entity::insert(task).on_conflict(key).exec_without_returning(db).await?;
    Ok(made > 0)
}

/// Stores that the contact of a group's chat still has the group's former title. Of several titles the first counts: it
/// is the one that the contact has.
pub(super) async fn insert_renaming(
    db: &impl ConnectionTrait,
    now: i64,
    known: &conversation::Model,
    renamed_from: &str,
) -> Result<(), DbErr> {
    let task = contact_task::ActiveModel { renamed_from: Set(renamed_from.to_owned()), ..new(now, known, 0) };
    let first =
        "CASE WHEN contact_task.renamed_from = '' THEN excluded.renamed_from ELSE contact_task.renamed_from END";
    let key = OnConflict::columns([Column::TenantId, Column::ConversationId])
        .value(Column::RenamedFrom, Expr::cust(first))
        .to_owned();
    contact_task::Entity::insert(task).on_conflict(key).exec_without_returning(db).await?;
    Ok(())
}

fn new(now: i64, known: &conversation::Model, wait: i64) -> contact_task::ActiveModel {
    contact_task::ActiveModel {
        tenant_id: Set(known.tenant_id),
        conversation_id: Set(known.id),
        tries: Set(0),
        making: Set(false),
        linking: Set(false),
        renamed_from: Set(String::new()),
        next_try_at: Set(now + wait),
        created_at: Set(now),
    }
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
    if let Err(error) = row::keep(app, job.tenant_id, job.conversation_id, outcome).await {
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

/// Records that a contact is about to be created: from here on it may exist, whatever the answer.
pub(super) async fn note_making(app: &TenantContext, tenant_id: Uuid, conversation_id: Uuid) -> Result<(), DbErr> {
    contact_task::Entity::update_many()
        .col_expr(Column::Making, Expr::value(true))
        .filter(Column::TenantId.eq(tenant_id))
        .filter(Column::ConversationId.eq(conversation_id))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// The background task. Ends when `stop` is cancelled.
pub async fn run(app: Arc<TenantContext>, stop: CancellationToken) {
    due::every(LOOK_EVERY, &stop, || due_now(&app)).await;
}

/// Retries what is due; returns how many.
pub async fn due_now(app: &Arc<TenantContext>) -> usize {
    let due = DueOfAccounts {
        rows: contact_task::Entity::find(),
        at: Column::NextTryAt,
        account: Column::TenantId,
        claimed: CLAIMED,
        at_once: AT_ONCE,
        pause: LOOK_EVERY,
    };
    let worked = due.work(&app.store, &app.stop, async |task, claimed| {
        if let Err(error) = retry(app, &task, claimed).await {
            tracing::warn!(tenant.id = %task.tenant_id, conversation.id = %task.conversation_id, error = format!("{error:#}"), "a chat could not be linked to its contact");
        }
        1
    });
    worked.await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the chats that need a contact could not be read; it will be retried");
        0
    })
}

/// One later attempt. `claimed`: until when the task is this process's.
async fn retry(app: &Arc<TenantContext>, task: &contact_task::Model, claimed: i64) -> anyhow::Result<()> {
    let known = conversation::Entity::of_tenant(task.tenant_id)
        .filter(conversation::Column::Id.eq(task.conversation_id))
        .one(app.store.read())
        .await?;
    let source = match &known {
        Some(known) => app.lookup.source(known.source_id).await?,
        None => None,
    };
    if !task.renamed_from.is_empty() {
        if let Err(error) = renamed(app, known.as_ref(), &task.renamed_from).await {
            if put_off(app, task, claimed).await? {
                return Err(error);
            }
            tracing::warn!(tenant.id = %task.tenant_id, conversation.id = %task.conversation_id, error = format!("{error:#}"), "a group's contact keeps its former name");
        }
        row::renamed(app.store.write(), task).await?;
    }
    let planned = source.zip(known).and_then(|(source, known)| {
        job(&known, Rule::wished(&source, task.linking), &known.amocrm_chat_id, task.making)
    });
    let Some(job) = planned else {
        row::end(app.store.write(), task.tenant_id, task.conversation_id).await?;
        return Ok(());
    };
    // Without a chat at amoCRM there is nothing to link: its first message still waits.
    let done = match job.chat_id.as_str() {
        "" => Err(anyhow::anyhow!("amoCRM has no such chat yet")),
        _ => match tokio::time::timeout(LATER_WITHIN, link::late(app, &job)).await {
            Ok(done) => done,
            Err(_) => Err(anyhow::anyhow!("amoCRM took too long")),
        },
    };
    match done {
        Ok(outcome) => row::keep(app, job.tenant_id, job.conversation_id, &outcome).await?,
        Err(error) => {
            if !put_off(app, task, claimed).await? {
                let unclear = ContactOutcome { card: None, why: LinkReason::Unclear };
                row::keep(app, job.tenant_id, job.conversation_id, &unclear).await?;
            }
            return Err(error);
        }
    }
    Ok(())
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

/// Plans the next attempt of a claimed task; false if that was the last one.
async fn put_off(app: &TenantContext, task: &contact_task::Model, claimed: i64) -> Result<bool, DbErr> {
    let tries = task.tries + 1;
    let Some(wait) = BACK_OFF.get(usize::try_from(tries).unwrap_or(usize::MAX)) else { return Ok(false) };
    let held = contact_task::Model { next_try_at: claimed, ..task.clone() };
    let later = due::as_seen(&held, Column::NextTryAt)
        .col_expr(Column::NextTryAt, Expr::value(app.clock.millis() + wait.num_milliseconds()))
        .col_expr(Column::Tries, Expr::value(tries));
    due::moved(&app.store, later).await?;
    Ok(true)
}
