//! Sends a message, or a part of one.

use base::message::{Content, State};
use base::verdict::{Report, Taken, Verdict};

use super::SendContext;
use super::draft::{Beside, MessageDraft, NotPosted, Posted};
use super::file::UploadType;
use super::judge::judge;
use crate::drafted::{self, Draft, Next};
use crate::error_catalog::{Fix, MAX};
use crate::fit::{lines, split};
use crate::max::abilities::TEXT;
use crate::max::api::ApiError;
use crate::{Length, Message};

/// The code for a file that MAX is still processing (max §7).
const NOT_READY: &str = "attachment.not.ready";

/// Sends the next request of a message, changing it for each known reason for a refusal.
pub(super) async fn send(context: &SendContext<'_>, message: &Message) -> Report {
    let draft = MessageDraft::of(context, message);
    if draft.is_empty() {
        let failure = MAX.failure("m13", context.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "the message is empty");
    }
    drafted::send(draft, context, context.outgoing, message).await
}

impl Draft<SendContext<'_>> for MessageDraft {
    type Posted = Posted;
    type Failed = NotPosted;

    /// One for each change that can follow another.
    const CHANGES: usize = 3;

    fn has_more(&self) -> bool {
        !self.more.is_empty()
    }

    fn advance(&mut self) {
        self.text = self.more.remove(0);
        self.beside = Beside::Nothing;
        self.quote = None;
    }

    async fn post(&self, context: &SendContext<'_>) -> Result<Posted, NotPosted> {
        self.request(context).await
    }

    async fn judge(&mut self, context: &SendContext<'_>, failed: &NotPosted, changes: &[Fix]) -> Next {
        let NotPosted { failed, attached } = failed;
        let mut judged = judge(context, failed);
        if let (ApiError::Refused { code, .. }, Some(file)) = (failed, attached)
            && code == NOT_READY
        {
            judged.report.verdict = Verdict::Retry { after: Some(file.wait()), whole_target: false };
            return Next::End(judged.report);
        }
        let Some(fix) = judged.fix.filter(|fix| !changes.contains(fix)) else { return Next::End(judged.report) };
        if let (Fix::Bytes, Some(file)) = (fix, attached) {
            file.forget(context).await;
        }
        Next::Change(fix, judged.report)
    }

    fn mend(&mut self, context: &SendContext<'_>, message: &Message, fix: Fix, _: Option<&NotPosted>) -> bool {
        change(self, context, message, fix)
    }

    fn taken(&self, context: &SendContext<'_>, posted: Posted) -> Taken {
        let state = if context.options.delivered_on_accept { State::Delivered } else { State::Sent };
        Taken { external_id: posted.mid(), state: Some(state), ..Taken::default() }
    }
}

/// Changes a draft as the error catalog prescribes; false if this change does not apply.
fn change(draft: &mut MessageDraft, context: &SendContext<'_>, message: &Message, fix: Fix) -> bool {
    let words = context.outgoing.words;
    match fix {
        Fix::NoQuote => draft.quote.take().is_some(),
        Fix::Shorter => {
            // MAX counts differently: half of the assumed limit is certainly short enough.
            let half = Length { most: TEXT.most / 2, ..TEXT };
            let mut parts = split(&draft.text, half).into_iter();
            draft.text = parts.next().unwrap_or_default();
            let before = draft.more.len();
            draft.more.splice(0..0, parts);
            draft.more.len() > before
        }
        // Forces a new upload of the file.
        Fix::Bytes => matches!(draft.beside, Beside::File { .. }),
        Fix::Document => match &mut draft.beside {
            Beside::File { kind, .. } => std::mem::replace(kind, UploadType::File) != UploadType::File,
            Beside::Nothing | Beside::Attachment(_) => false,
        },
        Fix::ButtonsAsText => {
            let Some(markup) = message.markup.as_ref().filter(|_| draft.keyboard.take().is_some()) else {
                return false;
            };
            draft.put_below(lines::markup(markup));
            true
        }
        // The location or card is sent as text.
        Fix::Plain => match (&draft.beside, &message.content) {
            (Beside::Attachment(_), content @ (Content::Location { .. } | Content::Contact { .. })) => {
                draft.beside = Beside::Nothing;
                draft.put_below(lines::content(words, content));
                true
            }
            _ => false,
        },
        _ => false,
    }
}
