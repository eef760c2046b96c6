//! Messages that take too long though both sides answer: 95 of 100 of the last quarter of an hour. Read only for
//! accounts in whose queue a message is that old, so an account without a queue costs nothing.

use std::collections::BTreeSet;

use base::message::{Direction, LetterKind};
use chrono::TimeDelta;
use entity::{attempt, letter};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::findings::{Finding, Findings};
use super::page::Page;
use crate::alert;
use crate::delivery::read::figures::times;
use crate::delivery::read::first_id_at;
use crate::usage::UsageContext;

/// The time that is looked at, and the most messages of it.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
const MOST: u64 = 1_000;
/// Seconds by which the figure in the alert changes.
const STEP: i64 = 30_000;

/// A message that waits.
#[derive(Debug, FromQueryResult)]
struct WaitingMessage {
    tenant_id: Uuid,
    source_id: Uuid,
    direction: i16,
    accepted_at: i64,
}

/// Adds the accounts of a page whose messages are late.
pub(super) async fn look(app: &UsageContext, page: &Page, findings: &mut Findings) -> Result<(), DbErr> {
    let most = i64::from(app.config.alerts.late_seconds) * 1_000;
    if most == 0 {
        return Ok(());
    }
    let now = app.clock.millis();
    let old = waiting(app, page, now - most).await?;
    let old: Vec<WaitingMessage> = old.into_iter().filter(|letter| !is_stuck(page, letter)).collect();
    let served: BTreeSet<Uuid> = page.served().map(|tenant| tenant.tenant_id).collect();
    let open = page.open.values().filter(|open| open.kind == alert::LATE).map(|open| open.tenant_id);
    let suspects: BTreeSet<Uuid> = old.iter().map(|letter| letter.tenant_id).chain(open).collect();
    for tenant_id in suspects.intersection(&served).copied() {
        let waits: Vec<i64> =
            old.iter().filter(|letter| letter.tenant_id == tenant_id).map(|letter| now - letter.accepted_at).collect();
        let waiting = waits.len();
        let Some(took) = most_took(waits.into_iter().chain(delivered(app, tenant_id, now).await?).collect()) else {
            continue;
        };
        if took >= most {
            let detail = json!({ "delay": took / STEP * STEP, "count": waiting });
            findings.add(Finding { tenant_id, kind: alert::LATE, source_id: None, detail });
        }
    }
    Ok(())
}

/// The oldest messages of a page that wait for longer than they may. Those that a person sent again are not late.
async fn waiting(app: &UsageContext, page: &Page, before: i64) -> Result<Vec<WaitingMessage>, DbErr> {
    use letter::Column::{AcceptedAt, Direction, Kind, Late, SourceId, TenantId};
    letter::Entity::find()
        .select_only()
        .columns([TenantId, SourceId, Direction, AcceptedAt])
        .filter(TenantId.is_in(page.ids()))
        .filter(Kind.eq(LetterKind::Message.number()))
        .filter(Late.eq(false))
        .filter(AcceptedAt.lte(before))
        .order_by_asc(AcceptedAt)
        .limit(MOST)
        .into_model()
        .all(app.store.read())
        .await
}

/// It waits for a person, or for a side that does not answer: that has another alert.
fn is_stuck(page: &Page, letter: &WaitingMessage) -> bool {
    if letter.direction == Direction::ToMessenger.number() {
        return page.is_stuck(letter.tenant_id, letter.source_id);
    }
    let source = page.sources.iter().find(|source| source.id == letter.source_id);
    source.is_some_and(|source| source.is_paused_by_person() || page.is_stuck(letter.tenant_id, source.channel_id))
}

/// How long the latest messages of an account took.
async fn delivered(app: &UsageContext, tenant_id: Uuid, now: i64) -> Result<Vec<i64>, DbErr> {
    use attempt::Column::{Kind, MessageId, Took, Verdict};
    attempt::Entity::of_tenant(tenant_id)
        .select_only()
        .column(Took)
        .filter(MessageId.gte(first_id_at(now - WINDOW.num_milliseconds())))
        .filter(Kind.eq(LetterKind::Message.number()))
        .filter(Verdict.eq("done"))
        .order_by_desc(MessageId)
        .limit(MOST)
        .into_tuple()
        .all(app.store.read())
        .await
}

/// 95 of 100 took no longer.
fn most_took(took: Vec<i64>) -> Option<i64> {
    times(took).map(|times| times.most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_slow_messages_among_many_are_not_late() {
        assert_eq!(most_took(vec![]), None);
        assert_eq!(most_took(vec![7]), Some(7));
        let mut took = vec![10; 99];
        took.push(90_000);
        assert_eq!(most_took(took), Some(10));
        let mut took = vec![10; 9];
        took.push(90_000);
        assert_eq!(most_took(took), Some(90_000));
    }
}
