//! Lanes under lock. Every batch takes its locks in one order: dedupe keys and aliases, then turns, then lanes, then
//! the rest; sorted within each. A turn's lock covers all lanes of its target.

use std::collections::BTreeMap;

use base::message::{Direction, Stream, lane_id};
use base::store::{Executor, Row, Store};
use sea_orm::DbErr;
use uuid::Uuid;

use super::accept_batch::NewLetter;
use super::rows::{Rows, Write};

mod room;

pub use room::{LaneChange, make_room, upserted};

/// `(tenant, lane)`.
pub type LaneKey = (Uuid, Uuid);

/// Values for creating a missing lane.
#[derive(Clone, Debug)]
pub struct Seed {
    pub conversation_id: Uuid,
    pub source_id: Uuid,
    pub direction: Direction,
    pub stream: Stream,
    pub target: Uuid,
}

/// When a lane is due next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    Never,
    At(i64),
    /// Milliseconds from now.
    In(i64),
}

impl Due {
    /// The time in milliseconds; none for never.
    pub const fn at(self, now: i64) -> Option<i64> {
        match self {
            Self::Never => None,
            Self::At(at) => Some(at),
            Self::In(millis) => Some(now + millis),
        }
    }
}

/// Positions of the next letters in a lane.
#[derive(Clone, Debug)]
pub struct Places {
    next_seq: i64,
    /// Key of the letter that was leased last and is not finished: it stays the head, whatever is placed before it. 0 if there
    /// is none.
    last_key: i64,
    /// The largest key that a letter of the lane ever had.
    max_key: i64,
}

/// A locked lane row.
#[derive(Clone, Debug)]
pub struct Lane {
    pub places: Places,
    pub waiting: i64,
    pub due: Due,
    pub owner: Option<Uuid>,
    pub epoch: i64,
    pub leased_until: i64,
    pub starts: i32,
    pub carried: i64,
}

impl Places {
    fn read(row: &impl Row) -> Result<Self, DbErr> {
        Ok(Self { next_seq: row.get("next_seq")?, last_key: row.get("last_key")?, max_key: row.get("max_key")? })
    }

    /// The next position: hooks by their own time, everything else by arrival.
    pub fn next(&mut self, order_hint: Option<i64>) -> (i64, i64) {
        let order_key = order_hint.unwrap_or(self.max_key);
        let seq = self.next_seq;
        self.next_seq += 1;
        self.max_key = self.max_key.max(order_key);
        (order_key, seq)
    }

    /// A letter was delivered, or given up: usually the head, but by hand also one behind it.
    pub const fn finish(&mut self, order_key: i64) {
        if self.last_key == order_key {
            self.last_key = 0;
        }
    }
}

impl Lane {
    /// Adds a letter and returns its position.
    pub fn place(&mut self, order_hint: Option<i64>) -> (i64, i64) {
        self.waiting += 1;
        // Unconditional but never earlier: a lane in its back-off stays there.
        if self.due == Due::Never {
            self.due = Due::In(0);
        }
        self.places.next(order_hint)
    }
}

/// The key and seed of a letter's lane.
pub fn lane_of(tenant_id: Uuid, conversation_id: Uuid, letter: &NewLetter) -> (LaneKey, Seed) {
    let id = lane_id(conversation_id, letter.direction, letter.stream);
    let seed = Seed {
        conversation_id,
        source_id: letter.source_id,
        direction: letter.direction,
        stream: letter.stream,
        target: letter.target,
    };
    ((tenant_id, id), seed)
}

/// Creates missing lanes, locks all and reads them together with the database's time, taken after the turns' locks
/// were acquired.
pub async fn lock_lanes(
    db: &impl Executor,
    store: &Store,
    seeds: &BTreeMap<LaneKey, Seed>,
) -> Result<(BTreeMap<LaneKey, Lane>, i64), DbErr> {
    let mut lanes = BTreeMap::new();
    let mut now = read_locked(db, store, seeds.keys().copied(), &mut lanes).await?;
    let missing: Vec<_> = seeds.iter().filter(|(key, _)| !lanes.contains_key(key)).collect();
    if !missing.is_empty() {
        insert(db, store, missing.iter().map(|(key, seed)| (*key, *seed)).collect()).await?;
        now = read_locked(db, store, missing.into_iter().map(|(key, _)| *key), &mut lanes).await?.max(now);
    }
    Ok((lanes, now))
}

