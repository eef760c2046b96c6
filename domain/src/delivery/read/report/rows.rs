//! The statements. Who wrote a message is read from the beginning of its stored body, which serde writes in the
//! order of the fields: `{"sender":{"id":"…","role":"…"`. A quote inside an id is escaped, so the first `","role":"` is
//! the end of the sender's id (a test compares this with the parsed body).
//!
//! Facts are read once and kept; [`flows`], [`writers`] and [`waits`] count in the database, for periods that have more
//! messages than are kept.

use std::collections::{BTreeMap, HashMap};

use base::message::{Direction, State};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::{BEFORE, ReportFilter, ReportPeriod};
use crate::delivery::read::figures::{Times, times};
use crate::delivery::read::first_id_at;

/// Milliseconds of a quarter of an hour: no time zone differs from UTC by a part of it.
pub(super) const QUARTER: i64 = 900_000;
/// A message that was written this long before it arrived is imported history, which needs no answer.
const PAST: i64 = 86_400_000;

/// A range of messages.
#[derive(Clone, Copy)]
pub(super) struct ReportRange<'asked> {
    pub filter: &'asked ReportFilter,
    pub from: i64,
    pub to: i64,
}

/// Messages of one source and direction in one quarter of an hour; there may be several such rows.
#[derive(Debug, FromQueryResult)]
pub(super) struct FlowRow {
    pub source_id: Uuid,
    pub direction: i16,
    /// Counted from 1970.
    pub quarter: i64,
    pub messages: i64,
    pub failed: i64,
    /// When the first of them was accepted.
    pub first: i64,
}

/// Messages to customers by one sender.
#[derive(Debug, FromQueryResult)]
pub(super) struct WriterRow {
    /// amojo's id.
    pub writer: String,
    pub messages: i64,
}

/// A customer's message that waited for an answer.
#[derive(Debug, FromQueryResult)]
pub(super) struct WaitRow {
    pub source_id: Uuid,
    pub conversation_id: Uuid,
    pub opened_at: i64,
    /// None while it waits.
    pub answered_at: Option<i64>,
    /// amojo's id of the manager; empty if not known, e.g. for an answer written on a phone.
    pub answered_by: String,
    /// Messages that the statement read, and when the first of them was accepted.
    pub read: i64,
    pub first: i64,
}

/// What a report needs to know of a message.
#[derive(Debug, FromQueryResult)]
pub(super) struct FactRow {
    pub id: Uuid,
    pub source_id: Uuid,
    pub conversation_id: Uuid,
    pub direction: i16,
    pub accepted_at: i64,
    /// See [`Said`](super::facts::Said).
    pub said: i32,
    /// amojo's id of who wrote a message to a customer, else empty.
    pub writer: String,
}

/// Failed messages of one source and direction in one quarter of an hour.
#[derive(Debug, FromQueryResult)]
pub(super) struct FailedRow {
    pub source_id: Uuid,
    pub direction: i16,
    pub quarter: i64,
    pub failed: i64,
}

/// Messages of an account, or of one of its sources, from an id on.
#[derive(Clone, Copy, Debug)]
pub(super) struct FactsRange {
    pub tenant_id: Uuid,
    pub source_id: Option<Uuid>,
    pub first: Uuid,
}

impl FactsRange {
    fn of_source(self) -> &'static str {
        if self.source_id.is_some() { " AND source_id = $4" } else { "" }
    }

    fn values(self, third: Value) -> Vec<Value> {
        let mut values = vec![self.tenant_id.into(), self.first.into(), third];
        values.extend(self.source_id.map(Value::from));
        values
    }
}

impl<'asked> ReportRange<'asked> {
    /// The messages of the period, and those by which waits are found: the answer may have come after the period.
    pub fn both(filter: &'asked ReportFilter, now: i64) -> (Self, Self) {
        let ReportPeriod { from, to } = filter.period;
        let with_answers = Self { filter, from: from - BEFORE.num_milliseconds(), to: now.max(to) };
        (Self { filter, from, to }, with_answers)
    }

