//! People and keys that use Parom, and the log of their actions.

tables! {
    /// A person who signs in by e-mail, an amoCRM user who came through the widget, or an operator of the vendor. Rows of
    /// the nil tenant: a person may belong to several accounts. Operators are separate persons: one who is also a member of
    /// an account has two rows.
    person(tenant_id: Uuid, id: Uuid) {
        /// Lower case; empty for an amoCRM user without one. `directory` makes it unique: kind `person`, for operators
        /// kind `operator`.
        pub email: String,
        pub name: String,
        /// argon2id in PHC form.
        pub password_hash: Option<String>,
        /// Sealed.
        pub totp_secret: Option<Vec<u8>>,
        /// The last time step that was used: no code is valid twice.
        pub totp_step: Option<i64>,
        /// Has access to the vendor's admin, and is a member of no account.
        pub is_operator: bool,
        /// `en` or `ru`.
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
        pub recovery_codes: String,
    }

    /// The role of a person in one account.
    member(tenant_id: Uuid, person_id: Uuid) {
        /// `owner`, `administrator` or `viewer`.
        pub role: String,
        /// The amoCRM user, for people who came through the widget or the consent page.
        pub crm_user_id: Option<i64>,
        /// `amocrm`: the role comes from amoCRM and changes with it; `panel`: it was granted here.
        pub role_from: String,
        /// When amoCRM last reported the user's rights.
        pub crm_asked_at: i64,
        /// Since when amoCRM no longer knows the user, for a role that came from there.
        pub crm_gone_at: Option<i64>,
        pub invited_at: i64,
        pub last_seen_at: Option<i64>,
        pub disabled_at: Option<i64>,
    }

    /// Filters of the list of messages under a name, for everyone in the account.
    saved_view(tenant_id: Uuid, id: Uuid) {
        pub name: String,
        /// As in the address of the list, without what was searched for, which may name a customer.
        pub query: String,
        /// The name at that time of who saved it.
        pub author: String,
        pub created_at: i64,
    }

    /// A session of a signed-in person. `directory` (kind `session`) maps the hash of the token to it.
    session(tenant_id: Uuid, id: Uuid) {
        /// `panel`, `admin`, `widget` or `view_as`.
        pub kind: String,
        pub person_id: Option<Uuid>,
        pub crm_user_id: Option<i64>,
        /// The amoCRM user administers the account.
        pub is_admin: bool,
        /// How it was opened: `password`, `link`, `ticket`, `consent`, `disposable_token`, `operator`.
        pub via: String,
        /// The CSRF token of forms.
        pub csrf: String,
        pub language: String,
        /// The notice that the next page shows once, encrypted and in base64, because it may hold a link or key; empty:
        /// none.
        pub notice: String,
        /// Encrypted JSON of a form that has several pages.
        pub data: Option<Vec<u8>>,
        /// The operator's reason to view the account.
        pub reason: String,
        pub created_at: i64,
        pub seen_at: i64,
        pub expires_at: i64,
    }

    /// A key of the public API. Keys of the nil tenant are the vendor's.
    api_key(tenant_id: Uuid, id: Uuid) {
        pub name: String,
        /// `read`, `write` or `admin`.
        pub scope: String,
        /// Hex SHA-256 of the whole key.
        pub hash: String,
        /// The last four characters, to recognise it by.
        pub tail: String,
        pub created_at: i64,
        pub expires_at: Option<i64>,
        pub revoked_at: Option<i64>,
        /// `member:{person}`, `cli`, or null: unknown, in rows from before this was stored.
        pub made_by: Option<String>,
    }

    /// First responses to requests with an `Idempotency-Key`, kept for 24 hours.
    idempotency(
        /// Of the key.
        tenant_id: Uuid,
        key_id: Uuid,
        route: String,
        key: String,
    ) {
        pub body_hash: String,
        /// 0: still running.
        pub status: i32,
        pub answer: String,
        pub created_at: i64,
    }

    /// Counts attempts within a window of time, shared by all instances.
    throttle(tenant_id: Uuid, key: String) {
        pub window_from: i64,
        pub count: i32,
    }

    /// The audit log: who did what. Rows are only added.
    audit(tenant_id: Uuid, id: Uuid) {
        pub at: i64,
        /// `member`, `operator`, `crm_user`, `key`, `cli` or `parom`.
        pub actor_kind: String,
        pub actor_id: String,
        pub actor_name: String,
        /// What was done to what, e.g. `source.created`.
        pub action: String,
        /// Id or name of the object.
        pub object: String,
        /// JSON, without secrets and texts.
        pub detail: String,
        /// IP address, if there was one.
        pub address: String,
        /// `done` or `refused`.
        pub outcome: String,
    }
}
