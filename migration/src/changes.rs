//! The migrations, oldest first. One that was released is never changed; a change of the schema is a new one, which only
//! adds: the version before works beside it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::moved::MOVED;
use crate::schema;
use crate::table::{Table, bigint, blob, boolean, integer, smallint, tenant_table, text, uuid};

/// One change of the schema.
#[derive(Clone, Copy)]
pub enum Change {
    /// The schema of the first release.
    Schema,
    /// What a failed attempt sent, masked.
    AttemptRequest,
    /// Made functions that stored a message and settled a letter; nothing calls them any more ([`Change::NoFunctions`]).
    LoneMessages,
    /// The table of work that outlives its process, and the lines in a proof of erasure whose webhooks could not be removed.
    /// Calls that belong to no account here lose their texts, which are no longer stored.
    Job,
    /// Who made an API key: it may do at most what they may do now. The audit log says it of keys that exist already.
    KeyMaker,
    /// An account's country, for phone numbers that are written without one. Empty until amoCRM reports it again.
    Country,
    /// What waits in `parked_status`: not only statuses.
    ParkedKind,
    /// Removes the functions of PostgreSQL that stored a message and settled a letter. No release called them. `claim_lanes`
    /// and `status_waits` stay for one release more: 0.1.0, which may still run beside this version, calls them
    /// (docs/decisions/0035-releases.md).
    NoFunctions,
    /// Due times of many tables become rows of `job` (`moved.rs`). What the version before writes into its columns is moved
    /// as well, once no process of that version works on it.
    JobKinds,
    /// Sources of an account take turns in what it sends to amoCRM.
    SourcesTakeTurns,
    /// Counts of durations by hour, of which pages of a busy account read few rows.
    Histogram,
    /// Sources that receive beside another service and send nothing.
    Shadow,
    /// Tables that are imported once a person has said what their columns mean.
    ImportColumns,
    /// Filters of the list of messages under a name.
    SavedView,
    /// Rules for new dialogues, what was decided by them, and whose turn it is.
    Routes,
    /// Every link of a chat to a contact, those of before too.
    ContactLink,
    /// Customers whose messages are not passed on.
    Blocked,
    /// What customers decided about marketing messages.
    MarketingConsent,
    /// How many new chats a source passes on within an hour.
    NewChats,
    /// How the parts of the service worked on each day.
    StatusDay,
    /// Photos of those who answer in a chat on a site.
    ChatPhoto,
    /// Where an account sends its sales, and those that were sent.
    Sales,
    /// Until when a bot may wait for a customer's answer.
    BotsAsk,
}

pub const ALL: [Change; 23] = [
    Change::Schema,
    Change::AttemptRequest,
    Change::LoneMessages,
    Change::Job,
    Change::KeyMaker,
    Change::Country,
    Change::ParkedKind,
    Change::NoFunctions,
    Change::JobKinds,
    Change::SourcesTakeTurns,
    Change::Histogram,
    Change::Shadow,
    Change::ImportColumns,
    Change::SavedView,
    Change::Routes,
    Change::ContactLink,
    Change::Blocked,
    Change::MarketingConsent,
    Change::NewChats,
    Change::StatusDay,
    Change::ChatPhoto,
    Change::Sales,
    Change::BotsAsk,
];

const JOB: Table = tenant_table("job", &["kind", "key"])
    .columns(&[
        text("kind"),
        text("key"),
        text("payload"),
        blob("sealed").null(),
        integer("tries"),
        bigint("next_try_at").null(),
        bigint("created_at"),
    ])
    .indexes(&["CREATE INDEX job_due ON job (next_try_at)"]);

/// Its key begins with the hour, by which it is read and removed.
const HISTOGRAM: Table =
    tenant_table("histogram", &["hour", "source_id", "direction", "measure", "bucket", "instance"]).columns(&[
        integer("hour"),
        uuid("source_id"),
        smallint("direction"),
        smallint("measure"),
        smallint("bucket"),
        uuid("instance"),
        bigint("count"),
        bigint("last_at"),
    ]);

const SAVED_VIEW: Table = tenant_table("saved_view", &["id"]).columns(&[
    uuid("id"),
    text("name"),
    text("query"),
    text("author"),
    bigint("created_at"),
]);

const ROUTE_VERSION: Table = tenant_table("route_version", &["number"]).columns(&[
    integer("number"),
    text("rules"),
    bigint("created_at"),
    text("author"),
    boolean("is_draft"),
]);

