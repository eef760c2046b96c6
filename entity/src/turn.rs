//! When a remote account may be served next: fairness, timer, pause and rate in one narrow row.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "turn")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// Channel (amoCRM) or source (messenger).
    #[sea_orm(primary_key, auto_increment = false)]
    pub target: Uuid,
    /// The pool whose call slots it uses.
    #[sea_orm(column_type = "Text")]
    pub pool: String,
    /// None if nothing is to be done, or if it is held; `reason` says why.
    pub ready_at: Option<i64>,
    /// Thousandths of a request.
    pub tokens: i64,
    pub refilled_at: i64,
    /// Empty if nothing prevents it from being served.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// In a row.
    pub failures: i32,
    /// Since when every call has failed, and of a developer's endpoint every webhook; none if the last one succeeded.
    pub failing_since: Option<i64>,
    /// Webhooks that failed since then.
    pub failing: i32,
    /// Rate found by experience, in thousandths of a request per second; 0 if not tried yet or fixed.
    pub rate: i64,
    /// When that changed last.
    pub rate_at: i64,
    /// Calls since `counted_from`; together with `errors` they decide when the breaker opens.
    pub calls: i32,
    pub errors: i32,
    pub counted_from: i64,
}

tenant_rows!();
