//! amoCRM accounts: their connection, the data that keeps it working, and the indexes that find them; and people and keys that
//! use Parom, their rights, and the log of their actions.

use crate::table::{Table, bigint, blob, boolean, integer, smallint, table, tenant_table, text, uuid};

pub(super) const TABLES: &[Table] = &[
    TENANT,
    DIRECTORY,
    CUSTOMER,
    INSTALL_CALL,
    OAUTH_GRANT,
    TENANT_CHANNEL,
    CRM_SUBSCRIPTION,
    ACCOUNT_USAGE,
    ACCOUNT_MONTH,
    CONSENT,
    ERASURE,
    PERSON,
    MEMBER,
    SESSION,
    API_KEY,
    IDEMPOTENCY,
    THROTTLE,
    AUDIT,
    ALERT,
    ALERT_READER,
    ALERT_CHAT,
    ALERT_WEBHOOK,
    ALERT_DEVICE,
    PUSH_KEY,
    ALERT_NOTICE,
];

/// One amoCRM account that installed one integration. The rows of every other table name it by `tenant_id`; the nil id
/// means the vendor.
const TENANT: Table = tenant_table("tenant", &[])
    .columns(&[
        text("integration"),
        bigint("account_id"),
        text("host"),
        text("name"),
        text("amojo_id"),
        text("status"),
        boolean("suspended"),
        integer("sources_limit").null(),
        text("api_domain").null(),
        bigint("created_at"),
        bigint("updated_at"),
        uuid("customer_id").null(),
        text("language").default("''"),
        text("time_zone").default("''"),
        bigint("probe_at").null(),
        integer("probes").default("0"),
        bigint("reconciled_at").null(),
        bigint("uninstalled_at").null(),
        bigint("erased_at").null(),
        integer("weight").default("1"),
        integer("texts_days").null(),
        bigint("texts_days_at").default("0"),
        integer("hooks_days").null(),
        integer("attempts_days").null(),
        integer("undelivered_days").null(),
        integer("audit_days").null(),
        boolean("second_step").default("false"),
        boolean("window_off").default("false"),
        text("plan").null(),
        bigint("trial_until").null(),
        bigint("paid_until").null(),
        boolean("plan_ended").default("false"),
        bigint("plan_at").null(),
    ])
    .indexes(&[
        // Finds accounts that are due for a check. Over all accounts.
        "CREATE INDEX tenant_probe ON tenant (probe_at) WHERE probe_at IS NOT NULL",
        // Finds accounts whose sources are due to be compared with amoCRM's. Over all accounts.
        "CREATE INDEX tenant_reconciled ON tenant (reconciled_at)",
        // Finds accounts that are due for a warning about their subscription, or for its end. Over all accounts.
        "CREATE INDEX tenant_plan ON tenant (plan_at) WHERE plan_at IS NOT NULL",
        // Lists the accounts of a login. Over all accounts.
        "CREATE INDEX tenant_customer ON tenant (customer_id) WHERE customer_id IS NOT NULL",
    ]);

/// Finds the account behind an id that arrives without one: a hook's scope, an API key, a session's token, an e-mail.
/// Its primary key also makes those ids unique across accounts. The only table that is read without an account.
const DIRECTORY: Table = table("directory", &["kind", "key"]).columns(&[
    text("kind"),
    text("key"),
    uuid("tenant_id"),
    uuid("id"),
    text("note"),
    bigint("expires_at").null(),
]);

/// Logins by which the vendor's customers connect accounts without amoCRM's consent page.
const CUSTOMER: Table = tenant_table("customer", &["id"]).columns(&[
    uuid("id"),
    text("login"),
    text("password_hash"),
    bigint("created_at"),
    bigint("disabled_at").null(),
]);

/// Install calls of amoCRM, stored before they are answered, because their code is issued only once.
const INSTALL_CALL: Table = tenant_table("install_call", &["id"])
    .columns(&[
        uuid("id"),
        text("integration"),
        text("host"),
        blob("code"),
        text("status"),
        integer("attempts"),
        bigint("next_at"),
        text("error"),
        bigint("received_at"),
        smallint("trust").default("0"),
        text("network").default("''"),
    ])
    .indexes(&[
        // Finds calls that wait, among all that strangers have sent.
        "CREATE INDEX install_call_due ON install_call (tenant_id, status, next_at)",
    ]);

