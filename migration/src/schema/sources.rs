//! Lines at messengers and the sources in amoCRM that mirror them; and rows of the nil tenant: what the processes of an
//! installation share, the vendor's integrations, notes and announcements, and events for the vendor's own webhooks, which
//! outlive the account that they are about.

use crate::table::{Table, bigint, blob, boolean, integer, tenant_table, text, uuid};

pub(super) const TABLES: &[Table] = &[
    SOURCE,
    SOURCE_NOTICE,
    STRAY_SOURCE,
    MESSAGE_TEMPLATE,
    CRM_COPY,
    SOURCE_PULSE,
    CHAT_SITE,
    CHAT_LOGO,
    CHORE,
    PACE,
    REST_PACE,
    VAULT_KEY,
    ACCOUNT_NOTE,
    ANNOUNCEMENT,
    INTEGRATION,
    VENDOR_EVENT,
    VENDOR_EVENT_ATTEMPT,
];

/// A line at a messenger, mirrored as a source in amoCRM.
const SOURCE: Table = tenant_table("source", &["id"])
    .columns(&[
        uuid("id"),
        text("kind"),
        text("name"),
        text("external_id"),
        uuid("channel_id"),
        bigint("amocrm_source_id"),
        bigint("pipeline_id"),
        boolean("is_default"),
        text("status"),
        text("status_reason"),
        boolean("paused"),
        text("contact_rule"),
        text("services"),
        text("settings"),
        blob("secrets").null(),
        bigint("created_at"),
        bigint("updated_at"),
        bigint("deleted_at").null(),
        bigint("status_since").default("0"),
        text("paused_by").default("''"),
        bigint("proved_at").null(),
        text("services_sent").default("''"),
        text("facts").default("'{}'"),
        bigint("look_at").null(),
        bigint("renew_at").null(),
        bigint("poll_at").null(),
        boolean("lead_origin").default("true"),
        text("logo").default("''"),
    ])
    .indexes(&[
        // An external id names one source in amoCRM; that of a deleted source may be used again.
        "CREATE UNIQUE INDEX source_external_id ON source (tenant_id, external_id) WHERE deleted_at IS NULL",
        // Finds lines that are due for a check at the messenger. Over all accounts.
        "CREATE INDEX source_look ON source (look_at) WHERE look_at IS NOT NULL",
        // Finds sources whose credentials may have to be renewed. Over all accounts.
        "CREATE INDEX source_renew ON source (renew_at) WHERE renew_at IS NOT NULL",
        // Finds sources whose messengers are due to be polled. Over all accounts.
        "CREATE INDEX source_poll ON source (poll_at) WHERE poll_at IS NOT NULL",
    ]);

/// The latest change of a source that a developer's own messenger has not been notified of yet.
const SOURCE_NOTICE: Table = tenant_table("source_notice", &["source_id"])
    .columns(&[
        uuid("source_id"),
        uuid("id"),
        boolean("deleted"),
        blob("access"),
        bigint("created_at"),
        bigint("next_try_at"),
        integer("tries"),
        boolean("unknown"),
    ])
    .indexes(&[
        // Finds notices that are due. Over all accounts.
        "CREATE INDEX source_notice_due ON source_notice (next_try_at)",
    ]);

/// Sources that amoCRM lists under our integration and that we did not create, to be shown to the account's owner.
const STRAY_SOURCE: Table = tenant_table("stray_source", &["amocrm_source_id"]).columns(&[
    bigint("amocrm_source_id"),
    text("external_id"),
    text("name"),
    bigint("pipeline_id").null(),
    boolean("is_default"),
    text("reason"),
    bigint("seen_at"),
]);

/// Templates that a source's messenger reviews, and how far their reviews are.
const MESSAGE_TEMPLATE: Table = tenant_table("message_template", &["id"])
    .columns(&[
        uuid("id"),
        uuid("source_id"),
        bigint("crm_id"),
        bigint("review_id"),
        uuid("submission"),
        text("title"),
        text("name"),
        text("language"),
        text("category"),
        text("spec"),
        text("stage"),
        text("external_id"),
        text("quality"),
        text("reason"),
        text("told"),
        text("trouble"),
        integer("tries"),
        bigint("next_try_at").null(),
        bigint("created_at"),
        bigint("submitted_at"),
        bigint("changed_at"),
    ])
    .indexes(&[
        // Finds the template that a manager's message was made from; one row for each source and template.
        "CREATE UNIQUE INDEX message_template_crm ON message_template (tenant_id, source_id, crm_id)",
        // Finds templates whose next step is due. Over all accounts.
        "CREATE INDEX message_template_due ON message_template (next_try_at) WHERE next_try_at IS NOT NULL",
    ]);

