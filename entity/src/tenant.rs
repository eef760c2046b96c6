//! One amoCRM account that installed one integration. `directory` (kind `account`) makes `(integration, account_id)`
//! unique.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tenant")]
pub struct Model {
    /// Ours, UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// Name of the integration in the configuration.
    #[sea_orm(column_type = "Text")]
    pub integration: String,
    /// amoCRM's numeric id of the account.
    pub account_id: i64,
    /// The account's allow-listed host, e.g. `shop.amocrm.ru`.
    #[sea_orm(column_type = "Text")]
    pub host: String,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The account's id in the Chats API.
    #[sea_orm(column_type = "Text")]
    pub amojo_id: String,
    /// A state, see `parom::tenant::TenantStatus`.
    #[sea_orm(column_type = "Text")]
    pub status: String,
    /// The vendor stopped delivery; intake goes on.
    pub suspended: bool,
    /// The vendor's own limit for this tenant; none: the configured limit applies.
    pub sources_limit: Option<i32>,
    /// Shared API host from the access token, for the subdomain lookup.
    #[sea_orm(column_type = "Text", nullable)]
    pub api_domain: Option<String>,
    /// Milliseconds since 1970, as all times in this schema.
    pub created_at: i64,
    pub updated_at: i64,
    /// The login that connected it (customers mode `password`).
    pub customer_id: Option<Uuid>,
    /// The account's language at amoCRM; empty: unknown.
    #[sea_orm(column_type = "Text")]
    pub language: String,
    /// Its time zone's name; empty: unknown.
    #[sea_orm(column_type = "Text")]
    pub time_zone: String,
    /// Its country's two letters; empty: unknown.
    #[sea_orm(column_type = "Text")]
    pub country: String,
    /// Consecutive probes that changed nothing.
    pub probes: i32,
    /// When its sources were last compared with amoCRM's.
    pub reconciled_at: Option<i64>,
    pub uninstalled_at: Option<i64>,
    /// Secrets and data were erased after an uninstallation.
    pub erased_at: Option<i64>,
    /// Its share of concurrent calls while others wait as well, set by the vendor; usually 1.
    pub weight: i32,
    /// For how many days it keeps the texts of its messages; none: the configured number.
    pub texts_days: Option<i32>,
    /// When that was chosen; 0: never.
    pub texts_days_at: i64,
    /// Days for which its raw hooks are kept, fewer than configured; none: the configured number.
    pub hooks_days: Option<i32>,
    /// The same of attempts.
    pub attempts_days: Option<i32>,
    /// The same of undelivered letters.
    pub undelivered_days: Option<i32>,
    /// The same of its audit log.
    pub audit_days: Option<i32>,
    /// An owner requires a second step of everyone who signs in by e-mail.
    pub second_step: bool,
    /// The vendor had amoCRM's time window switched off for this account.
    pub window_off: bool,
    /// Name of its plan in the configuration; none: no plan.
    #[sea_orm(column_type = "Text", nullable)]
    pub plan: Option<String>,
    /// When its trial ends; none: it has no trial.
    pub trial_until: Option<i64>,
    /// Until when the service is paid; none: unknown. It replaces the trial's end.
    pub paid_until: Option<i64>,
    /// Its subscription and the grace after it are over: nothing is delivered, intake goes on.
    pub plan_ended: bool,
}

/// Reason for holding the letters of an account that a person suspended.
pub const SUSPENDED: &str = "suspended";
/// Reason for holding the letters of an account whose subscription is over.
pub const PLAN_ENDED: &str = "plan_ended";

impl Model {
    /// Why nothing is delivered for this account; none if it is served. Both reasons may hold, and each ends by itself.
    pub fn held(&self) -> Option<&'static str> {
        held(self.suspended, self.plan_ended)
    }
}

/// [`Model::held`] of an account with these two flags.
pub fn held(suspended: bool, plan_ended: bool) -> Option<&'static str> {
    match (suspended, plan_ended) {
        (true, _) => Some(SUSPENDED),
        (false, true) => Some(PLAN_ENDED),
        (false, false) => None,
    }
}

tenant_rows!();
