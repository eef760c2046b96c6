//! A session of a signed-in person. `directory` (kind `session`) maps the hash of the token to it.

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
    /// The CSRF token of forms.
    #[sea_orm(column_type = "Text")]
    pub csrf: String,
    #[sea_orm(column_type = "Text")]
    pub language: String,
    /// The notice that the next page shows once, encrypted and in base64, because it may hold a link or key; empty:
    /// none.
    #[sea_orm(column_type = "Text")]
    pub notice: String,
    /// Encrypted JSON of a form that has several pages.
    pub data: Option<Vec<u8>>,
    /// The operator's reason to view the account.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub created_at: i64,
    pub seen_at: i64,
    pub expires_at: i64,
}

tenant_rows!();
