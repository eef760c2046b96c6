//! Consent of an administrator of an account to the vendor's data processing agreement, given in the widget.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consent")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `gdpr` or `152-fz`.
    #[sea_orm(column_type = "Text")]
    pub document: String,
    /// The language of the text.
    #[sea_orm(column_type = "Text")]
    pub language: String,
    /// Names the text: the beginning of its SHA-256.
    #[sea_orm(column_type = "Text")]
    pub version: String,
    /// What was agreed to.
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// amoCRM's id of the user.
    pub user_id: i64,
    /// The user's name then; empty: unknown.
    #[sea_orm(column_type = "Text")]
    pub user_name: String,
    /// The user's network address; empty: unknown.
    #[sea_orm(column_type = "Text")]
    pub address: String,
    pub created_at: i64,
}

tenant_rows!();
