//! What somebody chose about letters on alerts of an account; the nil tenant's are operators. Without a row the role
//! decides.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_reader")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
    pub wants_letters: bool,
    /// JSON: the kinds of which no letters are wanted.
    #[sea_orm(column_type = "Text")]
    pub without: String,
    /// Proved by a code; empty: the person's own.
    #[sea_orm(column_type = "Text")]
    pub email: String,
    pub updated_at: i64,
}

tenant_rows!();
