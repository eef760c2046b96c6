//! Lines at messengers and the sources in amoCRM that mirror them.

use crate::table::{Table, bigint, blob, boolean, integer, tenant_table, text, uuid};

pub(super) const TABLES: &[Table] =
    &[SOURCE, SOURCE_NOTICE, STRAY_SOURCE, MESSAGE_TEMPLATE, CRM_COPY, SOURCE_PULSE, CHAT_SITE, CHAT_LOGO];

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
