//! Sends the vendor's events to the vendor's own webhooks, signed by Standard Webhooks, in order for each account.
//!
//! ```text
//! vendor_event.next_try_at ─▶ the first of its account ─▶ claim ─▶ POST ─▶ 2xx: delivered
//!                                                                      ├▶ else: again by the engine's back-off
//!                                                                      └▶ for three days, then failed until resent
//! ```
//!
//! Each webhook has rounds of its own: one that fails slows no other. An event that fails holds up the later ones of its
//! account only.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use base::config::VendorWebhook;
use base::due;
use base::http_client::not_accepted;
use base::store::{VENDOR, in_transaction};
use chrono::TimeDelta;
use connectors::custom::{retry_after, signed};
use entity::vendor_event::{self, Column};
use entity::vendor_event_attempt::{self, self as attempt, Column as AttemptColumn};
use futures_util::future::join_all;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde_json::json;
use uuid::Uuid;

use crate::alert::{self, Alarm};
use crate::delivery::pause;
use crate::platform::PlatformContext;
use crate::vendor_events::EventState;

const BATCH: u64 = 20;
/// All of a batch, to one webhook.
const AT_ONCE: usize = 20;
/// How long a process owns an event: longer than a call takes.
const CLAIMED: TimeDelta = TimeDelta::minutes(1);

/// Closes the alerts about webhooks that are not in the configuration any more.
pub async fn end_alerts(app: Arc<PlatformContext>) {
    if let Err(error) = end_alerts_of_removed(&app).await {
        tracing::warn!(%error, "alerts about webhooks that were removed could not be closed");
    }
}

/// Sends all due events; returns how many calls were made.
pub async fn due_now(app: &PlatformContext) -> usize {
    join_all(app.config.vendor_webhooks.iter().map(|webhook| round(app, webhook))).await.into_iter().sum()
}

/// Sends what is due to one webhook; returns how many calls were made.
pub async fn round(app: &PlatformContext, webhook: &VendorWebhook) -> usize {
    let mut calls = 0;
    while !app.stop.is_cancelled() {
        let due = due::rows(&app.store, first_of_accounts(&webhook.name), Column::NextTryAt, BATCH).await;
        let due = due.unwrap_or_else(|error| {
            tracing::warn!(webhook = webhook.name, %error, "the vendor's pending events could not be read; it will be retried");
            Vec::new()
        });
        let made = due::each(due, AT_ONCE, async |event| {
            let (id, kind) = (event.id, event.kind.clone());
            usize::from(send(app, webhook, event).await.unwrap_or_else(|error| {
                tracing::warn!(webhook = webhook.name, event.id = %id, kind, error = format!("{error:#}"), "the vendor's event could not be sent; it will be retried");
                false
            }))
        });
        match made.await {
            0 => break,
            made => calls += made,
        }
    }
    calls
}

/// The earliest waiting event of each account: a later one waits for it, also during its back-off and while it is sent.
fn first_of_accounts(webhook: &str) -> Select<vendor_event::Entity> {
    let earlier = |column: Column| Expr::col((Alias::new("earlier"), column));
    let this = |column: Column| Expr::col((vendor_event::Entity, column));
    let before = Condition::any().add(earlier(Column::QueuedAt).lt(this(Column::QueuedAt))).add(
        Condition::all()
            .add(earlier(Column::QueuedAt).eq(this(Column::QueuedAt)))
            .add(earlier(Column::Id).lt(this(Column::Id))),
    );
    let mut others = Query::select();
    others
        .expr(Expr::val(1))
        .from_as(vendor_event::Entity, Alias::new("earlier"))
        .and_where(earlier(Column::TenantId).eq(VENDOR))
        .and_where(earlier(Column::Webhook).eq(webhook))
        .and_where(earlier(Column::AboutId).eq(this(Column::AboutId)))
        .and_where(earlier(Column::NextTryAt).is_not_null())
        .cond_where(before);
    vendor_event::Entity::of_tenant(VENDOR).filter(Column::Webhook.eq(webhook)).filter(Expr::exists(others).not())
}

/// False if another process does it.
async fn send(app: &PlatformContext, webhook: &VendorWebhook, event: vendor_event::Model) -> anyhow::Result<bool> {
    let at = app.clock.millis();
    let until = at + CLAIMED.num_milliseconds();
    if !due::claim(&app.store, &event, Column::NextTryAt, until).await? {
        return Ok(false);
    }
    let event = vendor_event::Model { next_try_at: Some(until), ..event };
    let answer = post(app, webhook, &event).await?;
    settle(app, webhook, &event, at, answer).await?;
    Ok(true)
}

// One call of a webhook.

