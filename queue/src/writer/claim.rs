//! Claims beside commits: both lock the turns of their accounts.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use sea_orm::DbErr;

use super::Writer;
use crate::lease::{leased_of, leaves_time_for_a_call};
use crate::{Claim, LeaseRequest};

impl Writer {
    /// [`Queue::claim`](crate::Queue::claim), on SQLite on the writer's thread. `found` is called with what was leased. On PostgreSQL
    /// the accounts of each shard are claimed in a commit of their own, which passes the shard's turnstile: an accept or a
    /// settlement would wait for the turns that it has locked.
    pub async fn claim(
        &self,
        wishes: &[LeaseRequest],
        lease_millis: i64,
        mut found: impl FnMut(&[Claim]),
    ) -> Result<Vec<Claim>, DbErr> {
        if let Some(thread) = &self.claims {
            let claims = thread.claim(wishes, lease_millis).await?;
            found(&claims);
            return Ok(claims);
        }
        let store = self.queue.store();
        if store.is_sqlite() || store.one_account_a_commit() {
            let claims = self.queue.claim(wishes, lease_millis).await?;
            found(&claims);
            return Ok(claims);
        }
        let mut by_shard = vec![Vec::new(); self.shards.len()];
        for wish in wishes {
            by_shard[self.place_of(wish.tenant_id)].push(wish.clone());
        }
        let of_shards = self.shards.iter().zip(by_shard).filter(|(_, wishes)| !wishes.is_empty());
        let mut running: FuturesUnordered<_> = of_shards
            .map(async |(shard, wishes)| {
                let _pass = shard.turnstile.pass().await;
                self.queue.claim(&wishes, lease_millis).await
            })
            .collect();
        let mut leased = Vec::with_capacity(running.len());
        while let Some(claims) = running.next().await {
            if let Ok(claims) = &claims {
                found(claims);
            }
            leased.push(claims);
        }
        // The claim of one shard may have waited long for the other's, whose answer was lost.
        let now = store.clock().millis();
        let is_in_time = |claim: &Claim| leaves_time_for_a_call(claim.until, lease_millis, now);
        let (in_time, late): (Vec<_>, Vec<_>) = leased_of(leased)?.into_iter().partition(is_in_time);
        if !late.is_empty() {
            self.starting.give_back(&self.queue, late, ());
        }
        Ok(in_time)
    }
}
