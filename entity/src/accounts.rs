//! amoCRM accounts: their connection, the data that keeps it working, and the index that finds them.

/// Maps ids that arrive without a tenant to their tenant. Apart from the scan of `turn` and retention, the only table
/// read without one.
pub mod directory {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    pub struct Model {
        /// See `base::store::directory::IdKind`.
        #[sea_orm(primary_key, auto_increment = false)]
        pub kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub tenant_id: Uuid,
        pub id: Uuid,
        pub note: String,
        pub expires_at: Option<i64>,
    }

    entity!(directory);
}

tables! {
    /// One amoCRM account that installed one integration. `directory` (kind `account`) makes `(integration, account_id)`
    /// unique.
    tenant(
        /// Ours, UUIDv7.
        tenant_id: Uuid,
    ) {
        /// Name of the integration in the configuration.
        pub integration: String,
        /// amoCRM's numeric id of the account.
        pub account_id: i64,
        /// The account's allow-listed host, e.g. `shop.amocrm.ru`.
        pub host: String,
        pub name: String,
        /// The account's id in the Chats API.
        pub amojo_id: String,
        /// A state, see `parom::tenant::TenantStatus`.
        pub status: String,
        /// The vendor stopped delivery; intake goes on.
        pub suspended: bool,
        /// The vendor's own limit for this tenant; none: the configured limit applies.
        pub sources_limit: Option<i32>,
        /// Shared API host from the access token, for the subdomain lookup.
        pub api_domain: Option<String>,
        /// Milliseconds since 1970, as all times in this schema.
        pub created_at: i64,
        pub updated_at: i64,
        /// The login that connected it (customers mode `password`).
        pub customer_id: Option<Uuid>,
        /// The account's language at amoCRM; empty: unknown.
        pub language: String,
        /// Its time zone's name; empty: unknown.
        pub time_zone: String,
        /// Its country's two letters; empty: unknown.
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
        pub plan: Option<String>,
        /// When its trial ends; none: it has no trial.
        pub trial_until: Option<i64>,
        /// Until when the service is paid; none: unknown. It replaces the trial's end.
        pub paid_until: Option<i64>,
        /// Its subscription and the grace after it are over: nothing is delivered, intake goes on.
        pub plan_ended: bool,
        /// After how many hours of a customer's silence their message begins a new enquiry for the account's routes; none:
        /// it has no routes that are on.
        pub routes_hours: Option<i32>,
        /// Until when a Salesbot may wait for an answer of a customer; none: none ever asked.
        pub bots_ask_until: Option<i64>,
    }, with {
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
    }

    /// A login by which an account is connected (customers mode `password`). Rows of the nil tenant; `directory` (kind
    /// `customer`) makes logins unique.
    customer(tenant_id: Uuid, id: Uuid) {
        pub login: String,
        /// argon2id in PHC form.
        pub password_hash: String,
        pub created_at: i64,
        pub disabled_at: Option<i64>,
    }

    /// An install call of amoCRM, stored before it is answered. `tenant_id` is nil until the account is known.
    install_call(tenant_id: Uuid, id: Uuid) {
        pub integration: String,
        pub host: String,
        /// Encrypted authorization code, valid for 20 minutes.
        pub code: Vec<u8>,
        /// `new`, `done` or `failed`.
        pub status: String,
        pub attempts: i32,
        pub next_at: i64,
        /// Error text for the vendor, without secrets.
        pub error: String,
        pub received_at: i64,
        /// How likely it is genuine: see `parom::tenant::install::Trust`.
        pub trust: i16,
        /// The hashed address of the caller; empty if it does not matter.
        pub network: String,
    }

    /// OAuth tokens that one amoCRM user gave. A tenant may have several, one of which is in use.
    oauth_grant(
        tenant_id: Uuid,
        /// Who consented; 0 if the token does not contain it.
        crm_user_id: i64,
    ) {
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
        pub user_name: String,
    }

    /// A Chats API channel connected for a tenant.
    tenant_channel(tenant_id: Uuid, channel_id: Uuid) {
        /// Opaque, as returned by `connect`; empty before the first connect.
        pub scope_id: String,
        /// `connected`, `not_allowed`, `misconfigured` or `disconnected`.
        pub status: String,
        /// amoCRM's text when it refused, for the panel.
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

    /// An account's subscription to the CRM's hooks.
    crm_subscription(tenant_id: Uuid) {
        /// Encrypted: the address, which only amoCRM and we know. None if there was none yet.
        pub destination: Option<Vec<u8>>,
        /// `on`, `off` or `refused`.
        pub state: String,
        /// amoCRM's text when it refused.
        pub detail: String,
        /// When amoCRM last reported the state.
        pub checked_at: i64,
        /// Checks in a row without an outcome.
        pub tries: i32,
    }

    /// A list that amoCRM keeps for an account, as it was last read: pages show it without waiting for amoCRM.
    crm_copy(
        tenant_id: Uuid,
        /// `pipelines`, `templates`; of the nil tenant `road:` with the name of an integration
        name: String,
    ) {
        /// JSON of the list; empty: it was never read.
        pub body: String,
        /// When amoCRM gave it; 0: never.
        pub read_at: i64,
        /// When amoCRM was last asked on behalf of a page, with or without success.
        pub asked_at: i64,
    }

    /// Bytes that an account stored on one day, counted when they were stored.
    account_usage(
        tenant_id: Uuid,
        /// Since 1970, UTC.
        day: i32,
    ) {
        /// Bytes of messages.
        pub messages: i64,
        /// Bytes of raw hooks and calls.
        pub hooks: i64,
    }

    /// The most that an account had at one time in a month, noted while the month runs.
    account_month(
        tenant_id: Uuid,
        /// Year and month, UTC: 202611.
        month: i32,
    ) {
        /// The most sources.
        pub sources: i64,
        /// These sources by kind, as JSON.
        pub kinds: String,
        /// The most stored bytes.
        pub stored_bytes: i64,
    }

    /// Proof that a customer's data was erased.
    erasure(tenant_id: Uuid, id: Uuid) {
        /// The request, shortened so that it identifies no one.
        pub what: String,
        /// JSON: number of rows by table.
        pub counts: String,
        pub by: String,
        pub created_at: i64,
        /// JSON: the lines of a forgotten account whose webhooks could not be removed yet, and what became of them. None if
        /// all were removed.
        pub lines: Option<String>,
    }

    /// Consent of an administrator of an account to the vendor's data processing agreement, given in the widget.
    consent(tenant_id: Uuid, id: Uuid) {
        /// `gdpr` or `152-fz`.
        pub document: String,
        /// The language of the text.
        pub language: String,
        /// Names the text: the beginning of its SHA-256.
        pub version: String,
        /// What was agreed to.
        pub text: String,
        /// amoCRM's id of the user.
        pub user_id: i64,
        /// The user's name then; empty: unknown.
        pub user_name: String,
        /// The user's network address; empty: unknown.
        pub address: String,
        pub created_at: i64,
    }
}
