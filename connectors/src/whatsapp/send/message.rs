//! Sends a message, or a part of one.

use base::message::{Media, State};
use base::verdict::{Report, Taken, Verdict};

use super::draft::MessageDraft;
use super::judge::judge;
use super::{Accepted, SendContext, file, typing_reactions};
use crate::drafted::{self, Draft, Next};
use crate::error_catalog::{Fix, WHATSAPP};
use crate::whatsapp::api::ApiError;
use crate::whatsapp::ids::Address;
use crate::{Event, Message};

/// Why a request was not accepted.
pub(super) struct NotPosted {
    failed: ApiError,
    /// Its file, if the file's id was cached from an earlier message.
    known: Option<Media>,
}

/// Sends the next request of a message, changing it for each known reason for a refusal.
pub(super) async fn send(line: &SendContext<'_>, message: &Message) -> Report {
    if message.registered_template.is_some() && message.part.number > 1 {
        // The template contains the whole text; further parts would repeat it.
        return Report::done(200, Taken { state: Some(State::Sent), ..Taken::default() });
    }
    let draft = MessageDraft::of(line, message);
    if draft.is_empty() {
        let failure = WHATSAPP.failure("w25", line.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "the message is empty");
    }
    let report = drafted::send(draft, line, line.outgoing, message).await;
    if matches!(report.verdict, Verdict::Done(_)) {
        typing_reactions::mark_read(line).await;
    }
    report
}

impl Draft<SendContext<'_>> for MessageDraft {
    type Posted = Accepted;
    type Failed = NotPosted;

    /// Without quote, as a document, as a link, values on one line.
    const CHANGES: usize = 4;

    fn has_more(&self) -> bool {
        self.requests.len() > 1
    }

    fn advance(&mut self) {
        self.requests.pop_front();
        self.quote = None;
    }

    async fn post(&self, line: &SendContext<'_>) -> Result<Accepted, NotPosted> {
        let file = self.requests.front().and_then(|request| request.file());
        let known = match file {
            Some(file) if file::is_known(line, file).await => Some(file.clone()),
            _ => None,
        };
        self.request(line).await.map_err(|failed| NotPosted { failed, known })
    }

    async fn judge(&mut self, line: &SendContext<'_>, failed: &NotPosted, changes: &[Fix]) -> Next {
        let NotPosted { failed, known } = failed;
        // Meta may have deleted the file early: the bytes are uploaded again, once.
        if let (Some(file), Some(_), false) = (known, failed.refused(), self.uploads_again) {
            file::forget(line, file).await;
            self.uploads_again = true;
            return Next::Again;
        }
        let judged = judge(line, failed).await;
        match judged.fix.map(|fix| if changes.contains(&fix) { next(fix) } else { fix }) {
            Some(fix) if !changes.contains(&fix) => Next::Change(fix, judged.report),
            _ => Next::End(judged.report),
        }
    }

    fn mend(&mut self, line: &SendContext<'_>, message: &Message, fix: Fix, _: Option<&NotPosted>) -> bool {
        self.change(line, message, fix)
    }

    fn taken(&self, line: &SendContext<'_>, accepted: Accepted) -> Taken {
        taken(line, &accepted)
    }
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
