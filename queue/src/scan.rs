//! Due turns: one ordered read of `turn` per pool is both fairness and timer.
//!
//! Each pool is read separately, and one without room is not read at all, so its waiting turns hide no others.

use std::collections::BTreeSet;

use base::store::{Row, Search};
use sea_orm::{DbErr, Statement, Value};
use uuid::Uuid;

use crate::Queue;
use crate::rows::Rows;

/// A due turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueTurn {
    pub tenant_id: Uuid,
    pub target: Uuid,
    pub pool: String,
    pub ready_at: i64,
}

/// The read of a pool continues after this turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    pub pool: String,
    pub ready_at: i64,
    pub tenant_id: Uuid,
    pub target: Uuid,
}

impl After {
    /// Every turn of the pool that is due at `low` (milliseconds) or later.
    pub fn time(pool: &str, low: i64) -> Self {
        Self { pool: pool.to_owned(), ready_at: low, tenant_id: Uuid::nil(), target: Uuid::nil() }
    }

    /// Turns after this one.
    pub fn turn(ready: &DueTurn) -> Self {
        Self { pool: ready.pool.clone(), ready_at: ready.ready_at, tenant_id: ready.tenant_id, target: ready.target }
    }
}

/// Each pool that has turns with a due time: one index step per pool.
const POOLS: &str = "WITH RECURSIVE pools(pool) AS (SELECT min(turn.pool) FROM turn WHERE turn.ready_at IS NOT NULL \
     UNION ALL SELECT (SELECT min(turn.pool) FROM turn WHERE turn.ready_at IS NOT NULL AND turn.pool > pools.pool) \
     FROM pools WHERE pools.pool IS NOT NULL)";

/// Not a real pool: pads a list to a length whose statement is already prepared.
const NO_POOL: &str = " ";

const TURNS: Search<'_> = Search { tables: &["turn"], columns: None };

/// The list padded to one of few lengths, so that SQLite too has few statements to prepare.
fn filled(mut afters: Vec<After>) -> Vec<After> {
    let length = [4, 16, 64].into_iter().find(|length| afters.len() <= *length).unwrap_or(afters.len());
    afters.resize(length, After::time(NO_POOL, 0));
    afters
}

impl Queue {
    /// Due turns, the longest waiting first: at most `limit` of each pool, in one statement for all pools; a read
    /// without locks.
    ///
    /// A lower bound ([`After::time`]) skips index entries of turns served long ago; the caller must sweep from zero
    /// now and then, so that nothing below the bound is missed.
    pub async fn ready(&self, afters: Vec<After>, limit: u32) -> Result<Vec<DueTurn>, DbErr> {
        if afters.is_empty() {
            return Ok(Vec::new());
        }
        if self.store.one_account_a_commit() {
            return self.ready_of_each(&afters, limit).await;
        }
        let afters = filled(afters);
        // No bounds beyond those of the order: with more of them PostgreSQL expects few rows and sorts.
        let due = "due.pool = rows.pool AND due.ready_at IS NOT NULL AND due.ready_at <= {now} \
                   AND (due.ready_at, due.tenant_id, due.target) > (rows.ready_at, rows.tenant_id, rows.target) \
                   ORDER BY due.ready_at, due.tenant_id, due.target";
        // One index descent per pool.
        let from = if self.store.is_sqlite() {
            format!("rows JOIN turn ON turn.rowid IN (SELECT due.rowid FROM turn AS due WHERE {due} LIMIT {limit})")
        } else {
            format!("rows CROSS JOIN LATERAL (SELECT * FROM turn AS due WHERE {due} LIMIT {limit}) AS turn")
        };
        let found = Rows::new()
            .text("pool", afters.iter().map(|after| after.pool.as_str()))
            .long("ready_at", afters.iter().map(|after| after.ready_at))
            .uuid("tenant_id", afters.iter().map(|after| after.tenant_id))
            .uuid("target", afters.iter().map(|after| after.target))
            .fetch(
                self.store.by_keys(),
                &self.store,
                &format!("SELECT turn.tenant_id, turn.target, turn.pool, turn.ready_at FROM {from}"),
            )
            .await?;
        in_order(&found)
    }

    /// [`Queue::ready`] with a statement for each pool, which a distributed database can run on each node.
    async fn ready_of_each(&self, afters: &[After], limit: u32) -> Result<Vec<DueTurn>, DbErr> {
        let mut found = Vec::new();
        for after in afters {
            found.extend(self.ready_without(after, &[], limit).await?);
        }
        found.sort_by_key(|one| (one.ready_at, one.tenant_id, one.target));
        Ok(found)
    }