    /// The newest messages of the range, as `span`.
    fn span(&self, columns: &str, only: &str) -> String {
        let of_source = if self.filter.source_id.is_some() { " AND source_id = $5" } else { "" };
        format!(
            "WITH span AS (SELECT {columns} FROM message WHERE tenant_id = $1 AND id >= $2 AND id < $3{of_source}{only} \
             ORDER BY id DESC LIMIT $4)"
        )
    }

    fn values(&self) -> Vec<Value> {
        let mut values: Vec<Value> = vec![
            self.filter.tenant_id.into(),
            first_id_at(self.from).into(),
            first_id_at(self.to).into(),
            self.filter.most.into(),
        ];
        values.extend(self.filter.source_id.map(Value::from));
        values
    }
}

async fn all<Row: FromQueryResult>(
    db: &impl ConnectionTrait,
    text: String,
    values: Vec<Value>,
) -> Result<Vec<Row>, DbErr> {
    let found = db.query_all_raw(Statement::from_sql_and_values(db.get_database_backend(), text, values)).await?;
    found.iter().map(|row| Row::from_query_result(row, "")).collect()
}

/// Where a text begins in the stored body.
fn place(db: &impl ConnectionTrait, text: &str) -> String {
    let function = if db.get_database_backend() == DbBackend::Sqlite { "instr" } else { "strpos" };
    format!("{function}(body, '{text}')")
}

/// The sender's id.
fn writer(db: &impl ConnectionTrait) -> String {
    format!("substr(body, {ID_AT}, {} - {ID_AT})", place(db, END_OF_ID))
}

/// The sender's role, six letters of it.
fn role(db: &impl ConnectionTrait) -> String {
    format!("substr(body, {} + {}, 6)", place(db, END_OF_ID), END_OF_ID.len())
}

/// Where the sender's id begins in the stored body, counted from one, and what follows it.
pub(super) const ID_AT: usize = 18;
pub(super) const END_OF_ID: &str = r#"","role":""#;
/// What the stored body of a message contains that notifies nobody. Inside a text its quotes would be escaped.
pub(super) const SILENT: &str = r#","silent":true"#;

pub(super) async fn flows(db: &impl ConnectionTrait, wanted: &ReportRange<'_>) -> Result<Vec<FlowRow>, DbErr> {
    let failed = State::Failed.number();
    let text = format!(
        "{} SELECT source_id, direction, accepted_at / {QUARTER} AS quarter, count(*) AS messages, \
         sum(CASE WHEN state = {failed} THEN 1 ELSE 0 END) AS failed, min(accepted_at) AS first FROM span \
         GROUP BY source_id, direction, accepted_at / {QUARTER}",
        wanted.span("source_id, direction, accepted_at, state", "")
    );
    all(db, text, wanted.values()).await
}

pub(super) async fn writers(db: &impl ConnectionTrait, wanted: &ReportRange<'_>) -> Result<Vec<WriterRow>, DbErr> {
    let columns = format!("{} AS writer, {} AS role", writer(db), role(db));
    let text = format!(
        "{} SELECT writer, count(*) AS messages FROM span WHERE role = 'manage' GROUP BY writer",
        wanted.span(&columns, &format!(" AND direction = {}", Direction::ToMessenger.number()))
    );
    all(db, text, wanted.values()).await
}

