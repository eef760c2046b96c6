//! New letters, with their positions in their lanes.

use uuid::Uuid;

use super::accept_batch::NewLetter;
use super::rows::{Rows, Write};

/// A letter with its position.
#[derive(Clone, Copy)]
pub struct Placed<'a> {
    pub tenant_id: Uuid,
    pub lane_id: Uuid,
    pub conversation_id: Uuid,
    pub order_key: i64,
    pub seq: i64,
    pub letter: &'a NewLetter,
    pub accepted_at: i64,
}

/// Stores placed letters.
pub fn new_letters(placed: &[Placed<'_>]) -> Write {
    Rows::new()
        .uuid("tenant_id", placed.iter().map(|row| row.tenant_id))
        .uuid("lane_id", placed.iter().map(|row| row.lane_id))
        .long("order_key", placed.iter().map(|row| row.order_key))
        .long("seq", placed.iter().map(|row| row.seq))
        .uuid("id", placed.iter().map(|row| row.letter.id))
        .uuid("message_id", placed.iter().map(|row| row.letter.message_id))
        .uuid("source_id", placed.iter().map(|row| row.letter.source_id))
        .short("direction", placed.iter().map(|row| row.letter.direction.number()))
        .short("kind", placed.iter().map(|row| row.letter.kind.number()))
        .text("payload", placed.iter().map(|row| row.letter.payload.as_str()))
        .flag("late", placed.iter().map(|row| row.letter.late))
        .long("accepted_at", placed.iter().map(|row| row.accepted_at))
        .long("expires_at", placed.iter().map(|row| row.letter.expires_at))
        .int("day", placed.iter().map(|row| row.letter.day))
        .write(
            "INSERT INTO letter (tenant_id, lane_id, order_key, seq, id, message_id, source_id, direction, kind, payload, \
             attempts, unknown, resends, late, accepted_at, expires_at, day) \
             SELECT tenant_id, lane_id, order_key, seq, id, message_id, source_id, direction, kind, payload, 0, false, 0, \
             late, accepted_at, expires_at, day FROM rows",
        )
}
