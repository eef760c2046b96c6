//! Leases lanes: to whom, until when, and which letter is the head.

use std::collections::HashMap;

use base::message::{Direction, LetterKind, Stream};
use base::store::Executor;
use sea_orm::DbErr;
use uuid::Uuid;

use super::Queue;
use super::turn::{BREAKER, Busy, TargetRate, written};

mod call;
pub(crate) mod context;
pub(crate) mod due;
mod end;
mod expired;
mod inherit;
mod take;

pub use call::LeaseCall;
pub(crate) use call::{is_refused, leaves_time_for_a_call};
pub use context::{StoredContext, StoredContexts};
use end::end_turns;
pub use expired::Expired;

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
