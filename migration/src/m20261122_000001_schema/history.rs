//! Messages from the past: imports from other systems, and messages whose hooks were lost.

use crate::table::{Table, bigint, boolean, integer, smallint, tenant_table, text, uuid};

pub(super) const TABLES: &[Table] = &[IMPORT, IMPORT_LINE, IMPORT_SKIP, HEARTBEAT, HISTORY_LOOK, FOUND_MESSAGE];

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
