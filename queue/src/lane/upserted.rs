//! Making room in lanes as a part of a statement. PostgreSQL only.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{LaneChange, LaneKey};
use crate::rows::{Rows, Write};

const UPSERT: &str = "INSERT INTO lane (tenant_id, lane_id, conversation_id, source_id, direction, stream, target, next_seq, \
     last_key, max_key, waiting, due_at, owner, epoch, leased_until, starts, carried) \
     SELECT tenant_id, lane_id, conversation_id, source_id, direction, stream, target, 1 + count, 0, hint, count, \
     {now}, NULL, 0, 0, 0, 0 FROM rows WHERE true ORDER BY tenant_id, lane_id \
     ON CONFLICT (tenant_id, lane_id) DO UPDATE SET next_seq = lane.next_seq + excluded.waiting, \
     waiting = lane.waiting + excluded.waiting, due_at = coalesce(lane.due_at, {now}), \
     max_key = CASE WHEN excluded.max_key = 0 THEN lane.max_key \
     ELSE greatest(lane.max_key, lane.last_key, excluded.max_key) END \
     RETURNING lane.tenant_id AS of_tenant, lane.lane_id AS of_lane, lane.next_seq, lane.last_key, lane.max_key";

/// Makes room as [`super::make_room`] does, creating missing lanes, in a statement of which other parts place the
/// letters: `of_tenant`, `of_lane`, `next_seq` (with the room), `last_key` and `max_key`.
pub fn upserted(wants: &BTreeMap<LaneKey, LaneChange>) -> Write {
    rows(wants.iter()).write(UPSERT)
}

/// The same for letters that follow from others: each lane only if the lane beside it is among those that `released`,
/// an expression of the same statement, has written.
pub fn upserted_behind(wants: &BTreeMap<LaneKey, (LaneChange, Uuid)>, released: &str) -> Write {
    rows(wants.iter().map(|(key, (change, _))| (key, change)))
        .uuid("from_lane", wants.values().map(|(_, from)| *from))
        .write(UPSERT)
        .only_for("from_lane", released)
}

fn rows<'a>(wants: impl Iterator<Item = (&'a LaneKey, &'a LaneChange)> + Clone) -> Rows {
    let seeds = wants.clone().map(|(_, want)| &want.seed);
    Rows::new()
        .uuid("tenant_id", wants.clone().map(|(key, _)| key.0))
        .uuid("lane_id", wants.clone().map(|(key, _)| key.1))
        .uuid("conversation_id", seeds.clone().map(|seed| seed.conversation_id))
        .uuid("source_id", seeds.clone().map(|seed| seed.source_id))
        .short("direction", seeds.clone().map(|seed| seed.direction.number()))
        .short("stream", seeds.clone().map(|seed| seed.stream.number()))
        .uuid("target", seeds.map(|seed| seed.target))
        .long("count", wants.clone().map(|(_, want)| want.count))
        .long("hint", wants.map(|(_, want)| want.hint))
}
