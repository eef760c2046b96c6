//! Reports about the work of an account within a period: messages by source, manager and hour, how soon customers are
//! answered, and chats that wait for an answer. Of the newest messages of the period only, so that an account of any size
//! can be reported on; what was read once is kept ([`facts`]).
//!
//! A *wait* opens with the first message of a customer after the last answer, and ends with the next message of a manager
//! in the same chat. A message of a bot is no answer: a sender that is not a user of the account is a bot. Imported
//! messages open no wait.

mod facts;
mod rows;

use std::collections::BTreeMap;

use base::i18n::Zone;
use chrono::{Days, NaiveDate, TimeDelta};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::figures::{Flow, Times};
use crate::delivery::DeliveryContext;
use facts::Facts;
use rows::{AnswerWait, Answers, FlowRow, ReportRange, Waits, WriterRow};

pub use facts::KeptFacts;

/// Messages that are counted at most, the newest ones.
pub const MOST: i64 = 100_000;
/// Chats without an answer that a file or an answer of the API lists at most, the longest waiting.
pub const MOST_LISTED: usize = 5_000;
/// How far before the period waits are looked for: a customer may have written before a weekend.
const BEFORE: TimeDelta = TimeDelta::days(3);
/// Days of a week, and hours of a day.
pub const WEEKDAYS: usize = 7;
pub const HOURS: usize = 24;

/// What to report on.
#[derive(Clone, Debug)]
pub struct ReportFilter {
    pub tenant_id: Uuid,
    pub period: ReportPeriod,
    /// None for all sources.
    pub source_id: Option<Uuid>,
    /// amojo's ids of the account's users; empty if they are not known: then every sender counts as a manager.
    pub users: Vec<String>,
    /// Messages that are counted at most, the newest ones: [`MOST`], fewer in tests.
    pub most: i64,
}

/// The report, read at one moment.
#[derive(Debug)]
pub struct Report {
    period: ReportPeriod,
    now: i64,
    most: i64,
    flows: Vec<FlowRow>,
    writers: Vec<WriterRow>,
    waits: Waits,
    answers: Answers,
}

/// A manager's share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagerShare {
    /// amojo's id; empty if the messages are so old that their senders are no longer stored.
    pub amojo_id: String,
    pub messages: i64,
    /// How soon this manager answered first; none if never.
    pub answers: Option<Times>,
}

/// A chat that waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnansweredChat {
    pub conversation_id: Uuid,
    pub source_id: Uuid,
    /// When the customer wrote, milliseconds since 1970.
    pub since: i64,
}

/// Reads a report: of the facts of all messages, or, if the account has more than are kept, of those of the source that is
/// asked for. A source with more messages than are kept is counted by the database.
pub async fn read(app: &DeliveryContext, filter: &ReportFilter) -> Result<Report, DbErr> {
    if let Some(report) = of_facts(app, filter, None).await? {
        return Ok(report);
    }
    if filter.source_id.is_some()
        && let Some(report) = of_facts(app, filter, filter.source_id).await?
    {
        return Ok(report);
    }
    read_uncached(app, filter).await
}

/// A report of the facts of an account, or of one of its sources; none if they do not suffice for it.
async fn of_facts(
    app: &DeliveryContext,
    filter: &ReportFilter,
    source_id: Option<Uuid>,
) -> Result<Option<Report>, DbErr> {
    let now = app.clock.millis();
    let facts_of = app.report_facts.of(filter.tenant_id, source_id).await;
    let mut kept = facts_of.lock().await;
    // In one snapshot, or the parts of a page would contradict each other.
    let tx = app.store.read_tx().await?;
    let known = kept.take();
    let read = async {
        let facts = Facts::read(&tx, known, filter, source_id, now).await?;
        if !facts.suffice(filter, now) {
            return Ok((None, facts));
        }
        let (within, with_answers) = ReportRange::both(filter, now);
        let (flows, waits) = (facts.flows(&tx, &within).await?, facts.waits(&with_answers));
        let report = Report::of(filter, now, flows, facts.writers(&within), waits);
        Ok::<_, DbErr>((Some(report), facts))
    };
    let read = read.await;
    tx.rollback().await?;
    let (report, facts) = read?;
    *kept = Some(facts.kept(now));
    Ok(report)
}

