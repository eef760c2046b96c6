//! How deliveries to each pool of remote accounts go now, for a page about the whole service.

use base::store::Row;
use sea_orm::{ConnectionTrait, DbErr, Statement};

use super::Queue;

/// Calls within this time count, in milliseconds. A letter that fails is tried again within it.
const RECENT_MILLIS: i64 = 15 * 60_000;
/// A target fails after this many failed calls in a row.
const IN_A_ROW: i32 = 3;

/// One pool: the channels of an integration, or the sources of a kind of messenger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PoolHealth {
    pub pool: String,
    /// Targets that were called within the last quarter of an hour, or that are not called because they failed.
    pub called: i64,
    /// Those of them that failed three times in a row or are not called now.
    pub broken: i64,
    /// Since when the letter that has waited longest could have been sent, milliseconds since 1970. Letters that wait
    /// for a person, a rate or a repair of their target do not count.
    pub due_since: Option<i64>,
}

impl Queue {
    /// All pools that have a target, in one statement.
    pub async fn pool_health(&self) -> Result<Vec<PoolHealth>, DbErr> {
        let now = if self.store.is_sqlite() { self.store.clock().millis().to_string() } else { self.store.now_sql() };
        let recent = format!("(counted_from > {now} - {RECENT_MILLIS})");
        let closed = "(reason = 'breaker' AND failures > 0)";
        let text = format!(
            "SELECT pool, CAST(sum(called) AS bigint) AS called, CAST(sum(broken) AS bigint) AS broken, \
             min(due_at) AS due_since FROM (SELECT pool, \
             CASE WHEN (calls > 0 AND {recent}) OR {closed} THEN 1 ELSE 0 END AS called, \
             CASE WHEN (failures >= {IN_A_ROW} AND calls > 0 AND {recent}) OR {closed} THEN 1 ELSE 0 END AS broken, \
             CAST(NULL AS bigint) AS due_at FROM turn UNION ALL SELECT turn.pool, 0, 0, lane.due_at FROM lane JOIN turn \
             ON turn.tenant_id = lane.tenant_id AND turn.target = lane.target \
             WHERE lane.due_at <= {now} AND lane.owner IS NULL AND turn.ready_at <= {now}) AS health GROUP BY pool"
        );
        let rows = self.store.read().query_all_raw(Statement::from_string(self.store.backend(), text)).await?;
        let read = |row: &sea_orm::QueryResult| {
            Ok(PoolHealth {
                pool: row.get("pool")?,
                called: row.get("called")?,
                broken: row.get("broken")?,
                due_since: row.get("due_since")?,
            })
        };
        rows.iter().map(read).collect()
    }
}
