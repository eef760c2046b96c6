//! The delivery queue: waiting letters, their order, the rates of targets, and the outcomes.

use crate::table::{Table, bigint, boolean, integer, smallint, tenant_table, text, uuid};

pub(super) const TABLES: &[Table] = &[LANE, LETTER, TURN, ATTEMPT, DEAD_LETTER, REPLAY, LEDGER_DELTA];

/// These rows are updated all the time: there is room to update them in place, and dead rows are vacuumed before they
/// slow down scans.
const HOT: &str = "SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, \
                   autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0)";

/// The unit of order: one direction of a chat, in one of two streams. Letters of a lane are delivered one after
/// another, by the holder of the lane's lease.
const LANE: Table = tenant_table("lane", &["lane_id"])
    .columns(&[
        uuid("lane_id"),
        uuid("conversation_id"),
        uuid("source_id"),
        smallint("direction"),
        smallint("stream"),
        uuid("target"),
        bigint("next_seq"),
        bigint("last_key"),
        bigint("max_key"),
        bigint("waiting"),
        bigint("due_at").null(),
        uuid("owner").null(),
        bigint("epoch"),
        bigint("leased_until"),
        integer("starts"),
        bigint("carried"),
        bigint("claim").null(),
    ])
    .indexes(&[
        // Finds the lanes of a remote account that are due, the longest waiting first.
        "CREATE INDEX lane_due ON lane (tenant_id, target, due_at) WHERE due_at IS NOT NULL",
    ])
    .on_postgres(HOT);

/// Letters that wait to be delivered, in the order of their lane by primary key. Deleted once settled, so the table
/// stays small.
const LETTER: Table = tenant_table("letter", &["lane_id", "order_key", "seq"])
    .columns(&[
        uuid("lane_id"),
        bigint("order_key"),
        bigint("seq"),
        uuid("id"),
        uuid("message_id"),
        uuid("source_id"),
        smallint("direction"),
        smallint("kind"),
        text("payload"),
        integer("attempts"),
        boolean("unknown"),
        integer("resends"),
        boolean("late"),
        bigint("accepted_at"),
        bigint("expires_at"),
        integer("day"),
    ])
    .on_postgres(HOT);

/// When a remote account may be called next. One narrow row for each holds its rate, pauses and circuit breaker, so
/// that the search for work reads no lanes of accounts that cannot be served.
const TURN: Table = tenant_table("turn", &["target"])
    .columns(&[
        uuid("target"),
        text("pool"),
        bigint("ready_at").null(),
        bigint("tokens"),
        bigint("refilled_at"),
        text("reason"),
        integer("failures"),
        bigint("failing_since").null(),
        integer("failing").default("0"),
        bigint("rate").default("0"),
        bigint("rate_at").default("0"),
        integer("calls").default("0"),
        integer("errors").default("0"),
        bigint("counted_from").default("0"),
    ])
    .indexes(&[
        // Finds remote accounts that may be called, pool by pool, so that a full pool is not scanned and does not hide
        // the others. Over all accounts.
        "CREATE INDEX turn_pool ON turn (pool, ready_at, tenant_id, target) WHERE ready_at IS NOT NULL",
    ])
    .on_postgres(HOT);

/// Each attempt to deliver a letter, with the redacted response.
const ATTEMPT: Table = tenant_table("attempt", &["message_id", "letter_id", "number"])
    .columns(&[
        uuid("message_id"),
        uuid("letter_id"),
        integer("number"),
        smallint("kind"),
        smallint("direction"),
        bigint("at"),
        integer("ms"),
        text("verdict"),
        integer("status"),
        text("answer"),
        text("reason"),
        uuid("id").null(),
        uuid("source_id").null(),
        text("event").default("''"),
        bigint("took").default("0"),
    ])
    .indexes(&[
        // Finds messages that took long (`SLOW` in the server's lists). Most messages did not and are not in it.
        "CREATE INDEX attempt_slow ON attempt (tenant_id, message_id) WHERE took > 2000",
        // Lists the webhooks of a source. Most attempts are not webhooks and are not in it.
        "CREATE INDEX attempt_webhook ON attempt (tenant_id, source_id, id) WHERE event <> ''",
    ]);

/// Letters that are no longer tried automatically. They wait for a person to send them again or to discard them.
const DEAD_LETTER: Table = tenant_table("dead_letter", &["id"]).columns(&[
    uuid("id"),
    uuid("lane_id"),
    uuid("conversation_id"),
    uuid("source_id"),
    uuid("message_id"),
    uuid("target"),
    smallint("direction"),
    smallint("stream"),
    smallint("kind"),
    text("payload"),
    text("reason"),
    text("detail"),
    integer("attempts"),
    bigint("first_at"),
    bigint("last_at"),
    integer("day"),
]);

/// Bulk operations on dead letters, sending again or discarding, and their progress.
const REPLAY: Table = tenant_table("replay", &["id"])
    .columns(&[
        uuid("id"),
        text("action"),
        uuid("source_id").null(),
        text("reason"),
        bigint("since"),
        text("state"),
        bigint("total"),
        bigint("done"),
        text("started_by"),
        bigint("created_at"),
        bigint("finished_at").null(),
        bigint("next_at").null(),
    ])
    .indexes(&[
        // Finds replays that go on. Over all accounts.
        "CREATE INDEX replay_due ON replay (next_at) WHERE next_at IS NOT NULL",
    ]);

/// Counts of accepted, delivered and failed messages. Each process adds to rows of its own, so that processes do not
/// wait for each other's locks.
const LEDGER_DELTA: Table = tenant_table("ledger_delta", &["source_id", "direction", "day", "instance"])
    .columns(&[
        uuid("source_id"),
        smallint("direction"),
        integer("day"),
        uuid("instance"),
        bigint("accepted"),
        bigint("delivered"),
        bigint("failed"),
    ])
    .indexes(&[
        // Sums up the latest days without reading the older ones.
        "CREATE INDEX ledger_delta_day ON ledger_delta (tenant_id, day)",
        // The same of all accounts.
        "CREATE INDEX ledger_delta_all_day ON ledger_delta (day)",
    ]);
