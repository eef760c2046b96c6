//! Who may be served now: one ordered read of `turn` is both fairness and timer.

use sea_orm::{ConnectionTrait, DbErr, Statement, Value};
use uuid::Uuid;

use super::Queue;

/// A turn that has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    pub tenant_id: Uuid,
    pub target: Uuid,
    pub pool: String,
    pub ready_at: i64,
}

impl Queue {
    /// Turns whose time has come, longest waiting first, from `low` (milliseconds) on; a plain read.
    ///
    /// The lower bound keeps the read off index entries of turns served long ago; the caller sweeps from zero now
    /// and then, so that nothing below it is forgotten.
    pub async fn ready(&self, low: i64, limit: u32) -> Result<Vec<Ready>, DbErr> {
        let (now, now_value) = self.now(3);
        let values = [low.into(), i64::from(limit).into()].into_iter().chain(now_value);
        let text = format!(
            "SELECT tenant_id, target, pool, ready_at FROM turn WHERE ready_at IS NOT NULL AND ready_at >= $1 \
             AND ready_at <= {now} ORDER BY ready_at LIMIT $2"
        );
        let statement = Statement::from_sql_and_values(self.store.backend(), text, values);
        self.read_ready(statement).await
    }

    /// Turns that a person or a verdict holds.
    pub async fn held(&self) -> Result<Vec<Ready>, DbErr> {
        let text =
            "SELECT tenant_id, target, pool, coalesce(ready_at, 0) AS ready_at FROM turn WHERE reason LIKE 'held:%'";
        self.read_ready(Statement::from_string(self.store.backend(), text)).await
    }

    async fn read_ready(&self, statement: Statement) -> Result<Vec<Ready>, DbErr> {
        let found = self.store.read().query_all_raw(statement).await?;
        found
            .into_iter()
            .map(|row| {
                Ok(Ready {
                    tenant_id: row.try_get("", "tenant_id")?,
                    target: row.try_get("", "target")?,
                    pool: row.try_get("", "pool")?,
                    ready_at: row.try_get("", "ready_at")?,
                })
            })
            .collect()
    }

    /// In how many milliseconds of the database's time the next turn comes; less than none: it came so long ago; none: nothing
    /// waits that time alone brings.
    pub async fn next_ready_in(&self) -> Result<Option<i64>, DbErr> {
        let (now, value) = self.now(1);
        let text =
            format!("SELECT ready_at - {now} AS ahead FROM turn WHERE ready_at IS NOT NULL ORDER BY ready_at LIMIT 1");
        let statement = Statement::from_sql_and_values(self.store.backend(), text, value);
        let found = self.store.read().query_one_raw(statement).await?;
        found.map(|row| row.try_get("", "ahead")).transpose()
    }

    /// How a statement names "now", and the value behind that name, which is its `number`th: PostgreSQL knows it by itself.
    fn now(&self, number: usize) -> (String, Option<Value>) {
        if self.store.is_sqlite() {
            (format!("${number}"), Some(self.store.clock().millis().into()))
        } else {
            (self.store.now_sql(), None)
        }
    }
}
