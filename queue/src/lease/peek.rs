//! A claim of a little work in two statements instead of a scan and a transaction of five: the due turns are read with
//! their due lanes and heads, without locks, and leased if nothing has changed since. PostgreSQL only.
//!
//! Whoever makes a lane due writes its turn (`turn.rs: waking`), under the turn's lock. So the version of a turn's row
//! tells whether a lane may have become due since the turn was read: such a turn, and one that is locked, is left to a
//! claim that locks it first.

use std::collections::HashMap;

use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use super::due::{CANDIDATE, Candidate, with_head};
use super::{Claim, LeaseRequest, Wishes, allowed, end_turns, granted};
use crate::Queue;
use crate::rows::{Rows, write_in_order};
use crate::scan::{After, DueTurn};
use crate::turn::{Turn, written_unchanged};

/// Turns of a pool, and lanes of a turn, from which on there is too much for a peek.
const LITTLE: usize = 4;

/// Due turns with their due lanes.
#[derive(Default)]
pub struct Peek {
    turns: Vec<Peeked>,
    /// The database's time, in milliseconds.
    now: i64,
    /// When the first turn of these pools that is not due will be.
    next: Option<i64>,
}

struct Peeked {
    turn: Turn,
    /// Of the row.
    version: i64,
    pool: String,
    due: Vec<Candidate>,
}

impl Peek {
    /// Its turns, the longest waiting first.
    pub fn ready(&self) -> Vec<DueTurn> {
        let due = |peeked: &Peeked| DueTurn {
            tenant_id: peeked.turn.tenant_id,
            target: peeked.turn.target,
            pool: peeked.pool.clone(),
            ready_at: peeked.turn.ready_at.unwrap_or_default(),
        };
        let mut ready: Vec<DueTurn> = self.turns.iter().map(due).collect();
        ready.sort_by_key(|one| (one.ready_at, one.tenant_id, one.target));
        ready
    }

    /// Milliseconds until the next turn is due, if none is; the inner value is none if no turn has a due time.
    pub fn next_ready_in(&self) -> Option<Option<i64>> {
        self.turns.is_empty().then(|| self.next.map(|next| next - self.now))
    }

    fn is_little(&self) -> bool {
        let mut of_pools: HashMap<&str, usize> = HashMap::new();
        for peeked in &self.turns {
            *of_pools.entry(&peeked.pool).or_default() += 1;
        }
        of_pools.values().all(|count| *count < LITTLE) && self.turns.iter().all(|peeked| peeked.due.len() < LITTLE)
    }
}

impl Queue {
    /// All that is due in these pools, if it is little. None if there is more, and on a database where a claim has to
    /// lock first.
    pub async fn peek(&self, afters: &[After]) -> Result<Option<Peek>, DbErr> {
        if self.store.is_sqlite() || self.store.one_account_a_commit() {
            return Ok(None);
        }
        // The time at the start of the statement, so that the indexes are searched for it.
        let now = self.store.now_sql().replace("clock_timestamp", "statement_timestamp");
        let text = format!(
            "SELECT turn.tenant_id, turn.target, turn.pool, turn.ready_at, turn.tokens, turn.refilled_at, turn.reason, \
             turn.failures, turn.failing_since, turn.failing, turn.rate, turn.rate_at, turn.calls, turn.errors, \
             turn.counted_from, turn.version, {now} AS now, (SELECT min(later.ready_at) FROM turn AS later \
             WHERE later.pool = rows.pool AND later.ready_at IS NOT NULL AND later.ready_at > {now}) AS next, \
             {CANDIDATE} FROM rows LEFT JOIN LATERAL (SELECT due.*, due.xmin::text::bigint AS version \
             FROM turn AS due WHERE due.pool = rows.pool \
             AND due.ready_at IS NOT NULL AND due.ready_at <= {now} AND due.ready_at >= rows.ready_at \
             ORDER BY due.ready_at, due.tenant_id, due.target LIMIT {LITTLE}) AS turn ON true \
             LEFT JOIN LATERAL (SELECT * FROM lane AS due WHERE due.tenant_id = turn.tenant_id \
             AND due.target = turn.target AND due.due_at IS NOT NULL AND due.due_at <= {now} \
             ORDER BY due.due_at LIMIT {LITTLE}) AS lane ON true {}",
            with_head(&self.store)
        );
        let found = Rows::new()
            .text("pool", afters.iter().map(|after| after.pool.as_str()))
            .long("ready_at", afters.iter().map(|after| after.ready_at))
            .fetch(self.store.by_keys(), &self.store, &text)
            .await?;
        let peek = read(&found)?;
        Ok(peek.is_little().then_some(peek))
    }

