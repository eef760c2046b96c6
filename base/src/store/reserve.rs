//! Rate limit of calls, shared by all processes.

use sea_orm::{ConnectionTrait, DbErr, Statement};

use super::{Store, VENDOR};

impl Store {
    /// Reserves the next `count` calls of an account's REST API, `each` milliseconds apart, in one statement; returns
    /// the milliseconds to wait before the first, 0 or more. PostgreSQL only: on SQLite there is one process.
    pub async fn reserve_calls(&self, account: &str, each: i64, count: i64) -> Result<i64, DbErr> {
        let (now, now_value) = self.now_of_change(4).await?;
        let text = format!(
            "INSERT INTO rest_pace (tenant_id, account, next_at) VALUES ($1, $2, {now} + $3) \
             ON CONFLICT (tenant_id, account) DO UPDATE SET next_at = greatest(rest_pace.next_at, {now}) + $3 \
             RETURNING next_at - $3 - {now} AS ahead"
        );
        let values = [VENDOR.into(), account.into(), each.saturating_mul(count).into()].into_iter().chain(now_value);
        let row = self.write().query_one_raw(Statement::from_sql_and_values(self.backend(), text, values)).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("nothing was reserved".into()))?;
        Ok(row.try_get::<i64>("", "ahead")?.max(0))
    }
}
