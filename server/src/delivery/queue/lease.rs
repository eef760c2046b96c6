//! Leases lanes: who, until when, and which letter is the head.

use std::collections::HashMap;

use sea_orm::{DatabaseTransaction, DbErr};
use uuid::Uuid;

use super::Queue;
use super::rows::{Rows, Write, write_together};
use super::turn::{BREAKER, Rate, Turn, written};
use crate::message::{Direction, LetterKind, Stream};

mod due;
mod end;
mod expired;

use due::Candidate;
use end::end_turns;

/// How much of a target's work there is room for.
#[derive(Clone, Debug)]
pub struct Wish {
    pub tenant_id: Uuid,
    pub target: Uuid,
    pub limit: u32,
    pub rate: Rate,
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
    /// Leases of this head that nobody settled, this one included.
    pub starts: i32,
    /// It goes alone, to find out whether its target answers again.
    pub probe: bool,
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
    /// An earlier try may have arrived: find out before sending.
    pub unknown: bool,
    pub resends: i32,
    pub late: bool,
    pub accepted_at: i64,
    pub expires_at: i64,
    pub day: i32,
}

impl Queue {
    /// Leases due lanes of the wished targets for `lease_millis`, in one commit. No transaction is open afterwards:
    /// the network comes next.
    ///
    /// A lane whose earlier lease ran out unsettled comes back with `unknown` set: it was started, and nobody
    /// knows whether the message went out.
    ///
    /// `found` hears of leases just before they are written, so that what they are about can be read meanwhile: nobody else
    /// writes to their targets' lanes then. They come in the order of what is returned; what could not be written comes last.
    pub async fn claim(
        &self,
        wishes: &[Wish],
        lease_millis: i64,
        mut found: impl FnMut(&[Claim]),
    ) -> Result<Vec<Claim>, DbErr> {
        if wishes.is_empty() {
            return Ok(Vec::new());
        }
        if !self.store.one_account_a_commit() {
            return self.claim_at_once(wishes, lease_millis, &mut found).await;
        }
        let mut wishes = wishes.to_vec();
        wishes.sort_by_key(|wish| wish.tenant_id);
        let mut claims = Vec::new();
        for of_one in wishes.chunk_by(|one, other| one.tenant_id == other.tenant_id) {
            match self.claim_at_once(of_one, lease_millis, &mut found).await {
                Ok(some) => claims.extend(some),
                Err(error) if claims.is_empty() => return Err(error),
                // What is leased already is carried; the rest has its turn soon.
                Err(error) => {
                    tracing::warn!(%error, "an account's lanes could not be leased");
                    break;
                }
            }
        }
        Ok(claims)
    }

    async fn claim_at_once(
        &self,
        wishes: &[Wish],
        lease_millis: i64,
        found: impl FnMut(&[Claim]),
    ) -> Result<Vec<Claim>, DbErr> {
        let tx = self.store.write_tx().await?;
        match self.claim_in(&tx, wishes, lease_millis, found).await {
            Ok(claims) => {
                tx.commit().await?;
                self.fault("claim.after_commit")?;
                Ok(claims)
            }
            Err(error) => {
                let _ = tx.rollback().await;
                Err(error)
            }
        }
    }

    async fn claim_in(
        &self,
        tx: &DatabaseTransaction,
        wishes: &[Wish],
        lease: i64,
        mut found: impl FnMut(&[Claim]),
    ) -> Result<Vec<Claim>, DbErr> {
        let by_key: HashMap<_, _> = wishes.iter().map(|wish| ((wish.tenant_id, wish.target), wish)).collect();
        let keys: Vec<_> = by_key.keys().copied().collect();
        // Whoever holds one of the others wakes the workers at its commit: nobody waits for it here, with these in hand.
        let (mut turns, now) = self.lock_free_turns(tx, &keys).await?;
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
        let (claims, [empty, leases]) = self.take(&turns, candidates, lease)?;
        found(&claims);
        end_turns(&mut turns, &more, &claims, &by_key, now, lease);
        write_together(tx, &self.store, [empty, leases, written(&turns)]).await?;
        Ok(claims)
    }

    /// The heads of due lanes, and what leases these and puts to rest those that turn out to be empty.
    fn take(&self, turns: &[Turn], candidates: Vec<Candidate>, lease: i64) -> Result<(Vec<Claim>, [Write; 2]), DbErr> {
        let mut claims = Vec::with_capacity(candidates.len());
        let mut empty = Vec::new();
        for candidate in candidates {
            let turn = &turns[candidate.turn];
            let Some(mut letter) = candidate.letter else {
                tracing::error!(tenant.id = %turn.tenant_id, lane.id = %candidate.lane_id, "a due lane holds no letter; it is put to rest");
                empty.push((turn.tenant_id, candidate.lane_id));
                continue;
            };
            letter.unknown |= candidate.owner.is_some();
            claims.push(Claim {
                tenant_id: turn.tenant_id,
                lane_id: candidate.lane_id,
                target: turn.target,
                conversation_id: candidate.conversation_id,
                source_id: candidate.source_id,
                direction: Direction::from_number(candidate.direction).map_err(damaged)?,
                stream: Stream::from_number(candidate.stream).map_err(damaged)?,
                epoch: candidate.epoch + 1,
                starts: candidate.starts + 1,
                probe: turn.reason == BREAKER,
                letter,
            });
        }
        let empty = Rows::new()
            .uuid("tenant_id", empty.iter().map(|key| key.0))
            .uuid("lane_id", empty.iter().map(|key| key.1))
            .write(
                "UPDATE lane SET due_at = NULL, waiting = 0, owner = NULL FROM rows \
                 WHERE lane.tenant_id = rows.tenant_id AND lane.lane_id = rows.lane_id",
            );
        let leases = Rows::new()
            .uuid("tenant_id", claims.iter().map(|claim| claim.tenant_id))
            .uuid("lane_id", claims.iter().map(|claim| claim.lane_id))
            .long("epoch", claims.iter().map(|claim| claim.epoch))
            .long("last_key", claims.iter().map(|claim| claim.letter.order_key))
            .uuid("owner", claims.iter().map(|_| self.instance))
            .long("lease", claims.iter().map(|_| lease))
            .write(
                "UPDATE lane SET owner = rows.owner, epoch = rows.epoch, leased_until = {now} + rows.lease, \
                 due_at = {now} + rows.lease, starts = lane.starts + 1, last_key = rows.last_key FROM rows \
                 WHERE lane.tenant_id = rows.tenant_id AND lane.lane_id = rows.lane_id \
                 AND lane.epoch = rows.epoch - 1",
            );
        Ok((claims, [empty, leases]))
    }
}

fn damaged(error: anyhow::Error) -> DbErr {
    DbErr::Custom(error.to_string())
}
