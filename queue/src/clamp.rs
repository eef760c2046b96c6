//! Corrects due times that were written after a clock jump.

use std::collections::BTreeSet;

use base::store::{Row, Search};
use sea_orm::{DbErr, Statement};
use uuid::Uuid;

use super::Queue;
use super::rows::Rows;

/// No due time lies further ahead than this.
const FURTHEST_MILLIS: i64 = 2 * 3_600_000;

impl Queue {
    /// Moves due times that lie more than two hours ahead, written after a clock jump, back to two hours.
    pub async fn clamp(&self) -> Result<u64, DbErr> {
        if self.store.one_account_a_commit() {
            return Ok(self.clamp_each("lane", "due_at").await? + self.clamp_each("turn", "ready_at").await?);
        }
        let lanes = "UPDATE lane SET due_at = {now} + rows.ahead FROM rows WHERE lane.due_at > {now} + rows.ahead";
        let turns = "UPDATE turn SET ready_at = {now} + rows.ahead FROM rows \
                     WHERE turn.pool = rows.pool AND turn.ready_at > {now} + rows.ahead";
        let lanes =
            Rows::new().long("ahead", [FURTHEST_MILLIS]).execute(self.store.write(), &self.store, lanes).await?;
        let pools = self.pools().await?;
        let rows = Rows::new().long("ahead", pools.iter().map(|_| FURTHEST_MILLIS)).text("pool", pools);
        Ok(lanes + rows.execute(self.store.write(), &self.store, turns).await?)
    }

    /// The same for one table of a distributed database: its accounts are searched on all nodes, each is changed alone.
    async fn clamp_each(&self, table: &str, column: &str) -> Result<u64, DbErr> {
        let furthest = self.store.now().await? + FURTHEST_MILLIS;
        let text = format!("SELECT DISTINCT tenant_id FROM {table} WHERE {column} > $1");
        let statement = Statement::from_sql_and_values(self.store.backend(), text, [furthest.into()]);
        let accounts = Search { tables: &[table], columns: None };
        let found = self.store.search(self.store.read(), statement, accounts).await?;
        let accounts: BTreeSet<Uuid> = found.iter().map(|row| row.get("tenant_id")).collect::<Result<_, _>>()?;
        let text = format!(
            "UPDATE {table} SET {column} = rows.furthest FROM rows WHERE {table}.tenant_id = rows.tenant_id \
             AND {table}.{column} > rows.furthest"
        );
        let rows = Rows::new().uuid("tenant_id", accounts.iter().copied());
        let rows = rows.long("furthest", accounts.iter().map(|_| furthest));
        rows.execute(self.store.write(), &self.store, &text).await
    }
}
