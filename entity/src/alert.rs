//! A condition that needs a person's attention. Rows of the nil tenant are the vendor's.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "alert")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// Kind and object: each cause has one row.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub key: String,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub source_id: Option<Uuid>,
    /// JSON with the arguments of its texts.
    #[sea_orm(column_type = "Text")]
    pub detail: String,
    pub opened_at: i64,
    pub last_at: i64,
    pub count: i64,
    pub resolved_at: Option<i64>,
    pub muted_until: Option<i64>,
    /// When the next e-mail about it is due; none: no e-mail is due.
    pub letter_at: Option<i64>,
    /// Letters sent since it opened.
    pub letters: i32,
    /// When the last of them was sent.
    pub lettered_at: Option<i64>,
    /// Name of the person who handles it; empty if no one does.
    #[sea_orm(column_type = "Text")]
    pub taken_by: String,
}

tenant_rows!();
