//! The outcome of an attempt, and what it means for letter, message and target.

use base::message::{Failure, State};
use uuid::Uuid;

use crate::Claim;
use crate::accept_batch::{NewLetter, OpenedDialogue};

/// One finished attempt.
#[derive(Clone, Debug)]
pub struct Settlement {
    pub claim: Claim,
    pub settled: Settled,
    /// For the timeline; none if nothing was tried.
    pub attempt: Option<Attempt>,
    pub learned: Learned,
    /// The message's new state.
    pub state: Option<State>,
    pub failure: Option<Failure>,
    pub possible_duplicate: bool,
    /// Resulting letters of the same conversation: a status for amoCRM.
    pub follow_ups: Vec<NewLetter>,
    /// Target and pool of the conversation's amoCRM side, for a status that waited for an id just learned.
    pub crm: Option<(Uuid, String)>,
    pub turn: TurnEffect,
    /// Milliseconds that the lane rests before it goes on.
    pub rest: i64,
}

/// The outcome for the letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The other side accepted it.
    Delivered,
    /// There was nothing left to report: a lower status after a higher one.
    Superseded,
    /// It stays the head for `millis` of back-off.
    Retry { millis: i64, unknown: bool, resent: bool },
    /// A part of it was accepted: it stays the head and continues from there, with its attempts counted anew.
    Partial { progress: String },
    /// It becomes a dead letter; the lane goes on.
    Buried { reason: String, detail: String },
    /// Leased but not started: as if it had never been leased.
    GivenBack,
}

/// The attempt's effect on the whole target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TurnEffect {
    /// The target answers.
    Healthy,
    /// It does not answer. When of at least `open_after` calls within a minute half have failed, the breaker opens
    /// for `open_millis`.
    Failing { open_after: i32, open_millis: i64 },
    /// It asked to wait.
    Wait { millis: i64 },
    /// It answers, and asked only this conversation to wait.
    Slowed,
    /// It cannot be served until it is repaired.
    Hold { reason: String },
    /// The letter ended without a call.
    Unasked,
    /// Nothing was learned.
    None,
}

/// Ids contained in the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learned {
    /// The messenger's id of the message.
    pub external_id: Option<String>,
    /// amojo's id of the message.
    pub amocrm_message_id: Option<String>,
    /// amojo's id of the conversation.
    pub amocrm_chat_id: Option<String>,
    /// The messenger's ids for a dialogue that a manager started.
    pub opened: Option<OpenedDialogue>,
    /// The messenger's id of a dialogue with several chats, in which a manager wrote.
    pub used: Option<String>,
    /// The messenger's new id of the dialogue, in addition to the old one.
    pub moved_to: Option<String>,
    /// amoCRM received our ids of a chat that a manager started.
    pub bound: bool,
}

/// An entry of the timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attempt {
    pub at: i64,
    pub millis: i32,
    pub verdict: &'static str,
    /// HTTP status; 0 if there was no answer.
    pub status: i32,
    /// At most 4 KiB, redacted.
    pub answer: String,
    pub reason: String,
    /// The webhook posted to a developer's endpoint, if any.
    pub webhook: Option<LoggedWebhook>,
}

/// A webhook in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoggedWebhook {
    /// Id of this attempt.
    pub id: Uuid,
    /// `webhook-id`, the same for all attempts.
    pub webhook_id: Uuid,
    /// Its type.
    pub event: &'static str,
    /// The endpoint did not answer, or asked for another attempt. A refusal is an answer.
    pub failed: bool,
}

impl TurnEffect {
    /// Whether a call was made that the breaker counts.
    pub(super) fn counts(&self) -> bool {
        matches!(self, Self::Healthy | Self::Slowed | Self::Failing { .. })
    }
}

impl Attempt {
    /// Its id in the timeline: all attempts of a webhook share the one that its receiver knows.
    pub(super) fn letter_id(&self, claim: &Claim) -> Uuid {
        self.webhook.map_or(claim.letter.id, |webhook| webhook.webhook_id)
    }
}

impl Settlement {
    /// A settlement that contains only the outcome of the letter.
    pub fn plain(claim: Claim, settled: Settled) -> Self {
        Self {
            claim,
            settled,
            attempt: None,
            learned: Learned::default(),
            state: None,
            failure: None,
            possible_duplicate: false,
            follow_ups: Vec::new(),
            crm: None,
            turn: TurnEffect::None,
            rest: 0,
        }
    }
}
