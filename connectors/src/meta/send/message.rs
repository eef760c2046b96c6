//! Sends a message, or a part of one.

use base::verdict::{Report, Taken, Verdict};
use serde_json::Value;

use super::SendContext;
use super::draft::Draft;
use super::judge::judge;
use crate::Message;
use crate::error_catalog::Fix;
use crate::meta::graph::GraphError;
use crate::meta::receive::COMMENT;

/// Maximum requests for one message: the first, and one for each change: to the person, without a quote, as bytes, as a
/// link, shorter.
const TRIES: usize = 6;
/// A comment cannot be answered privately, or already was (instagram-and-facebook §11).
const NOT_PRIVATELY: [u32; 2] = [10_900, 10_903];

/// Sends a message, changing it for each known reason for a refusal.
pub(super) async fn send(context: &SendContext<'_>, message: &Message) -> Report {
    let mut draft = Draft::of(context, message);
    // The author of such a comment is unknown (instagram-and-facebook §8), so a message can only answer the comment.
    let is_anonymous = context.outgoing.conversation_id.starts_with(COMMENT) && draft.comment.is_none();
    if is_anonymous || context.outgoing.conversation_id.is_empty() {
        return super::judge::unreachable(context);
    }
    if draft.is_empty() {
        let failure = context.meta.platform.catalog.failure("empty", context.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "the message is empty");
    }
    let mut mended: Vec<Fix> = Vec::new();
    for _ in 0..TRIES {
        let failed = match draft.post(context).await {
            Ok(answer) => return taken(context, &answer),
            Err(failed) => failed,
        };
        // The customer may also have written a message: then an ordinary message can be sent.
        if is_not_privately(&failed) && draft.comment.take().is_some() {
            continue;
        }
        let judged = judge(context, &failed);
        match judged.fix {
            // A file is changed twice; after that it is a link and no file.
            Some(fix) if fix == Fix::Bytes || !mended.contains(&fix) => {
                mended.push(fix);
                if !draft.mend(context, message, fix) {
                    return judged.report;
                }
            }
            _ => return judged.report,
        }
    }
    super::judge::unreachable(context)
}

fn is_not_privately(failed: &GraphError) -> bool {
    matches!(failed, GraphError::Refused(refusal) if NOT_PRIVATELY.contains(&refusal.code))
}

fn taken(context: &SendContext<'_>, answer: &Value) -> Report {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned).filter(|text| !text.is_empty());
    // The author of a comment may have another id in messages.
    let moved_to = text("recipient_id").filter(|id| *id != context.outgoing.conversation_id);
    Report::done(200, Taken { external_id: text("message_id"), moved_to, ..Taken::default() })
}
