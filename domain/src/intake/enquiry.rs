//! A customer's message that begins an enquiry, by which an account's routes decide.

use std::collections::BTreeMap;

use anyhow::Context;
use base::message::{Body, Direction, Role};
use base::millis::HOUR;
use chrono::TimeDelta;
use entity::{message, source};
use queue::accept_batch::EnquiryJob;
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

/// The work that a message asks for if it begins an enquiry; none if its account has no routes.
pub(super) async fn begins(
    app: &IntakeContext,
    source: &source::Model,
    body: &Body,
    id: Uuid,
    sent_at: i64,
) -> Result<Option<EnquiryJob>, DbErr> {
    if !is_written(body) || body.blocked || source.is_shadow() || is_shared(source, sent_at) {
        return Ok(None);
    }
    let tenant = app.lookup.tenant(source.tenant_id).await?;
    let Some(hours) = tenant.and_then(|tenant| tenant.routes_hours) else { return Ok(None) };
    Ok(Some(EnquiryJob {
        kind: ROUTES,
        payload: json!({ "message": id }).to_string(),
        due: app.clock.millis() + ROUTED_AFTER.num_milliseconds(),
        silent_since: sent_at - i64::from(hours) * HOUR,
    }))
}

/// The same for stored messages that are passed on later, the oldest first: those that `is_passed`. To be called before they
/// are: it may be called again.
pub async fn begin_late(
    app: &PlatformContext,
    tenant_id: Uuid,
    stored: &[message::Model],
    is_passed: impl Fn(Uuid) -> bool,
) -> anyhow::Result<()> {
    let tenant = app.lookup.tenant(tenant_id).await?;
    let Some(hours) = tenant.and_then(|tenant| tenant.routes_hours) else { return Ok(()) };
    let silence = i64::from(hours) * HOUR;
    // The message before, by chat.
    let mut before = BTreeMap::new();
    for row in stored {
        let last = before.insert(row.conversation_id, row.sent_at);
        let is_going_on = |before: i64| row.sent_at - before <= silence;
        // One that is not among these may have been closer.
        if last.is_some_and(is_going_on) || !is_passed(row.id) {
            continue;
        }
        let body: Body = serde_json::from_str(&row.body).context("the body of a stored message")?;
        if !is_written(&body) || last_before(app, row).await?.is_some_and(is_going_on) {
            continue;
        }
        let (now, due) = (app.clock.millis(), app.clock.millis() + ROUTED_AFTER.num_milliseconds());
        let decides = NewJob::new(tenant_id, ROUTES, row.conversation_id, due);
        let decides = NewJob { payload: json!({ "message": row.id }), ..decides };
        schedule_new(app.store.write(), now, decides).await?;
    }
    Ok(())
}

/// When the message of the customer before this one was sent.
async fn last_before(app: &PlatformContext, row: &message::Model) -> Result<Option<i64>, DbErr> {
    use message::Column;
    let before = message::Entity::of_tenant(row.tenant_id)
        .filter(Column::ConversationId.eq(row.conversation_id))
        .filter(Column::Direction.eq(Direction::ToCrm.number()))
        .filter(Column::Id.lt(row.id))
        .order_by_desc(Column::Id);
    Ok(before.one(app.store.read()).await?.map(|before| before.sent_at))
}
