//! A run as seen from outside, and what must never happen in it: the promises of `docs/reliability.md` as twelve
//! invariants over whole histories.
//!
//! Sources record what they sent and how it was answered, sinks what they received, in order; the database is read at
//! the end. Times (`at`) increase monotonically on one common clock: milliseconds, or the steps of a simulation.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use base::message::{LetterKind, State};
use entity::{dead_letter, ledger_delta, letter, message};
use sea_orm::{DatabaseConnection, EntityTrait};
use serde_json::Value;
use uuid::Uuid;

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

// All invariants except the one on order.

/// A reason that indicates a defect of ours.
const OUR_MISTAKE: &str = "internal";

impl History {
    /// All violations, as text. Call it after the run has ended and recovered.
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = Found(Vec::new());
        let by_text = self.by_text();
        self.lost_and_refused(&mut found);
        self.doubled(&mut found, &by_text);
        self.mixed_and_invented(&mut found, &by_text);
        self.reordered(|invariant, words| found.add(invariant, words));
        self.complaints(&mut found);
        self.ledger_gaps(&mut found);
        self.tokens(&mut found);
        self.statuses_fall(&mut found);
        for bound in self.bounds.iter().filter(|bound| bound.value > bound.limit) {
            found.add(BOUNDS, format!("{} is {:.2}, at most {:.2}", bound.name, bound.value, bound.limit));
        }
        self.leaks(&mut found);
        found.0
    }

    fn by_text(&self) -> BTreeMap<&str, &Written> {
        self.written.iter().map(|one| (one.text.as_str(), one)).collect()
    }

    fn lost_and_refused(&self, found: &mut Found) {
        let mut stored: BTreeMap<&str, Vec<&Stored>> = BTreeMap::new();
        for one in &self.stored {
            stored.entry(&one.text).or_default().push(one);
        }
        let came: BTreeSet<&str> = self.arrived.iter().filter(|one| one.taken).map(|one| one.text.as_str()).collect();
        for one in &self.written {
            let rows = stored.get(one.text.as_str()).map_or(&[][..], Vec::as_slice);
            let [row] = rows else {
                match rows.len() {
                    0 if one.was_taken() => {
                        found.add(LOST, format!("{} was answered as taken and is nowhere", describe(one)))
                    }
                    0 if one.remembered => {
                        found.add(REFUSED, format!("{} was not taken and never looked for", describe(one)))
                    }
                    0 => {}
                    many => found.add(DOUBLED, format!("{} is stored {many} times", describe(one))),
                }
                continue;
            };
            match &row.fate {
                Fate::Delivered if !came.contains(one.text.as_str()) => {
                    found.add(LOST, format!("{} counts as delivered and never came", describe(one)));
                }
                Fate::Ended(reason) if reason.is_empty() => {
                    found.add(LOST, format!("{} was given up without a reason", describe(one)));
                }
                Fate::Ended(reason) if reason == OUR_MISTAKE => {
                    found.add(LOST, format!("{} was given up by a mistake of ours", describe(one)));
                }
                Fate::Waiting => found.add(ALIVE, format!("{} still waits", describe(one))),
                Fate::Delivered | Fate::Ended(_) => {}
            }
        }
    }

    fn doubled(&self, found: &mut Found, by_text: &BTreeMap<&str, &Written>) {
        let mut taken: BTreeMap<(&str, &str), Vec<&Arrived>> = BTreeMap::new();
        let mut repeats = 0;
        for one in self.arrived.iter().filter(|one| one.taken) {
            let earlier = taken.entry((&one.tenant, &one.text)).or_default();
            if let Some(first) = earlier.first() {
                repeats += 1;
                // Messages never acknowledged are bound by the same rule (I6).
                let answered = by_text.get(one.text.as_str()).is_none_or(|one| one.was_taken());
                let invariant = if answered { DOUBLED } else { FORBIDDEN };
                if first.request_id != one.request_id {
                    found.add(invariant, format!("{:?} came twice under two ids", one.text));
                } else if !one.marked && earlier.iter().any(|before| !before.marked || before.sent < one.sent) {
                    found.add(invariant, format!("{:?} came again without saying so", one.text));
                }
            }
            earlier.push(one);
        }
        if repeats > self.unknown_outcomes {
            let caused = self.unknown_outcomes;
            found.add(DOUBLED, format!("{repeats} repeats came, though only {caused} outcomes were made unknown"));
        }
    }

    fn mixed_and_invented(&self, found: &mut Found, by_text: &BTreeMap<&str, &Written>) {
        for one in &self.arrived {
            match by_text.get(one.text.as_str()) {
                None => found.add(INVENTED, format!("{:?} came and was never written", one.text)),
                Some(written) if written.tenant != one.tenant => {
                    found.add(MIXED, format!("{} came to {}", describe(written), one.tenant));
                }
                Some(_) => {}
            }
        }
        for one in &self.stored {
            if !by_text.contains_key(one.text.as_str()) {
                found.add(INVENTED, format!("{:?} is stored and was never written", one.text));
            }
        }
    }

    fn complaints(&self, found: &mut Found) {
        for one in &self.complaints {
            found.add(INVENTED, format!("a sink complains: {one}"));
        }
    }

    fn ledger_gaps(&self, found: &mut Found) {
        for sum in &self.ledger {
            if sum.accepted != sum.delivered + sum.failed + sum.waiting {
                found.add(
                    LOST,
                    format!(
                        "the ledger of {}: accepted {} is not delivered {} + failed {} + waiting {}",
                        sum.name, sum.accepted, sum.delivered, sum.failed, sum.waiting
                    ),
                );
            }
        }
    }

    fn tokens(&self, found: &mut Found) {
        for one in &self.renewals {
            if one.granted > one.expired + one.lost {
                let words = format!("{} was renewed {} times for {} expiries", one.tenant, one.granted, one.expired);
                found.add(TOKENS, words);
            }
            if one.refused > one.lost {
                let words = format!("{} showed a token {} times that had been replaced", one.tenant, one.refused);
                found.add(TOKENS, words);
            }
        }
    }

    fn statuses_fall(&self, found: &mut Found) {
        let mut highest: BTreeMap<&str, i64> = BTreeMap::new();
        for one in &self.statuses {
            if !one.known {
                found.add(STATUSES, format!("{} has a status and is unknown there", one.message));
            }
            let before = highest.insert(&one.message, one.rank);
            if let Some(before) = before.filter(|before| *before > one.rank) {
                found.add(STATUSES, format!("{} got the status {} after {before}", one.message, one.rank));
            }
        }
    }

    fn leaks(&self, found: &mut Found) {
        let mut words: BTreeSet<&str> = self.secrets.iter().map(String::as_str).collect();
        words.extend(self.written.iter().map(|one| one.text.as_str()));
        for word in words.into_iter().filter(|word| !word.is_empty() && self.log.contains(word)) {
            let line = self.log.lines().find(|line| line.contains(word)).unwrap_or_default();
            let start: String = word.chars().take(4).collect();
            found.add(
                SECRETS,
                format!("the log contains {start}… ({} characters in a line of {})", word.len(), line.len()),
            );
        }
    }
}