/// Shorter than the claim of an event.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// What a call led to.
#[derive(Debug)]
struct Answer {
    /// HTTP status; none if there was no answer.
    pub status: Option<i32>,
    /// Why the event was not taken, in English; empty if it was.
    pub error: String,
    /// The pause that the receiver asked for.
    pub after: Option<Duration>,
}

/// Sends an event. The address is the vendor's own and is called as it is.
async fn post(app: &PlatformContext, webhook: &VendorWebhook, event: &vendor_event::Model) -> anyhow::Result<Answer> {
    let (id, timestamp) = (event.id.to_string(), app.clock.now().timestamp());
    let request = app.http.trusted().post(webhook.url.clone()).timeout(ANSWER_WITHIN);
    let request = signed(request, &webhook.secret, &id, timestamp, event.body.clone()).map_err(anyhow::Error::msg)?;
    let answer = request.send().await;
    let (status, after) = match &answer {
        Ok(answer) => (Some(i32::from(answer.status().as_u16())), retry_after(answer.headers(), timestamp)),
        Err(_) => (None, None),
    };
    Ok(Answer { status, error: not_accepted(answer).unwrap_or_default(), after })
}

// Stores the outcome of a call, and the vendor's alert about a webhook that has failed for an hour.

/// The vendor's alert.
const ALARM: &str = "vendor_webhook_failing";
/// Time after which an event is given up, from when it happened or was resent.
const WORTH: TimeDelta = TimeDelta::days(3);
/// Time for which an event fails before the vendor is alerted.
const ALERT_AFTER: TimeDelta = TimeDelta::hours(1);

/// One commit: the attempt, the event's next try or end, and the alert. Nothing if the claim was lost meanwhile.
async fn settle(
    app: &PlatformContext,
    webhook: &VendorWebhook,
    event: &vendor_event::Model,
    at: i64,
    answer: Answer,
) -> Result<(), DbErr> {
    let state = in_transaction(&app.store, async |tx| settle_in(app, tx, webhook, event, at, &answer).await).await?;
    match state {
        Some(EventState::Waiting) => {
            tracing::warn!(webhook = webhook.name, event.id = %event.id, kind = event.kind, reason = answer.error, "the vendor's event was not taken; it will be retried");
        }
        Some(EventState::Failed) => {
            tracing::error!(webhook = webhook.name, event.id = %event.id, kind = event.kind, reason = answer.error, "the vendor's event was given up after three days; it can be resent");
        }
        Some(EventState::Delivered) | None => {}
    }
    Ok(())
}

async fn settle_in(
    app: &PlatformContext,
    tx: &DatabaseTransaction,
    webhook: &VendorWebhook,
    event: &vendor_event::Model,
    at: i64,
    answer: &Answer,
) -> Result<Option<EventState>, DbErr> {
    let now = app.clock.millis();
    let next = now + pause::backoff(event.tries, answer.after);
    let (state, next_try_at) = if answer.error.is_empty() {
        (EventState::Delivered, None)
    } else if next - event.queued_at >= WORTH.num_milliseconds() {
        (EventState::Failed, None)
    } else {
        (EventState::Waiting, Some(next))
    };
    let mine = due::as_seen(event, Column::NextTryAt)
        .col_expr(Column::State, Expr::value(state.as_str()))
        .col_expr(Column::NextTryAt, Expr::value(next_try_at))
        .col_expr(Column::Tries, Expr::value(event.tries.saturating_add(1)));
    if mine.exec(tx).await?.rows_affected == 0 {
        return Ok(None);
    }
    let attempt = vendor_event_attempt::Model {
        tenant_id: VENDOR,
        event_id: event.id,
        number: event.tries.saturating_add(1),
        at,
        ms: i32::try_from(now - at).unwrap_or(i32::MAX),
        status: answer.status,
        error: answer.error.clone(),
    };
    vendor_event_attempt::Entity::insert(attempt.into_active_model()).exec_without_returning(tx).await?;
    alarm(app, tx, webhook, event, answer).await?;
    Ok(Some(state))
}

/// Opens the alert if this event has failed for an hour, and closes it at a success once no other one has.
async fn alarm(
    app: &PlatformContext,
    tx: &DatabaseTransaction,
    webhook: &VendorWebhook,
    event: &vendor_event::Model,
    answer: &Answer,
) -> Result<(), DbErr> {
    let before = app.clock.millis() - ALERT_AFTER.num_milliseconds();
    if answer.error.is_empty() {
        if alert::is_open(tx, VENDOR, ALARM, &webhook.name).await? && !fails(tx, &webhook.name, before).await? {
            alert::resolve(app, tx, VENDOR, ALARM, &webhook.name).await?;
        }
    } else if event.tries > 0 && event.queued_at <= before {
        let host = webhook.url.host_str().unwrap_or_default();
        let detail = json!({ "webhook": webhook.name, "host": host, "said": answer.error });
        let alarm = Alarm { tenant_id: VENDOR, kind: ALARM, object: &webhook.name, source_id: None, detail };
        alert::raise(app, tx, alarm).await?;
    }
    Ok(())
}

