//! Ends the leases of a process that is known to be dead.

use std::collections::BTreeSet;

use base::store::{Row, Search};
use sea_orm::{ConnectionTrait, DbErr, Statement, Value};
use uuid::Uuid;

use crate::Queue;

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
        let tx = self.store.write_tx().await?;
        let done = async {
            tx.query_all_raw(statement(lock, None)).await?;
            tx.execute_raw(statement(turns, now_value.clone())).await?;
            Ok::<_, DbErr>(tx.execute_raw(statement(lanes, now_value)).await?.rows_affected())
        };
        let done = done.await;
        base::store::finish_tx(tx, done).await
    }
}
