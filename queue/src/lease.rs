//! Leases lanes: to whom, until when, and which letter is the head.

pub(crate) mod context;
pub(crate) mod due;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::Ordering;

use base::message::{Direction, LetterKind, Stream};
use base::store::{Executor, Row, Search, in_transaction};
use sea_orm::{ConnectionTrait, DbErr, RuntimeErr, Statement, Value};
use uuid::Uuid;

use crate::Queue;
use crate::turn::{BREAKER, Busy, Key, RATE, TargetRate, Turn, written};
pub use context::{StoredContext, StoredContexts};
pub use due::Expired;

/// How many calls a target may start now.
#[derive(Clone, Debug)]
pub struct LeaseRequest {
    pub tenant_id: Uuid,
    pub target: Uuid,
    pub limit: u32,
    pub rate: TargetRate,
}

/// A leased lane with its head.
#[derive(Clone, Debug)]
pub struct Claim {
    pub tenant_id: Uuid,
    pub lane_id: Uuid,
    pub target: Uuid,
    pub conversation_id: Uuid,
    pub source_id: Uuid,
    pub direction: Direction,
    pub stream: Stream,
    pub epoch: i64,
    /// Leases of this head that were never settled, including this one.
    pub starts: i32,
    /// Sent alone, to find out whether the target answers again.
    pub probe: bool,
    /// Latest end of the lease by this process's clock (milliseconds since 1970).
    pub until: i64,
    pub letter: Letter,
}

/// The head of a leased lane.
#[derive(Clone, Debug)]
pub struct Letter {
    pub order_key: i64,
    pub seq: i64,
    pub id: Uuid,
    pub message_id: Uuid,
    pub kind: LetterKind,
    pub payload: String,
    pub attempts: i32,
    /// An earlier attempt may have arrived: check before sending.
    pub unknown: bool,
    pub resends: i32,
    pub late: bool,
    pub accepted_at: i64,
    pub expires_at: i64,
    pub day: i32,
}

impl Queue {
    /// Leases due lanes of the wished targets for `lease_millis`, in one commit. No transaction is open afterwards:
    /// the network call comes next.
    ///
    /// A lane whose earlier lease expired unsettled comes back with `unknown` set: it was started, and it is unknown
    /// whether the message was sent.
    ///
    /// When the answer to the COMMIT is lost, its result is read back, so that letters that were not sent do not
    /// expire and come back as unknown.
    pub async fn claim(&self, wishes: &[LeaseRequest], lease_millis: i64) -> Result<Vec<Claim>, DbErr> {
        if !self.store.one_account_a_commit() {
            return self.claim_at_once(wishes, lease_millis).await;
        }
        let mut wishes = wishes.to_vec();
        wishes.sort_by_key(|wish| wish.tenant_id);
        let mut leased = Vec::new();
        for of_one in wishes.chunk_by(|one, other| one.tenant_id == other.tenant_id) {
            leased.push(self.claim_at_once(of_one, lease_millis).await);
        }
        leased_of(leased)
    }

    async fn claim_at_once(&self, wishes: &[LeaseRequest], lease_millis: i64) -> Result<Vec<Claim>, DbErr> {
        if wishes.is_empty() {
            return Ok(Vec::new());
        }
        let call = self.lease_call(wishes, lease_millis);
        let tx = self.write_tx().await?;
        match self.claim_in((&tx).into(), &call).await {
            Ok(claims) => self.committed(tx, &call, claims).await,
            Err(error) => {
                tx.rollback().await;
                Err(error)
            }
        }
    }

    /// The claim's steps in a transaction.
    async fn claim_in(&self, tx: Executor<'_>, call: &LeaseCall) -> Result<Vec<Claim>, DbErr> {
        let by_key: HashMap<_, _> = call.wishes.iter().map(|(key, wish)| (*key, wish)).collect();
        let keys: Vec<_> = by_key.keys().copied().collect();
        // A transaction that holds one of the others wakes the workers when it commits, so this does not wait for it
        // while holding these.
        let (mut turns, now) = self.lock_turns(tx, &keys, Busy::Skip).await?;
        turns.retain(|turn| !turn.is_held() && turn.ready_at.is_some_and(|ready_at| ready_at <= now));
        let mut allowed = Vec::with_capacity(turns.len());
        for turn in &mut turns {
            let Some(wish) = by_key.get(&(turn.tenant_id, turn.target)) else {
                allowed.push(0);
                continue;
            };
            let rate = turn.pace(wish.rate, now);
            turn.refill(rate, now);
            let room = if turn.reason == BREAKER { wish.limit.min(1) } else { wish.limit };
            allowed.push(i64::from(room).min(turn.tokens / 1000));
        }
        let mut due_of = self.due_lanes(tx, &turns, now, &allowed).await?;
        let mut candidates = Vec::new();
        let mut more = vec![false; turns.len()];
        for (place, (turn, allowed)) in turns.iter_mut().zip(allowed).enumerate() {
            let mut due = due_of.remove(&place).unwrap_or_default();
            let allowed = usize::try_from(allowed).unwrap_or(0);
            more[place] = due.len() > allowed;
            due.truncate(allowed);
            turn.last_source = due.last().map_or(turn.last_source, |candidate| candidate.source_id);
            turn.tokens -= 1000 * i64::try_from(due.len()).unwrap_or(0);
            candidates.extend(due);
        }
        let taking = self.take(&turns, candidates, now, call)?;
        end_turns(&mut turns, &more, &taking.claims, &by_key, now, call.lease);
        self.write_leases(tx, taking, written(&turns.iter().collect::<Vec<_>>())).await
    }
}

