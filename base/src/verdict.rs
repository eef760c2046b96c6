//! The outcome of a delivery attempt. The module that understands the remote answer decides it; the engine acts on it.

use std::time::Duration;

use crate::message::{Failure, State};

/// The outcomes of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The other side accepted it.
    Done(Taken),
    /// Retry later. `after`: the delay that the other side asked for, else the engine's back-off. `whole_target`:
    /// everything for this account or source waits, not only this letter.
    Retry { after: Option<Duration>, whole_target: bool },
    /// Nothing was asked: the letter itself is not ready, for example because its file is still being fetched. Only its
    /// conversation waits, and the other side's health is not affected.
    Wait { after: Option<Duration> },
    /// Give up: a dead letter with this reason; the lane continues with the next letter.
    Bury(Failure),
    /// Wait until a person repairs the account or source; all its letters are kept.
    Pause,
    /// The request was sent but no complete answer came: it may have arrived.
    Unknown,
}

/// The other side's answer to an accepted message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taken {
    /// The messenger's id of the message.
    pub external_id: Option<String>,
    /// amojo's id of the message.
    pub amocrm_message_id: Option<String>,
    /// amojo's id of the conversation.
    pub amocrm_chat_id: Option<String>,
    /// The messenger's id of a conversation that it just opened.
    pub conversation_id: Option<String>,
    /// The messenger's id of the customer in that conversation.
    pub receiver_id: Option<String>,
    /// A further id by which the messenger calls the conversation from now on.
    pub moved_to: Option<String>,
    /// A request was accepted and the message goes on: the progress, for the next attempt.
    pub onward: Option<String>,
    /// A delivery state sent with the answer, if more than plain acceptance.
    pub state: Option<State>,
    /// The reason if `state` is failed.
    pub failure: Option<Failure>,
}

/// A verdict with what the timeline shows of the attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub verdict: Verdict,
    /// HTTP status; 0 if there was no answer.
    pub status: u16,
    /// The answer, at most 4 KiB, without secrets and message texts.
    pub answer: String,
    /// Why it was not delivered, as text. Empty if it was.
    pub reason: String,
    /// The type of the posted webhook; `None` if none was posted.
    pub webhook: Option<&'static str>,
    /// How long to leave the conversation alone now, by the messenger's rate limit.
    pub rest: Duration,
    /// What was done of a message whose outcome is unknown, if it was changed: the progress, for the next attempt.
    pub begun: Option<String>,
}

impl Report {
    /// Accepted with this HTTP status.
    pub fn done(status: u16, taken: Taken) -> Self {
        Self { status, ..Self::not_done(Verdict::Done(taken), "") }
    }

    /// Any other outcome.
    pub fn not_done(verdict: Verdict, reason: impl Into<String>) -> Self {
        let (answer, reason) = (String::new(), reason.into());
        Self { verdict, status: 0, answer, reason, webhook: None, rest: Duration::ZERO, begun: None }
    }

    /// Adds the answer that led to it, cut to 4 KiB.
    pub fn with_answer(mut self, status: u16, answer: &str) -> Self {
        self.status = status;
        let mut end = answer.len().min(4096);
        while !answer.is_char_boundary(end) {
            end -= 1;
        }
        self.answer = answer[..end].replace('\0', "\u{fffd}");
        self
    }
}
