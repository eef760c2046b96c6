//! WhatsApp number → customer. If Meta refuses a request for a known reason, it is changed and sent again, once for
//! each reason, within the same letter (whatsapp §15).
//!
//! ```text
//! message.rs   a message: draft ─▶ post ─▶ taken          draft.rs, file.rs, template.rs   what is posted, and in which form
//!                           ▲       │ refused             repair.rs       how a request is changed
//!                           └ mend ◀┘                     judge.rs        what a refusal means
//! typing_reactions.rs   typing, reactions, read marks     rate_limit.rs   rate limits of people
//!                                                         uploaded.rs     files that Meta already has
//! ```

use base::message::{Failure, FailureCode};
use base::phone::Phone;
use base::verdict::{Report, Verdict};
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::api::{ApiError, GraphApi, Path};
use super::ids::Address;
use super::setup::{NumberOptions, SourceNumber, token};
use super::wire::{Id, Many, wire};
use crate::drafted;
use crate::error_catalog::WHATSAPP;
use crate::{Event, Outgoing, Settings};

mod draft;
mod file;
mod judge;
mod message;
mod rate_limit;
mod repair;
mod template;
#[cfg(test)]
mod tests;
mod typing_reactions;
mod uploaded;

use rate_limit::Rhythm;
use typing_reactions::ReadMarks;
use uploaded::UploadedFiles;

/// What every request for a letter needs.
struct SendContext<'a> {
    api: &'a GraphApi,
    number: SourceNumber<'a>,
    token: &'a SecretString,
    options: NumberOptions,
    address: Address,
    outgoing: &'a Outgoing,
    memory: &'a NumberStates,
}

/// What this process remembers about the numbers.
#[derive(Default)]
pub(super) struct NumberStates {
    rhythm: Rhythm,
    uploaded: UploadedFiles,
    marks: ReadMarks,
}

wire! {
    /// The answer to an accepted message.
    Accepted {
        contacts: Many<AcceptedContact>,
        messages: Many<AcceptedMessage>,
    }

    AcceptedContact {
        wa_id: Id,
        user_id: Id,
    }

    AcceptedMessage {
        id: Id,
    }
}

impl SendContext<'_> {
    /// Sends to the number's `/messages` (whatsapp §6).
    async fn post(&self, body: &Value) -> Result<Accepted, ApiError> {
        self.api.post(self.token, Path(&[self.number.phone_number_id, "messages"], &[]), body).await
    }

    /// The fields of every message: its receiver, and the letter's id, which its statuses return (whatsapp §5).
    fn envelope(&self) -> Map<String, Value> {
        let mut envelope = self.address.fields();
        envelope.insert("messaging_product".to_owned(), json!("whatsapp"));
        envelope.insert("biz_opaque_callback_data".to_owned(), json!(self.outgoing.id()));
        envelope
    }
}

/// Sends an event. The report contains how long to send nothing to the conversation.
pub(super) async fn send(api: &GraphApi, memory: &NumberStates, settings: &Settings, outgoing: &Outgoing) -> Report {
    let line = match line(api, memory, settings, outgoing) {
        Ok(line) => line,
        Err(report) => return *report,
    };
    match &outgoing.event {
        Event::Created(message) | Event::Started(message) => {
            let report = message::send(&line, message).await;
            line.memory.rhythm.note(&line, report).await
        }
        Event::Edited(_) => {
            // A sent message cannot be changed (whatsapp §6).
            let text = outgoing.words.text("failure-unsupported").to_string();
            let failure = Failure { code: FailureCode::Unsupported, text };
            Report::not_done(Verdict::Bury(failure), "messages cannot be changed")
        }
        Event::Typing { .. } => typing_reactions::typing(&line).await,
        Event::Reaction { message, emoji, .. } => typing_reactions::reaction(&line, message, emoji.as_deref()).await,
    }
}

/// How far a message is if its next request arrived.
pub(super) fn onward(
    api: &GraphApi,
    memory: &NumberStates,
    settings: &Settings,
    outgoing: &Outgoing,
) -> Option<String> {
    let (line, message) = (line(api, memory, settings, outgoing).ok()?, outgoing.message()?);
    drafted::onward(draft::MessageDraft::of(&line, message), &line, outgoing, message)
}

/// The error is a report that explains why nothing can be sent.
fn line<'a>(
    api: &'a GraphApi,
    memory: &'a NumberStates,
    settings: &'a Settings,
    outgoing: &'a Outgoing,
) -> Result<SendContext<'a>, Box<Report>> {
    let stop = |said: String| Box::new(Report::not_done(Verdict::Pause, said));
    let number =
        SourceNumber::of(settings).ok_or_else(|| stop(base::i18n::LocalizedText::new("said-wa-number").to_string()))?;
    let token = token(settings).map_err(|denied| stop(denied.text().to_string()))?;
    let address = Address::parse(&outgoing.conversation_id).or_else(|| begun(outgoing)).ok_or_else(|| {
        let verdict = Verdict::Bury(WHATSAPP.failure("w2", outgoing.words));
        Box::new(Report::not_done(verdict, "there is no phone to write to"))
    })?;
    let options = NumberOptions::of(settings);
    Ok(SendContext { api, number, token, options, address, outgoing, memory })
}

/// The phone number for a manager's first message.
fn begun(outgoing: &Outgoing) -> Option<Address> {
    let Event::Started(message) = &outgoing.event else { return None };
    let phone = Phone::parse(message.receiver.phone.as_deref()?, None)?;
    Some(Address::Phone(phone.reached_at()?.to_owned()))
}
