//! The delivery status of our messages (whatsapp §5).

use base::message::State;
use uuid::Uuid;

use super::Reader;
use crate::error_catalog::{RefusalClass, WHATSAPP};
use crate::incoming::{InboundEvent, StatusReport};
use crate::whatsapp::wire::{Refusal, Status};

impl Reader<'_> {
    /// A failure that concerns the whole number is also shown at the source.
    pub(super) fn status(&self, status: &Status) -> Vec<InboundEvent> {
        let state = match &*status.status {
            "sent" => State::Sent,
            "delivered" => State::Delivered,
            "read" | "played" => State::Read,
            "failed" => State::Failed,
            "deleted" | "warning" => return vec![InboundEvent::Nothing("status")],
            _ => return vec![InboundEvent::Unknown("status")],
        };
        let letter_id = letter(&status.biz_opaque_callback_data);
        if status.id.some().is_none() && letter_id.is_none() {
            return vec![InboundEvent::Unknown("status")];
        }
        let refusal = status.errors.first().filter(|_| state == State::Failed);
        let row = refusal.and_then(|refusal| WHATSAPP.find(refusal.code(), ""));
        let report = InboundEvent::Status(Box::new(StatusReport {
            letter_id,
            message: status.id.to_string(),
            state,
            failure: row.map(|row| row.failure(self.words)),
            at: status.timestamp.millis(),
        }));
        let of_number = refusal.filter(|_| row.is_some_and(|row| row.class == RefusalClass::Pause));
        std::iter::once(report).chain(of_number.map(|refusal| self.number_error(refusal))).collect()
    }

    /// A problem of the number or its account, without a message. `health.rs` detects its end.
    pub(super) fn number_error(&self, refusal: &Refusal) -> InboundEvent {
        let trouble = WHATSAPP.find(refusal.code(), "").map(|row| row.key());
        InboundEvent::LineTrouble { aspect: "sending", trouble: trouble.map(base::i18n::LocalizedText::new) }
    }
}

/// The letter that sent a message; for a message in parts, the id before the part's number ([`crate::Outgoing::id`]).
fn letter(callback_data: &str) -> Option<Uuid> {
    callback_data.split(':').next().and_then(|id| Uuid::parse_str(id).ok())
}
