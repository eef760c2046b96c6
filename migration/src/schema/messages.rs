//! Chats, their messages, and the files of these.
//!
//! Accepting a message writes to four B-trees that keep growing: the primary keys of `dedupe`, `raw_hook` and
//! `message`, and `message_conversation`. No other index may join them. Those of the queue stay small, because settled
//! rows are deleted.
//!
//! Also messages from the past: imports from other systems, and messages whose hooks were lost.

use crate::table::{Table, bigint, blob, boolean, integer, smallint, tenant_table, text, uuid};

pub(super) const TABLES: &[Table] = &[
    CONVERSATION,
    CONVERSATION_ALIAS,
    CONTACT_TASK,
    ORIGIN_TASK,
    CHAT_EMAIL,
    MESSAGE,
    DEDUPE,
    PARKED_STATUS,
    RAW_HOOK,
    MEDIA,
    IMPORT,
    IMPORT_LINE,
    IMPORT_SKIP,
    HEARTBEAT,
    HISTORY_LOOK,
    FOUND_MESSAGE,
];

/// A chat with one customer, or a group chat, on one source; and the contact in amoCRM that it belongs to.
const CONVERSATION: Table = tenant_table("conversation", &["id"])
    .columns(&[
        uuid("id"),
        uuid("source_id"),
        text("external_id"),
        text("amocrm_chat_id"),
        text("contact"),
        bigint("created_at"),
        text("crm_person_id").default("''"),
        boolean("crm_unbound").default("false"),
        text("awaited").default("''"),
        smallint("shared").default("0"),
        bigint("contact_id").default("0"),
        text("contact_name").default("''"),
        text("contact_why").default("''"),
        bigint("contact_seen_at").default("0"),
        text("visit").default("''"),
        bigint("shut_at").default("0"),
        bigint("reach_at").default("0"),
        text("moved_to").default("''"),
        bigint("heard_at").default("0"),
        bigint("free_until").default("0"),
        text("phone_hash").default("''"),
    ])
    .indexes(&[
        // Lists the chats of a source, newest first.
        "CREATE INDEX conversation_source ON conversation (tenant_id, source_id, id)",
        // Finds the chat that a manager began, when the customer first answers from that phone number.
        "CREATE INDEX conversation_awaited ON conversation (tenant_id, source_id, awaited) WHERE awaited <> ''",
        // Finds the chats of a contact that a hook of the CRM names.
        "CREATE INDEX conversation_contact ON conversation (tenant_id, contact_id) WHERE contact_id <> 0",
        // Finds a chat that a hook of the CRM names, if it has a contact.
        "CREATE INDEX conversation_crm_chat ON conversation (tenant_id, amocrm_chat_id) WHERE contact_id <> 0",
        // Finds an account by the phone number of a customer.
        "CREATE INDEX conversation_phone ON conversation (tenant_id, phone_hash) WHERE phone_hash <> ''",
    ])
    // Every message of a customer changes `heard_at`, which is in no index.
    .on_postgres("SET (fillfactor = 80)");

/// All ids by which either side knows a chat. Several ids may lead to one chat.
const CONVERSATION_ALIAS: Table = tenant_table("conversation_alias", &["side", "origin", "external_id"]).columns(&[
    smallint("side"),
    uuid("origin"),
    text("external_id"),
    uuid("conversation_id"),
]);

/// Chats whose contact in amoCRM has yet to be found, created or linked.
const CONTACT_TASK: Table = tenant_table("contact_task", &["conversation_id"])
    .columns(&[
        uuid("conversation_id"),
        integer("tries"),
        boolean("making"),
        bigint("next_try_at"),
        bigint("created_at"),
        boolean("linking").default("false"),
        text("renamed_from").default("''"),
    ])
    .indexes(&[
        // Finds tasks that are due. Over all accounts.
        "CREATE INDEX contact_task_due ON contact_task (next_try_at)",
    ]);

