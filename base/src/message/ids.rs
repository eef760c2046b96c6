//! Ids and days that are derived from other values.

use uuid::Uuid;

use super::{Direction, Stream, stored_as_small_integer};

/// The id by which amoCRM knows a messenger's object: equal ids of two sources do not collide.
///
/// UUIDv5 over (source, part, the messenger's id); `part` is `message`, `conversation` or `person`.
pub fn crm_id(source_id: Uuid, part: &str, external_id: &str) -> Uuid {
    let space = Uuid::new_v5(&source_id, part.as_bytes());
    Uuid::new_v5(&space, external_id.as_bytes())
}

/// Our ids by which amoCRM knows a conversation and the people in it.
#[derive(Clone, Copy, Debug)]
pub struct CrmIds<'a> {
    source_id: Uuid,
    /// The messenger's id of the conversation.
    external_id: &'a str,
    /// amojo's id of the chat, if the dialogue has another chat there and this one needs separate ids; else empty.
    apart: &'a str,
}

impl<'a> CrmIds<'a> {
    /// `apart`: see [`SharedDialogue::Apart`].
    pub fn new(source_id: Uuid, external_id: &'a str, apart: &'a str) -> Self {
        Self { source_id, external_id, apart }
    }

    /// The conversation's id.
    pub fn conversation(&self) -> String {
        self.of("conversation", self.external_id)
    }

    /// A person's id, by the messenger's id.
    pub fn person(&self, external_id: &str) -> String {
        self.of("person", external_id)
    }

    fn of(&self, part: &str, external_id: &str) -> String {
        let id = match self.apart {
            "" => crm_id(self.source_id, part, external_id),
            apart => crm_id(self.source_id, &format!("{part} of {apart}"), external_id),
        };
        id.to_string()
    }
}

/// Whether a conversation shares its dialogue in the messenger: when a manager writes first to someone who already
/// has a chat, amoCRM has two chats for one dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedDialogue {
    Not,
    /// Its ids at amoCRM are the dialogue's.
    First,
    /// Its ids at amoCRM are derived from amojo's id of the chat as well.
    Apart,
}

stored_as_small_integer!(SharedDialogue { Not = 0, First = 1, Apart = 2 });

/// The lane of one direction and stream of a conversation.
pub fn lane_id(conversation_id: Uuid, direction: Direction, stream: Stream) -> Uuid {
    let name = [direction.number().to_be_bytes(), stream.number().to_be_bytes()].concat();
    Uuid::new_v5(&conversation_id, &name)
}

/// Days since 1970 of a moment in milliseconds: the ledger's day (UTC).
pub fn day_of(millis: i64) -> i32 {
    i32::try_from(millis.div_euclid(86_400_000)).unwrap_or(i32::MAX)
}
