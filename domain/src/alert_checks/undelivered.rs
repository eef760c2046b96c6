//! Messages that were not delivered and wait for a person: one alert an account, however many sources they are of.

use std::collections::{BTreeSet, HashMap};

use base::message::{Direction, LetterKind};
use chrono::TimeDelta;
use entity::dead_letter::{self, Column};
use entity::{attempt, letter};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};
use uuid::Uuid;

use super::page::{Finding, Findings, Page};
use super::pulse::Pulse;
use crate::alert::{self, Alarm};
use crate::delivery::read::dead;
use crate::delivery::read::figures::{hours_begin, times};
use crate::delivery::read::first_id_at;
use crate::delivery::read::reason::dead_key;
use crate::usage::UsageContext;

// Messages that take too long though both sides answer: 95 of 100 of the last quarter of an hour. Read only for
// accounts in whose queue a message is that old, so an account without a queue costs nothing.

/// The time that is looked at, and the most messages of it whose times are read.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
const MOST: u64 = 1_000;
/// Seconds by which the figure in the alert changes.
const STEP: i64 = 30_000;

/// Messages of one source in one direction that wait for longer than they may.
#[derive(Debug, FromQueryResult)]
struct OldMessages {
    tenant_id: Uuid,
    source_id: Uuid,
    direction: i16,
    waiting: i64,
}

/// Adds the accounts of a page whose messages are late.
pub(super) async fn late_messages(app: &UsageContext, page: &Page, findings: &mut Findings) -> Result<(), DbErr> {
    let most = i64::from(app.config.alerts.late_seconds) * 1_000;
    if most == 0 {
        return Ok(());
    }
    let now = app.clock.millis();
    let mut old = old_messages(app, page, now - most).await?;
    old.retain(|messages| !is_stuck(page, messages));
    let served: BTreeSet<Uuid> = page.served().map(|tenant| tenant.tenant_id).collect();
    let open = page.open.values().filter(|open| open.kind == alert::LATE).map(|open| open.tenant_id);
    let suspects: BTreeSet<Uuid> = old.iter().map(|messages| messages.tenant_id).chain(open).collect();
    for tenant_id in suspects.intersection(&served).copied() {
        let of_it: Vec<&OldMessages> = old.iter().filter(|messages| messages.tenant_id == tenant_id).collect();
        let waiting: i64 = of_it.iter().map(|messages| messages.waiting).sum();
        let longest = longest_waits(app, tenant_id, &of_it, now - most).await?;
        let waits = longest.into_iter().map(|accepted_at| now - accepted_at);
        let Some(took) = most_took(waits.chain(delivered(app, tenant_id, now).await?).collect()) else {
            continue;
        };
        if took >= most {
            let detail = json!({ "delay": took / STEP * STEP, "count": waiting });
            findings.add(Finding { tenant_id, kind: alert::LATE, source_id: None, detail });
        }
    }
    Ok(())
}

/// Messages accepted so early that they wait for too long. Those that a person sent again are not late.
fn accepted(before: i64) -> Condition {
    use letter::Column::{AcceptedAt, Kind, Late};
    let messages = Condition::all().add(Kind.eq(LetterKind::Message.number())).add(Late.eq(false));
    messages.add(AcceptedAt.lte(before))
}

/// All of a page that wait for longer than they may, counted: no account hides another's.
async fn old_messages(app: &UsageContext, page: &Page, before: i64) -> Result<Vec<OldMessages>, DbErr> {
    use letter::Column::{Direction, Id, SourceId, TenantId};
    letter::Entity::find()
        .select_only()
        .columns([TenantId, SourceId, Direction])
        .column_as(Id.count(), "waiting")
        .filter(TenantId.is_in(page.ids()))
        .filter(accepted(before))
        .group_by(TenantId)
        .group_by(SourceId)
        .group_by(Direction)
        .into_model()
        .all(app.store.read())
        .await
}