/// Inserts empty lanes; existing ones are unchanged.
async fn insert(db: &impl Executor, store: &Store, seeds: Vec<(&LaneKey, &Seed)>) -> Result<(), DbErr> {
    Rows::new()
        .uuid("tenant_id", seeds.iter().map(|(key, _)| key.0))
        .uuid("lane_id", seeds.iter().map(|(key, _)| key.1))
        .uuid("conversation_id", seeds.iter().map(|(_, seed)| seed.conversation_id))
        .uuid("source_id", seeds.iter().map(|(_, seed)| seed.source_id))
        .short("direction", seeds.iter().map(|(_, seed)| seed.direction.number()))
        .short("stream", seeds.iter().map(|(_, seed)| seed.stream.number()))
        .uuid("target", seeds.iter().map(|(_, seed)| seed.target))
        .execute(
            db,
            store,
            "INSERT INTO lane (tenant_id, lane_id, conversation_id, source_id, direction, stream, target, next_seq, \
             last_key, max_key, waiting, due_at, owner, epoch, leased_until, starts, carried) \
             SELECT tenant_id, lane_id, conversation_id, source_id, direction, stream, target, 1, 0, 0, 0, NULL, NULL, \
             0, 0, 0, 0 FROM rows WHERE true ORDER BY tenant_id, lane_id ON CONFLICT DO NOTHING",
        )
        .await?;
    Ok(())
}

async fn read_locked(
    db: &impl Executor,
    store: &Store,
    keys: impl Iterator<Item = LaneKey> + Clone,
    lanes: &mut BTreeMap<LaneKey, Lane>,
) -> Result<i64, DbErr> {
    let lock = if store.is_sqlite() { "" } else { " FOR NO KEY UPDATE OF lane" };
    let text = format!(
        "SELECT lane.tenant_id, lane.lane_id, next_seq, last_key, max_key, waiting, coalesce(due_at, -1) AS due, owner, \
         epoch, leased_until, starts, carried, {{now}} AS now FROM rows JOIN lane ON lane.tenant_id = rows.tenant_id AND \
         lane.lane_id = rows.lane_id ORDER BY lane.tenant_id, lane.lane_id{lock}"
    );
    let found = Rows::new()
        .uuid("tenant_id", keys.clone().map(|key| key.0))
        .uuid("lane_id", keys.map(|key| key.1))
        .fetch(db, store, &text)
        .await?;
    let mut now = 0;
    for row in found {
        now = now.max(row.get("now")?);
        let due: i64 = row.get("due")?;
        let lane = Lane {
            places: Places::read(&row)?,
            waiting: row.get("waiting")?,
            due: if due < 0 { Due::Never } else { Due::At(due) },
            owner: row.get("owner")?,
            epoch: row.get("epoch")?,
            leased_until: row.get("leased_until")?,
            starts: row.get("starts")?,
            carried: row.get("carried")?,
        };
        lanes.insert((row.get("tenant_id")?, row.get("lane_id")?), lane);
    }
    Ok(now)
}

/// Writes locked lanes back. `now`: the time with which their turns are written, so that both come due at the same
/// time.
pub fn written(lanes: &BTreeMap<LaneKey, Lane>, now: i64) -> Write {
    Rows::new()
        .uuid("tenant_id", lanes.keys().map(|key| key.0))
        .uuid("lane_id", lanes.keys().map(|key| key.1))
        .long("next_seq", lanes.values().map(|lane| lane.places.next_seq))
        .long("last_key", lanes.values().map(|lane| lane.places.last_key))
        .long("max_key", lanes.values().map(|lane| lane.places.max_key))
        .long("waiting", lanes.values().map(|lane| lane.waiting))
        .long("due", lanes.values().map(|lane| lane.due.at(now).unwrap_or(-1)))
        .uuid("owner", lanes.values().map(|lane| lane.owner.unwrap_or_default()))
        .long("leased_until", lanes.values().map(|lane| lane.leased_until))
        .int("starts", lanes.values().map(|lane| lane.starts))
        .long("carried", lanes.values().map(|lane| lane.carried))
        .uuid("no_owner", lanes.values().map(|_| Uuid::nil()))
        .write(
            "UPDATE lane SET next_seq = rows.next_seq, last_key = rows.last_key, max_key = rows.max_key, waiting = rows.waiting, \
             due_at = nullif(rows.due, -1), owner = nullif(rows.owner, rows.no_owner), \
             leased_until = rows.leased_until, starts = rows.starts, carried = rows.carried FROM rows \
             WHERE lane.tenant_id = rows.tenant_id AND lane.lane_id = rows.lane_id",
        )
}
