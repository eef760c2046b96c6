//! Rights that come from amoCRM are checked again every hour while they are used.
//!
//! ```text
//! checked within the hour ─▶ unchanged
//! else ask ─▶ administrator, user or gone ─▶ applied: roles change, sessions with too many rights end
//!          └▶ no answer ─▶ the last answer is used for four hours; then a session from amoCRM ends, and a member
//!                          signed in by password is a viewer until amoCRM answers
//! ```

use base::millis::HOUR;
use domain::api_key::key_maker::asked;
use domain::audit::By;
use domain::identity::member::{self, FROM_CRM};
use domain::identity::session as sessions;
use std::sync::Arc;

use base::error::Result;
use chrono::TimeDelta;
use entity::{member as table, session};
use serde_json::json;

use super::MemberRole;
use crate::panel::PanelContext;

/// How long amoCRM's last answer is used while it does not answer.
const BELIEVED: TimeDelta = TimeDelta::hours(4);

/// The role with which a session continues; `None` if it has ended.
pub(super) async fn role(
    app: &Arc<PanelContext>,
    session: &session::Model,
    row: table::Model,
) -> Result<Option<MemberRole>> {
    let by_ticket = session.via == sessions::TICKET;
    let held = MemberRole::of(&row.role);
    let Some(user) = row.crm_user_id.filter(|_| by_ticket || row.role_from == FROM_CRM) else { return Ok(held) };
    let now = app.clock.millis();
    if row.crm_asked_at.saturating_add(HOUR) > now {
        return Ok(held);
    }
    let Some(says) = asked(&app.tenants, row.tenant_id, user).await else {
        let last = if by_ticket { row.crm_asked_at.max(session.created_at) } else { row.crm_asked_at };
        if last.saturating_add(BELIEVED.num_milliseconds()) > now {
            return Ok(held);
        }
        if !by_ticket {
            return Ok(held.map(|_| MemberRole::Viewer));
        }
        return end(app, session).await.map(|()| None);
    };
    member::vouch(&app.identity, &row, says).await?;
    // The check may have ended this session.
    let db = app.store.write();
    if sessions::living(&app.identity, db, session.tenant_id, session.id).await?.is_none() {
        return Ok(None);
    }
    Ok(member::find(db, row.tenant_id, row.person_id).await?.and_then(|row| MemberRole::of(&row.role)))
}

/// Ends a session that amoCRM did not confirm in time.
async fn end(app: &PanelContext, session: &session::Model) -> Result<()> {
    sessions::end(app.store.write(), session.tenant_id, session.id).await?;
    let detail = json!({ "why": "unconfirmed", "sessions": 1 });
    let object = session.person_id.map(|id| id.to_string()).unwrap_or_default();
    By::parom().did(app, app.store.write(), "member.access_ended", (session.tenant_id, &object), detail).await?;
    Ok(())
}