pub(super) async fn waits(db: &impl ConnectionTrait, wanted: &ReportRange<'_>) -> Result<Vec<WaitRow>, DbErr> {
    let mut values = wanted.values();
    let users = &wanted.filter.users;
    let mut names = Vec::with_capacity(users.len());
    for user in users {
        values.push(user.to_lowercase().into());
        names.push(format!("${}", values.len()));
    }
    // Emptied messages have no sender any more, and answers written on a phone have one of the messenger's.
    let is_manager = if names.is_empty() {
        "true".to_owned()
    } else {
        format!("(writer = '' OR lower(writer) IN ({}))", names.join(", "))
    };
    let outgoing = Direction::ToMessenger.number();
    let silent = place(db, SILENT);
    let columns = format!(
        "id, source_id, conversation_id, accepted_at, {} AS role, \
         CASE WHEN direction = {outgoing} THEN {} ELSE '' END AS writer, \
         accepted_at - sent_at < {PAST} AND {silent} = 0 AS is_new",
        role(db),
        writer(db)
    );
    let text = format!(
        "{}, said AS (SELECT id, source_id, conversation_id, accepted_at, writer, \
         CASE WHEN role = 'client' AND is_new THEN 1 WHEN role = 'manage' AND {is_manager} THEN 2 ELSE 0 END AS who \
         FROM span), \
         turns AS (SELECT said.*, lag(who) OVER chat AS before FROM said WHERE who > 0 \
         WINDOW chat AS (PARTITION BY conversation_id ORDER BY id)), \
         changes AS (SELECT source_id, conversation_id, accepted_at, who, lead(accepted_at) OVER chat AS answered_at, \
         lead(writer) OVER chat AS answered_by FROM turns WHERE before IS NULL OR before <> who \
         WINDOW chat AS (PARTITION BY conversation_id ORDER BY id)) \
         SELECT source_id, conversation_id, accepted_at AS opened_at, answered_at, \
         coalesce(answered_by, '') AS answered_by, (SELECT count(*) FROM span) AS read, \
         (SELECT min(accepted_at) FROM span) AS first FROM changes WHERE who = 1",
        wanted.span(&columns, "")
    );
    all(db, text, values).await
}

/// The id of the message that is this many messages before the last one; none if there are not so many.
pub(super) async fn nth_last(
    db: &impl ConnectionTrait,
    range: FactsRange,
    messages: i64,
) -> Result<Option<Uuid>, DbErr> {
    #[derive(FromQueryResult)]
    struct Found {
        id: Uuid,
    }
    let text = format!(
        "SELECT id FROM message WHERE tenant_id = $1 AND id >= $2{} ORDER BY id DESC LIMIT 1 OFFSET $3",
        range.of_source()
    );
    let values = range.values((messages - 1).into());
    Ok(all::<Found>(db, text, values).await?.pop().map(|found| found.id))
}

/// The facts of messages from the first one of the range on, in their order.
pub(super) async fn facts(db: &impl ConnectionTrait, range: FactsRange, most: i64) -> Result<Vec<FactRow>, DbErr> {
    let (outgoing, role) = (Direction::ToMessenger.number(), role(db));
    let text = format!(
        "SELECT id, source_id, conversation_id, direction, accepted_at, \
         CASE WHEN {role} = 'client' AND accepted_at - sent_at < {PAST} AND {silent} = 0 THEN 1 \
         WHEN {role} = 'manage' THEN 2 ELSE 0 END AS said, \
         CASE WHEN direction = {outgoing} THEN {writer} ELSE '' END AS writer \
         FROM message WHERE tenant_id = $1 AND id >= $2{of_source} ORDER BY id LIMIT $3",
        of_source = range.of_source(),
        silent = place(db, SILENT),
        writer = writer(db),
    );
    all(db, text, range.values(most.into())).await
}

/// The number of the account's messages in the range, of all sources: an index knows their ids alone.
pub(super) async fn count(db: &impl ConnectionTrait, range: FactsRange, end: Uuid) -> Result<i64, DbErr> {
    #[derive(FromQueryResult)]
    struct Counted {
        messages: i64,
    }
    let text = "SELECT count(*) AS messages FROM message WHERE tenant_id = $1 AND id >= $2 AND id < $3".to_owned();
    let values = vec![range.tenant_id.into(), range.first.into(), end.into()];
    Ok(all::<Counted>(db, text, values).await?.pop().map_or(0, |counted| counted.messages))
}

