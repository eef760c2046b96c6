//! The unit of order: one direction of one conversation in one of two streams.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "lane")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub lane_id: Uuid,
    pub conversation_id: Uuid,
    pub source_id: Uuid,
    pub direction: i16,
    pub stream: i16,
    /// Its `turn`: channel or source.
    pub target: Uuid,
    pub next_seq: i64,
    /// `order_key` of the letter leased last.
    pub last_key: i64,
    pub max_key: i64,
    /// Letters in it.
    pub waiting: i64,
    /// None if nothing waits. While leased: when the lease ends.
    pub due_at: Option<i64>,
    /// The process that delivers its head.
    pub owner: Option<Uuid>,
    /// Counts leases.
    pub epoch: i64,
    pub leased_until: i64,
    /// Leases of this head that were never settled.
    pub starts: i32,
    pub carried: i64,
    /// Number of the claim that leased it, among those of its owner; on PostgreSQL only.
    pub claim: Option<i64>,
}

tenant_rows!();
