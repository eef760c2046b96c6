//! The migrations, oldest first. One that was released is never changed; a change of the schema is a new one, which only
//! adds: the version before works beside it.

use std::borrow::Cow;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::moved::MOVED;

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
    /// Rules for new enquiries, what was decided by them, and whose turn it is.
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

/// What SQLite calls types. Its `integer` has 64 bits.
const SQLITE_TYPES: [(&str, &str); 3] = [(" bigint", " integer"), (" bytea", " blob"), (" uuid", " uuid_text")];

/// Runs statements, with the names of types in PostgreSQL.
async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    let of_sqlite = || SQLITE_TYPES.iter().fold(sql.to_owned(), |sql, (other, own)| sql.replace(other, own));
    let is_sqlite = manager.get_database_backend() == DbBackend::Sqlite;
    let sql = if is_sqlite { Cow::Owned(of_sqlite()) } else { Cow::Borrowed(sql) };
    manager.get_connection().execute_unprepared(&sql).await.map(drop)
}

/// The functions of the first release, and the settings of its tables.
const FIRST_OF_POSTGRES: [&str; 3] =
    [include_str!("schema.postgres.sql"), include_str!("claim_lanes.sql"), include_str!("status_waits.sql")];
/// Lists the messages in a state that few or none have, without reading all others. Accepting a message does not write to
/// it. PostgreSQL has none: there an index of a column that each settlement changes makes it write to all indexes of the row,
/// and reading the rows of an account takes less time.
const FIRST_OF_SQLITE: &str = "CREATE INDEX message_state ON message (tenant_id, state, id) WHERE state > 0";

const JOB: &str = "
    CREATE TABLE job (
        tenant_id uuid NOT NULL, kind text NOT NULL, key text NOT NULL, payload text NOT NULL, sealed bytea,
        tries integer NOT NULL, next_try_at bigint, created_at bigint NOT NULL, PRIMARY KEY (tenant_id, kind, key)
    );
    CREATE INDEX job_due ON job (next_try_at)";

/// Its key begins with the hour, by which it is read and removed.
const HISTOGRAM: &str = "
    CREATE TABLE histogram (
        tenant_id uuid NOT NULL, hour integer NOT NULL, source_id uuid NOT NULL, direction smallint NOT NULL,
        measure smallint NOT NULL, bucket smallint NOT NULL, instance uuid NOT NULL, count bigint NOT NULL,
        last_at bigint NOT NULL, PRIMARY KEY (tenant_id, hour, source_id, direction, measure, bucket, instance)
    )";

const SAVED_VIEW: &str = "
    CREATE TABLE saved_view (
        tenant_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL, query text NOT NULL, author text NOT NULL,
        created_at bigint NOT NULL, PRIMARY KEY (tenant_id, id)
    )";

const ROUTE_VERSION: &str = "
    CREATE TABLE route_version (
        tenant_id uuid NOT NULL, number integer NOT NULL, rules text NOT NULL, created_at bigint NOT NULL,
        author text NOT NULL, is_draft boolean NOT NULL, PRIMARY KEY (tenant_id, number)
    )";

const ROUTE_DECISION: &str = "
    CREATE TABLE route_decision (
        tenant_id uuid NOT NULL, message_id uuid NOT NULL, conversation_id uuid NOT NULL, version integer NOT NULL,
        rule_id text NOT NULL, facts text NOT NULL, verdict text NOT NULL, steps text NOT NULL, lead_id bigint NOT NULL,
        state text NOT NULL, created_at bigint NOT NULL, PRIMARY KEY (tenant_id, message_id)
    );
    CREATE INDEX route_decision_conversation ON route_decision (tenant_id, conversation_id)";

const ROUTE_TURN: &str = "
    CREATE TABLE route_turn (
        tenant_id uuid NOT NULL, key text NOT NULL, turn text NOT NULL, PRIMARY KEY (tenant_id, key)
    )";

const CONTACT_LINK: &str = "
    CREATE TABLE contact_link (
        tenant_id uuid NOT NULL, id uuid NOT NULL, conversation_id uuid NOT NULL, contact_id bigint NOT NULL,
        contact_name text NOT NULL, reason text NOT NULL, id_kind text NOT NULL, id_value text NOT NULL,
        sureness text NOT NULL, made_by text NOT NULL, undone_at bigint, undone_by text NOT NULL,
        PRIMARY KEY (tenant_id, id)
    );
    -- Lists the links of a chat, the last one first.
    CREATE INDEX contact_link_conversation ON contact_link (tenant_id, conversation_id, id)";

const MARKETING_CONSENT: &str = "
    CREATE TABLE marketing_consent (
        tenant_id uuid NOT NULL, id uuid NOT NULL, conversation_id uuid NOT NULL, phone_hash text NOT NULL,
        category text NOT NULL, decision text NOT NULL, way text NOT NULL, made_by text NOT NULL, evidence text NOT NULL,
        PRIMARY KEY (tenant_id, id)
    );
    -- Finds what was decided in a chat, the last decision first.
    CREATE INDEX marketing_consent_conversation ON marketing_consent (tenant_id, conversation_id, id);
    -- The same of a phone number.
    CREATE INDEX marketing_consent_phone ON marketing_consent (tenant_id, phone_hash, id) WHERE phone_hash <> ''";

/// By which id and how sure they were is unknown.
const EARLIER_LINKS: &str = "INSERT INTO contact_link (tenant_id, id, conversation_id, contact_id, contact_name, reason, \
     id_kind, id_value, sureness, made_by, undone_by) \
     SELECT tenant_id, id, id, contact_id, contact_name, CASE WHEN contact_why = '' THEN 'crm' ELSE contact_why END, \
     '', '', 'told', '', '' FROM conversation WHERE contact_id <> 0";

