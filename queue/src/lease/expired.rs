//! Expired letters of held targets: found with one statement for all targets, leased in one commit.

use std::collections::HashMap;

use base::store::{Executor, Row, Search};
use sea_orm::{DbErr, Statement};
use uuid::Uuid;

use super::due::{CANDIDATE, Candidate, with_head};
use super::{Claim, LeaseCall};
use crate::Queue;
use crate::rows::Rows;
use crate::turn::{Busy, HELD, Turn, written};

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