const ROUTE_DECISION: Table = tenant_table("route_decision", &["message_id"])
    .columns(&[
        uuid("message_id"),
        uuid("conversation_id"),
        integer("version"),
        text("rule_id"),
        text("facts"),
        text("verdict"),
        text("steps"),
        bigint("lead_id"),
        text("state"),
        bigint("created_at"),
    ])
    .indexes(&["CREATE INDEX route_decision_conversation ON route_decision (tenant_id, conversation_id)"]);

const ROUTE_TURN: Table = tenant_table("route_turn", &["key"]).columns(&[text("key"), text("turn")]);

const CONTACT_LINK: Table = tenant_table("contact_link", &["id"])
    .columns(&[
        uuid("id"),
        uuid("conversation_id"),
        bigint("contact_id"),
        text("contact_name"),
        text("reason"),
        text("id_kind"),
        text("id_value"),
        text("sureness"),
        text("made_by"),
        bigint("undone_at").null(),
        text("undone_by"),
    ])
    .indexes(&[
        // Lists the links of a chat, the last one first.
        "CREATE INDEX contact_link_conversation ON contact_link (tenant_id, conversation_id, id)",
    ]);

const MARKETING_CONSENT: Table = tenant_table("marketing_consent", &["id"])
    .columns(&[
        uuid("id"),
        uuid("conversation_id"),
        text("phone_hash"),
        text("category"),
        text("decision"),
        text("way"),
        text("made_by"),
        text("evidence"),
    ])
    .indexes(&[
        // Finds what was decided in a chat, the last decision first.
        "CREATE INDEX marketing_consent_conversation ON marketing_consent (tenant_id, conversation_id, id)",
        // The same of a phone number.
        "CREATE INDEX marketing_consent_phone ON marketing_consent (tenant_id, phone_hash, id) WHERE phone_hash <> ''",
    ]);

/// By which id and how sure they were is unknown.
const EARLIER_LINKS: &str = "INSERT INTO contact_link (tenant_id, id, conversation_id, contact_id, contact_name, reason, \
     id_kind, id_value, sureness, made_by, undone_by) \
     SELECT tenant_id, id, id, contact_id, contact_name, CASE WHEN contact_why = '' THEN 'crm' ELSE contact_why END, \
     '', '', 'told', '', '' FROM conversation WHERE contact_id <> 0";

const STATUS_DAY: Table =
    tenant_table("status_day", &["day", "part"]).columns(&[integer("day"), text("part"), smallint("state")]);

/// By name: who is renamed has no photo.
const CHAT_PHOTO: Table = tenant_table("chat_photo", &["source_id", "name"]).columns(&[
    uuid("source_id"),
    text("name"),
    blob("picture"),
    text("mime_type"),
    bigint("created_at"),
]);

const SALE_TARGET: Table = tenant_table("sale_target", &["kind"]).columns(&[
    text("kind"),
    boolean("is_on"),
    text("settings"),
    blob("token").null(),
    bigint("on_since"),
]);

/// By the lead: it is told once.
const SALE: Table = tenant_table("sale", &["lead_id"])
    .columns(&[bigint("lead_id"), text("facts"), text("sendings"), bigint("created_at")])
    .indexes(&["CREATE INDEX sale_created ON sale (tenant_id, created_at)"]);