struct Found(Vec<Violation>);

impl Found {
    fn add(&mut self, invariant: &'static str, words: String) {
        self.0.push(Violation { invariant, words });
    }
}

fn describe(one: &Written) -> String {
    format!("{:?} ({} of {} in {})", one.text, one.number, one.lane, one.tenant)
}

// I3: the first arrivals of a lane are in the order of writing.

impl History {
    fn reordered(&self, mut found: impl FnMut(&'static str, String)) {
        let mut first: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for (place, one) in (0..).zip(self.arrived.iter().filter(|one| one.taken)) {
            first.entry((&one.tenant, &one.text)).or_insert(place);
        }
        let mut lanes: BTreeMap<(&str, &str), Vec<(&Written, u64)>> = BTreeMap::new();
        for one in &self.written {
            let Some(place) = first.get(&(one.tenant.as_str(), one.text.as_str())) else { continue };
            lanes.entry((&one.tenant, &one.lane)).or_default().push((one, *place));
        }
        for arrivals in lanes.values_mut() {
            arrivals.sort_by_key(|(_, place)| *place);
            for (index, (later, _)) in arrivals.iter().enumerate() {
                let overtaken = arrivals[index + 1..]
                    .iter()
                    .find(|(earlier, _)| earlier.number < later.number && !had_gone_before(later, earlier));
                if let Some((earlier, _)) = overtaken {
                    found(REORDERED, format!("{} came before {}", describe(later), describe(earlier)));
                }
            }
        }
    }
}

/// The later one was offered first, or the spool could not store it, and its delivery began before the earlier one
/// could be sent: this cannot be put right. A message without an acknowledgement became available at an unknown time.
fn had_gone_before(later: &Written, earlier: &Written) -> bool {
    let there = earlier.queued.unwrap_or(earlier.at);
    let first = later.at <= earlier.at || later.past_the_spool;
    !earlier.was_taken() || (first && later.begun.is_some_and(|begun| begun <= there))
}

// The contents of the database after a run.

/// Every message with its text and its fate.
pub async fn stored(db: &DatabaseConnection) -> Vec<Stored> {
    let waiting: BTreeSet<Uuid> = waiting(db).await.into_iter().map(|letter| letter.message_id).collect();
    let dead = dead_letter::Entity::find().all(db).await.expect("the table is read");
    let dead: BTreeMap<Uuid, String> = dead.into_iter().map(|one| (one.message_id, one.reason)).collect();
    let messages = message::Entity::find().all(db).await.expect("the table is read");
    messages.into_iter().map(|one| Stored { text: text_of(&one.body), fate: fate(&one, &waiting, &dead) }).collect()
}

fn fate(one: &message::Model, waiting: &BTreeSet<Uuid>, dead: &BTreeMap<Uuid, String>) -> Fate {
    if waiting.contains(&one.id) {
        return Fate::Waiting;
    }
    match dead.get(&one.id) {
        Some(reason) => Fate::Ended(reason.clone()),
        None if one.state == State::Failed.number() => Fate::Ended(one.error.clone()),
        None if one.state == State::Queued.number() => Fate::Waiting,
        None => Fate::Delivered,
    }
}

fn text_of(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    body.pointer("/content/text").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Letters that contain messages.
async fn waiting(db: &DatabaseConnection) -> Vec<letter::Model> {
    let letters = letter::Entity::find().all(db).await.expect("the table is read");
    letters.into_iter().filter(|letter| letter.kind == LetterKind::Message.number()).collect()
}

/// Accepted, delivered and failed by the ledger, and the number of waiting letters.
pub async fn ledger(db: &DatabaseConnection) -> Vec<Sum> {
    let mut sums: BTreeMap<(Uuid, i16), Sum> = BTreeMap::new();
    let name = |source: Uuid, direction: i16| format!("{source}, direction {direction}");
    for row in ledger_delta::Entity::find().all(db).await.expect("the table is read") {
        let sum = sums.entry((row.source_id, row.direction)).or_default();
        sum.name = name(row.source_id, row.direction);
        sum.accepted += row.accepted;
        sum.delivered += row.delivered;
        sum.failed += row.failed;
    }
    for letter in waiting(db).await {
        let sum = sums.entry((letter.source_id, letter.direction)).or_default();
        sum.name = name(letter.source_id, letter.direction);
        sum.waiting += 1;
    }
    sums.into_values().collect()
}
