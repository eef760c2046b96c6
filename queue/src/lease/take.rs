//! Writes leases, and returns which of them were written.

use std::collections::{BTreeSet, HashSet};

use base::store::{Executor, Row};
use sea_orm::DbErr;
use uuid::Uuid;

use super::due::Candidate;
use super::{Claim, LeaseCall};
use crate::Queue;
use crate::rows::{Rows, Write, write_batch_and_fetch};
use crate::turn::{BREAKER, Turn};

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