/// What several claims leased, if any of them succeeded: the letters of those that failed are claimed again soon.
///
/// # Errors
/// The first one, if all that succeeded leased nothing.
pub(crate) fn leased_of<C>(claims: impl IntoIterator<Item = Result<Vec<C>, DbErr>>) -> Result<Vec<C>, DbErr> {
    let (mut leased, mut first_error) = (Vec::new(), None);
    for claims in claims {
        match claims {
            Ok(claims) => leased.extend(claims),
            Err(error) => {
                tracing::warn!(%error, "the lanes of some accounts could not be leased");
                first_error.get_or_insert(error);
            }
        }
    }
    match first_error {
        Some(error) if leased.is_empty() => Err(error),
        _ => Ok(leased),
    }
}

fn damaged(error: anyhow::Error) -> DbErr {
    DbErr::Custom(error.to_string())
}

/// What is to be leased.
#[derive(Debug)]
pub struct LeaseCall {
    pub(crate) wishes: BTreeMap<Key, LeaseRequest>,
    /// Unique among the calls of this process.
    pub(crate) number: i64,
    /// Milliseconds.
    pub(crate) lease: i64,
    /// Latest end of its leases by this process's clock.
    pub(crate) until: i64,
}

/// A call to the other side that begins this long after the lease was asked for ends before the lease does: no call takes
/// longer than the rest.
const BEGUN_WITHIN_MILLIS: i64 = 15_000;

impl LeaseCall {
    /// Whether a call that begins at `now` (milliseconds since 1970) ends before the leases do.
    pub(crate) fn leaves_time_for_a_call(&self, now: i64) -> bool {
        leaves_time_for_a_call(self.until, self.lease, now)
    }
}

/// Whether a call that begins at `now` ends before leases that last until `until` and were asked for with this length.
pub(crate) fn leaves_time_for_a_call(until: i64, lease: i64, now: i64) -> bool {
    now - (until - lease) < BEGUN_WITHIN_MILLIS
}

impl Queue {
    /// A call for leases of `lease_millis`.
    pub fn lease_call(&self, wishes: &[LeaseRequest], lease_millis: i64) -> LeaseCall {
        LeaseCall {
            wishes: wishes.iter().map(|wish| ((wish.tenant_id, wish.target), wish.clone())).collect(),
            number: self.claims.fetch_add(1, Ordering::Relaxed),
            lease: lease_millis,
            until: self.store.clock().millis() + lease_millis,
        }
    }
}