/// OAuth tokens, one row for each amoCRM user who consented; one of them is in use. The lease keeps two processes from
/// using the same refresh token, which amoCRM accepts only once.
const OAUTH_GRANT: Table = tenant_table("oauth_grant", &["crm_user_id"]).columns(&[
    bigint("crm_user_id"),
    boolean("is_admin"),
    boolean("in_use"),
    bigint("version"),
    blob("access_token"),
    blob("refresh_token"),
    blob("previous_refresh_token").null(),
    bigint("expires_at"),
    bigint("refreshed_at"),
    bigint("intent_at").null(),
    boolean("dead"),
    uuid("lease_owner").null(),
    bigint("leased_until"),
    bigint("created_at"),
    text("user_name").default("''"),
]);

/// Chats API channels connected for an account, and when a failed connection is tried again.
const TENANT_CHANNEL: Table = tenant_table("tenant_channel", &["channel_id"]).columns(&[
    uuid("channel_id"),
    text("scope_id"),
    text("status"),
    text("detail"),
    bigint("connected_at"),
    bigint("checked_at"),
    bigint("next_try_at").null(),
    integer("tries").default("0"),
    bigint("renewed_at").null(),
    integer("losses").default("0"),
]);

/// The account's subscription to the CRM's own webhooks, and when it is checked next.
const CRM_SUBSCRIPTION: Table = tenant_table("crm_subscription", &[])
    .columns(&[
        blob("destination").null(),
        text("state"),
        text("detail"),
        bigint("checked_at"),
        bigint("next_try_at").null(),
        integer("tries"),
    ])
    .indexes(&[
        // Finds subscriptions that are due for a check. Over all accounts.
        "CREATE INDEX crm_subscription_due ON crm_subscription (next_try_at) WHERE next_try_at IS NOT NULL",
    ]);

/// Bytes stored by an account on each day, so that its limit can be checked without measuring tables.
const ACCOUNT_USAGE: Table =
    tenant_table("account_usage", &["day"]).columns(&[integer("day"), bigint("messages"), bigint("hooks")]);

/// The most sources and stored bytes that an account had in each month, for invoices: later they cannot be counted.
const ACCOUNT_MONTH: Table = tenant_table("account_month", &["month"]).columns(&[
    integer("month"),
    bigint("sources"),
    text("kinds"),
    bigint("stored_bytes"),
]);

/// Proof that a customer's data was erased; identifies no one.
const ERASURE: Table = tenant_table("erasure", &["id"]).columns(&[
    uuid("id"),
    text("what"),
    text("counts"),
    text("by"),
    bigint("created_at"),
]);

/// Consents to the vendor's data processing agreement, with the text as it was.
const CONSENT: Table = tenant_table("consent", &["id"]).columns(&[
    uuid("id"),
    text("document"),
    text("language"),
    text("version"),
    text("text"),
    bigint("user_id"),
    text("user_name"),
    text("address"),
    bigint("created_at"),
]);

/// Those who sign in. All rows belong to the nil tenant, because a person may be a member of several accounts.
const PERSON: Table = tenant_table("person", &["id"]).columns(&[
    uuid("id"),
    text("email"),
    text("name"),
    text("password_hash").null(),
    blob("totp_secret").null(),
    bigint("totp_step").null(),
    boolean("is_operator"),
    text("language"),
    bigint("created_at"),
    bigint("disabled_at").null(),
    bigint("proved_at").null(),
    uuid("set_in").null(),
    bigint("revision").default("0"),
    boolean("link_only").default("false"),
    integer("wrong_codes").default("0"),
    bigint("warned_at").default("0"),
    text("recovery_codes").default("''"),
]);

/// The role of a person in an account.
const MEMBER: Table = tenant_table("member", &["person_id"])
    .columns(&[
        uuid("person_id"),
        text("role"),
        bigint("crm_user_id").null(),
        bigint("invited_at"),
        bigint("last_seen_at").null(),
        bigint("disabled_at").null(),
        text("role_from").default("'panel'"),
        bigint("crm_asked_at").default("0"),
        bigint("crm_gone_at").null(),
    ])
    .indexes(&[
        // Finds the member that an amoCRM user is.
        "CREATE INDEX member_crm_user ON member (tenant_id, crm_user_id)",
    ]);

/// Signed-in browsers. `directory` finds a session by the hash of its token.
const SESSION: Table = tenant_table("session", &["id"])
    .columns(&[
        uuid("id"),
        text("kind"),
        uuid("person_id").null(),
        bigint("crm_user_id").null(),
        boolean("is_admin"),
        text("via"),
        text("csrf"),
        text("language"),
        text("notice"),
        blob("data").null(),
        text("reason"),
        bigint("created_at"),
        bigint("seen_at"),
        bigint("expires_at"),
    ])
    .indexes(&[
        // Skips expired sessions when those of an account are listed.
        "CREATE INDEX session_expires ON session (tenant_id, expires_at)",
    ]);

