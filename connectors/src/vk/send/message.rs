//! Sends a message, or a part of one.

use base::message::State;
use base::verdict::{Report, Taken, Verdict};

use super::SendContext;
use super::draft::{MessageDraft, Posted, With};
use super::file::FileKind;
use super::judge::judge;
use crate::Message;
use crate::drafted::{self, Draft, Next};
use crate::error_catalog::{Fix, VK};
use crate::vk::api::ApiError;
use crate::vk::ids::MessageId;

/// Sends the next request of a message, changing it for each known reason for a refusal.
pub(super) async fn send(line: &SendContext<'_>, message: &Message) -> Report {
    let draft = MessageDraft::of(line, message);
    if draft.is_empty() {
        let failure = VK.failure("100", line.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "the message is empty");
    }
    drafted::send(draft, line, line.outgoing, message).await
}

impl Draft<SendContext<'_>> for MessageDraft {
    type Posted = Posted;
    type Failed = ApiError;

    /// One for each fallback that can follow another: without quote, buttons as text, as a document, as a link.
    const CHANGES: usize = 4;

    fn has_more(&self) -> bool {
        !self.more.is_empty()
    }

    fn advance(&mut self) {
        self.text = self.more.remove(0);
        self.with = With::Nothing;
        self.quote = None;
        self.sent += 1;
    }

    async fn post(&self, line: &SendContext<'_>) -> Result<Posted, ApiError> {
        self.request(line).await
    }

    async fn judge(&mut self, line: &SendContext<'_>, failed: &ApiError, changes: &[Fix]) -> Next {
        let judged = judge(line, failed);
        match judged.fix.map(|fix| next(fix, self)) {
            Some(fix) if !changes.contains(&fix) => Next::Change(fix, judged.report),
            _ => Next::End(judged.report),
        }
    }

    fn mend(&mut self, line: &SendContext<'_>, message: &Message, fix: Fix, _: Option<&ApiError>) -> bool {
        self.change(line, message, fix)
    }

    fn taken(&self, line: &SendContext<'_>, posted: Posted) -> Taken {
        let external_id = MessageId::of(line.peer, posted.id, posted.cmid).map(|id| id.to_string());
        Taken { external_id, state: Some(State::Delivered), ..Taken::default() }
    }
}

/// A file refused as a picture or a voice message is sent as a document; one refused as a document is sent as a link.
fn next(fix: Fix, draft: &MessageDraft) -> Fix {
    match (&draft.with, fix) {
        (With::File(FileKind::Doc, _), Fix::Document) => Fix::Bytes,
        _ => fix,
    }
}
