//! Sends notices. Each is on its own: one that fails is tried again later and holds up no other.
//!
//! ```text
//! alert_notice.next_try_at ─▶ claim ─▶ SMTP · bot · push · webhook ─▶ sent: the row is gone
//!                                                            ├▶ later: after 1, 5, 15, … minutes, for a day
//!                                                            └▶ never: the row is gone, the channel says why
//! ```

use std::sync::Arc;

use base::due;
use chrono::TimeDelta;
use entity::alert_notice::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use tokio::task::JoinSet;

use super::notice::Channel;
use super::notice::{NoticeTexts, SendOutcome};
use super::{bot, push, readers, webhook};
use crate::alert_notices::AlertNoticeContext;
use crate::identity::mail::{self, Email};
use crate::tenant as tenants;

/// Notices that are sent at once.
const BATCH: u64 = 50;
/// How long an instance owns a notice.
const CLAIMED: TimeDelta = TimeDelta::minutes(2);
/// Minutes before the second, third, … try.
const BACK_OFF: [i64; 7] = [1, 5, 15, 30, 60, 120, 240];
/// Age after which a notice is no longer retried.
const WORTH: TimeDelta = TimeDelta::days(1);

/// Sends all that is due; returns how many were sent.
pub(super) async fn due_now(app: &Arc<AlertNoticeContext>) -> anyhow::Result<usize> {
    let mut sent = 0;
    loop {
        let due = due::rows(&app.store, alert_notice::Entity::find(), Column::NextTryAt, BATCH).await?;
        if due.is_empty() {
            return Ok(sent);
        }
        let mut tries = JoinSet::new();
        for notice in due {
            let app = app.clone();
            tries.spawn(async move { one(&app, notice).await });
        }
        for tried in tries.join_all().await {
            sent += usize::from(tried?);
        }
    }
}

/// False if it was not sent, or if another instance does it.
async fn one(app: &AlertNoticeContext, notice: alert_notice::Model) -> Result<bool, DbErr> {
    let until = app.clock.millis() + CLAIMED.num_milliseconds();
    if !due::claim(&app.store, &notice, Column::NextTryAt, until).await? {
        return Ok(false);
    }
    let notice = alert_notice::Model { next_try_at: until, ..notice };
    let sent = match attempt(app, &notice).await {
        Ok(sent) => sent,
        Err(error) => SendOutcome::Later(format!("{error:#}")),
    };
    let (tenant_id, channel) = (notice.tenant_id, notice.channel.as_str());
    let now = app.clock.millis();
    match sent {
        SendOutcome::Yes => {
            gone(app, &notice).await?;
            return Ok(true);
        }
        SendOutcome::Never(reason) => {
            tracing::info!(tenant.id = %tenant_id, person.id = %notice.person_id, channel, reason, "a notice about alerts has no recipient any more");
            gone(app, &notice).await?;
        }
        SendOutcome::Later(reason) if now - notice.created_at >= WORTH.num_milliseconds() => {
            tracing::error!(tenant.id = %tenant_id, person.id = %notice.person_id, channel, reason, "a notice about alerts was given up after a day of tries");
            gone(app, &notice).await?;
        }
        SendOutcome::Later(reason) => {
            tracing::warn!(tenant.id = %tenant_id, person.id = %notice.person_id, channel, reason, "a notice about alerts was not sent; it will be retried");
            let step = usize::try_from(notice.tries).unwrap_or(usize::MAX).min(BACK_OFF.len() - 1);
            let later = due::as_seen(&notice, Column::NextTryAt)
                .col_expr(Column::NextTryAt, Expr::value(now + TimeDelta::minutes(BACK_OFF[step]).num_milliseconds()))
                .col_expr(Column::Tries, Expr::value(notice.tries + 1));
            due::update_one(&app.store, later).await?;
        }
    }
    Ok(false)
}

async fn attempt(app: &AlertNoticeContext, row: &alert_notice::Model) -> anyhow::Result<SendOutcome> {
    let notice: NoticeTexts = serde_json::from_str(&row.body)?;
    let channel = Channel::parse(&row.channel);
    if channel == Some(Channel::Webhook) {
        return webhook::send(app, row, &notice).await;
    }
    let Some(reader) = readers::one(app.store.read(), row.tenant_id, row.person_id).await? else {
        return Ok(SendOutcome::Never("the person has left".to_owned()));
    };
    match channel {
        Some(Channel::Email) if reader.address().is_empty() => Ok(SendOutcome::Never("there is no address".to_owned())),
        Some(Channel::Email) => {
            let text = notice.letter();
            let tenant = tenants::load(app.store.read(), row.tenant_id).await?;
            let integration = tenant.and_then(|tenant| app.integrations.named(&tenant.integration));
            let sender = integration.and_then(|integration| integration.product());
            let letter = Email { to: reader.address().to_owned(), subject: notice.subject, text, sender };
            Ok(match mail::send(&app.identity, letter).await {
                Ok(()) => SendOutcome::Yes,
                Err(error) => SendOutcome::Later(format!("{error:#}")),
            })
        }
        Some(Channel::Push) => push::send(app, &reader.devices, row, &notice).await,
        _ => bot::send(app, &reader, &notice).await,
    }
}

async fn gone(app: &AlertNoticeContext, seen: &alert_notice::Model) -> Result<(), DbErr> {
    alert_notice::Entity::delete_of(seen.tenant_id).filter(Column::Id.eq(seen.id)).exec(app.store.write()).await?;
    Ok(())
}