/// Lists that amoCRM keeps, as last read, so that no page waits for amoCRM.
const CRM_COPY: Table =
    tenant_table("crm_copy", &["name"]).columns(&[text("name"), text("body"), bigint("read_at"), bigint("asked_at")]);

/// When a source usually has messages, learned from the ledger's counts, and how far these have been looked at.
const SOURCE_PULSE: Table = tenant_table("source_pulse", &["source_id"]).columns(&[
    uuid("source_id"),
    integer("day"),
    bigint("came"),
    bigint("failed"),
    bigint("hour"),
    bigint("in_hour"),
    bigint("since_hour"),
    bigint("last_at"),
    text("week"),
]);

/// Pictures in the headers of sites' chats.
const CHAT_LOGO: Table = tenant_table("chat_logo", &["source_id"]).columns(&[
    uuid("source_id"),
    blob("picture"),
    text("mime_type"),
    bigint("created_at"),
]);

/// When a site's page last loaded the web chat.
const CHAT_SITE: Table = tenant_table("chat_site", &["source_id", "origin"]).columns(&[
    uuid("source_id"),
    text("origin"),
    bigint("seen_at"),
]);

/// Leases of background work that only one process may do. Rows belong to the nil tenant.
const CHORE: Table =
    tenant_table("chore", &["name"]).columns(&[text("name"), uuid("owner"), bigint("leased_until"), bigint("done_at")]);

/// Rate limits shared by all processes.
const PACE: Table = tenant_table("pace", &["key"]).columns(&[text("key"), bigint("whole_at")]);

/// The shared rate of calls to the REST API of each amoCRM account.
const REST_PACE: Table = tenant_table("rest_pace", &["account"])
    .columns(&[text("account"), bigint("next_at")])
    // Worthless after a second and written with every call, so a crash may empty it.
    .on_postgres("SET UNLOGGED");

/// Master keys that were replaced or are being added, encrypted, so that data encrypted with them stays readable.
const VAULT_KEY: Table = tenant_table("vault_key", &["id"]).columns(&[text("id"), blob("sealed"), bigint("noted_at")]);

/// An integration with its channels, as in the configuration file, sealed.
const INTEGRATION: Table = tenant_table("integration", &["name"]).columns(&[
    text("name"),
    blob("body"),
    boolean("paused"),
    bigint("updated_at"),
    text("updated_by"),
]);

/// What operators noted about an account.
const ACCOUNT_NOTE: Table =
    tenant_table("account_note", &["id"]).columns(&[uuid("id"), text("author"), text("text"), bigint("created_at")]);

/// A text for the panel and the widget of some or all accounts.
const ANNOUNCEMENT: Table = tenant_table("announcement", &["id"])
    .columns(&[
        uuid("id"),
        text("text_ru"),
        text("text_en"),
        text("link"),
        text("audience"),
        text("names"),
        bigint("starts_at"),
        bigint("ends_at"),
        bigint("created_at"),
    ])
    // Finds those that have not ended, for every page of the panel.
    .indexes(&["CREATE INDEX announcement_ends ON announcement (tenant_id, ends_at)"]);

/// One event for one webhook.
const VENDOR_EVENT: Table = tenant_table("vendor_event", &["id"])
    .columns(&[
        uuid("id"),
        uuid("about_id"),
        text("webhook"),
        text("kind"),
        text("body"),
        text("state"),
        bigint("created_at"),
        bigint("queued_at"),
        bigint("next_try_at").null(),
        integer("tries"),
    ])
    .indexes(&[
        // Finds what a webhook is to be sent.
        "CREATE INDEX vendor_event_due ON vendor_event (tenant_id, webhook, next_try_at) \
         WHERE next_try_at IS NOT NULL",
        // Finds the events of an account, in the order in which they are sent.
        "CREATE INDEX vendor_event_about ON vendor_event (tenant_id, about_id, webhook, queued_at)",
    ]);

/// One try to send one.
const VENDOR_EVENT_ATTEMPT: Table = tenant_table("vendor_event_attempt", &["event_id", "number"]).columns(&[
    uuid("event_id"),
    integer("number"),
    bigint("at"),
    integer("ms"),
    integer("status").null(),
    text("error"),
]);
