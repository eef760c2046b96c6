//! The vendor's integrations that are not in the configuration file, notes and announcements, and events for the vendor's
//! own webhooks. Integrations, announcements and events belong to the nil tenant: events outlive the account that they
//! are about.

use crate::table::{Table, bigint, blob, boolean, integer, tenant_table, text, uuid};

pub(super) const TABLES: &[Table] = &[ACCOUNT_NOTE, ANNOUNCEMENT, INTEGRATION, VENDOR_EVENT, VENDOR_EVENT_ATTEMPT];

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
