//! What a try to deliver has come to. Whoever understands the remote answer says it; the engine only obeys.

use std::time::Duration;

use crate::message::{Failure, State};

/// The five ends of a try.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The other side took it.
    Done(Taken),
    /// Not now. `after` is what the other side asked for; none: the engine's back-off. `whole_target`: everything
    /// for this account or source waits, not this letter alone.
    Retry { after: Option<Duration>, whole_target: bool },
    /// Never: a dead letter with this reason; the next in the lane goes on.
    Bury(Failure),
    /// Not until somebody repairs the account or source; all its letters wait unharmed.
    Pause,
    /// Written, but no whole answer: nobody knows whether it arrived.
    Unknown,
}

/// What the other side told when it took a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taken {
    /// The messenger's id of the message.
    pub external_id: Option<String>,
    /// amojo's id of the message.
    pub amocrm_message_id: Option<String>,
    /// amojo's id of the conversation.
    pub amocrm_chat_id: Option<String>,
    /// The messenger's id of a conversation that it has just opened.
    pub conversation_id: Option<String>,
    /// The messenger's id of the customer in it.
    pub receiver_id: Option<String>,
    /// The messenger's id that the conversation has from now on beside its old one.
    pub moved_to: Option<String>,
    /// A part of a message was taken and more follow: how far it has come, for the next try.
    pub onward: Option<String>,
    /// A state told together with the answer, above plain acceptance.
    pub state: Option<State>,
    /// With `state` failed: why.
    pub failure: Option<Failure>,
}

/// A verdict with what the timeline shows of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub verdict: Verdict,
    /// HTTP status; 0: there was no answer.
    pub status: u16,
    /// The answer, at most 4 KiB, without secrets and message texts.
    pub answer: String,
    /// In words: why it is not done. Empty when it is.
    pub reason: String,
    /// The type of the webhook that was posted; none: none was.
    pub webhook: Option<&'static str>,
    /// How long the conversation is better left alone now: the messenger's limit for each.
    pub rest: Duration,
}

impl Report {
    /// Taken with this HTTP status.
    pub fn done(status: u16, taken: Taken) -> Self {
        Self { status, ..Self::not_done(Verdict::Done(taken), "") }
    }

    /// Anything else.
    pub fn not_done(verdict: Verdict, reason: impl Into<String>) -> Self {
        let (answer, reason) = (String::new(), reason.into());
        Self { verdict, status: 0, answer, reason, webhook: None, rest: Duration::ZERO }
    }

    /// With the answer that led to it, cut to 4 KiB.
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
