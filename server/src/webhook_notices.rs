//! `source.updated` and `source.deleted`: notifies developers' messengers about their source with the same signed
//! sender as messages, but outside the lanes, so messages of customers never wait for a notice.
//!
//! ```text
//! change, deletion ─▶ row in the same commit (one a source, the last counts) ─▶ send ─▶ accepted or refused: gone
//!                                                                               └▶ no answer: retried for a day
//! ```

use domain::source::outbox::access;
use domain::usage::UsageContext;
use std::sync::Arc;

use base::due;
use base::verdict::{Report, Verdict};
use chrono::TimeDelta;
use connectors::SourceNotice;
use entity::source;
use entity::source_notice::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::json;

use crate::api::sources;

const BATCH: u64 = 20;
/// All of a batch.
const AT_ONCE: usize = 20;
/// How long an instance owns a notice.
const CLAIMED: TimeDelta = TimeDelta::minutes(1);
/// Time before the second, third, … try.
const BACK_OFF: [TimeDelta; 6] = [
    TimeDelta::seconds(10),
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(1),
    TimeDelta::hours(2),
];
/// Time until the next check of a suspended account.
const SUSPENDED: TimeDelta = TimeDelta::hours(1);
/// Older changes are not notified.
const WORTH: TimeDelta = TimeDelta::days(1);

/// Sends all due notices concurrently; returns how many were tried.
pub async fn due_now(app: &Arc<UsageContext>) -> usize {
    let due = due::rows(&app.store, source_notice::Entity::find(), Column::NextTryAt, BATCH).await;
    let due = due.unwrap_or_else(|error| {
        tracing::warn!(%error, "pending source notifications could not be read; it will be retried");
        Vec::new()
    });
    due::each(due, AT_ONCE, async |notice| {
        let (tenant_id, source_id) = (notice.tenant_id, notice.source_id);
        let tried = one(app, notice).await.unwrap_or_else(|error| {
            tracing::warn!(tenant.id = %tenant_id, source.id = %source_id, error = format!("{error:#}"), "a messenger could not be notified about its source; it will be retried");
            true
        });
        usize::from(tried)
    })
    .await
}

/// False if another instance does it, or if there is nothing to send.
async fn one(app: &Arc<UsageContext>, notice: source_notice::Model) -> anyhow::Result<bool> {
    let now = app.clock.millis();
    if !moved(app, &notice, now + CLAIMED.num_milliseconds(), notice.tries, notice.unknown).await? {
        return Ok(false);
    }
    let notice = source_notice::Model { next_try_at: now + CLAIMED.num_milliseconds(), ..notice };
    let source = source::Entity::find_by_id((notice.tenant_id, notice.source_id));
    let source = source.one(app.store.read()).await?;
    // A paused source sends nothing; resuming is a change and is notified.
    let silent = |source: &source::Model| source.paused && !notice.deleted;
    let Some(source) = source.filter(|source| !silent(source) && now - notice.created_at < WORTH.num_milliseconds())
    else {
        gone(app, &notice).await?;
        return Ok(false);
    };
    let tenant = app.lookup.tenant(notice.tenant_id).await?;
    if tenant.is_some_and(|tenant| tenant.held().is_some()) {
        moved(app, &notice, now + SUSPENDED.num_milliseconds(), notice.tries, notice.unknown).await?;
        return Ok(false);
    }
    let Some(connector) = app.connectors.get(&source.kind).cloned() else {
        gone(app, &notice).await?;
        return Ok(false);
    };
    let settings = access(&app.sources, &notice, &source)?;
    let given = SourceNotice {
        id: notice.id,
        kind: if notice.deleted { "source.deleted" } else { "source.updated" },
        data: json!({ "source": sources::shown(app, &source, None).await? }),
        repeat: notice.unknown,
        now: app.clock.now(),
    };
    let report = connector.notify(&settings, &given).await;
    // An endpoint that answered "later" may have kept it all the same.
    let arrived = |report: &Report| match report.verdict {
        Verdict::Unknown => true,
        Verdict::Retry { .. } => report.status > 0,
        _ => false,
    };
    let unknown = notice.unknown || report.as_ref().is_some_and(arrived);
    let verdict = report.map(|report| report.verdict);
    match verdict {
        None | Some(Verdict::Done(_)) => gone(app, &notice).await?,
        Some(Verdict::Bury(failure)) => {
            tracing::info!(tenant.id = %notice.tenant_id, source.id = %notice.source_id, reason = failure.code.word(), "a messenger rejected the notification about its source");
            gone(app, &notice).await?;
        }
        Some(Verdict::Retry { .. } | Verdict::Wait { .. } | Verdict::Unknown | Verdict::Pause) => {
            let step = usize::try_from(notice.tries).unwrap_or(usize::MAX).min(BACK_OFF.len() - 1);
            let next = app.clock.millis() + BACK_OFF[step].num_milliseconds();
            moved(app, &notice, next, notice.tries + 1, unknown).await?;
        }
    }
    Ok(true)
}

/// Reschedules the notice if it is still the one that was read: a later change replaces it.
async fn moved(
    app: &UsageContext,
    seen: &source_notice::Model,
    next: i64,
    tries: i32,
    unknown: bool,
) -> Result<bool, DbErr> {
    let update = due::as_seen(seen, Column::NextTryAt)
        .col_expr(Column::NextTryAt, Expr::value(next))
        .col_expr(Column::Tries, Expr::value(tries))
        .col_expr(Column::Unknown, Expr::value(unknown))
        .filter(Column::Id.eq(seen.id));
    due::update_one(&app.store, update).await
}

async fn gone(app: &UsageContext, seen: &source_notice::Model) -> Result<(), DbErr> {
    source_notice::Entity::delete_of(seen.tenant_id)
        .filter(Column::SourceId.eq(seen.source_id))
        .filter(Column::Id.eq(seen.id))
        .exec(app.store.write())
        .await?;
    Ok(())
}
