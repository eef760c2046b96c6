//! A person's choice of an account's alerts on one channel; in rows of the nil tenant, an operator's. Without a row the
//! role decides.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_reader")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
    /// `email`, `chat`
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub channel: String,
    pub wants_letters: bool,
    /// JSON: the kinds of which the person wants to hear nothing there.
    #[sea_orm(column_type = "Text")]
    pub without: String,
    /// Confirmed by a code; empty: the person's own address.
    #[sea_orm(column_type = "Text")]
    pub email: String,
    pub updated_at: i64,
}

tenant_rows!();
