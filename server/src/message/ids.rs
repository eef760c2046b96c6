//! Ids and days that follow from others.

use uuid::Uuid;

use super::{Direction, Stream};

/// The id by which amoCRM knows a thing of a messenger: equal ids of two sources do not collide.
///
/// UUIDv5 over (source, part, the messenger's id); `part` is `message`, `conversation` or `person`.
pub fn crm_id(source_id: Uuid, part: &str, external_id: &str) -> Uuid {
    let space = Uuid::new_v5(&source_id, part.as_bytes());
    Uuid::new_v5(&space, external_id.as_bytes())
}

/// The lane of one direction and stream of a conversation.
pub fn lane_id(conversation_id: Uuid, direction: Direction, stream: Stream) -> Uuid {
    let name = [direction.number().to_be_bytes(), stream.number().to_be_bytes()].concat();
    Uuid::new_v5(&conversation_id, &name)
}

/// Days since 1970 of a moment in milliseconds: the ledger's day (UTC).
pub fn day_of(millis: i64) -> i32 {
    i32::try_from(millis.div_euclid(86_400_000)).unwrap_or(i32::MAX)
}
