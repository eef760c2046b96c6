//! Manager → customer (instagram-and-facebook §9 to instagram-and-facebook §13). If Meta refuses a request for a known
//! reason, it is changed and sent again, once for each reason, within the same letter.
//!
//! ```text
//! message with a post ─▶ comment.rs    public answer          draft.rs    what is posted, and how it is changed
//! any other message ───▶ message.rs    direct message,        file.rs     in which form a file goes
//!                                      private reply          judge.rs    what a refusal means
//! typing, reactions ───▶ actions.rs
//! ```

mod actions;
mod comment;
mod draft;
mod file;
mod judge;
mod message;
#[cfg(test)]
mod tests;

use base::i18n::LocalizedText;
use base::message::Role;
use base::verdict::{Report, Verdict};
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Meta;
use super::receive::COMMENT;
use super::settings::Account;
use crate::{Event, Message, Outgoing, Settings, drafted};

/// What every request for a letter needs.
struct SendContext<'a> {
    meta: &'a Meta,
    account: Account<'a>,
    outgoing: &'a Outgoing,
}

/// The mark of our own messages, which their echo returns (instagram-and-facebook §5).
const MARK: &str = "parom:";
/// After this time an answer needs the tag for messages written by people (instagram-and-facebook §10).
const WINDOW: TimeDelta = TimeDelta::hours(24);

/// The letter of a mark; none if it is not ours. `Some(None)`: ours, but only a part of a letter.
pub(super) fn letter_of(metadata: &str) -> Option<Option<Uuid>> {
    Some(metadata.strip_prefix(MARK)?.parse().ok())
}

impl SendContext<'_> {
    /// `recipient` of a person.
    fn person(&self) -> Value {
        json!({ "id": self.outgoing.conversation_id })
    }

    /// The comment that a private message would answer: the customer's last message, if it was a comment.
    fn last_comment(&self) -> Option<&str> {
        self.outgoing.last_incoming.as_ref()?.external_id.strip_prefix(COMMENT)
    }

    /// Whether only people may still answer, and a person wrote this.
    fn needs_tag(&self, message: &Message) -> bool {
        let last = self.outgoing.last_incoming.as_ref();
        let is_late = last.is_some_and(|last| self.outgoing.now.signed_duration_since(last.at) >= WINDOW);
        is_late && message.sender.role == Role::Manager
    }
}

/// How far a message is if its next request arrived.
pub(super) fn onward(meta: &Meta, settings: &Settings, outgoing: &Outgoing) -> Option<String> {
    let (account, message) = (Account::of(meta.platform, settings)?, outgoing.message()?);
    let context = SendContext { meta, account, outgoing };
    let draft = draft::MessageDraft::of(&context, message);
    Some(draft).filter(|_| message.post.is_none()).and_then(|draft| drafted::onward(draft, &context, outgoing, message))
}

/// Sends an event.
pub(super) async fn send(meta: &Meta, settings: &Settings, outgoing: &Outgoing) -> Report {
    let Some(account) = Account::of(meta.platform, settings) else {
        return Report::not_done(Verdict::Pause, LocalizedText::new("said-meta-token").to_string());
    };
    let context = SendContext { meta, account, outgoing };
    match &outgoing.event {
        Event::Created(message) if message.post.is_some() => comment::send(&context, message).await,
        Event::Created(message) => {
            let report = message::send(&context, message).await;
            if matches!(report.verdict, Verdict::Done(_)) {
                actions::mark_seen(&context).await;
            }
            report
        }
        Event::Started(_) => judge::unreachable(&context),
        // Neither network lets a business edit messages (instagram-and-facebook §9).
        Event::Edited(_) => Report::done(0, Default::default()),
        Event::Typing { .. } => actions::typing(&context).await,
        Event::Reaction { message, emoji, .. } => actions::reaction(&context, message, emoji.as_deref()).await,
    }
}