/// Every failed message has a reason, and only failed ones do: the index `message_failed` has no others.
pub(super) async fn failed(db: &impl ConnectionTrait, wanted: &ReportRange<'_>) -> Result<Vec<FailedRow>, DbErr> {
    let filter = wanted.filter;
    let of_source = if filter.source_id.is_some() { " AND source_id = $4" } else { "" };
    let text = format!(
        "SELECT source_id, direction, accepted_at / {QUARTER} AS quarter, count(*) AS failed FROM message \
         WHERE tenant_id = $1 AND id >= $2 AND id < $3 AND error <> ''{of_source} \
         GROUP BY source_id, direction, accepted_at / {QUARTER}"
    );
    let mut values: Vec<Value> =
        vec![filter.tenant_id.into(), first_id_at(wanted.from).into(), first_id_at(wanted.to).into()];
    values.extend(filter.source_id.map(Value::from));
    all(db, text, values).await
}

/// A customer's message that waited for an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct AnswerWait {
    pub source_id: Uuid,
    pub conversation_id: Uuid,
    pub opened_at: i64,
    /// When it was answered, and by whom: a place in [`Waits::names`]. None while it waits.
    pub answer: Option<(i64, usize)>,
}

/// All waits that were found.
#[derive(Debug, Default)]
pub(super) struct Waits {
    pub list: Vec<AnswerWait>,
    /// amojo's ids of managers; empty if not known, e.g. for an answer written on a phone.
    pub names: Vec<String>,
    /// Messages that were read, and when the first of them was accepted.
    pub read: i64,
    pub first: Option<i64>,
}

impl Waits {
    /// As the database found them.
    pub fn of_rows(rows: Vec<WaitRow>) -> Self {
        let mut waits = Self::default();
        if let Some(row) = rows.first() {
            (waits.read, waits.first) = (row.read, Some(row.first));
        }
        let mut places: HashMap<String, usize> = HashMap::new();
        for row in rows {
            let place = *places.entry(row.answered_by).or_insert(waits.names.len());
            waits.list.push(AnswerWait {
                source_id: row.source_id,
                conversation_id: row.conversation_id,
                opened_at: row.opened_at,
                answer: row.answered_at.map(|at| (at, place)),
            });
            if place == waits.names.len() {
                waits.names.push(String::new());
            }
        }
        for (name, place) in places {
            if let Some(slot) = waits.names.get_mut(place) {
                *slot = name;
            }
        }
        waits
    }
}

/// How soon customers were answered: all, by source and by manager.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pub all: Option<Times>,
    pub by_source: BTreeMap<Uuid, Times>,
    pub by_manager: BTreeMap<String, Times>,
}

impl Answers {
    /// Of the waits that opened within the period.
    pub fn of(waits: &Waits, is_within: impl Fn(i64) -> bool) -> Self {
        let mut all = Vec::with_capacity(waits.list.len());
        let mut by_source: BTreeMap<Uuid, Vec<i64>> = BTreeMap::new();
        let mut by_manager: Vec<Vec<i64>> = vec![Vec::new(); waits.names.len()];
        for wait in waits.list.iter().filter(|wait| is_within(wait.opened_at)) {
            let Some((at, by)) = wait.answer else { continue };
            let took = (at - wait.opened_at).max(0);
            all.push(took);
            by_source.entry(wait.source_id).or_default().push(took);
            if let Some(of_manager) = by_manager.get_mut(by) {
                of_manager.push(took);
            }
        }
        let of_manager = |(name, took): (&String, Vec<i64>)| Some((name.clone(), times(took)?));
        Self {
            all: times(all),
            by_source: by_source.into_iter().filter_map(|(id, took)| Some((id, times(took)?))).collect(),
            by_manager: waits.names.iter().zip(by_manager).filter_map(of_manager).collect(),
        }
    }
}
