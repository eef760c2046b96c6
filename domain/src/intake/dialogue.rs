//! A customer's message that begins a dialogue, by which an account's routes decide.

use anyhow::Context;
use base::message::{Body, Direction, Role};
use base::millis::HOUR;
use chrono::TimeDelta;
use entity::{message, source};
use queue::accept_batch::DialogueJob;
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;

use super::IntakeContext;
use crate::job::{NewJob, schedule_new};
use crate::platform::PlatformContext;
use crate::source::takeover::is_shared;

/// The kind of job that decides about it, see `route`.
pub const ROUTES: &str = "routes";
/// Until its first attempt: by then amoCRM has usually made its incoming lead.
const ROUTED_AFTER: TimeDelta = TimeDelta::seconds(3);

/// Whether a message is one that a customer wrote to the account alone, now.
pub fn is_written(body: &Body) -> bool {
    body.sender.role == Role::Client && !body.silent && body.post.is_none()
}

/// The work that a message asks for if it begins a dialogue; none if its account has no routes.
pub(super) async fn begins(
    app: &IntakeContext,
    source: &source::Model,
    body: &Body,
    id: Uuid,
    sent_at: i64,
) -> Result<Option<DialogueJob>, DbErr> {
    if !is_written(body) || body.blocked || source.is_shadow() || is_shared(source, sent_at) {
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

/// The same for a message that was stored and is passed on later. To be called before it is: it may be called again.
pub async fn begins_late(app: &PlatformContext, written: &message::Model) -> anyhow::Result<()> {
    use message::Column;
    let tenant = app.lookup.tenant(written.tenant_id).await?;
    let Some(hours) = tenant.and_then(|tenant| tenant.routes_hours) else { return Ok(()) };
    let body: Body = serde_json::from_str(&written.body).context("the body of a stored message")?;
    let before = message::Entity::of_tenant(written.tenant_id)
        .filter(Column::ConversationId.eq(written.conversation_id))
        .filter(Column::Direction.eq(Direction::ToCrm.number()))
        .filter(Column::Id.lt(written.id))
        .order_by_desc(Column::Id);
    let before = before.one(app.store.read()).await?.map(|before| before.sent_at);
    let is_going_on = before.is_some_and(|before| written.sent_at - before <= i64::from(hours) * HOUR);
    if !is_written(&body) || is_going_on {
        return Ok(());
    }
    let (now, due) = (app.clock.millis(), app.clock.millis() + ROUTED_AFTER.num_milliseconds());
    let decides = NewJob::new(written.tenant_id, ROUTES, written.conversation_id, due);
    let decides = NewJob { payload: json!({ "message": written.id }), ..decides };
    Ok(schedule_new(app.store.write(), now, decides).await.map(drop)?)
}
