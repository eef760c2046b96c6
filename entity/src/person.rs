//! A person who signs in by e-mail, an amoCRM user who came through the widget, or an operator of the vendor. Rows of
//! the nil tenant: a person may belong to several accounts. Operators are separate persons: one who is also a member of
//! an account has two rows.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Lower case; empty for an amoCRM user without one. `directory` makes it unique: kind `person`, for operators
    /// kind `operator`.
    #[sea_orm(column_type = "Text")]
    pub email: String,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// argon2id in PHC form.
    #[sea_orm(column_type = "Text", nullable)]
    pub password_hash: Option<String>,
    /// Sealed.
    pub totp_secret: Option<Vec<u8>>,
    /// The last time step that was used: no code is valid twice.
    pub totp_step: Option<i64>,
    /// Has access to the vendor's admin, and is a member of no account.
    pub is_operator: bool,
    /// `en` or `ru`.
    #[sea_orm(column_type = "Text")]
    pub language: String,
    pub created_at: i64,
    pub disabled_at: Option<i64>,
    /// When a link sent by e-mail was first used; none: the address is unproved.
    pub proved_at: Option<i64>,
    /// While the address is unproved: the only account in which password and authenticator are valid.
    pub set_in: Option<Uuid>,
    /// Counts changes of password and authenticator, so that what was checked before a change opens nothing after it.
    pub revision: i64,
    /// The authenticator was removed: only a session of a fresh one-time link can connect another one.
    pub link_only: bool,
    /// Wrong codes of the authenticator since the last right one.
    pub wrong_codes: i32,
    /// When an e-mail about wrong codes was last sent, in milliseconds since 1970; 0: never.
    pub warned_at: i64,
    /// SHA-256 of an operator's recovery codes that were not used yet, separated by spaces.
    #[sea_orm(column_type = "Text")]
    pub recovery_codes: String,
}

tenant_rows!();