/// Whether nothing was written for certain: the database answered with an error, or was never called.
pub(crate) fn is_refused(error: &DbErr) -> bool {
    match error {
        DbErr::Conn(_) | DbErr::ConnectionAcquire(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => {
            matches!(inner.as_ref(), sea_orm::sqlx::Error::Database(_) | sea_orm::sqlx::Error::PoolTimedOut)
        }
        _ => false,
    }
}

// When turns are due after a claim: at the tail, when their rate allows, or – after a crash – when the outcome can
// be checked.

/// Sets when each turn is due next: at the tail, when its rate allows, or with its earliest lane.
fn end_turns(
    turns: &mut [Turn],
    more: &[bool],
    claims: &[Claim],
    wishes: &HashMap<(Uuid, Uuid), &LeaseRequest>,
    now: i64,
    lease: i64,
) {
    for (turn, more) in turns.iter_mut().zip(more) {
        let key = (turn.tenant_id, turn.target);
        let begun = claims.iter().any(|claim| (claim.tenant_id, claim.target) == key);
        let rate = wishes.get(&key).map(|wish| turn.pace(wish.rate, now));
        if turn.reason == BREAKER && begun {
            turn.ready_at = Some(now + lease);
        } else if let (true, Some(rate), true) = (*more, rate, turn.tokens < 1000) {
            turn.reason = RATE.to_owned();
            turn.ready_at = Some(now + turn.until_next(rate));
        } else if *more {
            turn.reason = String::new();
            turn.ready_at = Some(now);
        } else {
            // All due lanes are leased.
            turn.reason = String::new();
            turn.ready_at = begun.then_some(now + lease);
            turn.or_lanes_after = Some(now);
        }
    }
}

impl Queue {
    /// Ends the leases of a dead process at the start of the only possible one (SQLite): the outcome of what it
    /// started is unknown.
    pub async fn void_leases(&self) -> Result<u64, DbErr> {
        let tx = self.store.write_tx().await?;
        let now = self.store.clock().millis();
        let text = "UPDATE lane SET due_at = $1, leased_until = 0 WHERE owner IS NOT NULL AND due_at IS NOT NULL";
        let voided = tx
            .execute_raw(Statement::from_sql_and_values(self.store.backend(), text, [now.into()]))
            .await?
            .rows_affected();
        let text = "UPDATE turn SET ready_at = $1, reason = '' WHERE reason NOT LIKE 'held:%' AND EXISTS (SELECT 1 FROM lane \
                    WHERE lane.tenant_id = turn.tenant_id AND lane.target = turn.target AND lane.due_at IS NOT NULL)";
        tx.execute_raw(Statement::from_sql_and_values(self.store.backend(), text, [now.into()])).await?;
        tx.commit().await?;
        Ok(voided)
    }
}

/// Condition for an account's targets in which this process holds a lane, using the index over turns that have work.
const HELD_BY: &str = "turn.ready_at IS NOT NULL AND EXISTS (SELECT 1 FROM lane WHERE lane.tenant_id = turn.tenant_id \
    AND lane.target = turn.target AND lane.owner = $1 AND lane.due_at IS NOT NULL)";

const HELD_TURNS: Search<'_> = Search { tables: &["turn", "lane"], columns: None };

impl Queue {
    /// Ends the leases of one process; the outcome of the letters it had started becomes unknown, and they are due
    /// now. Only for a process that is certainly dead: otherwise its call might still run beside the next one.
    /// Returns the number of leases.
    pub async fn void_leases_of(&self, instance: Uuid) -> Result<u64, DbErr> {
        let backend = self.store.backend();
        let text = format!("SELECT DISTINCT tenant_id FROM turn WHERE {HELD_BY}");
        let found = Statement::from_sql_and_values(backend, text, [instance.into()]);
        let found = self.store.search(self.store.write(), found, HELD_TURNS).await?;
        let tenants: BTreeSet<Uuid> = found.iter().map(|row| row.get("tenant_id")).collect::<Result<_, _>>()?;
        let mut voided = 0;
        for tenant_id in tenants {
            voided += self.void_in_tenant(instance, tenant_id).await?;
        }
        Ok(voided)
    }

    /// One commit per account; turns are locked before lanes, in the common lock order.
    async fn void_in_tenant(&self, instance: Uuid, tenant_id: Uuid) -> Result<u64, DbErr> {
        let (backend, (now, now_value)) = (self.store.backend(), self.store.now_of_change(3).await?);
        let lock = format!(
            "SELECT target FROM turn WHERE tenant_id = $2 AND {HELD_BY} ORDER BY tenant_id, target FOR NO KEY UPDATE OF turn"
        );
        let turns = format!(
            "UPDATE turn SET ready_at = {now} WHERE tenant_id = $2 AND reason = '' AND ready_at > {now} AND {HELD_BY}"
        );
        let lanes = format!(
            "UPDATE lane SET due_at = {now}, leased_until = 0 WHERE tenant_id = $2 AND owner = $1 AND due_at IS NOT NULL"
        );
        let statement = |text: String, now_value: Option<Value>| {
            let values = [instance.into(), tenant_id.into()].into_iter().chain(now_value);
            Statement::from_sql_and_values(backend, text, values)
        };
        in_transaction(&self.store, async |tx| {
            tx.query_all_raw(statement(lock, None)).await?;
            tx.execute_raw(statement(turns, now_value.clone())).await?;
            Ok::<_, DbErr>(tx.execute_raw(statement(lanes, now_value)).await?.rows_affected())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_that_failed_loses_no_lease_of_the_others() {
        let failed = |text: &str| Err(DbErr::Custom(text.into()));
        assert_eq!(leased_of([failed("one"), Ok(vec![1]), Ok(vec![2, 3])]), Ok(vec![1, 2, 3]));
        assert_eq!(leased_of([Ok(Vec::<i32>::new()), failed("one"), failed("two")]), failed("one"));
        assert_eq!(leased_of([Ok(Vec::<i32>::new())]), Ok(Vec::new()));
    }
}
