//! Ids as they are stored. Messengers promise no length, and theirs have grown before: an id that no index takes is
//! replaced by its digest, for all kinds alike, so that its message arrives, and what is reported about it later finds it.

use std::mem;

use base::message::Person;
use sha2::{Digest, Sha256};

use crate::incoming::{InboundEvent, IncomingMessage};

/// Longest id that is stored as it is, in bytes.
const LONGEST: usize = 255;
/// The beginning of a digest.
const DIGEST: &str = "sha256:";

/// A messenger's id as it is stored: equal for equal ids. Databases refuse NUL, and long texts in an index.
pub fn stored(id: String) -> String {
    if id.len() <= LONGEST && !id.contains('\0') {
        return id;
    }
    format!("{DIGEST}{}", hex::encode(Sha256::digest(id)))
}

/// The messenger's own id of a stored one; none if it is empty, or if only its digest is known.
pub fn known(id: String) -> Option<String> {
    Some(id).filter(|id| !id.is_empty() && !id.starts_with(DIGEST))
}

impl InboundEvent {
    /// The event with its ids as they are stored. None without an id that it needs: such an event will never be stored, so
    /// the messenger need not repeat it.
    pub fn storable(mut self) -> Option<Self> {
        let mut is_whole = true;
        self.each_id(&mut |id, is_needed| {
            is_whole &= !(is_needed && id.is_empty());
            *id = stored(mem::take(id));
        });
        is_whole.then_some(self)
    }

    /// Every id, and whether it must be there.
    fn each_id(&mut self, act: &mut dyn FnMut(&mut String, bool)) {
        match self {
            Self::Wrote(written) | Self::History(written) => written.each_id(act),
            Self::Changed(edit) => {
                edit.written.each_id(act);
                act(&mut edit.key, false);
            }
            Self::Pressed(press) => press.written.each_id(act),
            Self::TookBack { pieces } => pieces.iter_mut().for_each(|id| act(id, true)),
            Self::Reacted(reacted) => {
                act(&mut reacted.message, true);
                act(&mut reacted.sender.id, false);
                act(&mut reacted.key, false);
            }
            Self::Began(began) => of_person(&mut began.conversation_id, &mut began.customer, act),
            Self::Titled { conversation_id, group: person } | Self::Typing { conversation_id, sender: person } => {
                of_person(conversation_id, person, act);
            }
            Self::Reach { conversation_id, .. } | Self::WindowOpen { conversation_id, .. } => {
                act(conversation_id, true)
            }
            Self::Status(report) => act(&mut report.message, false),
            Self::StatusUpTo(report) => {
                act(&mut report.conversation_id, true);
                report.message.iter_mut().for_each(|id| act(id, false));
            }
            Self::AlsoKnown { id: one, also: other } | Self::Moved { from: one, to: other } => {
                act(one, true);
                act(other, true);
            }
            Self::HasNumber { id, number, before } => {
                act(id, true);
                act(number, true);
                before.iter_mut().for_each(|before| act(before, false));
            }
            Self::Learned { .. }
            | Self::Template(_)
            | Self::LineTrouble { .. }
            | Self::Nothing(_)
            | Self::Unknown(_) => {}
        }
    }
}

fn of_person(conversation_id: &mut String, person: &mut Person, act: &mut dyn FnMut(&mut String, bool)) {
    act(conversation_id, true);
    act(&mut person.id, false);
}

impl IncomingMessage {
    fn each_id(&mut self, act: &mut dyn FnMut(&mut String, bool)) {
        act(&mut self.external_id, true);
        act(&mut self.conversation_id, true);
        let people = [Some(&mut self.body.sender), self.body.receiver.as_mut(), self.room.as_mut()];
        people.into_iter().flatten().for_each(|person| act(&mut person.id, false));
        let quoted = self.body.reply_to.as_mut().and_then(|quote| quote.external_id.as_mut());
        quoted.into_iter().for_each(|id| act(id, false));
    }
}

#[cfg(test)]
mod tests {
    use base::message::{Body, Content, Quote, State};

    use super::*;
    use crate::incoming::{Reacted, StatusReport, StatusUpTo};

    fn message(external_id: &str, sender: &str, quoted: &str) -> Box<IncomingMessage> {
        let sender = Person { id: sender.to_owned(), ..Person::default() };
        let reply_to = Some(Quote { external_id: Some(quoted.to_owned()), ..Quote::default() });
        Box::new(IncomingMessage {
            external_id: external_id.to_owned(),
            conversation_id: "7".to_owned(),
            sent_at: None,
            body: Body { reply_to, ..Body::new(sender, Content::Text { text: String::new() }) },
            room: None,
        })
    }

    #[test]
    fn an_id_of_any_length_can_be_stored() {
        let keeps = |id: &str| stored(id.to_owned()) == id;
        assert!(keeps("wamid.X") && keeps("") && keeps(&"x".repeat(LONGEST)));
        let long = "x".repeat(LONGEST + 1);
        for odd in [long.as_str(), "m\0"] {
            let digest = stored(odd.to_owned());
            assert_eq!((digest.len(), &digest), (71, &stored(odd.to_owned())));
            assert_eq!((stored(digest.clone()), known(digest)), (stored(odd.to_owned()), None));
        }
        assert_ne!(stored(long), stored("y".repeat(256)));
        assert_eq!((known("m".to_owned()).as_deref(), known(String::new())), (Some("m"), None));
    }

    /// Messages, answers, edits, reactions and statuses name a message by the same stored id.
    #[test]
    fn what_is_reported_about_a_message_with_a_long_id_finds_it() {
        let (long, digest) = ("y".repeat(300), stored("y".repeat(300)));
        let Some(InboundEvent::Wrote(written)) = InboundEvent::Wrote(message(&long, &long, &long)).storable() else {
            panic!("it is lost")
        };
        let quoted = written.body.reply_to.unwrap().external_id.unwrap();
        assert_eq!([&written.external_id, &written.body.sender.id, &quoted], [&digest; 3]);
        let report =
            StatusReport { letter_id: None, message: long.clone(), state: State::Read, failure: None, at: None };
        let up_to =
            StatusUpTo { conversation_id: long.clone(), message: Some(long.clone()), until: None, state: State::Read };
        let reacted = Reacted {
            message: long.clone(),
            sender: Person::default(),
            emoji: None,
            key: format!("{long}:1795165200:-"),
            at: None,
        };
        for event in [
            InboundEvent::Status(Box::new(report)),
            InboundEvent::StatusUpTo(Box::new(up_to)),
            InboundEvent::Reacted(Box::new(reacted)),
            InboundEvent::TookBack { pieces: vec![long.clone()] },
            InboundEvent::Moved { from: long.clone(), to: "7".to_owned() },
            InboundEvent::HasNumber { id: long.clone(), number: "7".to_owned(), before: Some(long.clone()) },
        ] {
            let said = format!("{:?}", event.storable().unwrap());
            assert!(said.contains(&digest) && !said.contains(&long), "{said}");
        }
    }

    #[test]
    fn an_event_without_an_id_that_it_needs_is_noticed() {
        let wrote = |id: &str| InboundEvent::Wrote(message(id, "", "")).storable();
        assert!(wrote("m-1").is_some() && wrote("").is_none());
        let moved = |to: &str| InboundEvent::Moved { from: "1".to_owned(), to: to.to_owned() }.storable();
        assert!(moved("2").is_some() && moved("").is_none());
        assert!(InboundEvent::Unknown("update").storable().is_some());
    }
}
