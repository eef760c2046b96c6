//! Stores the outcome of a call, and the vendor's alert about a webhook that has failed for an hour.

use base::config::VendorWebhook;
use base::due;
use base::store::{VENDOR, finish_tx};
use chrono::TimeDelta;
use entity::vendor_event::{self, Column};
use entity::vendor_event_attempt;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};
use serde_json::json;

use super::post::Answer;
use crate::alert::{self, Alarm};
use crate::delivery::pause;
use crate::platform::PlatformContext;
use crate::vendor_events::EventState;

/// The vendor's alert.
const ALARM: &str = "vendor_webhook_failing";
/// Time after which an event is given up, from when it happened or was resent.
const WORTH: TimeDelta = TimeDelta::days(3);
/// Time for which an event fails before the vendor is alerted.
const ALERT_AFTER: TimeDelta = TimeDelta::hours(1);

/// One commit: the attempt, the event's next try or end, and the alert. Nothing if the claim was lost meanwhile.
pub(super) async fn settle(
    app: &PlatformContext,
    webhook: &VendorWebhook,
    event: &vendor_event::Model,
    at: i64,
    answer: Answer,
) -> Result<(), DbErr> {
    let tx = app.store.write_tx().await?;
    let done = settle_in(app, &tx, webhook, event, at, &answer).await;
    let state = finish_tx(tx, done).await?;
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
pub(super) async fn end_alerts_of_removed(app: &PlatformContext) -> Result<(), DbErr> {
    for open in alert::open(app.store.read(), VENDOR).await? {
        let Some(name) = open.key.strip_prefix(ALARM).and_then(|rest| rest.strip_prefix(':')) else { continue };
        if app.config.vendor_webhooks.iter().all(|webhook| webhook.name != name) {
            alert::end(app, app.store.write(), VENDOR, ALARM, name).await?;
        }
    }
    Ok(())
}
