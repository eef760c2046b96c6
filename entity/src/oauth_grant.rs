//! OAuth tokens that one amoCRM user gave. Several a tenant, one in use.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "oauth_grant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// Who consented; 0 when the token does not tell.
    #[sea_orm(primary_key, auto_increment = false)]
    pub crm_user_id: i64,
    pub is_admin: bool,
    /// The grant calls are made with.
    pub in_use: bool,
    /// Counts rotations.
    pub version: i64,
    /// Sealed.
    pub access_token: Vec<u8>,
    /// Sealed.
    pub refresh_token: Vec<u8>,
    /// Sealed; tried once when the newest is refused.
    pub previous_refresh_token: Option<Vec<u8>>,
    /// Of the access token.
    pub expires_at: i64,
    pub refreshed_at: i64,
    /// A rotation was begun and its end is not stored yet.
    pub intent_at: Option<i64>,
    /// The refresh token was refused for good.
    pub dead: bool,
    /// Who refreshes right now.
    pub lease_owner: Option<Uuid>,
    pub leased_until: i64,
    pub created_at: i64,
    /// Of the amoCRM user, for people; empty: unknown.
    #[sea_orm(column_type = "Text")]
    pub user_name: String,
}

tenant_rows!();
