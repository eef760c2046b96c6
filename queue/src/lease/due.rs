//! Due lanes of the turns, each with its head.

use std::collections::{BTreeSet, HashMap, HashSet};

use base::message::{Direction, LetterKind, Stream};
use base::store::{Executor, Row, Search, Store};
use sea_orm::{DbErr, Statement};
use uuid::Uuid;

use super::{Claim, LeaseCall, Letter, damaged};
use crate::Queue;
use crate::rows::{Rows, Write, write_batch_and_fetch};
use crate::turn::{BREAKER, Busy, HELD, Key, Turn, written};

/// A due lane.
pub(crate) struct Candidate {
    pub lane_id: Uuid,
    pub due_at: i64,
    pub conversation_id: Uuid,
    pub source_id: Uuid,
    pub direction: i16,
    pub stream: i16,
    pub owner: Option<Uuid>,
    pub epoch: i64,
    pub starts: i32,
    /// None if the lane is empty.
    pub letter: Option<Letter>,
    pub turn: usize,
}

/// Columns read for a due lane and its head.
pub(crate) const CANDIDATE: &str = "lane.lane_id, lane.conversation_id, lane.source_id, lane.direction, lane.stream, \
     lane.owner, lane.epoch, lane.starts, lane.due_at, letter.order_key, letter.seq, letter.id, letter.message_id, \
     letter.kind, letter.payload, letter.attempts, letter.unknown, letter.resends, letter.late, letter.accepted_at, \
     letter.expires_at, letter.day";

/// Joins each `lane` with its head as `letter`: the one that was leased before and is not finished, else the first one. By the
/// primary key, in one descent of the index or two, however many letters wait. `account`: what the lane's is.
pub(crate) fn with_head(store: &Store, account: &str) -> String {
    let text = if store.is_sqlite() {
        "LEFT JOIN letter ON letter.rowid = coalesce((SELECT head.rowid FROM letter AS head \
         WHERE head.tenant_id = {of_lane} AND head.lane_id = lane.lane_id AND head.order_key >= lane.last_key \
         ORDER BY head.order_key, head.seq LIMIT 1), (SELECT first.rowid FROM letter AS first \
         WHERE first.tenant_id = {of_lane} AND first.lane_id = lane.lane_id \
         ORDER BY first.order_key, first.seq LIMIT 1))"
    } else {
        "LEFT JOIN LATERAL ((SELECT * FROM letter AS head WHERE head.tenant_id = {of_lane} \
         AND head.lane_id = lane.lane_id AND head.order_key >= lane.last_key \
         ORDER BY head.order_key, head.seq LIMIT 1) UNION ALL (SELECT * FROM letter AS first \
         WHERE first.tenant_id = {of_lane} AND first.lane_id = lane.lane_id \
         ORDER BY first.order_key, first.seq LIMIT 1) LIMIT 1) AS letter ON true"
    };
    text.replace("{of_lane}", account)
}

impl Candidate {
    pub fn read(row: &impl Row, turn: usize) -> Result<Self, DbErr> {
        Ok(Self {
            lane_id: row.get("lane_id")?,
            due_at: row.get("due_at")?,
            conversation_id: row.get("conversation_id")?,
            source_id: row.get("source_id")?,
            direction: row.get("direction")?,
            stream: row.get("stream")?,
            owner: row.get("owner")?,
            epoch: row.get("epoch")?,
            starts: row.get("starts")?,
            letter: letter(row)?,
            turn,
        })
    }

    /// The lane with its lease; none if it has no letter. `probe`, `until`: see [`Claim`].
    pub fn claim(self, (tenant_id, target): Key, probe: bool, until: i64) -> Result<Option<Claim>, DbErr> {
        let Some(mut letter) = self.letter else {
            tracing::error!(tenant.id = %tenant_id, lane.id = %self.lane_id, "a due lane has no letters; it is marked idle");
            return Ok(None);
        };
        letter.unknown |= self.owner.is_some();
        Ok(Some(Claim {
            tenant_id,
            lane_id: self.lane_id,
            target,
            conversation_id: self.conversation_id,
            source_id: self.source_id,
            direction: Direction::from_number(self.direction).map_err(damaged)?,
            stream: Stream::from_number(self.stream).map_err(damaged)?,
            epoch: self.epoch + 1,
            starts: self.starts + 1,
            probe,
            until,
            letter,
        }))
    }
}