/// Conversations whose origin has yet to be written into their leads in amoCRM.
const ORIGIN_TASK: Table = tenant_table("origin_task", &["conversation_id"])
    .columns(&[
        uuid("conversation_id"),
        integer("tries"),
        boolean("noting"),
        bigint("next_try_at"),
        bigint("created_at"),
    ])
    .indexes(&[
        // Finds tasks that are due. Over all accounts.
        "CREATE INDEX origin_task_due ON origin_task (next_try_at)",
    ]);

/// Addresses at which visitors of a site's chat get answers that they have not read, and their next letters.
const CHAT_EMAIL: Table = tenant_table("chat_email", &["conversation_id"])
    .columns(&[
        uuid("conversation_id"),
        uuid("source_id"),
        uuid("link_id"),
        blob("address"),
        text("language"),
        bigint("asked_at"),
        bigint("confirmed_at"),
        bigint("after_position"),
        bigint("answered_at"),
        bigint("mailed_at"),
        bigint("next_at").null(),
        integer("tries"),
    ])
    .indexes(&[
        // Finds letters that are due. Over all accounts.
        "CREATE INDEX chat_email_due ON chat_email (next_at) WHERE next_at IS NOT NULL",
    ]);

/// Messages in either direction, with the state of their delivery.
const MESSAGE: Table = tenant_table("message", &["id"])
    .columns(&[
        uuid("id"),
        uuid("source_id"),
        uuid("conversation_id"),
        smallint("direction"),
        smallint("state"),
        smallint("reported"),
        text("external_id"),
        text("amocrm_message_id"),
        text("body"),
        text("error"),
        bigint("sent_at"),
        bigint("accepted_at"),
        integer("day"),
        bigint("position"),
        boolean("possible_duplicate"),
        text("client_reaction").default("''"),
        text("manager_reaction").default("''"),
        bigint("reacted_at").default("0"),
    ])
    .indexes(&[
        // Lists the messages of a chat in order.
        "CREATE INDEX message_conversation ON message (tenant_id, conversation_id, id)",
        // Lists the messages that failed. A message that is accepted or delivered is not in it, so neither writes to it.
        "CREATE INDEX message_failed ON message (tenant_id, id) WHERE error <> ''",
    ])
    .sqlite_indexes(&[
        // Lists the messages in a state that few or none have, without reading all others. Accepting a message does not
        // write to it. PostgreSQL has none: there an index of a column that each settlement changes makes it write to all
        // indexes of the row, and reading the rows of an account takes less time.
        "CREATE INDEX message_state ON message (tenant_id, state, id) WHERE state > 0",
    ]);

/// The ids of all accepted events, so that a repeated event is recognised after the message itself was deleted.
const DEDUPE: Table = tenant_table("dedupe", &["origin", "external_id", "event"]).columns(&[
    uuid("origin"),
    text("external_id"),
    smallint("event"),
    uuid("message_id"),
    bigint("fingerprint"),
    integer("day"),
]);

/// Delivery statuses that arrived before the id of their message was known; they are applied once it is.
const PARKED_STATUS: Table = tenant_table("parked_status", &["source_id", "external_id", "id"]).columns(&[
    uuid("source_id"),
    text("external_id"),
    uuid("id"),
    text("payload"),
    bigint("expires_at"),
]);

/// The bytes of requests as they arrived, kept for a week to find out what happened, or to process them again.
const RAW_HOOK: Table = tenant_table("raw_hook", &["id"]).columns(&[
    uuid("id"),
    text("kind"),
    text("target"),
    bigint("received_at"),
    text("headers"),
    blob("body"),
    text("quarantine"),
]);

/// Files that messages carry, and avatars: where they come from and how far fetching them has got.
const MEDIA: Table = tenant_table("media", &["id"])
    .columns(&[
        uuid("id"),
        uuid("source_id"),
        uuid("message_id"),
        smallint("direction"),
        smallint("kind"),
        smallint("state"),
        blob("origin"),
        text("file_name"),
        text("mime_type"),
        bigint("size"),
        text("checksum"),
        text("failure"),
        integer("tries"),
        integer("epoch"),
        boolean("leased"),
        bigint("next_try_at").null(),
        bigint("created_at"),
        bigint("kept_at").null(),
        integer("day"),
    ])
    .indexes(&[
        // Finds the files of a message.
        "CREATE INDEX media_message ON media (tenant_id, message_id)",
        // Finds files that are due to be fetched. Over all accounts.
        "CREATE INDEX media_wanted ON media (next_try_at) WHERE next_try_at IS NOT NULL",
        // Finds files that are no longer kept. Over all accounts.
        "CREATE INDEX media_day ON media (day)",
    ]);

