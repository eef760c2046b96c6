//! Letters of held targets that have grown too old.

use sea_orm::{ConnectionTrait, DbErr, Statement};
use uuid::Uuid;

use super::Claim;
use super::due::{CANDIDATE, Candidate, with_head};
use crate::delivery::queue::Queue;
use crate::delivery::queue::rows::write_together;

/// Letters of one held target that are buried in one go.
const AT_ONCE: i64 = 64;

impl Queue {
    /// Leases lanes of a held target whose head is too old, so that it can be buried. The turn stays held.
    pub async fn claim_expired(&self, tenant_id: Uuid, target: Uuid, lease_millis: i64) -> Result<Vec<Claim>, DbErr> {
        let tx = self.store.write_tx().await?;
        let (turns, now) = self.lock_turns(&tx, &[(tenant_id, target)]).await?;
        let claims = match turns.first() {
            Some(turn) => {
                let text = format!(
                    "SELECT {CANDIDATE} FROM lane {} WHERE lane.tenant_id = $1 AND lane.target = $2 \
                     AND lane.due_at IS NOT NULL AND lane.due_at <= $3 AND letter.expires_at <= $3 \
                     ORDER BY lane.due_at LIMIT {AT_ONCE}",
                    with_head(&self.store)
                );
                let values = [turn.tenant_id.into(), turn.target.into(), now.into()];
                let statement = Statement::from_sql_and_values(self.store.backend(), text, values);
                let found = tx.query_all_raw(statement).await?;
                let candidates = found.iter().map(|row| Candidate::read(row, 0)).collect::<Result<_, _>>()?;
                let (claims, leases) = self.take(&turns, candidates, lease_millis)?;
                write_together(&tx, &self.store, leases).await?;
                claims
            }
            None => Vec::new(),
        };
        tx.commit().await?;
        Ok(claims)
    }
}
