//! Turns and lanes under lock: read together, changed here, and written back together with everything else.
//!
//! A turn's lock covers all lanes of its target: no other commit writes, or opens, one of them until this one has ended.

use std::collections::BTreeMap;

use base::store::{BlockingTransaction, Executor, KeptTransaction, Row, Store};
use sea_orm::{DatabaseTransaction, DbErr};
use uuid::Uuid;

use crate::Queue;
use crate::accept_batch::NewLetter;
use crate::inserts::Placed;
use crate::lane::{self, Lane, LaneKey, Seed};
use crate::rows::{Parts, Write, runs_apart};
use crate::turn::{self, Busy, Key, Turn};

/// What is locked, and what it contained.
#[derive(Default)]
pub struct Locked {
    pub turns: BTreeMap<Key, Turn>,
    pub lanes: BTreeMap<LaneKey, Lane>,
    /// The database's time once the turns were locked.
    pub now: i64,
    /// Rows of the first write before the locks.
    pub inserted: usize,
    seeds: BTreeMap<LaneKey, Seed>,
    turns_before: BTreeMap<Key, Turn>,
    lanes_before: BTreeMap<LaneKey, Lane>,
}

/// What a commit locks.
#[derive(Default)]
pub struct LockSet {
    /// By target, each with its pool.
    pub turns: BTreeMap<Key, String>,
    pub lanes: BTreeMap<LaneKey, Seed>,
}

impl LockSet {
    /// The lane of a letter, and its turn. Returns the lane's key.
    pub fn add(&mut self, tenant_id: Uuid, conversation_id: Uuid, letter: &NewLetter) -> LaneKey {
        self.turns.insert((tenant_id, letter.target), letter.pool.clone());
        let (key, seed) = lane::lane_of(tenant_id, conversation_id, letter);
        self.lanes.entry(key).or_insert(seed);
        key
    }
}

impl Locked {
    /// Runs the writes `first`, in their order, then locks the turns, then the lanes: the common order of all commits.
    /// Missing turns are created, missing lanes when they are written. On PostgreSQL all of it is one statement; its
    /// locks return the newest version of a row, also of one that it waited for.
    pub async fn take(tx: Executor<'_>, store: &Store, first: Vec<Write>, locks: LockSet) -> Result<Self, DbErr> {
        let first: Vec<Write> = first.into_iter().filter(|write| !write.is_empty()).collect();
        let mut locked = Self::read(tx, store, first, &locks).await?;
        let is_complete = locked.turns.len() == locks.turns.len() && locked.lanes.len() == locks.lanes.len();
        if !is_complete {
            // Needed once for each turn. These are created out of lock order: after a deadlock the whole batch is repeated.
            let missing = locks.turns.iter().filter(|(key, _)| !locked.turns.contains_key(key));
            turn::new_turns(missing).run(tx, store).await?;
            // A lane that another commit opened while this one waited for the turn was not seen.
            let inserted = locked.inserted;
            locked = Self { inserted, ..Self::read(tx, store, Vec::new(), &locks).await? };
            for (key, seed) in &locks.lanes {
                locked.lanes.entry(*key).or_insert_with(|| Lane::new(seed));
            }
        }
        locked.turns_before.clone_from(&locked.turns);
        locked.lanes_before.clone_from(&locked.lanes);
        locked.seeds = locks.lanes;
        Ok(locked)
    }

    async fn read(tx: Executor<'_>, store: &Store, first: Vec<Write>, locks: &LockSet) -> Result<Self, DbErr> {
        let mut locked = Self::default();
        if runs_apart(store) || locks.turns.is_empty() {
            for (number, write) in first.into_iter().enumerate() {
                let inserted = write.fetch(tx, store).await?.len();
                locked.inserted = if number == 0 { inserted } else { locked.inserted };
            }
            for row in turn::locked(store, locks.turns.keys(), Busy::Await).fetch(tx, store).await? {
                locked.add_turn(&row)?;
            }
            for row in lane::locked(store, &locks.lanes).fetch(tx, store).await? {
                locked.add_lane(&row)?;
            }
            return Ok(locked);
        }
        // Reading the one before makes PostgreSQL run it first.
        let (turns, lanes) = (turn::locked(store, locks.turns.keys(), Busy::Await), lane::locked(store, &locks.lanes));
        let mut parts = Parts::of(first.iter().chain([&turns, &lanes]));
        let mut before = None;
        for (number, write) in first.into_iter().enumerate() {
            let name = format!("w{number}");
            parts.add(&name, store, write, before.as_deref());
            before = Some(name);
        }
        let inserted = if before.is_some() { "(SELECT count(*) FROM w0)" } else { "0::bigint" };
        parts.add("turns", store, turns, before.as_deref());
        parts.add("lanes", store, lanes, Some("turns"));
        let query = format!(
            "SELECT {inserted} AS inserted, turns.*, lanes.* FROM (SELECT 1) AS one LEFT JOIN turns ON true \
             LEFT JOIN lanes ON lanes.lane_tenant = turns.tenant_id AND lanes.lane_target = turns.target"
        );
        for row in parts.fetch(tx, store, &query).await? {
            locked.inserted = usize::try_from(row.get::<i64>("inserted")?).unwrap_or(0);
            locked.add_turn(&row)?;
            locked.add_lane(&row)?;
        }
        Ok(locked)
    }

