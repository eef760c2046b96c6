//! How amoCRM and the messengers answered the calls for messages of the last hour, and how soon Parom made them. The
//! database counts: three statements, and one row a side, however many messages there were.
//!
//! Attempts without a call say nothing about a side. A refusal is an answer, and so is "slow down": the side works, and
//! the message it concerns is undelivered or waits. Whether a side answers *now* is its `turn`'s to say
//! ([`crate::source::states`]).

use std::collections::BTreeMap;

use base::message::{Direction, LetterKind};
use base::millis::HOUR;
use entity::attempt::MADE_CALL;
use sea_orm::{DbErr, FromQueryResult, Statement};
use uuid::Uuid;

use super::first_id_at;
use crate::delivery::DeliveryContext;

/// The calls to one side.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct SideCalls {
    /// The kind of messenger; empty for amoCRM.
    pub side: String,
    pub calls: i64,
    /// Those without an answer, or with "later" or "no access".
    pub failed: i64,
    /// When the last of them began.
    pub failed_at: Option<i64>,
    /// When the last one that was answered began.
    pub answered_at: Option<i64>,
    /// Milliseconds until the answer: of half of them, and of 95 of 100.
    pub median: i64,
    pub most: i64,
}

/// What the sides did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sides {
    /// From the acceptance of a message to its first call, milliseconds: 95 of 100 took no longer.
    pub delay: Option<i64>,
    pub crm: Option<SideCalls>,
    /// By kind of messenger.
    pub messengers: BTreeMap<String, SideCalls>,
    /// Messages that came from each kind.
    pub received: BTreeMap<String, i64>,
}

#[derive(FromQueryResult)]
struct Received {
    side: String,
    messages: i64,
}

#[derive(FromQueryResult)]
struct Delay {
    most: Option<i64>,
}

/// Reads them.
pub async fn read(app: &DeliveryContext, tenant_id: Uuid) -> Result<Sides, DbErr> {
    let db = app.store.read();
    let since = first_id_at(app.clock.millis() - HOUR);
    let statement = |text: String| {
        Statement::from_sql_and_values(db.get_database_backend(), text, [tenant_id.into(), since.into()])
    };
    let calls = SideCalls::find_by_statement(statement(calls())).all(db).await?;
    let received = Received::find_by_statement(statement(received())).all(db).await?;
    let delay = Delay::find_by_statement(statement(delay())).one(db).await?;
    let (crm, messengers): (Vec<_>, Vec<_>) = calls.into_iter().partition(|row| row.side.is_empty());
    Ok(Sides {
        delay: delay.and_then(|row| row.most),
        crm: crm.into_iter().next(),
        messengers: messengers.into_iter().map(|row| (row.side.clone(), row)).collect(),
        received: received.into_iter().map(|row| (row.side, row.messages)).collect(),
    })
}

/// Attempts since `$2` that made a call, with their messages.
fn calls_made() -> String {
    format!(
        "attempt JOIN message ON message.tenant_id = $1 AND message.id = attempt.message_id \
         JOIN source ON source.tenant_id = $1 AND source.id = message.source_id \
         WHERE attempt.tenant_id = $1 AND attempt.message_id >= $2 AND {MADE_CALL}"
    )
}

fn calls() -> String {
    let (to_crm, made) = (Direction::ToCrm.number(), calls_made());
    format!(
        "SELECT side, calls, sum(failed) AS failed, max(CASE WHEN failed = 1 THEN at END) AS failed_at, \
         max(CASE WHEN failed = 0 THEN at END) AS answered_at, \
         max(CASE WHEN place = {} THEN ms END) AS median, max(CASE WHEN place = {} THEN ms END) AS most \
         FROM (SELECT side, at, ms, failed, count(*) OVER (PARTITION BY side) AS calls, \
         row_number() OVER (PARTITION BY side ORDER BY ms) AS place \
         FROM (SELECT CASE WHEN attempt.direction = {to_crm} THEN '' ELSE source.kind END AS side, attempt.at, \
         CAST(attempt.ms AS bigint) AS ms, CASE WHEN attempt.verdict IN ('retry', 'unknown', 'pause') \
         AND attempt.status <> 429 THEN 1 ELSE 0 END AS failed FROM {made}) AS made) AS placed GROUP BY side, calls",
        place_of(50, "calls"),
        place_of(95, "calls"),
    )
}

/// The place of a percentile among so many sorted values, as [`super::figures::times`] finds it.
pub(super) fn place_of(share: u8, count: &str) -> String {
    format!("({count} * {share} + 99) / 100")
}

fn received() -> String {
    format!(
        "SELECT source.kind AS side, count(*) AS messages FROM message \
         JOIN source ON source.tenant_id = $1 AND source.id = message.source_id \
         WHERE message.tenant_id = $1 AND message.id >= $2 AND message.direction = {} GROUP BY source.kind",
        Direction::ToCrm.number()
    )
}

/// Of messages only: their statuses, reactions and edits happen long after them. An imported message is accepted when it
/// is its turn, after its id was made.
fn delay() -> String {
    format!(
        "SELECT max(CASE WHEN place = {} THEN delay END) AS most FROM (SELECT delay, count(*) OVER () AS messages, \
         row_number() OVER (ORDER BY delay) AS place FROM (SELECT min(attempt.at) - message.accepted_at AS delay \
         FROM {} AND attempt.kind = {} GROUP BY message.id, message.accepted_at) AS firsts) AS placed",
        place_of(95, "messages"),
        calls_made(),
        LetterKind::Message.number()
    )
}
