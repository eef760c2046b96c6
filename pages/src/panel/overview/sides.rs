//! Response times of the last hour: Parom, amoCRM, each messenger. A side without calls has no figures.

#[cfg(test)]
mod tests;

use base::millis::{HOUR, MINUTE};
use domain::delivery::read::figures::{Times, times};
use domain::delivery::read::{first_id_at, made_at};
use std::collections::{BTreeMap, HashMap, HashSet};

use base::message::{Direction, Failure, FailureCode, LetterKind};
use entity::{attempt, message, source};
use sea_orm::{ColumnTrait, DbErr, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::panel::PageContext;
use crate::panel::PanelContext;

/// Enough for a median, and few enough for one query.
const MOST: u64 = 5000;
/// Percentage of failed calls from which a side is marked, and from which it counts as broken.
const NOTABLE: f64 = 5.0;
const BAD: f64 = 25.0;
/// A side that answers, and has not failed for this long, works again: what it did before in this hour is over.
const OVER: i64 = 10 * MINUTE;

/// The figures of one side.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SideFigures {
    pub name: String,
    pub figures: Option<CallTimes>,
    /// When a call failed last; none if none did.
    pub failed_at: Option<i64>,
    /// It has worked again for a while.
    pub is_over: bool,
    /// Messages received from it. A messenger that only receives messages has no calls, but is in use.
    pub received: usize,
}

impl SideFigures {
    /// The tone of its tile; empty if there is no problem.
    pub fn tone(&self) -> &'static str {
        self.figures.filter(|_| !self.is_over).map_or("", |figures| figures.tone())
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CallTimes {
    /// Median, milliseconds.
    pub median: i64,
    /// 95th percentile, milliseconds.
    pub most: i64,
    /// Calls, and those of them that failed.
    pub all: u32,
    pub failed: u32,
    /// The latter, percent.
    pub errors: f64,
}

impl CallTimes {
    /// Digits of the error share; none if it is zero.
    pub fn digits(&self) -> usize {
        usize::from(self.errors > 0.0 && self.errors < 10.0)
    }

    fn tone(&self) -> &'static str {
        match self.errors {
            errors if errors >= BAD => "bad",
            errors if errors >= NOTABLE => "warn",
            _ => "",
        }
    }
}

#[derive(Debug)]
pub(super) struct Sides {
    /// Time from the acceptance of a message to its first attempt. Statuses, reactions and edits are left out, because
    /// they happen long after the message that they belong to.
    pub ours: Option<CallTimes>,
    pub crm: SideFigures,
    pub messengers: Vec<SideFigures>,
    /// How long the oldest letter has been waiting; `None` if none waits.
    pub oldest: Option<i64>,
}

#[derive(FromQueryResult)]
struct AttemptRow {
    message_id: Uuid,
    direction: i16,
    kind: i16,
    at: i64,
    ms: i32,
    verdict: String,
}

#[derive(FromQueryResult)]
struct Of {
    id: Uuid,
    source_id: Uuid,
    direction: i16,
    accepted_at: i64,
    error: String,
}

impl Of {
    /// Whether the customer is why it failed: blocked the bot, is not there, or has not written for too long. The
    /// messenger that reports it works.
    fn is_the_customers(&self) -> bool {
        let failure = serde_json::from_str::<Failure>(&self.error);
        failure.is_ok_and(|failure| {
            matches!(
                failure.code,
                FailureCode::ConversationDeleted
                    | FailureCode::RecipientBlocked
                    | FailureCode::RecipientUnreachable
                    | FailureCode::WindowClosed
            )
        })
    }
}

