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

mod post;
mod read;
mod resend;
mod settle;

use std::sync::Arc;

use base::config::VendorWebhook;
use base::due;
use base::store::VENDOR;
use chrono::TimeDelta;
use entity::vendor_event::{self, Column};
use futures_util::future::join_all;
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, QueryFilter, Select};

use crate::platform::PlatformContext;

pub use read::{EventFilter, attempts, last_attempts, list, one};
pub use resend::resend;

const BATCH: u64 = 20;
/// All of a batch, to one webhook.
const AT_ONCE: usize = 20;
/// How long a process owns an event: longer than a call takes.
const CLAIMED: TimeDelta = TimeDelta::minutes(1);

/// Closes the alerts about webhooks that are not in the configuration any more.
pub async fn end_alerts(app: Arc<PlatformContext>) {
    if let Err(error) = settle::end_alerts_of_removed(&app).await {
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
        let due = due::found(&app.store, first_of_accounts(&webhook.name), Column::NextTryAt, BATCH).await;
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
    let answer = post::call(app, webhook, &event).await?;
    settle::settle(app, webhook, &event, at, answer).await?;
    Ok(true)
}