const STATUS_DAY: &str = "
    CREATE TABLE status_day (
        tenant_id uuid NOT NULL, day integer NOT NULL, part text NOT NULL, state smallint NOT NULL,
        PRIMARY KEY (tenant_id, day, part)
    )";

/// By name: who is renamed has no photo.
const CHAT_PHOTO: &str = "
    CREATE TABLE chat_photo (
        tenant_id uuid NOT NULL, source_id uuid NOT NULL, name text NOT NULL, picture bytea NOT NULL,
        mime_type text NOT NULL, created_at bigint NOT NULL, PRIMARY KEY (tenant_id, source_id, name)
    )";

const SALE_TARGET: &str = "
    CREATE TABLE sale_target (
        tenant_id uuid NOT NULL, kind text NOT NULL, is_on boolean NOT NULL, settings text NOT NULL, token bytea,
        on_since bigint NOT NULL, PRIMARY KEY (tenant_id, kind)
    )";

/// By the lead: it is told once.
const SALE: &str = "
    CREATE TABLE sale (
        tenant_id uuid NOT NULL, lead_id bigint NOT NULL, facts text NOT NULL, sendings text NOT NULL,
        created_at bigint NOT NULL, PRIMARY KEY (tenant_id, lead_id)
    );
    CREATE INDEX sale_created ON sale (tenant_id, created_at)";

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
            Self::Schema => {
                run(manager, include_str!("schema.sql")).await?;
                for sql in if is_postgres { &FIRST_OF_POSTGRES[..] } else { &[FIRST_OF_SQLITE] } {
                    db.execute_unprepared(sql).await?;
                }
                Ok(())
            }
            Self::AttemptRequest => run(manager, "ALTER TABLE attempt ADD COLUMN request text").await,
            Self::LoneMessages => Ok(()),
            Self::Job => {
                run(manager, JOB).await?;
                run(manager, "ALTER TABLE erasure ADD COLUMN lines text").await?;
                let nothing = if is_postgres { "''::bytea" } else { "x''" };
                let of_no_account = format!(
                    "UPDATE raw_hook SET body = {nothing} \
                     WHERE quarantine IN ('unknown_line', 'unknown_scope', 'foreign_account')"
                );
                db.execute_unprepared(&of_no_account).await.map(drop)
            }
            Self::KeyMaker => {
                run(manager, "ALTER TABLE api_key ADD COLUMN made_by text").await?;
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
            Self::Country => run(manager, "ALTER TABLE tenant ADD COLUMN country text NOT NULL DEFAULT ''").await,
            // The number of a status letter: all rows so far.
            Self::ParkedKind => {
                run(manager, "ALTER TABLE parked_status ADD COLUMN kind smallint NOT NULL DEFAULT 3").await
            }
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
                run(manager, "ALTER TABLE turn ADD COLUMN last_source uuid").await?;
                // Finds the sources of a remote account that have work, and the due lanes of each, the longest waiting first.
                let index =
                    "CREATE INDEX lane_source ON lane (tenant_id, target, source_id, due_at) WHERE due_at IS NOT NULL";
                db.execute_unprepared(index).await.map(drop)
            }
            Self::Histogram => run(manager, HISTOGRAM).await,
            Self::Shadow => run(manager, "ALTER TABLE source ADD COLUMN shadow_since bigint").await,
            Self::ImportColumns => {
                run(manager, "ALTER TABLE import ADD COLUMN columns text").await?;
                run(manager, "ALTER TABLE import ADD COLUMN table_id uuid").await
            }
            Self::SavedView => run(manager, SAVED_VIEW).await,
            Self::Routes => {
                for table in [ROUTE_VERSION, ROUTE_DECISION, ROUTE_TURN] {
                    run(manager, table).await?;
                }
                run(manager, "ALTER TABLE tenant ADD COLUMN routes_hours integer").await
            }
            Self::ContactLink => {
                run(manager, CONTACT_LINK).await?;
                db.execute_unprepared(EARLIER_LINKS).await.map(drop)
            }
            Self::MarketingConsent => run(manager, MARKETING_CONSENT).await,
            Self::NewChats => {
                run(manager, "ALTER TABLE source ADD COLUMN new_chats_per_hour integer NOT NULL DEFAULT 0").await
            }
            Self::Blocked => {
                run(manager, "ALTER TABLE conversation ADD COLUMN blocked_at bigint NOT NULL DEFAULT 0").await?;
                run(manager, "ALTER TABLE conversation ADD COLUMN blocked_by text NOT NULL DEFAULT ''").await?;
                // Finds the chats that are blocked, of which an account has few.
                let index = "CREATE INDEX conversation_blocked ON conversation (tenant_id, id) WHERE blocked_at > 0";
                db.execute_unprepared(index).await.map(drop)
            }
            Self::StatusDay => run(manager, STATUS_DAY).await,
            Self::ChatPhoto => run(manager, CHAT_PHOTO).await,
            Self::Sales => {
                run(manager, SALE_TARGET).await?;
                run(manager, SALE).await
            }
            Self::BotsAsk => run(manager, "ALTER TABLE tenant ADD COLUMN bots_ask_until bigint").await,
        }
    }

    /// Applied as a whole or not at all, on SQLite too: a process that dies meanwhile would leave a part, with which the next
    /// start fails.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
