//! Corrects due times that were written after a clock jump.

use std::collections::BTreeSet;

use base::store::{Executor, Row, Search};
use sea_orm::{DbErr, Statement};
use uuid::Uuid;

use super::Queue;
use super::rows::Rows;

/// No due time lies further ahead than this.
const FURTHEST_MILLIS: i64 = 2 * 3_600_000;

/// A clock that was set back, in milliseconds: when, by how much, and the longest lease.
struct SetBack {
    now: i64,
    by: i64,
    lease: i64,
}

impl SetBack {
    fn rows(&self, count: usize) -> Rows {
        let all = |value: i64| std::iter::repeat_n(value, count);
        Rows::new().long("now", all(self.now)).long("back", all(self.by)).long("lease", all(self.lease))
    }
}

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
    /// meant to. A lease that the clock may have given since then, of at most `lease` milliseconds, stays: its call may
    /// still run. Returns how many lanes and turns were moved.
    pub async fn set_back(&self, db: impl Into<Executor<'_>>, by: i64, lease: i64) -> Result<u64, DbErr> {
        let db = db.into();
        let now = self.store.now().await?;
        let earlier = |column: &str| {
            format!(
                "WHEN {column} > rows.now + rows.back THEN {column} - rows.back \
                 WHEN {column} > rows.now THEN rows.now ELSE {column} END"
            )
        };
        let lanes = ["due_at", "leased_until"].map(|column| {
            // By the time of the change: a lane may have been leased since `now`.
            let is_leased = "lane.owner IS NOT NULL AND lane.due_at <= {now} + rows.lease";
            format!("{column} = CASE WHEN {is_leased} THEN {column} {}", earlier(column))
        });
        let turns = ["ready_at", "refilled_at", "rate_at", "counted_from"]
            .map(|column| format!("{column} = CASE {}", earlier(column)));
        let (lanes, turns) = (lanes.join(", "), turns.join(", "));
        let moved = SetBack { now, by, lease };
        // Turns before lanes, in the common lock order.
        let turns = self.set_back_each(db, "turn", "refilled_at > $1 OR ready_at > $1", &turns, &moved).await?;
        Ok(turns + self.set_back_each(db, "lane", "due_at > $1", &lanes, &moved).await?)
    }

    /// The same for one table, account by account, as a distributed database wants it; it happens too seldom for an index.
    async fn set_back_each(
        &self,
        db: Executor<'_>,
        table: &str,
        later: &str,
        set: &str,
        moved: &SetBack,
    ) -> Result<u64, DbErr> {
        let accounts = self.accounts_of(table, later, moved.now).await?;
        if accounts.is_empty() {
            return Ok(0);
        }
        let text = format!("UPDATE {table} SET {set} FROM rows WHERE {table}.tenant_id = {{account}}");
        moved.rows(accounts.len()).uuid("tenant_id", accounts).execute(db, &self.store, &text).await
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
            "UPDATE {table} SET {column} = rows.furthest FROM rows WHERE {table}.tenant_id = {{account}} \
             AND {table}.{column} > rows.furthest"
        );
        let rows = Rows::new().uuid("tenant_id", accounts.iter().copied());
        let rows = rows.long("furthest", accounts.iter().map(|_| furthest));
        rows.execute(self.store.write(), &self.store, &text).await
    }
}