fn letter(row: &impl Row) -> Result<Option<Letter>, DbErr> {
    let Some(id) = row.get("id")? else { return Ok(None) };
    Ok(Some(Letter {
        order_key: row.get("order_key")?,
        seq: row.get("seq")?,
        id,
        message_id: row.get("message_id")?,
        kind: LetterKind::from_number(row.get("kind")?).map_err(damaged)?,
        payload: row.get("payload")?,
        attempts: row.get("attempts")?,
        unknown: row.get("unknown")?,
        resends: row.get("resends")?,
        late: row.get("late")?,
        accepted_at: row.get("accepted_at")?,
        expires_at: row.get("expires_at")?,
        day: row.get("day")?,
    }))
}

/// Selects a column of at most `{limit}` due lanes of `rows.target`. Its sources take turns, beginning after the one that was
/// served last; within a source the longest waiting lane is first. One descent of the index for each source that has work, so
/// that a source with many due lanes hides none of another.
const IN_TURN: &str = "WITH RECURSIVE served(source_id, last_source) AS (SELECT (SELECT one.source_id FROM lane AS one \
     WHERE {one} ORDER BY one.source_id LIMIT 1), rows.last_source UNION ALL SELECT (SELECT one.source_id FROM lane AS one \
     WHERE {one} AND one.source_id > served.source_id ORDER BY one.source_id LIMIT 1), served.last_source FROM served \
     WHERE served.source_id IS NOT NULL) SELECT due.{column} FROM served JOIN {due} \
     ORDER BY row_number() OVER (PARTITION BY due.source_id ORDER BY due.due_at), due.source_id <= served.last_source, \
     due.source_id LIMIT {limit}";

impl Queue {
    /// Due lanes of each turn, by its index, in the order in which they are to be served ([`in_turn`]): one more than allowed,
    /// if there is one.
    pub(super) async fn due_lanes(
        &self,
        tx: Executor<'_>,
        turns: &[Turn],
        now: i64,
        allowed: &[i64],
    ) -> Result<HashMap<usize, Vec<Candidate>>, DbErr> {
        let most = allowed.iter().max().copied().unwrap_or(0) + 1;
        // SQLite accepts no column in LIMIT, so there all turns use the largest value.
        let (limit, column, due, lane) = if self.store.is_sqlite() {
            let due = "lane AS due ON due.rowid IN (SELECT first.rowid FROM lane AS first WHERE {first} LIMIT {limit})";
            (most.to_string(), "rowid", due, "JOIN lane ON lane.rowid IN ({in_turn})")
        } else {
            let due = "LATERAL (SELECT * FROM lane AS first WHERE {first} LIMIT {limit}) AS due ON true";
            ("rows.most".to_owned(), "*", due, "CROSS JOIN LATERAL ({in_turn}) AS lane")
        };
        let one = "one.tenant_id = {account} AND one.target = rows.target AND one.due_at IS NOT NULL";
        let first = "first.tenant_id = {account} AND first.target = rows.target AND first.source_id = served.source_id \
                     AND first.due_at IS NOT NULL AND first.due_at <= rows.until ORDER BY first.due_at";
        let lanes = IN_TURN.replace("{column}", column).replace("{one}", one).replace("{due}", due);
        let due = lane.replace("{in_turn}", &lanes).replace("{first}", first).replace("{limit}", &limit);
        let text = format!("SELECT {CANDIDATE}, rows.place FROM rows {due} {}", with_head(&self.store, "{account}"));
        let rows = Rows::new()
            .uuid("tenant_id", turns.iter().map(|turn| turn.tenant_id))
            .uuid("target", turns.iter().map(|turn| turn.target))
            .uuid("last_source", turns.iter().map(|turn| turn.last_source))
            .long("until", turns.iter().map(|_| now))
            .long("most", allowed.iter().map(|allowed| allowed + 1))
            .long("place", (0..).take(turns.len()))
            .fetch(tx, &self.store, &text)
            .await?;
        let mut found: HashMap<usize, Vec<Candidate>> = HashMap::new();
        for row in rows {
            let place = usize::try_from(row.get::<i64>("place")?).unwrap_or(usize::MAX);
            found.entry(place).or_default().push(Candidate::read(&row, place)?);
        }
        for (place, due) in &mut found {
            in_turn(due, turns.get(*place).map_or_else(Uuid::nil, |turn| turn.last_source));
        }
        Ok(found)
    }
}

/// Orders due lanes as their sources take turns: the first of each source, beginning after the one served last, then the
/// second of each.
fn in_turn(due: &mut [Candidate], last_source: Uuid) {
    due.sort_by_key(|candidate| candidate.due_at);
    let mut of_source: HashMap<Uuid, usize> = HashMap::new();
    let mut places: HashMap<Uuid, (usize, bool, Uuid)> = HashMap::new();
    for candidate in due.iter() {
        let place = of_source.entry(candidate.source_id).or_default();
        places.insert(candidate.lane_id, (*place, candidate.source_id <= last_source, candidate.source_id));
        *place += 1;
    }
    due.sort_by_key(|candidate| places.get(&candidate.lane_id).copied());
}