/// A history import, its progress and its share of the channel's rate.
const IMPORT: Table = tenant_table("import", &["id"])
    .columns(&[
        uuid("id"),
        uuid("source_id"),
        uuid("target"),
        smallint("state"),
        boolean("dry_run"),
        boolean("newest_loud"),
        text("file_name"),
        bigint("total"),
        bigint("chats"),
        bigint("leads_expected"),
        bigint("done"),
        bigint("duplicates"),
        bigint("skipped"),
        bigint("tokens"),
        bigint("refilled_at"),
        boolean("gives_way"),
        bigint("epoch"),
        bigint("next_at").null(),
        text("failure"),
        bigint("created_at"),
        bigint("finished_at").null(),
        boolean("link_contacts").default("false"),
        bigint("bytes").default("0"),
        bigint("history_since").null(),
        text("history_page").null(),
    ])
    .indexes(&[
        // Only one import of a channel runs at a time (2 is `running`).
        "CREATE UNIQUE INDEX import_running ON import (tenant_id, target) WHERE state = 2",
        // Finds imports that go on. Over all accounts.
        "CREATE INDEX import_due ON import (next_at) WHERE next_at IS NOT NULL",
    ]);

/// Messages of an import that amoCRM does not have yet. The key recognises a message that the file has twice.
const IMPORT_LINE: Table = tenant_table("import_line", &["import_id", "external_id"])
    .columns(&[
        uuid("import_id"),
        text("external_id"),
        bigint("line"),
        text("conversation_id"),
        bigint("sent_at"),
        uuid("message_id"),
        text("text"),
        boolean("accepted"),
    ])
    .indexes(&[
        // Reads a page of an import chat by chat, oldest message first, however large the file is.
        "CREATE INDEX import_line_order \
         ON import_line (tenant_id, import_id, accepted, conversation_id, sent_at, line)",
    ]);

/// Lines of an import that were rejected, with the reason, for the report.
const IMPORT_SKIP: Table =
    tenant_table("import_skip", &["import_id", "line"]).columns(&[uuid("import_id"), bigint("line"), text("reason")]);

/// Processes that receive hooks, and when each was last alive: a gap means that hooks may have been lost. Rows belong
/// to the nil tenant.
const HEARTBEAT: Table = tenant_table("heartbeat", &["instance"]).columns(&[
    uuid("instance"),
    bigint("beat_at"),
    boolean("ended"),
    bigint("spooled"),
    text("keys").null(),
    text("version").null(),
    text("calls").null(),
]);

/// Compares each channel's chats with amoCRM's history to find messages whose hooks were lost: when the next round is
/// due, and the position of the current one.
const HISTORY_LOOK: Table = tenant_table("history_look", &["channel_id"])
    .columns(&[
        uuid("channel_id"),
        bigint("next_at"),
        bigint("epoch"),
        bigint("interrupted_at").null(),
        bigint("began_at").null(),
        bigint("since"),
        bigint("cursor_at"),
        uuid("cursor_id"),
        boolean("again"),
        integer("tries"),
        bigint("chats"),
        bigint("sent"),
        bigint("held"),
        bigint("ended_at").null(),
        bigint("last_chats"),
        bigint("last_sent"),
        bigint("last_held"),
        bigint("found"),
        bigint("back_to").null(),
    ])
    .indexes(&[
        // Finds channels whose next round or step is due. Over all accounts.
        "CREATE INDEX history_look_due ON history_look (next_at)",
    ]);

/// Messages that were found in amoCRM's history because their hooks were lost.
const FOUND_MESSAGE: Table =
    tenant_table("found_message", &["message_id"]).columns(&[uuid("message_id"), bigint("at"), boolean("held")]);