impl MigrationName for Change {
    /// As `seaql_migrations` has it.
    fn name(&self) -> &str {
        match self {
            Self::Schema => "m20261122_000001_schema",
            Self::AttemptRequest => "m20261126_000001_attempt_request",
            Self::LoneMessages => "m20261127_000001_lone_messages",
            Self::Job => "m20261127_000002_job",
            Self::KeyMaker => "m20261127_000003_key_maker",
            Self::Country => "m20261127_000005_country",
            Self::ParkedKind => "m20261127_000007_parked_kind",
            Self::NoFunctions => "m20261127_000010_no_functions",
            Self::JobKinds => "m20261128_000001_job_kinds",
            Self::SourcesTakeTurns => "m20261128_000002_sources_take_turns",
            Self::Histogram => "m20261128_000003_histogram",
            Self::Shadow => "m20261128_000006_shadow",
            Self::ImportColumns => "m20261129_000001_import_columns",
            Self::SavedView => "m20261129_000004_saved_view",
            Self::Routes => "m20261129_000005_routes",
            Self::ContactLink => "m20261129_000006_contact_link",
            Self::Blocked => "m20261129_000007_blocked",
            Self::MarketingConsent => "m20261129_000008_marketing_consent",
            Self::NewChats => "m20261129_000009_new_chats",
            Self::StatusDay => "m20261129_000010_status_day",
            Self::ChatPhoto => "m20261129_000011_chat_photo",
            Self::Sales => "m20261129_000110_sales",
            Self::BotsAsk => "m20261129_000120_bots_ask",
        }
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Change {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is_postgres = manager.get_database_backend() == DbBackend::Postgres;
        let db = manager.get_connection();
        if is_postgres {
            // On a busy machine the process may pause for longer than transactions usually may.
            db.execute_unprepared("SET LOCAL idle_in_transaction_session_timeout = 0").await?;
        }
        match self {
            Self::Schema => schema::create(manager).await,
            Self::AttemptRequest => text("request").null().add_to("attempt", manager).await,
            Self::LoneMessages => Ok(()),
            Self::Job => {
                JOB.create(manager).await?;
                text("lines").null().add_to("erasure", manager).await?;
                let nothing = if is_postgres { "''::bytea" } else { "x''" };
                let of_no_account = format!(
                    "UPDATE raw_hook SET body = {nothing} \
                     WHERE quarantine IN ('unknown_line', 'unknown_scope', 'foreign_account')"
                );
                db.execute_unprepared(&of_no_account).await.map(drop)
            }
            Self::KeyMaker => {
                text("made_by").null().add_to("api_key", manager).await?;
                let id = match is_postgres {
                    true => "CAST(api_key.id AS text) = audit.object",
                    false => "lower(hex(api_key.id)) = replace(audit.object, '-', '')",
                };
                let from_log = format!(
                    "UPDATE api_key SET made_by = (SELECT min(CASE audit.actor_kind WHEN 'member' THEN 'member:' || \
                     audit.actor_id WHEN 'cli' THEN 'cli' END) FROM audit WHERE audit.tenant_id = api_key.tenant_id AND \
                     audit.action = 'key.created' AND {id})"
                );
                db.execute_unprepared(&from_log).await.map(drop)
            }
            Self::Country => text("country").default("''").add_to("tenant", manager).await,
            // The number of a status letter: all rows so far.
            Self::ParkedKind => smallint("kind").default("3").add_to("parked_status", manager).await,
            Self::NoFunctions if is_postgres => {
                db.execute_unprepared("DROP FUNCTION IF EXISTS accept_message, settle_message").await.map(drop)
            }
            Self::NoFunctions => Ok(()),
            Self::JobKinds => {
                for moved in &MOVED {
                    for statement in moved.statements(manager.get_database_backend(), &moved.any()) {
                        db.execute_unprepared(&statement).await?;
                    }
                }
                Ok(())
            }
            Self::SourcesTakeTurns => {
                uuid("last_source").null().add_to("turn", manager).await?;
                // Finds the sources of a remote account that have work, and the due lanes of each, the longest waiting first.
                let index =
                    "CREATE INDEX lane_source ON lane (tenant_id, target, source_id, due_at) WHERE due_at IS NOT NULL";
                db.execute_unprepared(index).await.map(drop)
            }
            Self::Histogram => HISTOGRAM.create(manager).await,
            Self::Shadow => bigint("shadow_since").null().add_to("source", manager).await,
            Self::ImportColumns => {
                text("columns").null().add_to("import", manager).await?;
                uuid("table_id").null().add_to("import", manager).await
            }
            Self::SavedView => SAVED_VIEW.create(manager).await,
            Self::Routes => {
                for table in [ROUTE_VERSION, ROUTE_DECISION, ROUTE_TURN] {
                    table.create(manager).await?;
                }
                integer("routes_hours").null().add_to("tenant", manager).await
            }
            Self::ContactLink => {
                CONTACT_LINK.create(manager).await?;
                db.execute_unprepared(EARLIER_LINKS).await.map(drop)
            }
            Self::MarketingConsent => MARKETING_CONSENT.create(manager).await,
            Self::NewChats => integer("new_chats_per_hour").default("0").add_to("source", manager).await,
            Self::Blocked => {
                bigint("blocked_at").default("0").add_to("conversation", manager).await?;
                text("blocked_by").default("''").add_to("conversation", manager).await?;
                // Finds the chats that are blocked, of which an account has few.
                let index = "CREATE INDEX conversation_blocked ON conversation (tenant_id, id) WHERE blocked_at > 0";
                db.execute_unprepared(index).await.map(drop)
            }
            Self::StatusDay => STATUS_DAY.create(manager).await,
            Self::ChatPhoto => CHAT_PHOTO.create(manager).await,
            Self::Sales => {
                SALE_TARGET.create(manager).await?;
                SALE.create(manager).await
            }
            Self::BotsAsk => bigint("bots_ask_until").null().add_to("tenant", manager).await,
        }
    }

    /// Applied as a whole or not at all, on SQLite too: a process that dies meanwhile would leave a part, with which the next
    /// start fails.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
