//! amoCRM accounts: their connection, the data that keeps it working, and the indexes that find them.

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
