//! Response times of the last hour: Parom, amoCRM, each messenger. A side without calls has no figures.

use std::collections::{BTreeMap, HashMap};

use base::message::Direction;
use entity::{attempt, letter, message, source};
use sea_orm::{ColumnTrait, DbErr, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::delivery::read::{first_id_at, made_at};
use crate::panel::PageContext;
use crate::panel::PanelContext;

const HOUR: i64 = 3_600_000;
/// Enough for a median, and small enough for one query.
const MOST: u64 = 5000;

/// The figures of one side.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SideFigures {
    pub name: String,
    pub figures: Option<Figures>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Figures {
    /// Median, milliseconds.
    pub median: i64,
    /// 95th percentile, milliseconds.
    pub most: i64,
    /// Failed calls, percent.
    pub errors: f64,
}

impl Figures {
    /// Digits of the error share; none if it is zero.
    pub fn digits(&self) -> usize {
        usize::from(self.errors > 0.0 && self.errors < 10.0)
    }
}

#[derive(Debug)]
pub(super) struct Sides {
    /// From the acceptance of a message to its first try.
    pub ours: Option<Figures>,
    pub crm: SideFigures,
    pub messengers: Vec<SideFigures>,
    /// How long the oldest letter has waited; `None` if none waits.
    pub oldest: Option<i64>,
}

#[derive(FromQueryResult)]
struct AttemptRow {
    message_id: Uuid,
    direction: i16,
    number: i32,
    at: i64,
    ms: i32,
    verdict: String,
}

#[derive(FromQueryResult)]
struct Of {
    id: Uuid,
    source_id: Uuid,
}

pub(super) async fn of(app: &PanelContext, tenant_id: Uuid, page: &PageContext) -> Result<Sides, DbErr> {
    let db = app.store.read();
    let now = app.clock.millis();
    let since = first_id_at(now - HOUR);
    let tries = attempt::Entity::of_tenant(tenant_id)
        .filter(attempt::Column::MessageId.gte(since))
        .order_by_desc(attempt::Column::MessageId)
        .limit(MOST)
        .select_only()
        .columns([
            attempt::Column::MessageId,
            attempt::Column::Direction,
            attempt::Column::Number,
            attempt::Column::At,
            attempt::Column::Ms,
            attempt::Column::Verdict,
        ])
        .into_model::<AttemptRow>()
        .all(db)
        .await?;
    let messages = message::Entity::of_tenant(tenant_id)
        .filter(message::Column::Id.gte(since))
        .order_by_desc(message::Column::Id)
        .limit(MOST)
        .select_only()
        .columns([message::Column::Id, message::Column::SourceId])
        .into_model::<Of>()
        .all(db)
        .await?;
    let sources = source::Entity::of_tenant(tenant_id).all(db).await?;
    let kinds: HashMap<Uuid, &str> = sources.iter().map(|row| (row.id, row.kind.as_str())).collect();
    let source_of: HashMap<Uuid, Uuid> = messages.iter().map(|row| (row.id, row.source_id)).collect();
    let mut by_kind: BTreeMap<&str, Vec<&AttemptRow>> =
        sources.iter().filter(|row| row.deleted_at.is_none()).map(|row| (row.kind.as_str(), Vec::new())).collect();
    let to_messenger = tries.iter().filter(|row| row.direction == Direction::ToMessenger.number());
    for one in to_messenger {
        let kind = source_of.get(&one.message_id).and_then(|source_id| kinds.get(source_id));
        if let Some(kind) = kind {
            by_kind.entry(kind).or_default().push(one);
        }
    }
    let to_crm: Vec<&AttemptRow> = tries.iter().filter(|row| row.direction == Direction::ToCrm.number()).collect();
    let first = tries.iter().filter(|row| row.number == 1);
    let delays: Vec<(i64, bool)> = first.map(|row| ((row.at - made_at(row.message_id)).max(0), true)).collect();
    let oldest = letter::Entity::of_tenant(tenant_id).order_by_asc(letter::Column::AcceptedAt).one(db).await?;
    Ok(Sides {
        ours: figures(delays),
        crm: SideFigures { name: page.crm.to_owned(), figures: figures(answers(&to_crm)) },
        messengers: by_kind
            .into_iter()
            .map(|(kind, tries)| SideFigures {
                name: page.words.text_of("connector-", kind).to_string(),
                figures: figures(answers(&tries)),
            })
            .collect(),
        oldest: oldest.map(|row| (now - row.accepted_at).max(0)),
    })
}

fn answers(tries: &[&AttemptRow]) -> Vec<(i64, bool)> {
    tries.iter().map(|row| (i64::from(row.ms), row.verdict == "done")).collect()
}

/// Figures of calls given as duration and success.
fn figures(mut calls: Vec<(i64, bool)>) -> Option<Figures> {
    calls.sort_unstable();
    let at = |share: usize| calls.get((calls.len() * share).div_ceil(100).max(1) - 1).map(|(ms, _)| *ms);
    let failed = calls.iter().filter(|(_, done)| !done).count();
    let (failed, all) = (u32::try_from(failed).unwrap_or(u32::MAX), u32::try_from(calls.len()).unwrap_or(u32::MAX));
    Some(Figures { median: at(50)?, most: at(95)?, errors: f64::from(failed) * 100.0 / f64::from(all) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_that_nobody_asked_has_no_figures() {
        assert_eq!(figures(Vec::new()), None);
        let one = Figures { median: 7, most: 7, errors: 0.0 };
        assert_eq!(figures(vec![(7, true)]), Some(one));
    }

    #[test]
    fn half_and_most_are_those_of_sorted_answers() {
        let calls = (1..=100).rev().map(|ms| (ms, ms != 100)).collect();
        assert_eq!(figures(calls), Some(Figures { median: 50, most: 95, errors: 1.0 }));
    }
}
