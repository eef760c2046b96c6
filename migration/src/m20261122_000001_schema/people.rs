//! People and keys that use Parom, their rights, and the log of their actions.

use crate::table::{Table, bigint, blob, boolean, integer, tenant_table, text, uuid};

pub(super) const TABLES: &[Table] = &[
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
