//! A run as seen from outside, and what must never happen in it: the promises of `docs/reliability.md` as twelve
//! invariants over whole histories.
//!
//! Sources record what they sent and how it was answered, sinks what they received, in order; the database is read at
//! the end. Times (`at`) increase monotonically on one common clock: milliseconds, or the steps of a simulation.

mod check;
mod order;
mod stored;

use std::fmt;

pub use stored::{ledger, stored};

/// A whole run.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub written: Vec<Written>,
    /// In order of arrival, including refused ones.
    pub arrived: Vec<Arrived>,
    pub stored: Vec<Stored>,
    pub ledger: Vec<Sum>,
    /// Statuses reported to sinks, in order.
    pub statuses: Vec<Status>,
    pub renewals: Vec<Renewals>,
    pub bounds: Vec<Bound>,
    /// Protocol complaints of the sinks.
    pub complaints: Vec<String>,
    /// Texts that must not be logged, and the whole log. Texts of messages must not be logged either.
    pub secrets: Vec<String>,
    pub log: String,
    /// Answers and processes lost on purpose: each may leave one outcome unknown.
    pub unknown_outcomes: usize,
}

/// One message of a source. Its text is unique.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// The account it belongs to.
    pub tenant: String,
    /// Its conversation and direction.
    pub lane: String,
    /// Its position in its lane.
    pub number: u64,
    pub text: String,
    /// When it was first offered.
    pub at: u64,
    /// By when it certainly was in the queue, if it waited elsewhere before (the spool). `None`: when it was offered.
    pub queued: Option<u64>,
    /// The spool could not store it, so it bypassed what waited there: out of order is better than lost.
    pub past_the_spool: bool,
    /// The earliest time at which its delivery may have begun.
    pub begun: Option<u64>,
    /// Status of each answer; `None` if there was no answer.
    pub answers: Vec<Option<u16>>,
    /// Its source keeps it available for search: it must arrive even if it was never acknowledged.
    pub remembered: bool,
}

impl Written {
    /// Whether it was acknowledged.
    pub fn was_taken(&self) -> bool {
        self.answers.iter().flatten().any(|status| (200..300).contains(status))
    }
}

/// One request to a sink.
#[derive(Clone, Debug, Default)]
pub struct Arrived {
    /// The account of the sink.
    pub tenant: String,
    pub text: String,
    pub at: u64,
    /// The id by which the sink recognises repeats.
    pub request_id: String,
    /// The sink accepted it, even if its answer was lost.
    pub taken: bool,
    /// The request is marked as a possible repeat.
    pub marked: bool,
    /// When it was sent by the sender's clock, in seconds; 0 if unknown. A request of a dead process may arrive after
    /// later requests of its successor.
    pub sent: i64,
}

/// A message in the database at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub text: String,
    pub fate: Fate,
}

/// The fate of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    Delivered,
    /// A dead letter, or held for a person, with the reason.
    Ended(String),
    Waiting,
}

/// The ledger of one source and direction; waiting ones are counted separately.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub name: String,
    pub accepted: i64,
    pub delivered: i64,
    pub failed: i64,
    pub waiting: i64,
}

/// A status of a message at a sink; greater ranks supersede smaller ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    pub message: String,
    pub known: bool,
    pub rank: i64,
}

/// Token renewals of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renewals {
    pub tenant: String,
    /// Tokens that were expired on purpose.
    pub expired: usize,
    pub granted: usize,
    /// Refusals of replaced tokens.
    pub refused: usize,
    /// Answers lost on purpose.
    pub lost: usize,
}

/// A figure and its limit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bound {
    pub name: String,
    pub value: f64,
    pub limit: f64,
}

/// A broken promise, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pub invariant: &'static str,
    pub words: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.invariant, self.words)
    }
}

/// amoCRM's complaint that is not an error: after a lost answer a status is sent again.
pub const SAID_AGAIN: &str = "the same status again";

pub const LOST: &str = "I1 nothing lost";
pub const DOUBLED: &str = "I2 nothing doubled";
pub const REORDERED: &str = "I3 nothing reordered";
pub const MIXED: &str = "I4 nothing mixed";
pub const INVENTED: &str = "I5 nothing invented";
pub const FORBIDDEN: &str = "I6 what was not answered obeys the same rules";
pub const REFUSED: &str = "I7 what was refused is known";
pub const TOKENS: &str = "I8 tokens";
pub const STATUSES: &str = "I9 statuses";
pub const BOUNDS: &str = "I10 bounds";
pub const SECRETS: &str = "I11 secrets";
pub const ALIVE: &str = "I12 everything ends";
