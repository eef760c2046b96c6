//! Room for new letters in their lanes.

use std::collections::BTreeMap;

use base::store::{Executor, Row, Store};
use sea_orm::DbErr;

use super::{LaneKey, Places, Seed, insert};
use crate::accept_batch::NewLetter;
use crate::rows::{Rows, Write};

/// The changes of a lane by a batch of new letters.
#[derive(Clone, Debug)]
pub struct LaneChange {
    pub seed: Seed,
    pub count: i64,
    /// The latest `order_hint`; 0 if there is none.
    pub hint: i64,
}

impl LaneChange {
    pub const fn new(seed: Seed) -> Self {
        Self { seed, count: 0, hint: 0 }
    }

    pub fn add(&mut self, letter: &NewLetter) {
        self.count += 1;
        self.hint = self.hint.max(letter.order_hint.unwrap_or(0));
    }
}

/// Makes room for accepted letters in their lanes with one statement: counts them, wakes the lane (unconditionally,
/// but never before the end of a back-off) and returns the next position in each lane. Creates missing lanes.
///
/// The turns of all lanes are locked already, so no other batch touches these rows.
pub async fn make_room(
    db: &impl Executor,
    store: &Store,
    wants: &BTreeMap<LaneKey, LaneChange>,
) -> Result<BTreeMap<LaneKey, Places>, DbErr> {
    let mut places = touch(db, store, wants.iter().collect()).await?;
    let missing: Vec<_> = wants.iter().filter(|(key, _)| !places.contains_key(key)).collect();
    if !missing.is_empty() {
        insert(db, store, missing.iter().map(|(key, want)| (*key, &want.seed)).collect()).await?;
        places.extend(touch(db, store, missing).await?);
    }
    Ok(places)
}

async fn touch(
    db: &impl Executor,
    store: &Store,
    wants: Vec<(&LaneKey, &LaneChange)>,
) -> Result<BTreeMap<LaneKey, Places>, DbErr> {
    let greatest = if store.is_sqlite() { "max" } else { "greatest" };
    let text = format!(
        "UPDATE lane SET next_seq = lane.next_seq + rows.count, waiting = lane.waiting + rows.count, \
         due_at = coalesce(lane.due_at, {{now}}), max_key = {greatest}(lane.max_key, rows.hint) \
         FROM rows WHERE lane.tenant_id = rows.tenant_id AND lane.lane_id = rows.lane_id \
         RETURNING lane.tenant_id AS tenant_id, lane.lane_id AS lane_id, next_seq, last_key, max_key"
    );
    let found = Rows::new()
        .uuid("tenant_id", wants.iter().map(|(key, _)| key.0))
        .uuid("lane_id", wants.iter().map(|(key, _)| key.1))
        .long("count", wants.iter().map(|(_, want)| want.count))
        .long("hint", wants.iter().map(|(_, want)| want.hint))
        .fetch(db, store, &text)
        .await?;
    let counts: BTreeMap<&LaneKey, i64> = wants.iter().map(|(key, want)| (*key, want.count)).collect();
    let mut places = BTreeMap::new();
    for row in found {
        let key = (row.get("tenant_id")?, row.get("lane_id")?);
        let mut of_lane = Places::read(&row)?;
        // The statement has counted them already; here the positions are handed out.
        of_lane.next_seq -= counts.get(&key).copied().unwrap_or(0);
        places.insert(key, of_lane);
    }
    Ok(places)
}

/// Makes room as [`make_room`] does, creating missing lanes, in a statement of which other parts place the letters:
/// `of_tenant`, `of_lane`, `of_target`, `due_at`, `next_seq` (with the room) and `max_key`. PostgreSQL only.
pub fn upserted(wants: &BTreeMap<LaneKey, LaneChange>) -> Write {
    Rows::new()
        .uuid("tenant_id", wants.keys().map(|key| key.0))
        .uuid("lane_id", wants.keys().map(|key| key.1))
        .uuid("conversation_id", wants.values().map(|want| want.seed.conversation_id))
        .uuid("source_id", wants.values().map(|want| want.seed.source_id))
        .short("direction", wants.values().map(|want| want.seed.direction.number()))
        .short("stream", wants.values().map(|want| want.seed.stream.number()))
        .uuid("target", wants.values().map(|want| want.seed.target))
        .long("count", wants.values().map(|want| want.count))
        .long("hint", wants.values().map(|want| want.hint))
        .write(
            "INSERT INTO lane (tenant_id, lane_id, conversation_id, source_id, direction, stream, target, next_seq, \
             last_key, max_key, waiting, due_at, owner, epoch, leased_until, starts, carried) \
             SELECT tenant_id, lane_id, conversation_id, source_id, direction, stream, target, 1 + count, 0, hint, count, \
             {now}, NULL, 0, 0, 0, 0 FROM rows WHERE true ORDER BY tenant_id, lane_id \
             ON CONFLICT (tenant_id, lane_id) DO UPDATE SET next_seq = lane.next_seq + excluded.waiting, \
             waiting = lane.waiting + excluded.waiting, due_at = coalesce(lane.due_at, {now}), \
             max_key = greatest(lane.max_key, excluded.max_key) \
             RETURNING lane.tenant_id AS of_tenant, lane.lane_id AS of_lane, lane.target AS of_target, lane.due_at, \
             lane.next_seq, lane.max_key",
        )
}
