//! Lanes under lock. Every batch takes its locks in one order: dedupe keys and aliases, then turns, then lanes, then
//! the rest; sorted within each. A turn's lock covers all lanes of its target.

use std::collections::BTreeMap;

use base::message::{Direction, Stream, lane_id};
use base::store::{Row, Store};
use sea_orm::DbErr;
use uuid::Uuid;

use crate::accept_batch::NewLetter;
use crate::rows::{Rows, Write};

/// `(tenant, lane)`.
pub type LaneKey = (Uuid, Uuid);

/// Values for creating a missing lane.
#[derive(Clone, Copy, Debug)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    next_seq: i64,
    /// Key of the letter that was leased last and is not finished: it stays the head, whatever is placed before it. 0 if there
    /// is none.
    last_key: i64,
    /// The largest key that a letter of the lane ever had.
    max_key: i64,
}

/// A locked lane row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// It has no row yet.
    pub is_new: bool,
    pub source_id: Uuid,
    pub places: Places,
    pub waiting: i64,
    pub due: Due,
    pub owner: Option<Uuid>,
    pub epoch: i64,
    pub leased_until: i64,
    pub starts: i32,
    pub carried: i64,
    /// Number of the call that leased it.
    pub claim: Option<i64>,
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

    /// The letter with this key is leased.
    pub const fn begin(&mut self, order_key: i64) {
        self.last_key = order_key;
    }

    /// A letter was delivered, or given up: usually the head, but by hand also one behind it.
    pub const fn finish(&mut self, order_key: i64) {
        if self.last_key == order_key {
            self.last_key = 0;
        }
    }
}

impl Lane {
    /// One without a row.
    pub const fn new(seed: &Seed) -> Self {
        Self {
            is_new: true,
            source_id: seed.source_id,
            places: Places { next_seq: 1, last_key: 0, max_key: 0 },
            waiting: 0,
            due: Due::Never,
            owner: None,
            epoch: 0,
            leased_until: 0,
            starts: 0,
            carried: 0,
            claim: None,
        }
    }

    pub fn read(row: &impl Row) -> Result<Self, DbErr> {
        Ok(Self {
            is_new: false,
            source_id: row.get("source_id")?,
            places: Places::read(row)?,
            waiting: row.get("waiting")?,
            due: row.get::<Option<i64>>("due_at")?.map_or(Due::Never, Due::At),
            owner: row.get("owner")?,
            epoch: row.get("epoch")?,
            leased_until: row.get("leased_until")?,
            starts: row.get("starts")?,
            carried: row.get("carried")?,
            claim: row.get("claim")?,
        })
    }

    /// Whether it had no letter and now has a single one.
    pub fn is_idle_but_for_one(&self) -> bool {
        self.owner.is_none() && self.waiting == 1 && self.due == Due::In(0)
    }

    /// Leases it, for the letter with this key.
    pub fn lease(&mut self, owner: Uuid, claim: i64, order_key: i64, until: i64) {
        (self.owner, self.claim) = (Some(owner), Some(claim));
        self.epoch += 1;
        self.starts += 1;
        self.leased_until = until;
        self.due = Due::At(until);
        self.places.begin(order_key);
    }

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

/// Locks lanes in their order and reads them with the database's time, `at`; `lane_tenant` and `lane_target` are the account
/// and the target that its letters name.
pub fn locked(store: &Store, seeds: &BTreeMap<LaneKey, Seed>) -> Write {
    let lock = if store.is_sqlite() { "" } else { " FOR NO KEY UPDATE OF lane" };
    Rows::new()
        .uuid("tenant_id", seeds.keys().map(|key| key.0))
        .uuid("lane_id", seeds.keys().map(|key| key.1))
        .uuid("target", seeds.values().map(|seed| seed.target))
        .write(format!(
            "SELECT lane.tenant_id AS lane_tenant, rows.target AS lane_target, lane.lane_id, lane.source_id, next_seq, last_key, \
             max_key, waiting, due_at, owner, epoch, leased_until, starts, carried, claim, {{now}} AS at FROM rows JOIN lane \
             ON lane.tenant_id = {{account}} AND lane.lane_id = rows.lane_id ORDER BY lane.tenant_id, lane.lane_id{lock}"
        ))
}

/// Writes locked lanes back. `now`: the time with which their turns are written, so that both come due at the same
/// time.
pub fn written(lanes: &[(&LaneKey, &Lane)], now: i64) -> Write {
    rows(lanes, now).write(
        "UPDATE lane SET next_seq = rows.next_seq, last_key = rows.last_key, max_key = rows.max_key, waiting = rows.waiting, \
         due_at = nullif(rows.due, -1), owner = nullif(rows.owner, rows.no_owner), epoch = rows.epoch, \
         leased_until = rows.leased_until, starts = rows.starts, carried = rows.carried, claim = nullif(rows.claim, -1) FROM rows \
         WHERE lane.tenant_id = {account} AND lane.lane_id = rows.lane_id",
    )
}

/// Stores lanes that have no row yet.
pub fn new_lanes(lanes: &[(&LaneKey, &Lane)], seeds: &BTreeMap<LaneKey, Seed>, now: i64) -> Write {
    let seeds = || lanes.iter().filter_map(|(key, _)| seeds.get(key));
    rows(lanes, now)
        .uuid("conversation_id", seeds().map(|seed| seed.conversation_id))
        .uuid("source_id", seeds().map(|seed| seed.source_id))
        .short("direction", seeds().map(|seed| seed.direction.number()))
        .short("stream", seeds().map(|seed| seed.stream.number()))
        .uuid("target", seeds().map(|seed| seed.target))
        .write(
            "INSERT INTO lane (tenant_id, lane_id, conversation_id, source_id, direction, stream, target, next_seq, \
             last_key, max_key, waiting, due_at, owner, epoch, leased_until, starts, carried, claim) \
             SELECT tenant_id, lane_id, conversation_id, source_id, direction, stream, target, next_seq, last_key, max_key, \
             waiting, nullif(due, -1), nullif(owner, no_owner), epoch, leased_until, starts, carried, nullif(claim, -1) FROM rows",
        )
}

fn rows(lanes: &[(&LaneKey, &Lane)], now: i64) -> Rows {
    let each = || lanes.iter().map(|(_, lane)| lane);
    Rows::new()
        .uuid("tenant_id", lanes.iter().map(|(key, _)| key.0))
        .uuid("lane_id", lanes.iter().map(|(key, _)| key.1))
        .long("next_seq", each().map(|lane| lane.places.next_seq))
        .long("last_key", each().map(|lane| lane.places.last_key))
        .long("max_key", each().map(|lane| lane.places.max_key))
        .long("waiting", each().map(|lane| lane.waiting))
        .long("due", each().map(|lane| lane.due.at(now).unwrap_or(-1)))
        .uuid("owner", each().map(|lane| lane.owner.unwrap_or_default()))
        .uuid("no_owner", each().map(|_| Uuid::nil()))
        .long("epoch", each().map(|lane| lane.epoch))
        .long("leased_until", each().map(|lane| lane.leased_until))
        .int("starts", each().map(|lane| lane.starts))
        .long("carried", each().map(|lane| lane.carried))
        .long("claim", each().map(|lane| lane.claim.unwrap_or(-1)))
}
