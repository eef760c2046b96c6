//! OAuth tokens that one amoCRM user gave. A tenant may have several, one of which is in use.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "oauth_grant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// Who consented; 0 if the token does not contain it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub crm_user_id: i64,
    pub is_admin: bool,
    /// The grant that calls use.
    pub in_use: bool,
    /// Counts rotations.
    pub version: i64,
    /// Sealed.
    pub access_token: Vec<u8>,
    /// Sealed.
    pub refresh_token: Vec<u8>,
    /// Encrypted; tried once if the newest is refused.
    pub previous_refresh_token: Option<Vec<u8>>,
    /// Of the access token.
    pub expires_at: i64,
    pub refreshed_at: i64,
    /// A rotation was started and its result is not stored yet.
    pub intent_at: Option<i64>,
    /// The refresh token was refused permanently.
    pub dead: bool,
    /// The process that is renewing the token.
    pub lease_owner: Option<Uuid>,
    pub leased_until: i64,
    pub created_at: i64,
    /// Name of the amoCRM user; empty if unknown.
    #[sea_orm(column_type = "Text")]
    pub user_name: String,
}

tenant_rows!();
