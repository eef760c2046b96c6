//! A customer's message that begins a dialogue, by which an account's routes decide.

use base::message::{Body, Role};
use base::millis::HOUR;
use chrono::TimeDelta;
use entity::{message, source};
use queue::accept_batch::DialogueJob;
use sea_orm::DbErr;
use serde_json::json;
use uuid::Uuid;

use super::IntakeContext;
use crate::job::{NewJob, schedule_new};
use crate::source::takeover::is_shared;

/// The kind of job that decides about it, see `route`.
pub const ROUTES: &str = "routes";
/// Until its first attempt: by then amoCRM has usually made its incoming lead.
const ROUTED_AFTER: TimeDelta = TimeDelta::seconds(3);

/// The work that a message asks for if it begins a dialogue; none if its account has no routes.
pub(super) async fn begins(
    app: &IntakeContext,
    source: &source::Model,
    body: &Body,
    id: Uuid,
    sent_at: i64,
) -> Result<Option<DialogueJob>, DbErr> {
    let is_written = body.sender.role == Role::Client && !body.silent && body.post.is_none() && !body.blocked;
    if !is_written || source.is_shadow() || is_shared(source, sent_at) {
        return Ok(None);
    }
    let tenant = app.lookup.tenant(source.tenant_id).await?;
    let Some(hours) = tenant.and_then(|tenant| tenant.routes_hours) else { return Ok(None) };
    Ok(Some(DialogueJob {
        kind: ROUTES,
        payload: json!({ "message": id }).to_string(),
        due: app.clock.millis() + ROUTED_AFTER.num_milliseconds(),
        silent_since: sent_at - i64::from(hours) * HOUR,
    }))
}

/// The same for a chat that is passed on later, from its first message on.
pub(super) async fn begins_late(
    app: &IntakeContext,
    source: &source::Model,
    first: &message::Model,
) -> Result<(), DbErr> {
    let tenant = app.lookup.tenant(source.tenant_id).await?;
    if tenant.is_none_or(|tenant| tenant.routes_hours.is_none()) {
        return Ok(());
    }
    let (now, due) = (app.clock.millis(), app.clock.millis() + ROUTED_AFTER.num_milliseconds());
    let decides = NewJob::new(source.tenant_id, ROUTES, first.conversation_id, due);
    schedule_new(app.store.write(), now, NewJob { payload: json!({ "message": first.id }), ..decides }).await.map(drop)
}
