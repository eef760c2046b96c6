//! Bot → customer: one event becomes one message, or the few requests that a corrected message needs (max §6).
//!
//! ```text
//! message ─▶ draft.rs ─▶ post ─▶ taken                  file.rs      which type a file is sent as, its upload
//!              ▲          │ refused                     uploaded.rs  files that MAX already has
//!              └─ mend ◀──┘                             judge.rs     what a refusal means
//! edit.rs, typing.rs   edits, typing, read marks
//! ```

use base::i18n::LocalizedText;
use base::verdict::{Report, Taken, Verdict};
use secrecy::SecretString;

use super::api::MaxApi;
use super::ids::Place;
use super::setup::{self, BotOptions};
use crate::error_catalog::MAX;
use crate::read_marks::ReadMarks;
use crate::{Event, Outgoing, Settings};

mod draft;
mod edit;
mod file;
mod judge;
mod message;
#[cfg(test)]
mod tests;
mod typing;
mod uploaded;

use uploaded::UploadedFiles;

/// What this process caches for its bots.
#[derive(Default)]
pub(super) struct Memory {
    uploaded: UploadedFiles,
    marks: ReadMarks,
}

/// What every request for a letter needs.
struct SendContext<'a> {
    api: &'a MaxApi,
    token: &'a SecretString,
    options: BotOptions,
    place: Place,
    outgoing: &'a Outgoing,
    uploaded: &'a UploadedFiles,
    marks: &'a ReadMarks,
}

/// Sends an event.
pub(super) async fn send(api: &MaxApi, memory: &Memory, settings: &Settings, outgoing: &Outgoing) -> Report {
    let Some(token) = setup::token(settings) else {
        return Report::not_done(Verdict::Pause, LocalizedText::new("said-max-token").to_string());
    };
    let Some(place) = Place::parse(&outgoing.conversation_id) else {
        let verdict = Verdict::Bury(MAX.failure("m4", outgoing.words));
        return Report::not_done(verdict, "there is no dialog with this customer");
    };
    let Memory { uploaded, marks } = memory;
    let context = SendContext { api, token, options: BotOptions::of(settings), place, outgoing, uploaded, marks };
    match &outgoing.event {
        Event::Created(message) | Event::Started(message) => {
            let report = message::send(&context, message).await;
            if matches!(report.verdict, Verdict::Done(_)) {
                typing::mark_seen(&context).await;
            }
            report
        }
        Event::Edited(message) => edit::send(&context, message).await,
        Event::Typing { .. } => typing::send(&context).await,
        // Bots cannot set reactions at MAX.
        Event::Reaction { .. } => Report::done(0, Taken::default()),
    }
}