    /// The same for one pool, without accounts that have used their share.
    pub async fn ready_without(&self, after: &After, without: &[Uuid], limit: u32) -> Result<Vec<DueTurn>, DbErr> {
        let (now, now_value) = self.now(6);
        let first = if now_value.is_some() { 7 } else { 6 };
        let names: Vec<String> = (first..).take(without.len()).map(|number| format!("${number}")).collect();
        let others =
            if names.is_empty() { String::new() } else { format!("AND tenant_id NOT IN ({})", names.join(", ")) };
        let text = format!(
            "SELECT tenant_id, target, pool, ready_at FROM turn WHERE pool = $1 AND ready_at IS NOT NULL \
             AND ready_at <= {now} AND (ready_at, tenant_id, target) > ($2, $3, $4) {others} \
             ORDER BY ready_at, tenant_id, target LIMIT $5"
        );
        let values: [Value; 5] = [
            after.pool.as_str().into(),
            after.ready_at.into(),
            after.tenant_id.into(),
            after.target.into(),
            i64::from(limit).into(),
        ];
        let others = without.iter().map(|tenant_id| Value::from(*tenant_id));
        let values = values.into_iter().chain(now_value).chain(others);
        let statement = Statement::from_sql_and_values(self.store.backend(), text, values);
        in_order(&self.store.search(self.store.by_keys(), statement, TURNS).await?)
    }

    /// The pools of turns that have a due time.
    pub async fn pools(&self) -> Result<Vec<String>, DbErr> {
        let text = match self.store.one_account_a_commit() {
            true => "SELECT DISTINCT pool FROM turn WHERE ready_at IS NOT NULL".to_owned(),
            false => format!("{POOLS} SELECT pool FROM pools WHERE pool IS NOT NULL"),
        };
        let statement = Statement::from_string(self.store.backend(), text);
        let found = self.store.search(self.store.read(), statement, TURNS).await?;
        let pools: Result<BTreeSet<String>, DbErr> = found.iter().map(|row| row.get("pool")).collect();
        Ok(pools?.into_iter().collect())
    }

    /// Milliseconds of the database's time until the next turn of these pools is due; negative if it is overdue; none if none
    /// has a due time.
    pub async fn next_ready_of(&self, pools: impl IntoIterator<Item = &String>) -> Result<Option<i64>, DbErr> {
        let pools: Vec<After> = pools.into_iter().map(|pool| After::time(pool, 0)).collect();
        if pools.is_empty() {
            return Ok(None);
        }
        if self.store.one_account_a_commit() {
            let names: Vec<String> = (1..=pools.len()).map(|number| format!("${number}")).collect();
            let text = format!(
                "SELECT min(ready_at) AS ready_at FROM turn WHERE ready_at IS NOT NULL AND pool IN ({})",
                names.join(", ")
            );
            let values = pools.iter().map(|one| Value::from(one.pool.as_str()));
            return self.ahead(Statement::from_sql_and_values(self.store.backend(), text, values)).await;
        }
        let pools = filled(pools);
        let found = Rows::new()
            .text("pool", pools.iter().map(|one| one.pool.as_str()))
            .fetch(
                self.store.read(),
                &self.store,
                "SELECT min((SELECT min(turn.ready_at) FROM turn WHERE turn.pool = rows.pool \
                 AND turn.ready_at IS NOT NULL)) - {now} AS ahead FROM rows",
            )
            .await?;
        let ahead = found.iter().map(|row| row.get::<Option<i64>>("ahead")).collect::<Result<Vec<_>, _>>()?;
        Ok(ahead.into_iter().flatten().min())
    }

    /// Milliseconds until the earliest `ready_at` that the statement returns.
    async fn ahead(&self, statement: Statement) -> Result<Option<i64>, DbErr> {
        let found = self.store.search(self.store.read(), statement, TURNS).await?;
        let times = found.iter().map(|row| row.get("ready_at"));
        let earliest = times.collect::<Result<Vec<Option<i64>>, DbErr>>()?.into_iter().flatten().min();
        let Some(at) = earliest else { return Ok(None) };
        Ok(Some(at - self.store.now().await?))
    }

    /// How a statement names "now", and the value to bind to it as parameter `number`; PostgreSQL needs no value.
    fn now(&self, number: usize) -> (String, Option<Value>) {
        if self.store.is_sqlite() {
            (format!("${number}"), Some(self.store.clock().millis().into()))
        } else {
            (self.store.now_sql(), None)
        }
    }
}

fn in_order<R: Row>(found: &[R]) -> Result<Vec<DueTurn>, DbErr> {
    let read = |row: &R| {
        Ok(DueTurn {
            tenant_id: row.get("tenant_id")?,
            target: row.get("target")?,
            pool: row.get("pool")?,
            ready_at: row.get("ready_at")?,
        })
    };
    let mut ready = found.iter().map(read).collect::<Result<Vec<_>, DbErr>>()?;
    ready.sort_by_key(|one| (one.ready_at, one.tenant_id, one.target));
    Ok(ready)
}
