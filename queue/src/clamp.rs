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

    /// After the clock was set back by this much: whatever was to wait until a time of before waits as long as it was
    /// meant to. Returns how many lanes and turns were moved.
    pub async fn set_back(&self, by: i64) -> Result<u64, DbErr> {
        let now = self.store.now().await?;
        let earlier = |column: &str| {
            format!(
                "{column} = CASE WHEN {column} > rows.now + rows.back THEN {column} - rows.back \
                 WHEN {column} > rows.now THEN rows.now ELSE {column} END"
            )
        };
        let lanes = format!("{}, {}", earlier("due_at"), earlier("leased_until"));
        let turns = ["ready_at", "refilled_at", "rate_at", "counted_from"].map(earlier).join(", ");
        if self.store.one_account_a_commit() {
            let lanes = self.set_back_each("lane", "due_at > $1", &lanes, now, by).await?;
            return Ok(lanes + self.set_back_each("turn", "refilled_at > $1 OR ready_at > $1", &turns, now, by).await?);
        }
        let lanes = format!("UPDATE lane SET {lanes} FROM rows WHERE lane.due_at > rows.now");
        let rows = Rows::new().long("now", [now]).long("back", [by]);
        let lanes = rows.execute(self.store.write(), &self.store, &lanes).await?;
        let turns = format!(
            "UPDATE turn SET {turns} FROM rows WHERE turn.pool = rows.pool \
             AND (turn.ready_at > rows.now OR turn.refilled_at > rows.now)"
        );
        let pools = self.pools().await?;
        let rows = Rows::new().long("now", pools.iter().map(|_| now)).long("back", pools.iter().map(|_| by));
        Ok(lanes + rows.text("pool", pools).execute(self.store.write(), &self.store, &turns).await?)
    }

    async fn set_back_each(&self, table: &str, later: &str, set: &str, now: i64, by: i64) -> Result<u64, DbErr> {
        let accounts = self.accounts_of(table, later, now).await?;
        let text = format!("UPDATE {table} SET {set} FROM rows WHERE {table}.tenant_id = rows.tenant_id");
        let rows = Rows::new().uuid("tenant_id", accounts.iter().copied());
        let rows = rows.long("now", accounts.iter().map(|_| now)).long("back", accounts.iter().map(|_| by));
        rows.execute(self.store.write(), &self.store, &text).await
    }

    /// The accounts with rows for which this holds, on all nodes.
    async fn accounts_of(&self, table: &str, condition: &str, value: i64) -> Result<BTreeSet<Uuid>, DbErr> {
        let text = format!("SELECT DISTINCT tenant_id FROM {table} WHERE {condition}");
        let statement = Statement::from_sql_and_values(self.store.backend(), text, [value.into()]);
        let accounts = Search { tables: &[table], columns: None };
        let found = self.store.search(self.store.read(), statement, accounts).await?;
        found.iter().map(|row| row.get("tenant_id")).collect()
    }

    /// [`Queue::clamp`] for one table of a distributed database: its accounts are searched on all nodes, each is changed alone.
    async fn clamp_each(&self, table: &str, column: &str) -> Result<u64, DbErr> {
        let furthest = self.store.now().await? + FURTHEST_MILLIS;
        let accounts = self.accounts_of(table, &format!("{column} > $1"), furthest).await?;
        let text = format!(
            "UPDATE {table} SET {column} = rows.furthest FROM rows WHERE {table}.tenant_id = rows.tenant_id \
             AND {table}.{column} > rows.furthest"
        );
        let rows = Rows::new().uuid("tenant_id", accounts.iter().copied());
        let rows = rows.long("furthest", accounts.iter().map(|_| furthest));
        rows.execute(self.store.write(), &self.store, &text).await
    }
}
