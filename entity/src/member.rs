//! The role of a person in one account.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "member")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
    /// `owner`, `administrator` or `viewer`.
    #[sea_orm(column_type = "Text")]
    pub role: String,
    /// The amoCRM user, for people who came through the widget or the consent page.
    pub crm_user_id: Option<i64>,
    /// `amocrm`: the role comes from amoCRM and changes with it; `panel`: it was granted here.
    #[sea_orm(column_type = "Text")]
    pub role_from: String,
    /// When amoCRM last reported the user's rights.
    pub crm_asked_at: i64,
    /// Since when amoCRM no longer knows the user, for a role that came from there.
    pub crm_gone_at: Option<i64>,
    pub invited_at: i64,
    pub last_seen_at: Option<i64>,
    pub disabled_at: Option<i64>,
}

tenant_rows!();
