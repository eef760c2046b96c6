//! The time by which rows are compared.

use sea_orm::{ConnectionTrait, DbErr, Statement, Value};

use super::Store;

impl Store {
    /// The database's time in milliseconds, with which leases and due times are compared: its own clock on PostgreSQL
    /// (shared by all instances), ours on SQLite.
    pub async fn now(&self) -> Result<i64, DbErr> {
        if self.is_sqlite() {
            return Ok(self.clock.millis());
        }
        let statement = Statement::from_string(self.backend, format!("SELECT {} AS now", self.now_sql()));
        let row = self.read.query_one_raw(statement).await?;
        row.ok_or_else(|| DbErr::RecordNotFound("the database returned no time".into()))?.try_get("", "now")
    }

    /// The SQL expression for "now" on PostgreSQL; constant while a test's clock is frozen.
    pub fn now_sql(&self) -> String {
        match self.clock.frozen_millis() {
            None => "(extract(epoch from clock_timestamp()) * 1000)::bigint".to_owned(),
            Some(millis) => format!("{millis}::bigint"),
        }
    }

    /// "Now" for a statement that changes rows: [`Store::now_sql`], or its parameter `number` and the value to bind to it
    /// where a change must not read a clock.
    pub async fn now_of_change(&self, number: usize) -> Result<(String, Option<Value>), DbErr> {
        if self.one_account_a_commit() {
            return Ok((format!("${number}::bigint"), Some(self.now().await?.into())));
        }
        Ok((self.now_sql(), None))
    }
}
