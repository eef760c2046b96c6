//! Reads back a claim whose COMMIT got no answer.

use std::time::{Duration, Instant};

use base::store::{Row, is_node_away};
use sea_orm::DbErr;

use super::Claim;
use super::call::LeaseCall;
use crate::rows::Rows;
use crate::transaction::Transaction;
use crate::{Queue, Settled, Settlement};

/// A claim read back within this time can still be sent before its lease ends: no call takes longer than the rest.
const CARRIED_WITHIN: Duration = Duration::from_secs(15);
/// Interval between attempts to read while they fail.
const PAUSE: Duration = Duration::from_millis(200);

/// A claim without an answer.
pub(super) enum Unconfirmed<'a> {
    /// Leases in a transaction.
    Leases(&'a [Claim]),
    /// One statement that wrote the leases, or an accept that wrote them too; its answer was lost.
    Call(&'a LeaseCall),
}

impl Queue {
    /// Commits leases; returns those that were written.
    pub(super) async fn committed(&self, tx: Transaction, claims: Vec<Claim>) -> Result<Vec<Claim>, DbErr> {
        match tx.commit().await.and_then(|()| self.fault("claim.after_commit")) {
            Ok(()) => Ok(claims),
            Err(error) if claims.is_empty() => Err(error),
            Err(error) => {
                let until = claims.iter().map(|claim| claim.until).max().unwrap_or(0);
                self.read_back(until, error, Unconfirmed::Leases(&claims)).await
            }
        }
    }

    /// What an accept that got no answer has leased. `error`: returned if nothing was, or not in time to be sent.
    pub async fn leases_of(&self, call: &LeaseCall, error: DbErr) -> Result<Vec<Claim>, DbErr> {
        self.read_back(call.until, error, Unconfirmed::Call(call)).await
    }

    /// Reads back which leases were written, for as long as they last (`until`, milliseconds since 1970). Those
    /// found too late to be sent are given back as if never started. `error`: returned when none was written.
    pub(super) async fn read_back(&self, until: i64, error: DbErr, what: Unconfirmed<'_>) -> Result<Vec<Claim>, DbErr> {
        tracing::warn!(%error, "the COMMIT of a claim was not confirmed; reading the claim back");
        let begun = Instant::now();
        loop {
            let leased = match &what {
                Unconfirmed::Leases(claims) => self.leased_after_all(claims).await,
                Unconfirmed::Call(call) => self.leased_by(call).await,
            };
            match leased {
                Ok(mine) if mine.is_empty() => return Err(error),
                Ok(mine) if begun.elapsed() < CARRIED_WITHIN => return Ok(mine),
                Ok(mine) => {
                    let back: Vec<Settlement> =
                        mine.into_iter().map(|claim| Settlement::plain(claim, Settled::GivenBack)).collect();
                    self.settle(&back).await?;
                    return Err(error);
                }
                // Other accounts do not wait for a node that is away; a lease that it has after all ends by itself.
                Err(lost) if self.store.one_account_a_commit() && is_node_away(&lost) => return Err(error),
                Err(_) if self.store.clock().millis() < until => tokio::time::sleep(PAUSE).await,
                Err(_) => return Err(error),
            }
        }
    }

    /// Which of these leases this process holds. Waits for the turns' locks, which a COMMIT in progress still holds.
    async fn leased_after_all(&self, claims: &[Claim]) -> Result<Vec<Claim>, DbErr> {
        let mut turns: Vec<_> = claims.iter().map(|claim| (claim.tenant_id, claim.target)).collect();
        turns.sort_unstable();
        turns.dedup();
        let tx = self.store.write_tx().await?;
        self.lock_turns(&tx, &turns).await?;
        let found = Rows::new()
            .uuid("tenant_id", claims.iter().map(|claim| claim.tenant_id))
            .uuid("lane_id", claims.iter().map(|claim| claim.lane_id))
            .long("epoch", claims.iter().map(|claim| claim.epoch))
            .uuid("owner", claims.iter().map(|_| self.instance))
            .long("place", (0..).take(claims.len()))
            .fetch(
                &tx,
                &self.store,
                "SELECT rows.place FROM rows JOIN lane ON lane.tenant_id = rows.tenant_id AND lane.lane_id = rows.lane_id \
                 AND lane.epoch = rows.epoch AND lane.owner = rows.owner",
            )
            .await?;
        tx.rollback().await?;
        let mut mine = Vec::with_capacity(found.len());
        for row in found {
            let place = usize::try_from(row.get::<i64>("place")?).unwrap_or(usize::MAX);
            mine.extend(claims.get(place).cloned());
        }
        Ok(mine)
    }
}
