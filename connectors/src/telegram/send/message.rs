//! Sends a message, or a part of one.

use base::message::State;
use base::verdict::{Report, Taken, Verdict};

use super::SendContext;
use super::draft::{MessageDraft, Posted, Shape};
use super::file::FileForm;
use super::judge::judge;
use crate::Message;
use crate::drafted::{self, Draft, Next};
use crate::error_catalog::{Fix, TELEGRAM};
use crate::telegram::api::ApiError;

/// Sends the next request of a message, changing it for each known reason for a refusal.
pub(super) async fn send(line: &SendContext<'_>, message: &Message) -> Report {
    let draft = MessageDraft::of(line, message);
    if draft.is_empty() {
        let failure = TELEGRAM.failure("t18", line.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "the message is empty");
    }
    drafted::send(draft, line, line.outgoing, message).await
}

impl Draft<SendContext<'_>> for MessageDraft {
    type Posted = Posted;
    type Failed = ApiError;

    /// One for each fallback that can follow another: new chat, without quote, as audio, as a document, caption or
    /// buttons sent separately.
    const CHANGES: usize = 5;

    fn has_more(&self) -> bool {
        !self.more.is_empty()
    }

    fn advance(&mut self) {
        self.shape = Shape::Text(self.more.remove(0));
        self.quote = None;
    }

    async fn post(&self, line: &SendContext<'_>) -> Result<Posted, ApiError> {
        self.request(line).await
    }

    async fn judge(&mut self, line: &SendContext<'_>, failed: &ApiError, changes: &[Fix]) -> Next {
        let judged = judge(line, failed);
        match judged.fix.map(|fix| next(fix, self, changes)) {
            Some(fix) if !changes.contains(&fix) => Next::Change(fix, judged.report),
            _ => Next::End(judged.report),
        }
    }

    fn mend(&mut self, line: &SendContext<'_>, message: &Message, fix: Fix, failed: Option<&ApiError>) -> bool {
        self.change(line, message, fix, failed)
    }

    fn taken(&self, line: &SendContext<'_>, posted: Posted) -> Taken {
        let state = if line.bot.options.delivered_on_accept { State::Delivered } else { State::Sent };
        let moved_to = Some(self.place).filter(|place| *place != line.place).map(|place| place.to_string());
        let external_id = Some(self.place.message(posted.message_id));
        Taken { external_id, moved_to, state: Some(state), ..Taken::default() }
    }
}

/// The next fallback when a file is refused again in its new form: document, then link; music, then document.
fn next(fix: Fix, draft: &MessageDraft, changes: &[Fix]) -> Fix {
    let Shape::File { form, .. } = draft.shape else { return fix };
    match fix {
        Fix::Audio if form == FileForm::Audio => Fix::Document,
        Fix::Document if form == FileForm::Document || changes.contains(&Fix::Document) => Fix::Bytes,
        fix => fix,
    }
}
