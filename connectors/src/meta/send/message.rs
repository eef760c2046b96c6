//! Sends a message, or a part of one.

use base::verdict::{Report, Taken, Verdict};
use serde_json::Value;

use super::SendContext;
use super::draft::MessageDraft;
use super::judge::judge;
use crate::Message;
use crate::drafted::{self, Draft, Next};
use crate::error_catalog::Fix;
use crate::meta::graph::GraphError;
use crate::meta::receive::COMMENT;

/// A comment cannot be answered privately, or already was (instagram-and-facebook §11).
const NOT_PRIVATELY: [u32; 2] = [10_900, 10_903];

/// Sends the next request of a message, changing it for each known reason for a refusal.
pub(super) async fn send(context: &SendContext<'_>, message: &Message) -> Report {
    let draft = MessageDraft::of(context, message);
    // The author of such a comment is unknown (instagram-and-facebook §8), so a message can only answer the comment.
    let is_anonymous = context.outgoing.conversation_id.starts_with(COMMENT) && draft.comment.is_none();
    if is_anonymous || context.outgoing.conversation_id.is_empty() {
        return super::judge::unreachable(context);
    }
    if draft.is_empty() {
        let failure = context.meta.platform.catalog.failure("empty", context.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "the message is empty");
    }
    drafted::send(draft, context, context.outgoing, message).await
}

impl Draft<SendContext<'_>> for MessageDraft {
    type Posted = Value;
    type Failed = GraphError;

    /// Without a quote, as bytes, as a link, shorter.
    const CHANGES: usize = 4;

    fn has_more(&self) -> bool {
        !self.more.is_empty()
    }

    fn advance(&mut self) {
        self.next_text();
    }

    async fn post(&self, context: &SendContext<'_>) -> Result<Value, GraphError> {
        self.request(context).await
    }

    async fn judge(&mut self, context: &SendContext<'_>, failed: &GraphError, changes: &[Fix]) -> Next {
        // The customer may also have written a message: then an ordinary message can be sent.
        if is_not_privately(failed) && self.comment.take().is_some() {
            return Next::Again;
        }
        let judged = judge(context, failed);
        match judged.fix {
            // A file is changed twice; after that it is a link and no file.
            Some(fix) if fix == Fix::Bytes || !changes.contains(&fix) => Next::Change(fix, judged.report),
            _ => Next::End(judged.report),
        }
    }

    fn mend(&mut self, context: &SendContext<'_>, message: &Message, fix: Fix, _: Option<&GraphError>) -> bool {
        self.change(context, message, fix)
    }

    fn taken(&self, context: &SendContext<'_>, answer: Value) -> Taken {
        let text =
            |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned).filter(|text| !text.is_empty());
        // The author of a comment may have another id in messages.
        let moved_to = text("recipient_id").filter(|id| *id != context.outgoing.conversation_id);
        Taken { external_id: text("message_id"), moved_to, ..Taken::default() }
    }
}

fn is_not_privately(failed: &GraphError) -> bool {
    matches!(failed, GraphError::Refused(refusal) if NOT_PRIVATELY.contains(&refusal.code))
}