/// The same, counted by the database: for periods with more messages than are kept.
pub async fn read_uncached(app: &DeliveryContext, filter: &ReportFilter) -> Result<Report, DbErr> {
    let tx = app.store.read_tx().await?;
    let read = count(&tx, filter, app.clock.millis()).await;
    tx.rollback().await?;
    read
}

async fn count(db: &impl ConnectionTrait, filter: &ReportFilter, now: i64) -> Result<Report, DbErr> {
    let (within, with_answers) = ReportRange::both(filter, now);
    let (flows, writers) = (rows::flows(db, &within).await?, rows::writers(db, &within).await?);
    let waits = Waits::of_rows(rows::waits(db, &with_answers).await?);
    Ok(Report::of(filter, now, flows, writers, waits))
}

impl Report {
    fn of(filter: &ReportFilter, now: i64, flows: Vec<FlowRow>, writers: Vec<WriterRow>, waits: Waits) -> Self {
        let period = filter.period;
        let answers = Answers::of(&waits, |opened_at| period.holds(opened_at));
        Self { period, now, most: filter.most, flows, writers, waits, answers }
    }

    /// From when on messages are counted, if the period has more than are read.
    pub fn counted_since(&self) -> Option<i64> {
        let of_flows = self.flows.iter().map(|row| row.messages).sum::<i64>() >= self.most;
        let flows = self.flows.iter().map(|row| row.first).min().filter(|_| of_flows);
        let waits = self.waits.first.filter(|_| self.waits.read >= self.most);
        flows.max(waits).filter(|since| *since > self.period.from)
    }

    /// Messages of each source, deleted ones too; only those that had any.
    pub fn by_source(&self) -> BTreeMap<Uuid, Flow> {
        let mut all: BTreeMap<Uuid, Flow> = BTreeMap::new();
        for row in &self.flows {
            all.entry(row.source_id).or_default().add(row.direction, row.messages, row.failed);
        }
        all
    }

    /// All messages.
    pub fn total(&self) -> Flow {
        self.by_source().into_values().fold(Flow::default(), Flow::and)
    }

    /// Messages by day of the week (Monday first) and hour of the day, in this time zone.
    pub fn by_hour(&self, zone: Zone) -> [[Flow; HOURS]; WEEKDAYS] {
        let mut week = [[Flow::default(); HOURS]; WEEKDAYS];
        for row in &self.flows {
            let (day, hour) = zone.hour_of_week(row.quarter * rows::QUARTER);
            let place = usize::try_from(day).ok().zip(usize::try_from(hour).ok());
            let slot = place.and_then(|(day, hour)| week.get_mut(day)?.get_mut(hour));
            if let Some(slot) = slot {
                slot.add(row.direction, row.messages, row.failed);
            }
        }
        week
    }

    /// Managers by their number of messages, most first. `users` as in the filter: bots are left out.
    pub fn by_manager(&self, users: &[String]) -> Vec<ManagerShare> {
        let is_user =
            |id: &str| id.is_empty() || users.is_empty() || users.iter().any(|user| user.eq_ignore_ascii_case(id));
        let mut shares: Vec<ManagerShare> = self
            .writers
            .iter()
            .filter(|row| is_user(&row.writer))
            .map(|row| ManagerShare {
                answers: self.answers.by_manager.get(&row.writer).copied(),
                amojo_id: row.writer.clone(),
                messages: row.messages,
            })
            .collect();
        shares.sort_by(|one, other| other.messages.cmp(&one.messages).then_with(|| one.amojo_id.cmp(&other.amojo_id)));
        shares
    }

    /// How soon customers were answered; none if there was no answer.
    pub fn answers(&self) -> Option<Times> {
        self.answers.all
    }

    /// The same of one source.
    pub fn answers_of(&self, source_id: Uuid) -> Option<Times> {
        self.answers.by_source.get(&source_id).copied()
    }

