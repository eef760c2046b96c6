//! Messages that were not delivered and wait for a person: one alert an account, however many sources they are of.

use std::collections::{BTreeSet, HashMap};

use base::message::Direction;
use chrono::TimeDelta;
use entity::dead_letter::{self, Column};
use sea_orm::{DbErr, FromQueryResult, PaginatorTrait, QueryOrder, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::page::Page;
use super::pulse::Pulse;
use crate::alert::{self, Alarm};
use crate::delivery::read::reason::dead_key;
use crate::usage::UsageContext;

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
pub(super) async fn look(app: &UsageContext, page: &Page, pulses: &HashMap<(Uuid, Uuid), Pulse>) -> Result<(), DbErr> {
    let failed: BTreeSet<Uuid> =
        pulses.iter().filter(|(_, pulse)| pulse.failed > 0).map(|((tenant_id, _), _)| *tenant_id).collect();
    for tenant_id in &failed {
        raise(app, page, *tenant_id).await?;
    }
    let open = page.open.values().filter(|open| open.kind == alert::UNDELIVERED && !failed.contains(&open.tenant_id));
    for open in open {
        let is_calm = app.clock.millis() - open.last_at >= CALM.num_milliseconds();
        if is_calm || count(app, open.tenant_id).await? == 0 {
            alert::resolve(app, app.store.write(), open.tenant_id, alert::UNDELIVERED, "").await?;
        }
    }
    Ok(())
}

async fn count(app: &UsageContext, tenant_id: Uuid) -> Result<u64, DbErr> {
    dead_letter::Entity::of_tenant(tenant_id).count(app.store.read()).await
}

async fn raise(app: &UsageContext, page: &Page, tenant_id: Uuid) -> Result<(), DbErr> {
    let latest: Vec<Dead> = dead_letter::Entity::of_tenant(tenant_id)
        .select_only()
        .columns([Column::SourceId, Column::Direction, Column::Reason, Column::Detail])
        .order_by_desc(Column::Id)
        .limit(LATEST)
        .into_model()
        .all(app.store.read())
        .await?;
    if latest.is_empty() {
        // A person has sent them again already.
        return Ok(());
    }
    let mut names: Vec<&str> = Vec::new();
    for dead in &latest {
        let source = page.sources.iter().find(|source| source.id == dead.source_id);
        names.extend(source.map(|source| source.name.as_str()).filter(|name| !names.contains(name)));
    }
    let rest = names.len().saturating_sub(NAMES);
    let sources = names.iter().take(NAMES).copied().collect::<Vec<_>>().join(", ");
    let sources = if rest == 0 { sources } else { format!("{sources} +{rest}") };
    let detail = json!({ "source": sources, "count": count(app, tenant_id).await?, "reason": most_frequent(&latest) });
    let alarm = Alarm { tenant_id, kind: alert::UNDELIVERED, object: "", source_id: None, detail };
    alert::raise(app, app.store.write(), alarm).await.map(|_| ())
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

#[cfg(test)]
mod tests {
    use super::*;

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
