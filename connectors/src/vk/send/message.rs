//! Sends a message, or a part of one.

use base::message::State;
use base::verdict::{Report, Taken, Verdict};

use super::SendContext;
use super::draft::{MessageDraft, Posted, With};
use super::file::FileKind;
use super::judge::judge;
use crate::Message;
use crate::error_catalog::{Fix, VK};
use crate::vk::ids::MessageId;

/// Maximum requests for one message: the first, and one for each fallback that can follow another: without quote,
/// buttons as text, as a document, as a link.
const TRIES: usize = 5;

/// Sends a message, changing it for each known reason for a refusal.
pub(super) async fn send(line: &SendContext<'_>, message: &Message) -> Report {
    let mut draft = MessageDraft::of(line, message);
    if draft.is_empty() {
        let failure = VK.failure("100", line.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "the message is empty");
    }
    let mut mended: Vec<Fix> = Vec::new();
    loop {
        let failed = match draft.post(line).await {
            Ok(posted) => return taken(line, posted),
            Err(failed) => failed,
        };
        let judged = judge(line, &failed);
        let fix = judged.fix.map(|fix| next(fix, &draft));
        match fix {
            Some(fix) if mended.len() + 1 < TRIES && !mended.contains(&fix) => {
                mended.push(fix);
                if !draft.mend(line, message, fix) {
                    return judged.report;
                }
            }
            _ => return judged.report,
        }
    }
}

/// A file refused as a picture or a voice message is sent as a document; one refused as a document is sent as a link.
fn next(fix: Fix, draft: &MessageDraft) -> Fix {
    match (&draft.with, fix) {
        (With::File(FileKind::Doc, _), Fix::Document) => Fix::Bytes,
        _ => fix,
    }
}

fn taken(line: &SendContext<'_>, posted: Posted) -> Report {
    let external_id = MessageId::of(line.peer, posted.id, posted.cmid).map(|id| id.to_string());
    Report::done(200, Taken { external_id, state: Some(State::Delivered), ..Taken::default() })
}
