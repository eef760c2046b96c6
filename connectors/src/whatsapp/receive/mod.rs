//! Converts WhatsApp's webhook calls to events (whatsapp §3 to §5, §9, §11 to §13).
//!
//! ```text
//! messages ────────────┬─▶ message.rs ─▶ content.rs   what it says         status.rs    how far ours have come
//! smb_message_echoes ──┤        ├─────▶ context.rs   what it answers      system.rs    people with new ids
//! history ─────────────┘        └─────▶ people.rs    who wrote it         history.rs   messages from before
//! message_template_…, phone_number_…, account_… ─▶ templates.rs, number.rs
//! ```

mod content;
mod context;
mod history;
mod message;
mod number;
mod people;
mod status;
mod system;
mod templates;
#[cfg(test)]
mod tests;

use base::i18n::Words;

use super::setup::{APP_SECRET, SourceNumber};
use super::wire::{Change, Contact, Envelope, MessagesValue};
use crate::Settings;
use crate::incoming::{InboundEvent, NotReceived};
use message::Clock;

/// The value of `object` in every call.
const OBJECT: &str = "whatsapp_business_account";

/// The line that was called, and the language of its account.
struct Reader<'a> {
    number: SourceNumber<'a>,
    words: Words,
    /// The account has an app of its own, which calls this source's address alone. The vendor's calls one for all.
    has_own_app: bool,
}

/// A change of one number, with the people it contains.
struct NumberChange<'a> {
    reader: &'a Reader<'a>,
    contacts: &'a [Contact],
    clock: Clock,
}

/// Converts one call. Every change creates at least one event, so that nothing disappears unnoticed.
pub(super) fn receive(settings: &Settings, body: &[u8], words: Words) -> Result<Vec<InboundEvent>, NotReceived> {
    let envelope: Envelope = serde_json::from_slice(body).map_err(|_| NotReceived::Unreadable)?;
    let number = SourceNumber::of(settings).ok_or(NotReceived::Unreadable)?;
    if &*envelope.object != OBJECT {
        return Ok(vec![InboundEvent::Unknown("object")]);
    }
    let reader = Reader { number, words, has_own_app: settings.secrets.contains_key(APP_SECRET) };
    let changes = envelope.entry.iter().flat_map(|entry| entry.changes.iter());
    let events: Vec<InboundEvent> = changes.flat_map(|change| reader.change(change)).collect();
    Ok(if events.is_empty() { vec![InboundEvent::Unknown("empty")] } else { events })
}

impl Reader<'_> {
    fn change(&self, change: &Change) -> Vec<InboundEvent> {
        match &*change.field {
            "messages" | "smb_message_echoes" | "history" | "smb_app_state_sync" | "user_id_update"
            | "user_preferences" => self.of_number(change),
            "message_template_status_update" => templates::status(&change.read()),
            "message_template_quality_update" => templates::quality(&change.read()),
            "template_category_update" => templates::category(&change.read()),
            "phone_number_quality_update" => number::quality(self, &change.read()),
            "phone_number_name_update" => number::name(self, &change.read()),
            "account_update" => number::account(self, &change.read()),
            "account_review_update" => number::review(&change.read()),
            "account_alerts" => number::alert(&change.read()),
            "business_capability_update" | "security" | "message_template_components_update" => {
                vec![InboundEvent::Nothing("account")]
            }
            _ => vec![InboundEvent::Unknown("field")],
        }
    }

    /// A change of this number. A change of another number means that its webhook points to the wrong source; one of the
    /// vendor's app that names no number belongs to no source.
    fn of_number(&self, change: &Change) -> Vec<InboundEvent> {
        let value: MessagesValue = change.read();
        match value.metadata.phone_number_id.some() {
            Some(id) if id == self.number.phone_number_id => {}
            Some(_) => return vec![InboundEvent::Unknown("other_number")],
            None if self.has_own_app => {}
            None => return vec![InboundEvent::Unknown("no_number")],
        }
        if &*change.field == "user_preferences" {
            // amoCRM cannot store an opt-out from marketing; Meta itself refuses to send it (whatsapp §15).
            return vec![InboundEvent::Nothing("user_preferences")];
        }
        let mut here = NumberChange { reader: self, contacts: &value.contacts, clock: Clock::default() };
        let mut events = Vec::new();
        for message in value.messages.iter() {
            let of_history = &*change.field == "history";
            events.extend(if of_history { here.history_file(message) } else { here.message(message) });
        }
        for message in value.message_echoes.iter() {
            events.extend(if &*change.field == "history" { here.history_file(message) } else { here.echo(message) });
        }
        events.extend(value.statuses.iter().flat_map(|status| self.status(status)));
        events.extend(value.history.iter().flat_map(|history| here.history(history)));
        events.extend(value.user_id_update.iter().map(system::user_id_update));
        events.extend(value.state_sync.iter().map(|_| InboundEvent::Nothing("address_book")));
        events.extend(value.errors.iter().map(|refusal| self.number_error(refusal)));
        if events.is_empty() { vec![InboundEvent::Unknown("value")] } else { events }
    }

    /// A text for the chat, with plain spaces, because people copy from it.
    fn text(&self, key: &'static str, values: &[(&'static str, &str)]) -> String {
        let sentence = self.words.text(key);
        let sentence = values.iter().fold(sentence, |sentence, (name, value)| sentence.with(name, *value));
        sentence.to_string().replace('\u{a0}', " ")
    }
}
