//! What belongs to the vendor and to all processes of an installation: rows of the nil tenant, and notes on accounts.

tables! {
    /// An integration of the vendor that is not in the configuration file. All rows are the nil tenant's.
    integration(tenant_id: Uuid, name: String) {
        /// Its `[[integration]]` as in the configuration file, sealed.
        pub body: Vec<u8>,
        /// What counts, whatever the body says.
        pub paused: bool,
        pub updated_at: i64,
        /// Kind and name of who changed it last, as in the audit log.
        pub updated_by: String,
    }

    /// The worst state of a part of the service on a day, as the status page shows it. All rows are the nil tenant's.
    status_day(
        tenant_id: Uuid,
        /// Days since 1970, in UTC.
        day: i32,
        part: String,
    ) {
        /// 0 worked, 1 slow or failing for some accounts, 2 down.
        pub state: i16,
    }

    /// What the vendor's operators noted about an account. The account does not see it; it is deleted with the account.
    account_note(tenant_id: Uuid, id: Uuid) {
        /// The operator's name at that time.
        pub author: String,
        pub text: String,
        pub created_at: i64,
    }

    /// What the vendor announces to accounts, in the panel and in the widget. It belongs to the vendor (the nil tenant).
    announcement(tenant_id: Uuid, id: Uuid) {
        pub text_ru: String,
        pub text_en: String,
        /// An https address; empty if there is none.
        pub link: String,
        /// `all`, `accounts`, `plan`, `integration`
        pub audience: String,
        /// JSON: ids of accounts, or the name of the plan or integration; an empty list for all accounts.
        pub names: String,
        /// Shown from then on.
        pub starts_at: i64,
        /// No longer shown from then on.
        pub ends_at: i64,
        pub created_at: i64,
    }

    /// An event for one of the vendor's own webhooks. It belongs to the vendor (the nil tenant), so that it outlives the
    /// account.
    vendor_event(
        tenant_id: Uuid,
        /// `webhook-id`: the same in every attempt.
        id: Uuid,
    ) {
        /// The account that it is about.
        pub about_id: Uuid,
        /// Name of the webhook in the configuration.
        pub webhook: String,
        /// `type` in the body.
        pub kind: String,
        /// What is sent: the account as it was when it happened. No message of a customer or manager is in it.
        pub body: String,
        /// `waiting`, `delivered`, `failed`
        pub state: String,
        pub created_at: i64,
        /// Its place among the events of its account; a resent one is the last.
        pub queued_at: i64,
        /// Also the claim of the process that sends it; none once it is settled.
        pub next_try_at: Option<i64>,
        pub tries: i32,
    }

    /// One try to send an event to one of the vendor's own webhooks.
    vendor_event_attempt(
        tenant_id: Uuid,
        event_id: Uuid,
        /// From 1; goes on when the event is resent.
        number: i32,
    ) {
        pub at: i64,
        pub ms: i32,
        /// HTTP status of the answer; none if there was none.
        pub status: Option<i32>,
        /// Why it failed, in English; empty if it did not.
        pub error: String,
    }

    /// Work that one process does for all: its current owner, and when it was last completed. Rows of the nil tenant.
    chore(tenant_id: Uuid, name: String) {
        /// The process that has claimed it.
        pub owner: Uuid,
        /// By the database's clock; once it has passed, the work is unclaimed.
        pub leased_until: i64,
        /// 0: never.
        pub done_at: i64,
    }

    /// A rate limit shared by all processes.
    pace(tenant_id: Uuid, key: String) {
        /// When the budget is full again, in milliseconds since 1970.
        pub whole_at: i64,
    }

    /// The rate at which all processes together call an account's REST API. Rows of the nil tenant: all integrations of the
    /// vendor share amoCRM's limit for an account.
    rest_pace(
        tenant_id: Uuid,
        /// Its host.
        account: String,
    ) {
        /// When the last granted call is paid for: milliseconds since 1970 by the database's clock.
        pub next_at: i64,
    }

    /// Master keys besides those of the key file: one that is being added, and replaced ones. All rows are the nil
    /// tenant's.
    vault_key(
        tenant_id: Uuid,
        /// The key's id, in hex; reveals nothing of the key.
        id: String,
    ) {
        /// The replaced key, encrypted. Empty: this key is to become the first of the key file.
        pub sealed: Vec<u8>,
        pub noted_at: i64,
    }
}
