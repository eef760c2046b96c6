//! New letters, with their positions in their lanes.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::accept_batch::NewLetter;
use super::lane::{LaneChange, LaneKey};
use super::rows::{Rows, Write};

/// A letter with its position.
pub struct Placed<'a> {
    pub tenant_id: Uuid,
    pub lane_id: Uuid,
    pub order_key: i64,
    pub seq: i64,
    pub letter: &'a NewLetter,
    pub accepted_at: i64,
}

/// A letter whose position is determined by the statement that writes its lane.
pub struct Unplaced<'a> {
    pub lane: LaneKey,
    /// This letter and those behind it in its lane.
    pub left: i64,
    pub letter: &'a NewLetter,
    pub accepted_at: i64,
}

/// Counts each letter's followers in its lane. `letters`: in the order in which they came, each with the time at which it
/// was accepted.
pub fn unplaced<'a>(
    letters: &[(LaneKey, &'a NewLetter, i64)],
    lanes: &BTreeMap<LaneKey, LaneChange>,
) -> Vec<Unplaced<'a>> {
    let mut left: BTreeMap<LaneKey, i64> = lanes.iter().map(|(key, change)| (*key, change.count)).collect();
    let place = |&(lane, letter, accepted_at): &(LaneKey, &'a NewLetter, i64)| {
        let left = left.entry(lane).or_default();
        *left -= 1;
        Unplaced { lane, left: *left + 1, letter, accepted_at }
    };
    letters.iter().map(place).collect()
}

/// Stores placed letters.
pub fn new_letters(placed: &[Placed<'_>]) -> Write {
    columns(placed.iter().map(|row| ((row.tenant_id, row.lane_id), row.letter, row.accepted_at)))
        .long("order_key", placed.iter().map(|row| row.order_key))
        .long("seq", placed.iter().map(|row| row.seq))
        .write(insert("order_key, seq", ""))
}

/// Stores letters in lanes that `lanes`, an expression of the same statement, has written ([`super::lane::upserted`]):
/// hooks by their own time, everything else by arrival, as [`super::lane::Places::next`] does.
pub fn placed_by(letters: &[Unplaced<'_>], lanes: &str) -> Write {
    let columns = columns(letters.iter().map(|row| (row.lane, row.letter, row.accepted_at)))
        .long("hint", letters.iter().map(|row| row.letter.order_hint.unwrap_or(0)))
        .long("rest", letters.iter().map(|row| row.left));
    columns.write(insert(
        "CASE WHEN rows.hint = 0 THEN places.max_key ELSE rows.hint END, places.next_seq - rows.rest",
        &format!(" JOIN {lanes} AS places ON places.of_tenant = rows.tenant_id AND places.of_lane = rows.lane_id"),
    ))
}

fn columns<'a>(letters: impl Iterator<Item = (LaneKey, &'a NewLetter, i64)> + Clone) -> Rows {
    Rows::new()
        .uuid("tenant_id", letters.clone().map(|(lane, ..)| lane.0))
        .uuid("lane_id", letters.clone().map(|(lane, ..)| lane.1))
        .uuid("id", letters.clone().map(|(_, letter, _)| letter.id))
        .uuid("message_id", letters.clone().map(|(_, letter, _)| letter.message_id))
        .uuid("source_id", letters.clone().map(|(_, letter, _)| letter.source_id))
        .short("direction", letters.clone().map(|(_, letter, _)| letter.direction.number()))
        .short("kind", letters.clone().map(|(_, letter, _)| letter.kind.number()))
        .text("payload", letters.clone().map(|(_, letter, _)| letter.payload.as_str()))
        .flag("late", letters.clone().map(|(_, letter, _)| letter.late))
        .long("accepted_at", letters.clone().map(|(.., accepted_at)| accepted_at))
        .long("expires_at", letters.clone().map(|(_, letter, _)| letter.expires_at))
        .int("day", letters.map(|(_, letter, _)| letter.day))
}

/// `place`: the expressions of a letter's `order_key` and `seq`, which read `rows` and what is joined to it.
fn insert(place: &str, join: &str) -> String {
    format!(
        "INSERT INTO letter (tenant_id, lane_id, order_key, seq, id, message_id, source_id, direction, kind, payload, \
         attempts, unknown, resends, late, accepted_at, expires_at, day) \
         SELECT tenant_id, lane_id, {place}, id, message_id, source_id, direction, kind, payload, 0, false, 0, \
         late, accepted_at, expires_at, day FROM rows{join}"
    )
}
