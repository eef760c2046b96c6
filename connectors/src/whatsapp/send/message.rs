//! Sends a message, or a part of one.

use base::message::{Media, State};
use base::verdict::{Report, Taken, Verdict};

use super::draft::MessageDraft;
use super::judge::judge;
use super::{Accepted, SendContext, file, typing_reactions};
use crate::error_catalog::{Fix, WHATSAPP};
use crate::whatsapp::ids::Address;
use crate::{Event, Message};

/// Maximum changes of one message: without quote, as a document, as a link, values on one line.
const CHANGES: usize = 4;

/// Sends a message, changing it for each known reason for a refusal. Accepted requests are not sent again.
pub(super) async fn send(line: &SendContext<'_>, message: &Message) -> Report {
    if message.registered_template.is_some() && message.part.number > 1 {
        // The template contains the whole text; further parts would repeat it.
        return Report::done(200, Taken { state: Some(State::Sent), ..Taken::default() });
    }
    let mut draft = MessageDraft::of(line, message);
    if draft.is_empty() {
        let failure = WHATSAPP.failure("w25", line.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "the message is empty");
    }
    let mut mended: Vec<Fix> = Vec::new();
    let mut forgotten = false;
    loop {
        let known = known_file(line, &draft).await;
        let failed = match draft.post(line).await {
            Ok(accepted) => {
                typing_reactions::mark_read(line).await;
                return Report::done(200, taken(line, &accepted));
            }
            Err(failed) => failed,
        };
        // Meta may have deleted the file early: the bytes are uploaded again, once.
        if let (Some(file), Some(_), false) = (known, failed.refused(), forgotten) {
            file::forget(line, &file).await;
            forgotten = true;
            continue;
        }
        let judged = judge(line, &failed).await;
        let fix = judged.fix.map(|fix| if mended.contains(&fix) { next(fix) } else { fix });
        match fix {
            Some(fix) if mended.len() < CHANGES && !mended.contains(&fix) && draft.mend(line, message, fix) => {
                mended.push(fix);
            }
            _ => return judged.report,
        }
    }
}

/// The file of the next request, if its id is cached from an earlier message.
async fn known_file(line: &SendContext<'_>, draft: &MessageDraft) -> Option<Media> {
    let file = draft.requests.front().and_then(|request| request.file()).cloned()?;
    file::is_known(line, &file).await.then_some(file)
}

/// A file that is refused as a document too becomes a link.
fn next(fix: Fix) -> Fix {
    if fix == Fix::Document { Fix::Bytes } else { fix }
}

/// The message's id, and the person's other id if Meta returned a new one, derived from the typed number.
fn taken(line: &SendContext<'_>, accepted: &Accepted) -> Taken {
    let contact = accepted.contacts.first();
    let phone = contact.and_then(|contact| contact.wa_id.some()).map(str::to_owned);
    let bsuid = contact.and_then(|contact| contact.user_id.some()).map(str::to_owned);
    let external_id = accepted.messages.first().and_then(|message| message.id.some()).map(str::to_owned);
    let mut taken = Taken { external_id, state: Some(State::Sent), ..Taken::default() };
    match (&line.outgoing.event, &line.address) {
        (Event::Started(_), Address::Phone(typed)) => {
            taken.receiver_id = bsuid.or_else(|| phone.clone());
            taken.conversation_id = phone.or_else(|| Some(typed.clone()));
        }
        (_, Address::Phone(known)) => taken.moved_to = phone.filter(|phone| phone != known),
        _ => {}
    }
    taken
}
