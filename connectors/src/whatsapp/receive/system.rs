//! People whose ids have changed (whatsapp §12).

use base::message::{Body, Content};

use super::NumberChange;
use super::people::PersonIds;
use crate::incoming::{InboundEvent, IncomingMessage};
use crate::whatsapp::wire::{Message, System, UserIdUpdate};

/// `system`: the conversation gets the new id, and a new phone is also shown to the manager. A new BSUID is not shown,
/// because it means nothing to people; a new phone number is reported in a separate message.
pub(super) fn changed(
    here: &NumberChange<'_>,
    message: &Message,
    system: &System,
    ids: &PersonIds,
) -> Vec<InboundEvent> {
    let phone = system.wa_id.some().map(str::to_owned);
    let Some(to) = phone.clone().or_else(|| system.user_id.some().map(str::to_owned)) else {
        return vec![InboundEvent::Unknown("system")];
    };
    let known = std::iter::once(ids.id()).chain(ids.others());
    let moved =
        known.filter(|from| *from != to).map(|from| InboundEvent::Moved { from: from.to_owned(), to: to.clone() });
    let mut events: Vec<InboundEvent> = moved.collect();
    let Some(phone) = phone.filter(|_| &*system.r#type != "user_changed_user_id") else { return events };
    let text = match message.from.some() {
        Some(before) => here.reader.text("wa-in-number-changed", &[("before", before), ("now", &phone)]),
        None => here.reader.text("wa-in-number-new", &[("now", &phone)]),
    };
    events.push(InboundEvent::Wrote(Box::new(IncomingMessage {
        external_id: message.id.to_string(),
        conversation_id: ids.id().to_owned(),
        sent_at: message.timestamp.millis(),
        body: Body { silent: true, ..Body::new(here.customer(ids), Content::Text { text }) },
        room: None,
    })));
    events
}

/// `user_id_update`: the same as a separate field.
pub(super) fn user_id_update(update: &UserIdUpdate) -> InboundEvent {
    match (update.user_id.previous.some(), update.user_id.current.some()) {
        (Some(from), Some(to)) if from != to => InboundEvent::Moved { from: from.to_owned(), to: to.to_owned() },
        _ => InboundEvent::Unknown("user_id_update"),
    }
}
