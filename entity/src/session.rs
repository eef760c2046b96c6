//! Somebody who is signed in. `directory` (kind `session`) leads here from the hash of the token.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `panel`, `admin`, `widget` or `view_as`.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub person_id: Option<Uuid>,
    pub crm_user_id: Option<i64>,
    /// The amoCRM user administers the account.
    pub is_admin: bool,
    /// How it was opened: `password`, `link`, `ticket`, `consent`, `disposable_token`, `operator`.
    #[sea_orm(column_type = "Text")]
    pub via: String,
    /// What forms carry.
    #[sea_orm(column_type = "Text")]
    pub csrf: String,
    #[sea_orm(column_type = "Text")]
    pub language: String,
    /// The notice that the next page shows once, encrypted and in base64, because it may hold a link or key; empty: none.
    #[sea_orm(column_type = "Text")]
    pub notice: String,
    /// Sealed JSON of a form that goes over several pages.
    pub data: Option<Vec<u8>>,
    /// Why an operator looks.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub created_at: i64,
    pub seen_at: i64,
    pub expires_at: i64,
}

tenant_rows!();
