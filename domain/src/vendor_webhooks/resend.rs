//! Sends an event again.

use base::due;
use entity::vendor_event::{self, Column};
use sea_orm::DbErr;
use sea_orm::sea_query::Expr;

use super::CLAIMED;
use crate::platform::PlatformContext;
use crate::vendor_events::EventState;

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
    due::moved(&app.store, update).await.map(drop)
}