    fn add_turn(&mut self, row: &impl Row) -> Result<(), DbErr> {
        if row.get::<Option<Uuid>>("tenant_id")?.is_some() {
            let turn = Turn::read(row)?;
            self.now = self.now.max(row.get("now")?);
            self.turns.insert((turn.tenant_id, turn.target), turn);
        }
        Ok(())
    }

    fn add_lane(&mut self, row: &impl Row) -> Result<(), DbErr> {
        if let Some(tenant_id) = row.get::<Option<Uuid>>("lane_tenant")? {
            self.now = self.now.max(row.get("at")?);
            self.lanes.insert((tenant_id, row.get("lane_id")?), Lane::read(row)?);
        }
        Ok(())
    }

    /// Places a letter in its lane.
    pub fn place<'a>(&mut self, key: LaneKey, letter: &'a NewLetter, accepted_at: i64) -> Result<Placed<'a>, DbErr> {
        let (Some(lane), Some(seed)) = (self.lanes.get_mut(&key), self.seeds.get(&key)) else {
            return Err(DbErr::RecordNotFound(format!("lane {}", key.1)));
        };
        let (order_key, seq) = lane.place(letter.order_hint);
        let conversation_id = seed.conversation_id;
        Ok(Placed { tenant_id: key.0, lane_id: key.1, conversation_id, order_key, seq, letter, accepted_at })
    }

    /// Makes turns due with their lanes, unless they are held or wait.
    pub fn wake_turns(&mut self) {
        for (key, lane) in &self.lanes {
            let turn = self.seeds.get(key).and_then(|seed| self.turns.get_mut(&(key.0, seed.target)));
            if let (Some(turn), Some(at)) = (turn, lane.due.at(self.now)) {
                turn.wake(at);
            }
        }
    }

    /// Writes back what has changed.
    pub fn written(&self) -> [Write; 3] {
        let turns: Vec<&Turn> = self
            .turns
            .iter()
            .filter(|(key, turn)| self.turns_before.get(key) != Some(turn))
            .map(|(_, turn)| turn)
            .collect();
        let changed = self.lanes.iter().filter(|(key, lane)| self.lanes_before.get(key) != Some(lane));
        let (new, known): (Vec<_>, Vec<_>) = changed.partition(|(_, lane)| lane.is_new);
        [lane::written(&known, self.now), lane::new_lanes(&new, &self.seeds, self.now), turn::written(&turns)]
    }
}

// The queue's transactions: on PostgreSQL over connections that are kept, on SQLite on the writer's own thread, or, for
// tasks, which may not block, of the driver.

/// A transaction that may write.
pub enum Transaction {
    Pooled(DatabaseTransaction),
    Kept(Box<KeptTransaction>),
    Blocking(Box<BlockingTransaction>),
}

impl Queue {
    /// Begins a transaction that may write.
    pub(crate) async fn write_tx(&self) -> Result<Transaction, DbErr> {
        Ok(match &self.blocking {
            Some(connection) => Transaction::Blocking(Box::new(connection.write_tx().await?)),
            None if self.store.is_sqlite() => Transaction::Pooled(self.store.write_tx().await?),
            None => Transaction::Kept(Box::new(self.store.kept().write_tx().await?)),
        })
    }
}

impl Transaction {
    /// Commits. After an error the changes may have been written.
    pub async fn commit(self) -> Result<(), DbErr> {
        match self {
            Self::Pooled(tx) => tx.commit().await,
            Self::Kept(tx) => tx.commit().await,
            Self::Blocking(tx) => tx.commit(),
        }
    }

    /// Undoes the changes. A failed rollback closes the connection, which undoes them as well.
    pub async fn rollback(self) {
        match self {
            Self::Pooled(tx) => drop(tx.rollback().await),
            Self::Kept(tx) => tx.rollback().await,
            Self::Blocking(tx) => drop(tx),
        }
    }
}

impl<'a> From<&'a Transaction> for Executor<'a> {
    fn from(tx: &'a Transaction) -> Self {
        match tx {
            Transaction::Pooled(tx) => tx.into(),
            Transaction::Kept(tx) => Self::KeptTransaction(tx),
            Transaction::Blocking(tx) => Self::Blocking(tx),
        }
    }
}
