//! Sends a message, or a part of one.

use base::message::{Content, State};
use base::verdict::{Report, Taken, Verdict};

use super::SendContext;
use super::draft::{Beside, Draft, NotPosted};
use super::file::UploadType;
use super::judge::judge;
use crate::error_catalog::{Fix, MAX};
use crate::fit::{lines, split};
use crate::max::abilities::TEXT;
use crate::max::api::ApiError;
use crate::{Length, Message};

/// Maximum requests for one message: the first, and one for each change that can follow another.
const TRIES: usize = 4;
/// The code for a file that MAX is still processing (max §7).
const NOT_READY: &str = "attachment.not.ready";

/// Sends a message, changing it for each known reason for a refusal.
pub(super) async fn send(context: &SendContext<'_>, message: &Message) -> Report {
    let mut draft = Draft::of(context, message);
    if draft.is_empty() {
        let failure = MAX.failure("m13", context.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "the message is empty");
    }
    let mut mended: Vec<Fix> = Vec::new();
    loop {
        let NotPosted { failed, attached } = match draft.post(context).await {
            Ok(posted) => return taken(context, posted.mid()),
            Err(not) => not,
        };
        let mut judged = judge(context, &failed);
        if let (ApiError::Refused { code, .. }, Some(file)) = (&failed, &attached)
            && code == NOT_READY
        {
            judged.report.verdict = Verdict::Retry { after: Some(file.wait()), whole_target: false };
            return judged.report;
        }
        let fix = judged.fix.filter(|fix| mended.len() + 1 < TRIES && !mended.contains(fix));
        let Some(fix) = fix else { return judged.report };
        if let (Fix::Bytes, Some(file)) = (fix, &attached) {
            file.forget(context).await;
        }
        if !mend(&mut draft, context, message, fix) {
            return judged.report;
        }
        mended.push(fix);
    }
}

/// Changes a draft as the error catalog prescribes; false if this change does not apply.
fn mend(draft: &mut Draft, context: &SendContext<'_>, message: &Message, fix: Fix) -> bool {
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

fn taken(context: &SendContext<'_>, mid: Option<String>) -> Report {
    let state = if context.options.delivered_on_accept { State::Delivered } else { State::Sent };
    Report::done(200, Taken { external_id: mid, state: Some(state), ..Taken::default() })
}