    /// [`Queue::claim`] of what was peeked at: as one statement where nothing has changed, and for the other turns as
    /// ever.
    pub async fn claim_peeked(
        &self,
        peek: Peek,
        wishes: &[LeaseRequest],
        lease: i64,
        mut found: impl FnMut(&[Claim]),
    ) -> Result<Vec<Claim>, DbErr> {
        let by_key: Wishes<'_> = wishes.iter().map(|wish| ((wish.tenant_id, wish.target), wish)).collect();
        let now = peek.now;
        let (mut turns, mut due, mut versions) = (Vec::new(), Vec::new(), Vec::new());
        for peeked in peek.turns {
            let is_wished = by_key.contains_key(&(peeked.turn.tenant_id, peeked.turn.target));
            // Under a rate, a pause or a breaker lanes may come due without a word to the turn, and a lane without a
            // letter is to be repaired.
            if is_wished && peeked.turn.reason.is_empty() && peeked.due.iter().all(|lane| lane.letter.is_some()) {
                let place = turns.len();
                due.push(peeked.due.into_iter().map(|lane| Candidate { turn: place, ..lane }).collect());
                turns.push(peeked.turn);
                versions.push(peeked.version);
            }
        }
        let mut claims = Vec::new();
        let mut written: Vec<(Uuid, Uuid)> = Vec::new();
        if !turns.is_empty() {
            let allowed = allowed(&mut turns, &by_key, now);
            let (candidates, more) = granted(&mut turns, due, &allowed);
            let taking = self.take(&turns, candidates, now, lease)?;
            found(&taking.claims);
            end_turns(&mut turns, &more, &taking.claims, &by_key, now, lease);
            (written, claims) = self.write_unchanged(taking, &turns, &versions).await?;
        }
        let others: Vec<LeaseRequest> =
            wishes.iter().filter(|wish| !written.contains(&(wish.tenant_id, wish.target))).cloned().collect();
        match self.claim(&others, lease, found).await {
            Ok(more) => claims.extend(more),
            Err(error) if claims.is_empty() => return Err(error),
            // Lanes that are already leased are delivered; the rest follows soon.
            Err(error) => tracing::warn!(%error, "a part of the due lanes could not be leased"),
        }
        Ok(claims)
    }

    /// Writes leases and turns of which nobody has written the turn since; returns these turns, and the leases.
    async fn write_unchanged(
        &self,
        taking: super::take::Taking,
        turns: &[Turn],
        versions: &[i64],
    ) -> Result<(Vec<(Uuid, Uuid)>, Vec<Claim>), DbErr> {
        let (claims, leases) = taking.without_empty();
        let leases = leases.only_for_targets("w0");
        let locking = [written_unchanged(turns, versions), leases];
        let asked = "(SELECT of_tenant, of_target, NULL::uuid AS of_lane FROM w0 \
                     UNION ALL SELECT tenant_id, NULL::uuid, lane_id FROM w1) AS written";
        let found = write_in_order(self.store.write(), &self.store, locking, [], asked).await;
        let found = match found.and_then(|found| self.fault("claim.after_commit").map(|()| found)) {
            Ok(found) => found,
            Err(error) if claims.is_empty() => return Err(error),
            Err(error) => {
                let all = turns.iter().map(|turn| (turn.tenant_id, turn.target)).collect();
                return Ok((all, self.read_back(claims, error).await?));
            }
        };
        let (mut targets, mut lanes) = (Vec::new(), Vec::new());
        for row in found {
            let tenant_id: Uuid = row.try_get("", "of_tenant")?;
            targets.extend(row.try_get::<Option<Uuid>>("", "of_target")?.map(|target| (tenant_id, target)));
            lanes.extend(row.try_get::<Option<Uuid>>("", "of_lane")?.map(|lane_id| (tenant_id, lane_id)));
        }
        let (mine, changed): (Vec<Claim>, Vec<Claim>) =
            claims.into_iter().partition(|claim| lanes.contains(&(claim.tenant_id, claim.lane_id)));
        let changed: Vec<Claim> =
            changed.into_iter().filter(|claim| targets.contains(&(claim.tenant_id, claim.target))).collect();
        self.recheck(self.store.write(), &changed).await?;
        Ok((targets, mine))
    }
}

fn read(found: &[QueryResult]) -> Result<Peek, DbErr> {
    let mut peek = Peek::default();
    for row in found {
        peek.now = row.try_get("", "now")?;
        let next: Option<i64> = row.try_get("", "next")?;
        peek.next = peek.next.into_iter().chain(next).min();
        if row.try_get::<Option<Uuid>>("", "target")?.is_none() {
            continue;
        }
        let turn = Turn::read(row)?;
        let key = (turn.tenant_id, turn.target);
        let place = peek.turns.iter().position(|known| (known.turn.tenant_id, known.turn.target) == key);
        let place = match place {
            Some(place) => place,
            None => {
                let (version, pool) = (row.try_get("", "version")?, row.try_get("", "pool")?);
                peek.turns.push(Peeked { turn, version, pool, due: Vec::new() });
                peek.turns.len() - 1
            }
        };
        if row.try_get::<Option<Uuid>>("", "lane_id")?.is_some() {
            peek.turns[place].due.push(Candidate::read(row, place)?);
        }
    }
    for peeked in &mut peek.turns {
        peeked.due.sort_by_key(|lane| lane.due_at);
    }
    Ok(peek)
}