/// Leases that are about to be written.
pub(super) struct Taking {
    pub claims: Vec<Claim>,
    /// Marks empty lanes as never due.
    empty: Write,
    leases: Write,
}

impl Queue {
    /// The heads of due lanes, the writes that lease them, and the writes that mark empty lanes as never due. `now`:
    /// the database's time, from which the leases of turns and lanes are both counted.
    pub(super) fn take(
        &self,
        turns: &[Turn],
        candidates: Vec<Candidate>,
        now: i64,
        call: &LeaseCall,
    ) -> Result<Taking, DbErr> {
        let mut claims = Vec::with_capacity(candidates.len());
        let mut empty = Vec::new();
        for candidate in candidates {
            let turn = &turns[candidate.turn];
            let (lane_id, key) = (candidate.lane_id, (turn.tenant_id, turn.target));
            match candidate.claim(key, turn.reason == BREAKER, call.until)? {
                Some(claim) => claims.push(claim),
                None => empty.push((turn.tenant_id, lane_id)),
            }
        }
        let empty = Rows::new()
            .uuid("tenant_id", empty.iter().map(|key| key.0))
            .uuid("lane_id", empty.iter().map(|key| key.1))
            .write(
                "UPDATE lane SET due_at = NULL, waiting = 0, owner = NULL FROM rows \
                 WHERE lane.tenant_id = {account} AND lane.lane_id = rows.lane_id",
            );
        let leases = Rows::new()
            .uuid("tenant_id", claims.iter().map(|claim| claim.tenant_id))
            .uuid("lane_id", claims.iter().map(|claim| claim.lane_id))
            .long("epoch", claims.iter().map(|claim| claim.epoch))
            .long("last_key", claims.iter().map(|claim| claim.letter.order_key))
            .uuid("owner", claims.iter().map(|_| self.instance))
            .long("until", claims.iter().map(|_| now + call.lease))
            .long("claim", claims.iter().map(|_| call.number))
            .write(
                "UPDATE lane SET owner = rows.owner, claim = rows.claim, epoch = rows.epoch, leased_until = rows.until, \
                 due_at = rows.until, starts = lane.starts + 1, last_key = rows.last_key FROM rows \
                 WHERE lane.tenant_id = {account} AND lane.lane_id = rows.lane_id \
                 AND lane.epoch = rows.epoch - 1 RETURNING lane.tenant_id AS tenant_id, lane.lane_id AS lane_id",
            );
        Ok(Taking { claims, empty, leases })
    }

    /// Writes them and the turns; returns the leases whose lane had not changed since it was read. The others are not
    /// leased and not sent.
    pub(super) async fn write_leases(
        &self,
        tx: Executor<'_>,
        taking: Taking,
        turns: Write,
    ) -> Result<Vec<Claim>, DbErr> {
        let Taking { claims, empty, leases } = taking;
        let written = write_batch_and_fetch(tx, &self.store, [empty, turns], leases).await?;
        let mut leased: HashSet<(Uuid, Uuid)> = HashSet::with_capacity(written.len());
        for row in written {
            leased.insert((row.get("tenant_id")?, row.get("lane_id")?));
        }
        let (mine, changed): (Vec<Claim>, Vec<Claim>) =
            claims.into_iter().partition(|claim| leased.contains(&(claim.tenant_id, claim.lane_id)));
        self.recheck(tx, &changed).await?;
        Ok(mine)
    }

    /// A lane changed without its turn's lock may be due, while the turn was written from the earlier read.
    async fn recheck(&self, tx: Executor<'_>, changed: &[Claim]) -> Result<(), DbErr> {
        if changed.is_empty() {
            return Ok(());
        }
        tracing::warn!(lanes = changed.len(), "lanes changed while they were being leased; they are read again");
        let turns: BTreeSet<(Uuid, Uuid)> = changed.iter().map(|claim| (claim.tenant_id, claim.target)).collect();
        Rows::new()
            .uuid("tenant_id", turns.iter().map(|key| key.0))
            .uuid("target", turns.iter().map(|key| key.1))
            .execute(
                tx,
                &self.store,
                "UPDATE turn SET ready_at = {now} FROM rows WHERE turn.tenant_id = {account} \
                 AND turn.target = rows.target AND turn.reason = ''",
            )
            .await?;
        Ok(())
    }
}

