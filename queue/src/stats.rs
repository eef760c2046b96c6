//! State of the whole queue, for metrics. Reads only what waits, never what is finished.

use base::store::Row;
use sea_orm::{ConnectionTrait, DbErr, Statement};

use super::Queue;

/// Letters of one direction in one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueStats {
    /// As stored, see [`base::message::Direction`].
    pub direction: i16,
    /// `due`: could be sent now; `leaving`: being sent; `later`: waits for a back-off, a rate or a breaker; `held`:
    /// waits for a person or a repair.
    pub state: String,
    pub letters: i64,
    /// When the head of the longest waiting lane became due, milliseconds of the database's time.
    pub oldest_at: i64,
}

/// Targets that are prevented from working.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockedTargets {
    /// `rate`, `wait`, `breaker`, `held`.
    pub by: String,
    pub targets: i64,
}

impl Queue {
    /// Letters that wait, by direction and state.
    pub async fn standing(&self) -> Result<Vec<QueueStats>, DbErr> {
        let found = self
            .question(
                "SELECT direction, state, CAST(sum(waiting) AS bigint) AS letters, min(due_at) AS oldest_at FROM \
                 (SELECT lane.direction, lane.waiting, lane.due_at, CASE WHEN turn.reason LIKE 'held:%' THEN 'held' \
                 WHEN lane.owner IS NOT NULL THEN 'leaving' WHEN lane.due_at > {now} OR turn.ready_at > {now} THEN 'later' \
                 ELSE 'due' END AS state FROM lane JOIN turn ON turn.tenant_id = lane.tenant_id \
                 AND turn.target = lane.target WHERE lane.due_at IS NOT NULL) AS waiting GROUP BY direction, state",
            )
            .await?;
        let read = |row: &sea_orm::QueryResult| {
            Ok(QueueStats {
                direction: row.get("direction")?,
                state: row.get("state")?,
                letters: row.get("letters")?,
                oldest_at: row.get("oldest_at")?,
            })
        };
        found.iter().map(read).collect()
    }

    /// Number of blocked targets by reason.
    pub async fn blocked(&self) -> Result<Vec<BlockedTargets>, DbErr> {
        let found = self
            .question(
                "SELECT CASE WHEN reason LIKE 'held:%' THEN 'held' ELSE reason END AS why, count(*) AS targets FROM turn \
                 WHERE reason <> '' GROUP BY CASE WHEN reason LIKE 'held:%' THEN 'held' ELSE reason END",
            )
            .await?;
        let read =
            |row: &sea_orm::QueryResult| Ok(BlockedTargets { by: row.get("why")?, targets: row.get("targets")? });
        found.iter().map(read).collect()
    }

    async fn question(&self, text: &str) -> Result<Vec<sea_orm::QueryResult>, DbErr> {
        let now = if self.store.is_sqlite() { self.store.clock().millis().to_string() } else { self.store.now_sql() };
        let statement = Statement::from_string(self.store.backend(), text.replace("{now}", &now));
        self.store.read().query_all_raw(statement).await
    }
}