/// Whether an event that was queued before a time was tried and still waits.
async fn fails(db: &impl ConnectionTrait, webhook: &str, before: i64) -> Result<bool, DbErr> {
    let failing = vendor_event::Entity::of_tenant(VENDOR)
        .filter(Column::Webhook.eq(webhook))
        .filter(Column::NextTryAt.is_not_null())
        .filter(Column::Tries.gt(0))
        .filter(Column::QueuedAt.lte(before));
    Ok(failing.count(db).await? > 0)
}

/// Nothing is sent to webhooks that are not in the configuration any more.
async fn end_alerts_of_removed(app: &PlatformContext) -> Result<(), DbErr> {
    let open = alert::open(app.store.read(), VENDOR).await?;
    for name in open.iter().filter(|open| open.kind == ALARM).map(alert::object_of) {
        if app.config.vendor_webhooks.iter().all(|webhook| webhook.name != name) {
            alert::end(app, app.store.write(), VENDOR, ALARM, name).await?;
        }
    }
    Ok(())
}

// Reads events and attempts for the admin and the API.

/// Which events are listed.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Of these accounts alone; none: of all.
    pub about: Option<Vec<Uuid>>,
    pub state: Option<EventState>,
}

/// Events, newest first, `most` of them after the one with the id `after`.
pub async fn list_events(
    db: &impl ConnectionTrait,
    filter: &EventFilter,
    after: Option<Uuid>,
    most: u64,
) -> Result<Vec<vendor_event::Model>, DbErr> {
    let mut found = vendor_event::Entity::of_tenant(VENDOR);
    if let Some(about) = &filter.about {
        found = found.filter(Column::AboutId.is_in(about.iter().copied()));
    }
    if let Some(state) = filter.state {
        found = found.filter(Column::State.eq(state.as_str()));
    }
    if let Some(after) = after {
        found = found.filter(Column::Id.lt(after));
    }
    found.order_by_desc(Column::Id).limit(most).all(db).await
}

/// One event.
pub async fn one_event(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<vendor_event::Model>, DbErr> {
    vendor_event::Entity::find_by_id((VENDOR, id)).one(db).await
}

/// The attempts of an event, newest first, `most` of them before the one with this number.
pub async fn attempts(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    before: Option<i32>,
    most: u64,
) -> Result<Vec<attempt::Model>, DbErr> {
    let mut found = attempt::Entity::of_tenant(VENDOR).filter(AttemptColumn::EventId.eq(event_id));
    if let Some(before) = before {
        found = found.filter(AttemptColumn::Number.lt(before));
    }
    found.order_by_desc(AttemptColumn::Number).limit(most).all(db).await
}

/// The last attempt of each of these events that has one.
pub async fn last_attempts(
    db: &impl ConnectionTrait,
    events: &[vendor_event::Model],
) -> Result<HashMap<Uuid, attempt::Model>, DbErr> {
    let mut last = Condition::any();
    for event in events.iter().filter(|event| event.tries > 0) {
        let one = Condition::all().add(AttemptColumn::EventId.eq(event.id)).add(AttemptColumn::Number.eq(event.tries));
        last = last.add(one);
    }
    if last.is_empty() {
        return Ok(HashMap::new());
    }
    let found = attempt::Entity::of_tenant(VENDOR).filter(last).all(db).await?;
    Ok(found.into_iter().map(|row| (row.event_id, row)).collect())
}

// Sends an event again.

/// Queues a delivered or failed event once more, with the same id, as the last one of its account, for another three
/// days. One that waits is tried now instead of at the end of its back-off.
pub async fn resend(app: &PlatformContext, event: &vendor_event::Model) -> Result<(), DbErr> {
    let now = app.clock.millis();
    // It may be on its way: then it is tried within the minute anyway.
    let soon = event.next_try_at.is_some_and(|at| at <= now + CLAIMED.num_milliseconds());
    if soon {
        return Ok(());
    }
    let mut update = due::as_seen(event, Column::NextTryAt)
        .col_expr(Column::State, Expr::value(EventState::Waiting.as_str()))
        .col_expr(Column::NextTryAt, Expr::value(Some(now)));
    if event.next_try_at.is_none() {
        update = update.col_expr(Column::QueuedAt, Expr::value(now));
    }
    // If it changed meanwhile, another request or process has just sent or queued it.
    due::update_one(&app.store, update).await.map(drop)
}
