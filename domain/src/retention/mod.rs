//! Deletes old data: once a day, by one process, one account after the other and one small batch per commit, so that
//! it blocks no one. It needs no index: ids begin with their time, so old rows come first among each account's rows.
//!
//! ```text
//! bytes of hooks, attempts ─▶ undelivered letters (with the texts they kept) ─▶ texts ─▶ messages ─▶ ids ─▶ audit
//!                                                                            the ledger's old days merged into one
//!                                                                            row
//! ```
//!
//! Ids are kept longer than texts and messages by design: a repeat must be recognised for at least 45 days.

pub mod chore;
mod keys;
mod rows;

use base::millis::DAY;
use std::sync::Arc;
use std::time::Duration;

use base::config::{OwnDays, Retention};
use base::message::day_of;
use base::store::{Search, VENDOR};
use chrono::TimeDelta;
use entity::tenant::{self, Column};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::delivery::DeliveryContext;

/// Interval between checks whether a round is due.
const LOOK: Duration = Duration::from_secs(600);
/// Pause between two accounts.
const BREATH: Duration = Duration::from_millis(20);
/// Accounts read at once.
const PAGE: u64 = 200;
/// Time after which the claim of a process that died is lost.
const HELD: TimeDelta = TimeDelta::minutes(10);
const ACCOUNTS: Search<'_> = Search { tables: &["tenant"], columns: None };
/// How long events for the vendor's own webhooks are kept; until then they can be resent.
const VENDOR_EVENTS: TimeDelta = TimeDelta::days(30);

/// For each kind of data the time before which it is deleted, in milliseconds since 1970 or in days.
#[derive(Clone, Copy, Debug)]
struct Ends {
    hooks: i64,
    attempts: i64,
    letters: i64,
    texts: i64,
    /// Texts before this were processed in an earlier round.
    texts_from: i64,
    messages: i64,
    keys: i32,
    audit: i64,
    ledger: i32,
}

impl Ends {
    fn of(retention: &Retention, now: i64, done_at: i64) -> Self {
        let before = |days: u32| now - i64::from(days) * DAY;
        let texts = before(retention.texts_days);
        Self {
            hooks: before(retention.hooks_days),
            attempts: before(retention.attempts_days),
            letters: before(retention.undelivered_days),
            texts,
            texts_from: seen_to(done_at, retention.texts_days),
            messages: before(retention.messages_days),
            keys: day_of(before(retention.ids_days)),
            audit: before(retention.audit_days),
            // Letters of later days may still be settled.
            ledger: day_of(now - 10 * DAY),
        }
    }

    /// The same for an account that may have its own numbers of days.
    fn for_account(configured: &Retention, account: &RetentionAccount, now: i64, done_at: i64) -> Self {
        let own = OwnDays {
            hooks: account.hooks_days,
            attempts: account.attempts_days,
            undelivered: account.undelivered_days,
            audit: account.audit_days,
            texts: account.texts_days,
        };
        let ends = Self::of(&configured.of_account(own), now, done_at);
        // Until a moment ago it may have had other days for texts: earlier rounds then left some that are due now.
        if account.texts_days_at < done_at { ends } else { Self { texts_from: 0, ..ends } }
    }
}

/// Time up to which earlier rounds processed the texts; messages that still waited then have been settled within a
/// week.
fn seen_to(done_at: i64, days: u32) -> i64 {
    if done_at == 0 { 0 } else { done_at - i64::from(days) * DAY - 9 * DAY }
}

/// An account's data for the round.
#[derive(Clone, Copy, Debug, FromQueryResult)]
struct RetentionAccount {
    tenant_id: Uuid,
    texts_days: Option<i32>,
    texts_days_at: i64,
    hooks_days: Option<i32>,
    attempts_days: Option<i32>,
    undelivered_days: Option<i32>,
    audit_days: Option<i32>,
}

/// Runs due rounds until the stop.
pub async fn run(app: Arc<DeliveryContext>, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_some() {
        match stop.run_until_cancelled(round(&app)).await {
            Some(Ok(Some(rows))) => tracing::info!(rows, "data past its retention period was removed"),
            Some(Ok(None)) | None => {}
            Some(Err(error)) => {
                tracing::warn!(error = format!("{error:#}"), "old data could not be removed; it will be retried");
            }
        }
    }
}

/// One round, if it is due and no other process makes it; returns how many rows were removed or emptied.
pub async fn round(app: &DeliveryContext) -> anyhow::Result<Option<u64>> {
    let Some(chore) = chore::claim(app, "retention", TimeDelta::days(1), HELD).await? else { return Ok(None) };
    let now = app.clock.millis();
    let ends = Ends::of(&app.config.retention, now, chore.done_at);
    let mut gone = of_tenant(app, VENDOR, ends).await?;
    let mut after = VENDOR;
    loop {
        let page = tenant::Entity::find()
            .select_only()
            .columns([Column::TenantId, Column::TextsDays, Column::TextsDaysAt])
            .columns([Column::HooksDays, Column::AttemptsDays, Column::UndeliveredDays, Column::AuditDays])
            .filter(Column::TenantId.gt(after))
            .order_by_asc(Column::TenantId)
            .limit(PAGE)
            .build(app.store.backend());
        let page = app.store.search(app.store.read(), page, ACCOUNTS).await?;
        let page: Vec<RetentionAccount> =
            page.iter().map(|row| RetentionAccount::from_query_result(row, "")).collect::<Result<_, _>>()?;
        let Some(last) = page.last() else { break };
        after = last.tenant_id;
        for account in page {
            if !chore.keep(app).await? {
                return Ok(Some(gone));
            }
            let ends = Ends::for_account(&app.config.retention, &account, now, chore.done_at);
            gone += of_tenant(app, account.tenant_id, ends).await?;
            tokio::time::sleep(BREATH).await;
        }
    }
    gone += rows::vendor_events(app, now - VENDOR_EVENTS.num_milliseconds()).await?;
    chore.end(app, now).await?;
    metrics::gauge!("parom_retention_done_seconds").set(f64::from(u32::try_from(now / 1000).unwrap_or(u32::MAX)));
    Ok(Some(gone))
}

async fn of_tenant(app: &DeliveryContext, tenant_id: Uuid, ends: Ends) -> anyhow::Result<u64> {
    let mut gone = rows::hooks(app, tenant_id, ends.hooks).await?;
    gone += rows::attempts(app, tenant_id, ends.attempts).await?;
    gone += rows::letters(app, tenant_id, ends.letters, ends.texts).await?;
    gone += rows::texts(app, tenant_id, ends.texts_from, ends.texts).await?;
    gone += rows::messages(app, tenant_id, ends.messages).await?;
    gone += rows::sums(app, tenant_id, day_of(ends.messages)).await?;
    gone += rows::answers(app, tenant_id).await?;
    gone += rows::audit(app, tenant_id, ends.audit).await?;
    gone += keys::forget(app, tenant_id, ends.keys).await?;
    gone += app.queue.fold_ledger(tenant_id, ends.ledger).await?;
    Ok(gone)
}
