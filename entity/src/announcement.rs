//! What the vendor announces to accounts, in the panel and in the widget. It belongs to the vendor (the nil tenant).

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "announcement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub text_ru: String,
    #[sea_orm(column_type = "Text")]
    pub text_en: String,
    /// An https address; empty if there is none.
    #[sea_orm(column_type = "Text")]
    pub link: String,
    /// `all`, `accounts`, `plan`, `integration`
    #[sea_orm(column_type = "Text")]
    pub audience: String,
    /// JSON: ids of accounts, or the name of the plan or integration; an empty list for all accounts.
    #[sea_orm(column_type = "Text")]
    pub names: String,
    /// Shown from then on.
    pub starts_at: i64,
    /// No longer shown from then on.
    pub ends_at: i64,
    pub created_at: i64,
}

tenant_rows!();