/// `sources`: all sources of the account, including deleted ones. `oldest`: how long the oldest letter has been
/// waiting.
pub(super) async fn of(
    app: &PanelContext,
    tenant_id: Uuid,
    page: &PageContext,
    sources: impl Iterator<Item = &source::Model> + Clone,
    oldest: Option<i64>,
) -> Result<Sides, DbErr> {
    let db = app.store.read();
    let since = first_id_at(app.clock.millis() - HOUR);
    let tries = attempt::Entity::of_tenant(tenant_id)
        .filter(attempt::Column::MessageId.gte(since))
        .order_by_desc(attempt::Column::MessageId)
        .limit(MOST)
        .select_only()
        .columns([
            attempt::Column::MessageId,
            attempt::Column::Direction,
            attempt::Column::Kind,
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
        .columns([
            message::Column::Id,
            message::Column::SourceId,
            message::Column::Direction,
            message::Column::AcceptedAt,
            message::Column::Error,
        ])
        .into_model::<Of>()
        .all(db)
        .await?;
    let kinds: HashMap<Uuid, &str> = sources.clone().map(|row| (row.id, row.kind.as_str())).collect();
    let customers: HashSet<Uuid> = messages.iter().filter(|row| row.is_the_customers()).map(|row| row.id).collect();
    let source_of: HashMap<Uuid, Uuid> = messages.iter().map(|row| (row.id, row.source_id)).collect();
    let mut by_kind: BTreeMap<&str, Vec<&AttemptRow>> =
        sources.filter(|row| row.deleted_at.is_none()).map(|row| (row.kind.as_str(), Vec::new())).collect();
    let to_messenger = tries.iter().filter(|row| row.direction == Direction::ToMessenger.number());
    for one in to_messenger {
        let kind = source_of.get(&one.message_id).and_then(|source_id| kinds.get(source_id));
        if let Some(kind) = kind {
            by_kind.entry(kind).or_default().push(one);
        }
    }
    let to_crm: Vec<&AttemptRow> = tries.iter().filter(|row| row.direction == Direction::ToCrm.number()).collect();
    let mut received: HashMap<&str, usize> = HashMap::new();
    for one in messages.iter().filter(|row| row.direction == Direction::ToCrm.number()) {
        if let Some(kind) = kinds.get(&one.source_id) {
            *received.entry(kind).or_default() += 1;
        }
    }
    let side = |name: String, tries: &[&AttemptRow], received: usize| {
        let (failed_at, is_over) = last_failure(tries, &customers, app.clock.millis());
        SideFigures { name, figures: figures(answers(tries, &customers)), failed_at, is_over, received }
    };
    Ok(Sides {
        ours: figures(delays(&tries, &messages)),
        crm: side(page.crm.to_owned(), &to_crm, 0),
        messengers: by_kind
            .into_iter()
            .map(|(kind, tries)| {
                let name = page.words.text_of("connector-", kind).to_string();
                side(name, &tries, received.get(kind).copied().unwrap_or(0))
            })
            .collect(),
        oldest,
    })
}

impl Sides {
    /// Sides with a notable share of failed calls, without those that another card explains.
    pub fn troubled(&self, explained: &[String]) -> Vec<&SideFigures> {
        let all = std::iter::once(&self.crm).chain(&self.messengers);
        all.filter(|side| !side.tone().is_empty() && !explained.contains(&side.name)).collect()
    }
}

/// How long each message waited for its first attempt; a later manual attempt does not count. An imported message is
/// accepted when it is its turn, after its id was made.
fn delays(tries: &[AttemptRow], messages: &[Of]) -> Vec<(i64, bool)> {
    let accepted: HashMap<Uuid, i64> = messages.iter().map(|row| (row.id, row.accepted_at)).collect();
    let accepted_at = |id: Uuid| accepted.get(&id).copied().unwrap_or_else(|| made_at(id));
    let mut first: HashMap<Uuid, i64> = HashMap::new();
    for one in tries.iter().filter(|row| row.kind == LetterKind::Message.number()) {
        first.entry(one.message_id).and_modify(|at| *at = one.at.min(*at)).or_insert(one.at);
    }
    first.into_iter().map(|(id, at)| ((at - accepted_at(id)).max(0), true)).collect()
}

/// Whether a call was answered. That the customer cannot be reached is an answer, not a failure of the other side.
fn is_answered(row: &AttemptRow, customers: &HashSet<Uuid>) -> bool {
    row.verdict == "done" || customers.contains(&row.message_id)
}

/// Duration and success of calls.
fn answers(tries: &[&AttemptRow], customers: &HashSet<Uuid>) -> Vec<(i64, bool)> {
    tries.iter().map(|row| (i64::from(row.ms), is_answered(row, customers))).collect()
}

/// When a call failed last, and whether that is over: calls have been answered since, and none has failed for a while.
fn last_failure(tries: &[&AttemptRow], customers: &HashSet<Uuid>, now: i64) -> (Option<i64>, bool) {
    let last =
        |answered: bool| tries.iter().filter(|row| is_answered(row, customers) == answered).map(|row| row.at).max();
    let (failed, answered) = (last(false), last(true));
    (failed, failed.is_some_and(|failed| now - failed >= OVER && answered > Some(failed)))
}

/// CallTimes of calls given as duration and success.
fn figures(calls: Vec<(i64, bool)>) -> Option<CallTimes> {
    let Times { median, most, .. } = times(calls.iter().map(|(ms, _)| *ms).collect())?;
    let failed = calls.iter().filter(|(_, done)| !done).count();
    let (failed, all) = (u32::try_from(failed).unwrap_or(u32::MAX), u32::try_from(calls.len()).unwrap_or(u32::MAX));
    Some(CallTimes { median, most, all, failed, errors: f64::from(failed) * 100.0 / f64::from(all) })
}