/// Keys of the public API. Only hashes are stored; `directory` finds a key by its hash.
const API_KEY: Table = tenant_table("api_key", &["id"]).columns(&[
    uuid("id"),
    text("name"),
    text("scope"),
    text("hash"),
    text("tail"),
    bigint("created_at"),
    bigint("expires_at").null(),
    bigint("revoked_at").null(),
]);

/// The first response to each request with an `Idempotency-Key`, so that a repeated request gets the same one.
const IDEMPOTENCY: Table = tenant_table("idempotency", &["key_id", "route", "key"]).columns(&[
    uuid("key_id"),
    text("route"),
    text("key"),
    text("body_hash"),
    integer("status"),
    text("answer"),
    bigint("created_at"),
]);

/// Counts attempts, such as wrong passwords, within a window of time for all processes together.
const THROTTLE: Table =
    tenant_table("throttle", &["key"]).columns(&[text("key"), bigint("window_from"), integer("count")]);

/// Who did what. Rows are only added; the primary key is in order of time.
const AUDIT: Table = tenant_table("audit", &["id"]).columns(&[
    uuid("id"),
    bigint("at"),
    text("actor_kind"),
    text("actor_id"),
    text("actor_name"),
    text("action"),
    text("object"),
    text("detail"),
    text("address"),
    text("outcome"),
]);

/// Problems that need attention. The key is what is wrong and with what, so a problem that repeats stays one row.
const ALERT: Table = tenant_table("alert", &["key"])
    .columns(&[
        text("key"),
        text("kind"),
        uuid("source_id").null(),
        text("detail"),
        bigint("opened_at"),
        bigint("last_at"),
        bigint("count"),
        bigint("resolved_at").null(),
        bigint("muted_until").null(),
        bigint("letter_at").null(),
        integer("letters").default("0"),
        bigint("lettered_at").null(),
        text("taken_by").default("''"),
    ])
    .indexes(&[
        // Finds alerts about which an e-mail is due. Over all accounts.
        "CREATE INDEX alert_letter ON alert (letter_at) WHERE letter_at IS NOT NULL",
    ]);

/// Which alerts a person wants on which channel. Without a row the role decides.
const ALERT_READER: Table = tenant_table("alert_reader", &["person_id", "channel"]).columns(&[
    uuid("person_id"),
    text("channel"),
    boolean("wants_letters"),
    text("without"),
    text("email"),
    bigint("updated_at"),
]);

/// The chat to which the vendor's bot sends a person's alerts, or the code that will link one. Rows belong to the nil
/// tenant, because a person may be a member of several accounts.
const ALERT_CHAT: Table = tenant_table("alert_chat", &["person_id"])
    .columns(&[
        uuid("person_id"),
        uuid("asked_in_id"),
        bigint("chat_id"),
        text("title"),
        text("bot"),
        text("code"),
        bigint("code_until"),
        bigint("linked_at"),
        text("trouble"),
    ])
    .indexes(&[
        // Finds the person who was shown a code.
        "CREATE INDEX alert_chat_code ON alert_chat (tenant_id, code) WHERE code <> ''",
    ]);

/// The address of an account's own program that gets its alerts.
const ALERT_WEBHOOK: Table = tenant_table("alert_webhook", &[]).columns(&[
    text("url"),
    blob("secret"),
    text("without"),
    bigint("created_at"),
    text("trouble"),
    bigint("trouble_at"),
]);

/// Browsers that show a person's alerts. Rows belong to the nil tenant, because a person may be a member of several
/// accounts.
const ALERT_DEVICE: Table = tenant_table("alert_device", &["id"])
    .columns(&[
        uuid("id"),
        uuid("person_id"),
        blob("subscription"),
        text("endpoint_hash"),
        text("name"),
        bigint("created_at"),
    ])
    .indexes(&[
        // A browser shows the alerts of one person.
        "CREATE UNIQUE INDEX alert_device_endpoint ON alert_device (tenant_id, endpoint_hash)",
        // Finds the devices of a person.
        "CREATE INDEX alert_device_person ON alert_device (tenant_id, person_id)",
    ]);

/// The key by which push services recognise this server. One row, of the nil tenant.
const PUSH_KEY: Table = tenant_table("push_key", &[]).columns(&[blob("secret"), bigint("created_at")]);

/// Notices about alerts that are still to be sent, one a recipient and channel.
const ALERT_NOTICE: Table = tenant_table("alert_notice", &["id"])
    .columns(&[
        uuid("id"),
        text("channel"),
        uuid("person_id"),
        text("body"),
        bigint("created_at"),
        bigint("next_try_at"),
        integer("tries"),
    ])
    .indexes(&[
        // Finds notices that are due. Over all accounts.
        "CREATE INDEX alert_notice_due ON alert_notice (next_try_at)",
    ]);
