//! Origins that are not in their leads yet, stored in a table so that a crash does not lose them.

use std::sync::Arc;
use std::time::Duration;

use base::due::{self, DueOfAccounts};
use base::i18n::Words;
use chrono::TimeDelta;
use entity::origin_task::{self, Column};
use entity::{conversation, source};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use tokio_util::sync::CancellationToken;

use super::{Origin, lead, write};
use crate::tenant::TenantContext;

/// The first look: by then amoCRM has usually made the lead.
const FIRST: TimeDelta = TimeDelta::seconds(10);
/// How long an attempt is claimed.
const CLAIMED: TimeDelta = TimeDelta::minutes(2);
/// Time limit of an attempt; less than its claim.
const WITHIN: Duration = Duration::from_secs(60);
/// Time between checks for a lead that is not accepted yet: a quarter of the time waited so far.
const LOOKS: [TimeDelta; 2] = [TimeDelta::seconds(15), TimeDelta::hours(6)];
/// How long a lead is waited for.
const PATIENCE: TimeDelta = TimeDelta::days(30);
/// Delays after the first, second, … failure in a row.
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

/// Stores that a conversation has a new origin, if its source writes origins into leads. To be called in the transaction
/// that stores the origin, and only if it changed: what is written once is not written again.
pub async fn plan(
    db: &impl ConnectionTrait,
    now: i64,
    source: &source::Model,
    conversation_id: uuid::Uuid,
) -> Result<(), DbErr> {
    if !source.lead_origin {
        return Ok(());
    }
    let task = origin_task::ActiveModel {
        tenant_id: Set(source.tenant_id),
        conversation_id: Set(conversation_id),
        tries: Set(0),
        noting: Set(false),
        next_try_at: Set(now + FIRST.num_milliseconds()),
        created_at: Set(now),
    };
    let key = OnConflict::columns([Column::TenantId, Column::ConversationId])
        .update_columns([Column::Tries, Column::Noting, Column::NextTryAt, Column::CreatedAt])
        .to_owned();
    origin_task::Entity::insert(task).on_conflict(key).exec_without_returning(db).await?;
    Ok(())
}

/// The background task. Ends when `stop` is cancelled.
pub async fn run(app: Arc<TenantContext>, stop: CancellationToken) {
    due::every(LOOK_EVERY, &stop, || due_now(&app)).await;
}

/// Works on what is due; returns how many.
pub async fn due_now(app: &Arc<TenantContext>) -> usize {
    let due = DueOfAccounts {
        rows: origin_task::Entity::find(),
        at: Column::NextTryAt,
        account: Column::TenantId,
        claimed: CLAIMED,
        at_once: AT_ONCE,
        pause: LOOK_EVERY,
    };
    let worked = due.work(&app.store, &app.stop, async |task, claimed| {
        if let Err(error) = attempt(app, &task, claimed).await {
            tracing::warn!(tenant.id = %task.tenant_id, conversation.id = %task.conversation_id, error = format!("{error:#}"), "the origin of a customer could not be written into the lead");
        }
        1
    });
    worked.await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the origins for leads could not be read; it will be retried");
        0
    })
}

/// One attempt. `claimed`: until when the task is this process's.
async fn attempt(app: &Arc<TenantContext>, task: &origin_task::Model, claimed: i64) -> anyhow::Result<()> {
    let held = origin_task::Model { next_try_at: claimed, ..task.clone() };
    let known = conversation::Entity::of_tenant(task.tenant_id)
        .filter(conversation::Column::Id.eq(task.conversation_id))
        .one(app.store.read())
        .await?;
    let source = match &known {
        Some(known) => app.lookup.source(known.source_id).await?,
        None => None,
    };
    let wanted = known.zip(source.filter(|source| source.lead_origin));
    let Some((known, origin)) = wanted.and_then(|(known, _)| {
        let origin = Origin::stored(&known.visit)?;
        Some((known, origin))
    }) else {
        return Ok(end(app, &held).await?);
    };
    let written = match tokio::time::timeout(WITHIN, into_lead(app, task, &known, &origin)).await {
        Ok(written) => written,
        Err(_) => Err(anyhow::anyhow!("amoCRM took too long")),
    };
    match written {
        Ok(true) => end(app, &held).await?,
        Ok(false) => look_again(app, &held).await?,
        Err(error) => {
            put_off(app, &held).await?;
            return Err(error);
        }
    }
    Ok(())
}

/// False if there is no lead yet.
async fn into_lead(
    app: &Arc<TenantContext>,
    task: &origin_task::Model,
    known: &conversation::Model,
    origin: &Origin,
) -> anyhow::Result<bool> {
    let Some(lead) = lead::find(app, known).await? else { return Ok(false) };
    let Some(tenant) = app.lookup.tenant(known.tenant_id).await? else { return Ok(false) };
    let words = Words::new(crate::tenant::language(&app.integrations, &tenant));
    write::write(app, task, &lead, origin, words).await?;
    Ok(true)
}

/// Records that a note is about to be written: from here on it may exist, whatever the answer.
pub(super) async fn note_noting(app: &TenantContext, task: &origin_task::Model) -> Result<(), DbErr> {
    origin_task::Entity::update_many()
        .col_expr(Column::Noting, Expr::value(true))
        .filter(Column::TenantId.eq(task.tenant_id))
        .filter(Column::ConversationId.eq(task.conversation_id))
        // Not one that was planned meanwhile.
        .filter(Column::CreatedAt.eq(task.created_at))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// Removes the task, unless a newer origin has been planned meanwhile.
async fn end(app: &TenantContext, held: &origin_task::Model) -> Result<(), DbErr> {
    origin_task::Entity::delete_many()
        .filter(Column::TenantId.eq(held.tenant_id))
        .filter(Column::ConversationId.eq(held.conversation_id))
        .filter(Column::NextTryAt.eq(held.next_try_at))
        .exec(app.store.write())
        .await?;
    Ok(())
}

async fn look_again(app: &TenantContext, held: &origin_task::Model) -> Result<(), DbErr> {
    let now = app.clock.millis();
    let age = now - held.created_at;
    if age > PATIENCE.num_milliseconds() {
        tracing::info!(tenant.id = %held.tenant_id, conversation.id = %held.conversation_id, "no lead was made or accepted for a chat; its customer's origin is in the panel only");
        return end(app, held).await;
    }
    let [least, most] = LOOKS.map(|look| look.num_milliseconds());
    move_on(app, held, now + (age / 4).clamp(least, most), 0).await
}

/// Plans the attempt after a failure, or gives up.
async fn put_off(app: &TenantContext, held: &origin_task::Model) -> Result<(), DbErr> {
    match BACK_OFF.get(usize::try_from(held.tries).unwrap_or(usize::MAX)) {
        Some(wait) => move_on(app, held, app.clock.millis() + wait.num_milliseconds(), held.tries + 1).await,
        None => {
            tracing::warn!(tenant.id = %held.tenant_id, conversation.id = %held.conversation_id, tries = held.tries + 1, "gave up writing the origin of a customer into the lead; it is in the panel only");
            end(app, held).await
        }
    }
}

async fn move_on(app: &TenantContext, held: &origin_task::Model, at: i64, tries: i32) -> Result<(), DbErr> {
    let later = due::as_seen(held, Column::NextTryAt)
        .col_expr(Column::NextTryAt, Expr::value(at))
        .col_expr(Column::Tries, Expr::value(tries));
    due::moved(&app.store, later).await?;
    Ok(())
}
