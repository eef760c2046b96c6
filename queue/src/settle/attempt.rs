//! An attempt as the timeline shows it.

use uuid::Uuid;

use crate::Claim;

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
    /// What was sent, masked, at most 4 KiB; empty if it succeeded or sent nothing.
    pub request: String,
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

impl Attempt {
    /// Its id in the timeline: all attempts of a webhook share the one that its receiver knows.
    pub(super) fn letter_id(&self, claim: &Claim) -> Uuid {
        self.webhook.map_or(claim.letter.id, |webhook| webhook.webhook_id)
    }
}
