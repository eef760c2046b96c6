//! Sends a message, or a part of one.

use base::message::State;
use base::verdict::{Report, Taken, Verdict};

use super::SendContext;
use super::draft::{MessageDraft, Posted, Shape};
use super::file::FileForm;
use super::judge::judge;
use crate::Message;
use crate::error_catalog::{Fix, TELEGRAM};

/// Maximum requests for one message: the first, and one for each fallback that can follow another: new chat, without
/// quote, as audio, as a document, caption or buttons sent separately.
const TRIES: usize = 6;

/// Sends a message, changing it for each known reason for a refusal.
pub(super) async fn send(line: &SendContext<'_>, message: &Message) -> Report {
    let mut draft = MessageDraft::of(line, message);
    if draft.is_empty() {
        let failure = TELEGRAM.failure("t18", line.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "the message is empty");
    }
    let mut mended: Vec<Fix> = Vec::new();
    loop {
        let failed = match draft.post(line).await {
            Ok(posted) => return taken(line, &draft, &posted),
            Err(failed) => failed,
        };
        let judged = judge(line, &failed);
        match judged.fix.map(|fix| next(fix, &draft, &mended)) {
            Some(fix) if mended.len() + 1 < TRIES && !mended.contains(&fix) => {
                mended.push(fix);
                if !draft.mend(line, message, fix, &failed) {
                    return judged.report;
                }
            }
            _ => return judged.report,
        }
    }
}

/// The next fallback when a file is refused again in its new form: document, then link; music, then document.
fn next(fix: Fix, draft: &MessageDraft, mended: &[Fix]) -> Fix {
    let Shape::File { form, .. } = draft.shape else { return fix };
    match fix {
        Fix::Audio if form == FileForm::Audio => Fix::Document,
        Fix::Document if form == FileForm::Document || mended.contains(&Fix::Document) => Fix::Bytes,
        fix => fix,
    }
}

fn taken(line: &SendContext<'_>, draft: &MessageDraft, posted: &Posted) -> Report {
    let state = if line.bot.options.delivered_on_accept { State::Delivered } else { State::Sent };
    let moved_to = Some(draft.place).filter(|place| *place != line.place).map(|place| place.to_string());
    let external_id = Some(draft.place.message(posted.message_id));
    Report::done(200, Taken { external_id, moved_to, state: Some(state), ..Taken::default() })
}