    /// Chats that wait for an answer now, the longest first.
    pub fn unanswered(&self) -> Vec<UnansweredChat> {
        let waits_now = |wait: &&AnswerWait| {
            wait.answer.is_none() && wait.opened_at <= self.now && self.period.holds(wait.opened_at)
        };
        let mut chats: Vec<UnansweredChat> = self
            .waits
            .list
            .iter()
            .filter(waits_now)
            .map(|wait| UnansweredChat {
                conversation_id: wait.conversation_id,
                source_id: wait.source_id,
                since: wait.opened_at,
            })
            .collect();
        chats.sort_by_key(|chat| (chat.since, chat.conversation_id));
        chats
    }
}

/// Most days of one report; messages are not kept longer as a rule.
pub const MOST_DAYS: u32 = 92;

/// From a moment until before another, milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportPeriod {
    pub from: i64,
    pub to: i64,
}

impl ReportPeriod {
    /// From the first of these days to the end of the last; `None` if the order is wrong or there are more than
    /// [`MOST_DAYS`].
    pub fn of_days(first: NaiveDate, last: NaiveDate, zone: Zone) -> Option<Self> {
        let days = (last - first).num_days();
        if !(0..i64::from(MOST_DAYS)).contains(&days) {
            return None;
        }
        let end = last.checked_add_days(Days::new(1))?;
        Some(Self { from: zone.day_begins(first), to: zone.day_begins(end) })
    }

    /// Whether a moment is within it.
    pub fn holds(&self, moment: i64) -> bool {
        (self.from..self.to).contains(&moment)
    }

    /// The first of so many days that end with this one.
    pub fn first_of(last: NaiveDate, days: u32) -> NaiveDate {
        last.checked_sub_days(Days::new(u64::from(days.saturating_sub(1)))).unwrap_or(last)
    }
}

#[cfg(test)]
mod tests {
    use base::message::{Body, Content, Person, Role};

    use super::*;

    /// The statements take the sender from the beginning of the stored body.
    #[test]
    fn a_stored_body_begins_with_its_sender() {
        for id in ["user-7", r#"a","role":"manager"#, "ключ\\", ""] {
            let sender = Person { id: id.to_owned(), role: Role::Client, name: Some("x".into()), ..Person::default() };
            let text = r#"","role":"bot","silent":true"#.to_owned();
            let mut body = Body::new(sender, Content::Text { text });
            let stored = serde_json::to_string(&body).unwrap();
            let escaped = serde_json::to_string(id).unwrap();
            let end = stored.find(rows::END_OF_ID).unwrap();
            assert_eq!(format!("\"{}\"", &stored[rows::ID_AT - 1..end]), escaped);
            assert_eq!(&stored[end + rows::END_OF_ID.len()..end + rows::END_OF_ID.len() + 6], "client");
            assert!(!stored.contains(rows::SILENT), "{stored}");
            body.silent = true;
            assert!(serde_json::to_string(&body).unwrap().contains(rows::SILENT));
        }
    }

    fn date(text: &str) -> NaiveDate {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
    }

    #[test]
    fn days_are_those_of_the_account() {
        let (first, last) = (date("2026-11-19"), date("2026-11-20"));
        let moscow = ReportPeriod::of_days(first, last, Zone::named("Europe/Moscow")).unwrap();
        let utc = ReportPeriod::of_days(first, last, Zone::UTC).unwrap();
        assert_eq!((utc.to - utc.from, utc.from - moscow.from), (2 * 86_400_000, 3 * 3_600_000));
        // The day on which the clock is put forward has 23 hours.
        let spring = date("2026-03-29");
        let berlin = ReportPeriod::of_days(spring, spring, Zone::named("Europe/Berlin")).unwrap();
        assert_eq!(berlin.to - berlin.from, 23 * 3_600_000);
    }

    #[test]
    fn a_period_has_an_order_and_an_end() {
        let day = date("2026-11-20");
        assert_eq!(ReportPeriod::first_of(day, 7), date("2026-11-14"));
        assert_eq!(ReportPeriod::first_of(day, 1), day);
        assert_eq!(ReportPeriod::of_days(day, date("2026-11-19"), Zone::UTC), None);
        assert!(ReportPeriod::of_days(ReportPeriod::first_of(day, MOST_DAYS), day, Zone::UTC).is_some());
        assert_eq!(ReportPeriod::of_days(ReportPeriod::first_of(day, MOST_DAYS + 1), day, Zone::UTC), None);
    }
}