const HELD_LANES: Search<'_> = Search {
    tables: &["turn", "lane", "letter"],
    columns: Some("tenant_id uuid, target uuid, pool text, lane_id uuid"),
};

/// A lane of a held target whose head has expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expired {
    pub tenant_id: Uuid,
    pub target: Uuid,
    pub lane_id: Uuid,
    pub pool: String,
}

impl Queue {
    /// Lanes of held targets whose heads have expired, at most `limit` over all targets; reads without locks.
    pub async fn expired(&self, limit: u32) -> Result<Vec<Expired>, DbErr> {
        let now = if self.store.is_sqlite() { self.store.clock().millis().to_string() } else { self.store.now_sql() };
        let text = format!(
            "SELECT turn.tenant_id, turn.target, turn.pool, lane.lane_id FROM turn CROSS JOIN lane {} \
             WHERE turn.reason LIKE '{HELD}%' AND lane.tenant_id = turn.tenant_id AND lane.target = turn.target \
             AND lane.due_at IS NOT NULL AND lane.due_at <= {now} AND letter.expires_at <= {now} LIMIT {limit}",
            with_head(&self.store, "lane.tenant_id")
        );
        // With a backlog of a million letters this exceeds the time limit of reads, so a writing connection is used.
        let db = if self.store.is_sqlite() { self.store.read() } else { self.store.write() };
        let found = self.store.search(db, Statement::from_string(self.store.backend(), text), HELD_LANES).await?;
        let read = |row: &sea_orm::QueryResult| {
            Ok(Expired {
                tenant_id: row.get("tenant_id")?,
                target: row.get("target")?,
                lane_id: row.get("lane_id")?,
                pool: row.get("pool")?,
            })
        };
        found.iter().map(read).collect()
    }

    /// Leases those of these lanes that have not changed, so that their heads can be buried. Their turns stay held.
    pub async fn claim_expired(&self, found: &[Expired], lease_millis: i64) -> Result<Vec<Claim>, DbErr> {
        let mut found: Vec<&Expired> = found.iter().collect();
        found.sort_by_key(|one| (one.tenant_id, one.target, one.lane_id));
        let mut claims = Vec::new();
        let alone = self.store.one_account_a_commit();
        for some in found.chunk_by(|one, other| !alone || one.tenant_id == other.tenant_id) {
            let call = self.lease_call(&[], lease_millis);
            let tx = self.write_tx().await?;
            match self.claim_expired_in((&tx).into(), some, &call).await {
                Ok(leased) => claims.extend(self.committed(tx, &call, leased).await?),
                Err(error) => {
                    tx.rollback().await;
                    return Err(error);
                }
            }
        }
        Ok(claims)
    }

    async fn claim_expired_in(
        &self,
        tx: Executor<'_>,
        found: &[&Expired],
        call: &LeaseCall,
    ) -> Result<Vec<Claim>, DbErr> {
        let mut keys: Vec<_> = found.iter().map(|one| (one.tenant_id, one.target)).collect();
        keys.dedup();
        let (mut turns, now) = self.lock_turns(tx, &keys, Busy::Skip).await?;
        turns.retain(Turn::is_held);
        let places: HashMap<_, _> =
            turns.iter().enumerate().map(|(place, turn)| ((turn.tenant_id, turn.target), place)).collect();
        let of_turns: Vec<_> =
            found.iter().filter_map(|one| Some((one, *places.get(&(one.tenant_id, one.target))?))).collect();
        let text = format!(
            "SELECT {CANDIDATE}, rows.place FROM rows JOIN lane ON lane.tenant_id = {{account}} \
             AND lane.lane_id = rows.lane_id AND lane.due_at IS NOT NULL AND lane.due_at <= rows.until {} \
             WHERE letter.expires_at <= rows.until",
            with_head(&self.store, "{account}")
        );
        let heads = Rows::new()
            .uuid("tenant_id", of_turns.iter().map(|(one, _)| one.tenant_id))
            .uuid("lane_id", of_turns.iter().map(|(one, _)| one.lane_id))
            .long("until", of_turns.iter().map(|_| now))
            .long("place", of_turns.iter().map(|(_, place)| i64::try_from(*place).unwrap_or(i64::MAX)))
            .fetch(tx, &self.store, &text)
            .await?;
        let mut candidates = Vec::with_capacity(heads.len());
        for row in heads {
            let place = usize::try_from(row.get::<i64>("place")?).unwrap_or(usize::MAX);
            candidates.push(Candidate::read(&row, place)?);
        }
        let taking = self.take(&turns, candidates, now, call)?;
        self.write_leases(tx, taking, written(&[])).await
    }
}
