//! What happened in a run as it was seen from outside, and what of it must never happen: the promises of
//! `docs/reliability.md` as twelve invariants over whole histories.
//!
//! Sources write down what they said and how it was answered, sinks what came to them, in order; at the end the database
//! is read. Moments (`at`) are numbers that only grow, of one clock for all: milliseconds, or the steps of a simulation.

mod check;
mod order;
mod stored;

use std::fmt;

pub use stored::{ledger, stored};

/// A whole run.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub written: Vec<Written>,
    /// In the order in which it came, what was refused too.
    pub arrived: Vec<Arrived>,
    pub stored: Vec<Stored>,
    pub ledger: Vec<Sum>,
    /// What sinks were told of messages, in order.
    pub statuses: Vec<Status>,
    pub renewals: Vec<Renewals>,
    pub bounds: Vec<Bound>,
    /// What sinks said was wrong with what they got.
    pub complaints: Vec<String>,
    /// Words that nobody may read, and everything that was logged. Texts of messages are such words too.
    pub secrets: Vec<String>,
    pub log: String,
    /// Losses of answers and of processes that were caused on purpose: each may leave one outcome that nobody knows.
    pub unknown_outcomes: usize,
}

/// One message of a source. Its text is like no other.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// The account it belongs to.
    pub tenant: String,
    /// Its conversation and direction.
    pub lane: String,
    /// Its place among those of its lane.
    pub number: u64,
    pub text: String,
    /// When it was offered first.
    pub at: u64,
    /// By when it surely stood in the queue, when it had waited elsewhere for that (the spool). None: when it was offered.
    pub queued: Option<u64>,
    /// The spool could not keep it, so it went past all that waited there: out of order is better than lost.
    pub past_the_spool: bool,
    /// From when on it may have been on its way to the sink.
    pub begun: Option<u64>,
    /// Status of each answer; none: there was no answer.
    pub answers: Vec<Option<u16>>,
    /// It can be looked up at its source for good: it has to come even if nobody took it.
    pub remembered: bool,
}

impl Written {
    /// Somebody answered that it is taken.
    pub fn was_taken(&self) -> bool {
        self.answers.iter().flatten().any(|status| (200..300).contains(status))
    }
}

/// One request to a sink.
#[derive(Clone, Debug, Default)]
pub struct Arrived {
    /// The account whose sink it is.
    pub tenant: String,
    pub text: String,
    pub at: u64,
    /// By which the sink recognises repeats.
    pub request_id: String,
    /// The sink took it, whether or not its answer arrived.
    pub taken: bool,
    /// The request says that it may be a repeat.
    pub marked: bool,
    /// When it left by the clock of who sent it: seconds; 0 where it is not told. A request of a process that has died may
    /// come after what its successor sent later.
    pub sent: i64,
}

/// A message in the database at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub text: String,
    pub fate: Fate,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    Delivered,
    /// A dead letter, or held for a person, with the reason.
    Ended(String),
    Waiting,
}

/// The ledger of one source and direction, waiting ones counted by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub name: String,
    pub accepted: i64,
    pub delivered: i64,
    pub failed: i64,
    pub waiting: i64,
}

/// A status of a message at a sink. Greater is more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    pub message: String,
    pub known: bool,
    pub rank: i64,
}

/// How tokens of an account were renewed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renewals {
    pub tenant: String,
    /// Tokens that were made to expire.
    pub expired: usize,
    pub granted: usize,
    /// Refused, because a token was shown that had been replaced.
    pub refused: usize,
    /// Answers that were lost on purpose.
    pub lost: usize,
}

/// A figure with its limit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bound {
    pub name: String,
    pub value: f64,
    pub limit: f64,
}

/// Which promise was broken, and how, in words.
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

/// What amoCRM calls odd and is no fault: after a lost answer a status is told again.
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
