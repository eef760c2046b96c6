//! Whether the ids of an event can be stored.

use base::message::Person;

use crate::incoming::{InboundEvent, IncomingMessage};

/// Longest id that is stored, in bytes.
const LONGEST_ID: usize = 255;
/// Longest key by which a repeat is recognised, in bytes: an id with a time and a digest.
const LONGEST_KEY: usize = 1024;

/// Whether a text can be stored as an id or a key: databases refuse NUL, and long texts in an index.
fn fits(text: &str, longest: usize) -> bool {
    text.len() <= longest && !text.contains('\0')
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && fits(id, LONGEST_ID)
}

impl InboundEvent {
    /// Whether all its ids can be stored: not empty, at most 255 bytes, without NUL. What else comes will never be stored,
    /// so the messenger need not repeat it.
    pub fn has_storable_ids(&self) -> bool {
        let person = |person: &Person| fits(&person.id, LONGEST_ID);
        match self {
            Self::Wrote(written) | Self::History(written) => written.has_storable_ids(),
            Self::Changed(edit) => edit.written.has_storable_ids() && fits(&edit.key, LONGEST_KEY),
            Self::Pressed(press) => press.written.has_storable_ids(),
            Self::TookBack { messages } => messages.iter().all(|id| is_id(id)),
            Self::Reacted(reacted) => {
                is_id(&reacted.message) && person(&reacted.sender) && fits(&reacted.key, LONGEST_KEY)
            }
            Self::Began(began) => is_id(&began.conversation_id) && person(&began.customer),
            Self::Titled { conversation_id, group } => is_id(conversation_id) && person(group),
            Self::Typing { conversation_id, sender } => is_id(conversation_id) && person(sender),
            Self::Reach { conversation_id, .. } | Self::WindowOpen { conversation_id, .. } => is_id(conversation_id),
            Self::Status(report) => fits(&report.message, LONGEST_ID),
            Self::StatusUpTo(report) => {
                is_id(&report.conversation_id) && report.message.as_deref().is_none_or(|id| fits(id, LONGEST_ID))
            }
            Self::AlsoKnown { id: one, also: other } | Self::Moved { from: one, to: other } => {
                is_id(one) && is_id(other)
            }
            Self::Learned { key, .. } => fits(key, LONGEST_KEY),
            Self::Template(_) | Self::LineTrouble { .. } | Self::Nothing(_) | Self::Unknown(_) => true,
        }
    }
}

impl IncomingMessage {
    fn has_storable_ids(&self) -> bool {
        let people = [Some(&self.body.sender), self.body.receiver.as_ref(), self.room.as_ref()];
        let quoted = self.body.reply_to.as_ref().and_then(|quote| quote.external_id.as_deref());
        is_id(&self.external_id)
            && is_id(&self.conversation_id)
            && people.into_iter().flatten().all(|person| fits(&person.id, LONGEST_ID))
            && quoted.is_none_or(|id| fits(id, LONGEST_KEY))
    }
}

#[cfg(test)]
mod tests {
    use base::message::{Body, Content, State};

    use super::*;
    use crate::incoming::StatusUpTo;

    fn wrote(external_id: &str, sender: &str) -> InboundEvent {
        let sender = Person { id: sender.to_owned(), ..Person::default() };
        InboundEvent::Wrote(Box::new(IncomingMessage {
            external_id: external_id.to_owned(),
            conversation_id: "7".to_owned(),
            sent_at: None,
            body: Body::new(sender, Content::Text { text: String::new() }),
            room: None,
        }))
    }

    #[test]
    fn ids_that_no_database_takes_are_noticed() {
        let long = "y".repeat(LONGEST_ID + 1);
        assert!(wrote("m-1", "7").has_storable_ids() && wrote(&long[1..], "").has_storable_ids());
        for (message, person) in [("", "7"), ("m\0", "7"), (&long, "7"), ("m-1", "7\0"), ("m-1", &long)] {
            assert!(!wrote(message, person).has_storable_ids(), "{message:?} of {person:?}");
        }
        let moved = |to: &str| InboundEvent::Moved { from: "1".to_owned(), to: to.to_owned() };
        assert!(moved("2").has_storable_ids() && !moved("2\0").has_storable_ids());
        let seen = |message: Option<&str>| {
            InboundEvent::StatusUpTo(Box::new(StatusUpTo {
                conversation_id: "7".to_owned(),
                message: message.map(str::to_owned),
                until: None,
                state: State::Read,
            }))
        };
        assert!(seen(None).has_storable_ids() && !seen(Some("\0")).has_storable_ids());
        assert!(InboundEvent::Unknown("update").has_storable_ids());
    }
}