/// When the longest waiting of these messages of an account were accepted. Of very many the others wait for less, so 95 of
/// 100 of all took no longer than 95 of 100 of these.
async fn longest_waits(
    app: &UsageContext,
    tenant_id: Uuid,
    old: &[&OldMessages],
    before: i64,
) -> Result<Vec<i64>, DbErr> {
    use letter::Column::{AcceptedAt, Direction, SourceId};
    if old.is_empty() {
        return Ok(Vec::new());
    }
    let of = |one: &&OldMessages| SourceId.eq(one.source_id).and(Direction.eq(one.direction));
    letter::Entity::of_tenant(tenant_id)
        .select_only()
        .column(AcceptedAt)
        .filter(accepted(before))
        .filter(old.iter().map(of).fold(Condition::any(), Condition::add))
        .order_by_asc(AcceptedAt)
        .limit(MOST)
        .into_tuple()
        .all(app.store.read())
        .await
}

/// They wait for a person, or for a side that does not answer: that has another alert.
fn is_stuck(page: &Page, old: &OldMessages) -> bool {
    if old.direction == Direction::ToMessenger.number() {
        return page.is_stuck(old.tenant_id, old.source_id);
    }
    let source = page.sources.iter().find(|source| source.id == old.source_id);
    source.is_some_and(|source| source.is_paused_by_person() || page.is_stuck(old.tenant_id, source.channel_id))
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

/// The latest ones, by which sources and the most frequent reason are named.
const LATEST: u64 = 200;
/// Names of sources; the others are a number.
const NAMES: usize = 3;
/// An alert to which nothing was added for this long is over, in milliseconds.
const CALM: TimeDelta = TimeDelta::hours(4);

/// A dead letter, as far as it matters here.
#[derive(Debug, FromQueryResult)]
struct Dead {
    source_id: Uuid,
    direction: i16,
    reason: String,
    detail: String,
}

/// Raises, extends and closes the alerts of a page. Accounts without a new failure cost nothing unless an alert is
/// open.
pub(super) async fn dead_letters(
    app: &UsageContext,
    page: &Page,
    pulses: &HashMap<(Uuid, Uuid), Pulse>,
) -> Result<(), DbErr> {
    let failed: BTreeSet<Uuid> =
        pulses.iter().filter(|(_, pulse)| pulse.failed > 0).map(|((tenant_id, _), _)| *tenant_id).collect();
    for tenant_id in &failed {
        raise(app, page, *tenant_id).await?;
    }
    let open = page.open.values().filter(|open| open.kind == alert::UNDELIVERED && !failed.contains(&open.tenant_id));
    for open in open {
        let is_calm = app.clock.millis() - open.last_at >= CALM.num_milliseconds();
        let count = count(app, open.tenant_id).await?;
        if is_calm || count == 0 {
            alert::resolve(app, app.store.write(), open.tenant_id, alert::UNDELIVERED, "").await?;
        } else if described_count(&open.detail) != Some(count)
            && let Some(detail) = detail(app, page, open.tenant_id).await?
        {
            // A person sent some of them again, or removed them.
            alert::describe(app.store.write(), open.tenant_id, alert::UNDELIVERED, "", &detail).await?;
        }
    }
    Ok(())
}

/// As the account's pages count them.
async fn count(app: &UsageContext, tenant_id: Uuid) -> Result<i64, DbErr> {
    let since = hours_begin(app.clock.millis());
    dead::undelivered(app.store.read(), tenant_id, None, since, i64::MAX).await
}

/// The count in the text of an alert.
fn described_count(detail: &str) -> Option<i64> {
    serde_json::from_str::<Value>(detail).ok()?.get("count")?.as_i64()
}

async fn raise(app: &UsageContext, page: &Page, tenant_id: Uuid) -> Result<(), DbErr> {
    // None: a person has sent them again already.
    let Some(detail) = detail(app, page, tenant_id).await? else { return Ok(()) };
    let alarm = Alarm { tenant_id, kind: alert::UNDELIVERED, object: "", source_id: None, detail };
    alert::raise(app, app.store.write(), alarm).await.map(|_| ())
}

/// Whose they are, how many, and why; none if none can be sent again.
async fn detail(app: &UsageContext, page: &Page, tenant_id: Uuid) -> Result<Option<Value>, DbErr> {
    let latest: Vec<Dead> = dead_letter::Entity::of_tenant(tenant_id)
        .select_only()
        .columns([Column::SourceId, Column::Direction, Column::Reason, Column::Detail])
        .order_by_desc(Column::Id)
        .limit(LATEST)
        .into_model()
        .all(app.store.read())
        .await?;
    if latest.is_empty() {
        return Ok(None);
    }
    let mut names: Vec<&str> = Vec::new();
    for dead in &latest {
        let source = page.sources.iter().find(|source| source.id == dead.source_id);
        names.extend(source.map(|source| source.name.as_str()).filter(|name| !names.contains(name)));
    }
    let rest = names.len().saturating_sub(NAMES);
    let sources = names.iter().take(NAMES).copied().collect::<Vec<_>>().join(", ");
    let sources = if rest == 0 { sources } else { format!("{sources} +{rest}") };
    let count = count(app, tenant_id).await?;
    Ok(Some(json!({ "source": sources, "count": count, "reason": most_frequent(&latest) })))
}

/// The key of the reason that most of them have.
fn most_frequent(latest: &[Dead]) -> &'static str {
    let mut counts: HashMap<&'static str, usize> = HashMap::new();
    for dead in latest {
        let direction = Direction::from_number(dead.direction).unwrap_or(Direction::ToMessenger);
        *counts.entry(dead_key(&dead.reason, &dead.detail, direction)).or_default() += 1;
    }
    // Of two equally frequent ones the first by name, so that the text does not change without a reason.
    let most = counts.into_iter().max_by_key(|(key, count)| (*count, std::cmp::Reverse(*key)));
    most.map_or("internal", |(key, _)| key)
}

