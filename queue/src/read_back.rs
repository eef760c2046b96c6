//! Reads back leases whose COMMIT got no answer.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use base::store::{Row, is_node_away};
use sea_orm::DbErr;

use super::Queue;
use super::lease::due::{CANDIDATE, Candidate, with_head};
use super::lease::{Claim, LeaseCall};
use super::rows::Rows;
use super::settle::{Settled, Settlement};
use super::transaction::Transaction;
use super::turn::{BREAKER, Busy, Key};

/// A claim read back within this time can still be sent before its lease ends: no call takes longer than the rest.
const CARRIED_WITHIN: Duration = Duration::from_secs(15);
/// Interval between attempts to read while they fail.
const PAUSE: Duration = Duration::from_millis(200);

impl Queue {
    /// Commits leases; returns those that were written.
    pub(crate) async fn committed(
        &self,
        tx: Transaction,
        call: &LeaseCall,
        claims: Vec<Claim>,
    ) -> Result<Vec<Claim>, DbErr> {
        match tx.commit().await.and_then(|()| self.fault("claim.after_commit")) {
            Ok(()) => Ok(claims),
            Err(error) if claims.is_empty() => Err(error),
            Err(error) => {
                let targets: BTreeSet<Key> = claims.iter().map(|claim| (claim.tenant_id, claim.target)).collect();
                self.read_back(call, targets, error).await
            }
        }
    }

    /// What an accept that got no answer has leased. `error`: returned if nothing was, or not in time to be sent.
    pub async fn leases_of(&self, call: &LeaseCall, error: DbErr) -> Result<Vec<Claim>, DbErr> {
        self.read_back(call, call.wishes.keys().copied().collect(), error).await
    }

    /// Reads back which leases were written, for as long as they last. Those found too late to be sent are given back as
    /// if never started. `error`: returned when none was written.
    async fn read_back(&self, call: &LeaseCall, targets: BTreeSet<Key>, error: DbErr) -> Result<Vec<Claim>, DbErr> {
        tracing::warn!(%error, "the COMMIT of a claim was not confirmed; reading the claim back");
        let targets: Vec<Key> = targets.into_iter().collect();
        let begun = Instant::now();
        loop {
            match self.leased_by(call, &targets).await {
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
                Err(_) if self.store.clock().millis() < call.until => tokio::time::sleep(PAUSE).await,
                Err(_) => return Err(error),
            }
        }
    }

    /// The leases with the call's number. Waits for the turns' locks, which a COMMIT in progress still holds.
    async fn leased_by(&self, call: &LeaseCall, targets: &[Key]) -> Result<Vec<Claim>, DbErr> {
        let tx = self.store.write_tx().await?;
        let (turns, _) = self.lock_turns(&tx, targets, Busy::Await).await?;
        let text = format!(
            "SELECT {CANDIDATE}, rows.tenant_id, rows.target FROM rows JOIN lane ON lane.tenant_id = {{account}} \
             AND lane.target = rows.target AND lane.due_at IS NOT NULL AND lane.owner = rows.owner \
             AND lane.claim = rows.claim {}",
            with_head(&self.store, "{account}")
        );
        let rows = Rows::new()
            .uuid("tenant_id", targets.iter().map(|key| key.0))
            .uuid("target", targets.iter().map(|key| key.1))
            .uuid("owner", targets.iter().map(|_| self.instance))
            .long("claim", targets.iter().map(|_| call.number))
            .fetch(&tx, &self.store, &text)
            .await?;
        tx.rollback().await?;
        let mut claims = Vec::with_capacity(rows.len());
        for row in rows {
            let (key, leased): (Key, _) = ((row.get("tenant_id")?, row.get("target")?), Candidate::read(&row, 0)?);
            // As before its lease, whose owner had an earlier one if this is not the first of its head.
            let (starts, owner) = (leased.starts - 1, leased.owner.filter(|_| leased.starts > 1));
            let before = Candidate { epoch: leased.epoch - 1, starts, owner, ..leased };
            let probe = turns.iter().any(|turn| (turn.tenant_id, turn.target) == key && turn.reason == BREAKER);
            claims.extend(before.claim(key, probe, call.until)?);
        }
        Ok(claims)
    }
}
