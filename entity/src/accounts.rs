//! amoCRM accounts: their connection, the data that keeps it working, and the index that finds them.

/// One amoCRM account that installed one integration. `directory` (kind `account`) makes `(integration, account_id)`
/// unique.
pub mod tenant {
    use sea_orm::entity::prelude::*;

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
        /// After how many hours of a customer's silence their message begins a new dialogue for the account's routes; none:
        /// it has no routes that are on.
        pub routes_hours: Option<i32>,
        /// Until when a Salesbot may wait for an answer of a customer; none: none ever asked.
        pub bots_ask_until: Option<i64>,
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
}

/// Maps ids that arrive without a tenant to their tenant. Apart from the scan of `turn` and retention, the only table
/// read without one.
pub mod directory {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "directory")]
    pub struct Model {
        /// See `base::store::directory::IdKind`.
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub kind: String,
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub key: String,
        pub tenant_id: Uuid,
        pub id: Uuid,
        #[sea_orm(column_type = "Text")]
        pub note: String,
        pub expires_at: Option<i64>,
    }

    without_relations!();
}

/// A login by which an account is connected (customers mode `password`). Rows of the nil tenant; `directory` (kind
/// `customer`) makes logins unique.
pub mod customer {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "customer")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        #[sea_orm(column_type = "Text")]
        pub login: String,
        /// argon2id in PHC form.
        #[sea_orm(column_type = "Text")]
        pub password_hash: String,
        pub created_at: i64,
        pub disabled_at: Option<i64>,
    }

    tenant_rows!();
}

/// An install call of amoCRM, stored before it is answered. `tenant_id` is nil until the account is known.
pub mod install_call {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "install_call")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        #[sea_orm(column_type = "Text")]
        pub integration: String,
        #[sea_orm(column_type = "Text")]
        pub host: String,
        /// Encrypted authorization code, valid for 20 minutes.
        pub code: Vec<u8>,
        /// `new`, `done` or `failed`.
        #[sea_orm(column_type = "Text")]
        pub status: String,
        pub attempts: i32,
        pub next_at: i64,
        /// Error text for the vendor, without secrets.
        #[sea_orm(column_type = "Text")]
        pub error: String,
        pub received_at: i64,
        /// How likely it is genuine: see `parom::tenant::install::Trust`.
        pub trust: i16,
        /// The hashed address of the caller; empty if it does not matter.
        #[sea_orm(column_type = "Text")]
        pub network: String,
    }

    tenant_rows!();
}

/// OAuth tokens that one amoCRM user gave. A tenant may have several, one of which is in use.
pub mod oauth_grant {
    use sea_orm::entity::prelude::*;

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
}

/// A Chats API channel connected for a tenant.
pub mod tenant_channel {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "tenant_channel")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub channel_id: Uuid,
        /// Opaque, as returned by `connect`; empty before the first connect.
        #[sea_orm(column_type = "Text")]
        pub scope_id: String,
        /// `connected`, `not_allowed`, `misconfigured` or `disconnected`.
        #[sea_orm(column_type = "Text")]
        pub status: String,
        /// amoCRM's text when it refused, for the panel.
        #[sea_orm(column_type = "Text")]
        pub detail: String,
        pub connected_at: i64,
        /// When amoCRM's answer last changed its status.
        pub checked_at: i64,
        /// When a refused connect is retried.
        pub next_try_at: Option<i64>,
        pub tries: i32,
        /// When it was last connected again because a hook of the obsolete version arrived.
        pub renewed_at: Option<i64>,
        /// How often in a row amoCRM lost the channel soon after it was connected.
        pub losses: i32,
    }

    tenant_rows!();
}

/// An account's subscription to the CRM's hooks.
pub mod crm_subscription {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "crm_subscription")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        /// Encrypted: the address, which only amoCRM and we know. None if there was none yet.
        pub destination: Option<Vec<u8>>,
        /// `on`, `off` or `refused`.
        #[sea_orm(column_type = "Text")]
        pub state: String,
        /// amoCRM's text when it refused.
        #[sea_orm(column_type = "Text")]
        pub detail: String,
        /// When amoCRM last reported the state.
        pub checked_at: i64,
        /// Checks in a row without an outcome.
        pub tries: i32,
    }

    tenant_rows!();
}

/// A list that amoCRM keeps for an account, as it was last read: pages show it without waiting for amoCRM.
pub mod crm_copy {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "crm_copy")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        /// `pipelines`, `templates`; of the nil tenant `road:` with the name of an integration
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub name: String,
        /// JSON of the list; empty: it was never read.
        #[sea_orm(column_type = "Text")]
        pub body: String,
        /// When amoCRM gave it; 0: never.
        pub read_at: i64,
        /// When amoCRM was last asked on behalf of a page, with or without success.
        pub asked_at: i64,
    }

    tenant_rows!();
}

/// Bytes that an account stored on one day, counted when they were stored.
pub mod account_usage {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "account_usage")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        /// Since 1970, UTC.
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: i32,
        /// Bytes of messages.
        pub messages: i64,
        /// Bytes of raw hooks and calls.
        pub hooks: i64,
    }

    tenant_rows!();
}

/// The most that an account had at one time in a month, noted while the month runs.
pub mod account_month {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "account_month")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        /// Year and month, UTC: 202611.
        #[sea_orm(primary_key, auto_increment = false)]
        pub month: i32,
        /// The most sources.
        pub sources: i64,
        /// These sources by kind, as JSON.
        #[sea_orm(column_type = "Text")]
        pub kinds: String,
        /// The most stored bytes.
        pub stored_bytes: i64,
    }

    tenant_rows!();
}

/// Proof that a customer's data was erased.
pub mod erasure {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "erasure")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// The request, shortened so that it identifies no one.
        #[sea_orm(column_type = "Text")]
        pub what: String,
        /// JSON: number of rows by table.
        #[sea_orm(column_type = "Text")]
        pub counts: String,
        #[sea_orm(column_type = "Text")]
        pub by: String,
        pub created_at: i64,
        /// JSON: the lines of a forgotten account whose webhooks could not be removed yet, and what became of them. None if
        /// all were removed.
        #[sea_orm(column_type = "Text", nullable)]
        pub lines: Option<String>,
    }

    tenant_rows!();
}

/// Consent of an administrator of an account to the vendor's data processing agreement, given in the widget.
pub mod consent {
    use sea_orm::entity::prelude::*;

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
}