// Sides that do not answer: amoCRM for an account, a messenger for a source.

/// Adds what does not answer. All sources of an account have one amoCRM, so that is one finding.
pub(super) fn unreachable_sides(page: &Page, findings: &mut Findings) {
    for tenant in page.served() {
        let tenant_id = tenant.tenant_id;
        let away = page.sources_of(tenant_id).find_map(|source| page.away(tenant_id, source.channel_id));
        if let Some(turn) = away {
            let (kind, detail) = (alert::CRM_UNREACHABLE, json!({ "at": turn.failing_since }));
            findings.add(Finding { tenant_id, kind, source_id: None, detail });
        }
        for source in page.sources_of(tenant_id).filter(|source| !source.paused && source.status != "stopped") {
            let Some(turn) = page.away(tenant_id, source.id) else { continue };
            let detail = json!({ "source": source.name, "connector": source.kind, "at": turn.failing_since });
            let kind = alert::MESSENGER_UNREACHABLE;
            findings.add(Finding { tenant_id, kind, source_id: Some(source.id), detail });
        }
    }
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

    #[test]
    fn the_most_frequent_reason_is_named() {
        let dead = |reason: &str| Dead {
            source_id: Uuid::nil(),
            direction: Direction::ToMessenger.number(),
            reason: reason.to_owned(),
            detail: String::new(),
        };
        let dead = |reasons: &[&str]| reasons.iter().map(|reason| dead(reason)).collect::<Vec<_>>();
        assert_eq!(most_frequent(&dead(&["too_old", "window_closed", "window_closed"])), "window_closed");
        assert_eq!(most_frequent(&dead(&["window_closed", "too_old"])), "too_old");
        assert_eq!(most_frequent(&[]), "internal");
    }
}
