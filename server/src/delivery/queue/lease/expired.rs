//! Letters of held targets that have grown too old.

use sea_orm::{ConnectionTrait, DbErr, Statement};
use uuid::Uuid;

use super::Claim;
use super::due::{CANDIDATE, Candidate};
use crate::delivery::queue::Queue;

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
                    "SELECT {CANDIDATE} FROM lane WHERE tenant_id = $1 AND target = $2 AND due_at IS NOT NULL \
                     AND due_at <= $3 AND (SELECT head.expires_at FROM letter AS head \
                     WHERE head.tenant_id = lane.tenant_id AND head.lane_id = lane.lane_id \
                     ORDER BY head.order_key, head.seq LIMIT 1) <= $3 ORDER BY due_at LIMIT {AT_ONCE}"
                );
                let values = [turn.tenant_id.into(), turn.target.into(), now.into()];
                let statement = Statement::from_sql_and_values(self.store.backend(), text, values);
                let found = tx.query_all_raw(statement).await?;
                let candidates = found.iter().map(|row| Candidate::read(row, 0)).collect::<Result<_, _>>()?;
                self.take(&tx, &turns, candidates, lease_millis).await?
            }
            None => Vec::new(),
        };
        tx.commit().await?;
        Ok(claims)
    }
}
