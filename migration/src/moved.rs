//! Due times that were columns of many tables in 0.1.0 and are rows of `job` now. The columns and two tables stay for a
//! release, because processes of the version before still write them beside this one; what they leave is moved.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_orm::prelude::Uuid;

/// Where due times were, and the kind of job that they become.
pub struct Moved {
    table: &'static str,
    kind: &'static str,
    /// The column of a UUID that is the job's key; empty: the account is enough.
    key: &'static str,
    due: &'static str,
    /// The whole row is a job; else it only loses its time.
    whole: Option<Whole>,
}

/// A row's columns as JSON, for SQLite and PostgreSQL.
struct Whole {
    sqlite: &'static str,
    postgres: &'static str,
}

const fn column(table: &'static str, due: &'static str, kind: &'static str, key: &'static str) -> Moved {
    Moved { table, kind, key, due, whole: None }
}

/// All of them.
pub const MOVED: [Moved; 10] = [
    column("tenant", "probe_at", "accounts", ""),
    column("tenant", "plan_at", "plans", ""),
    column("crm_subscription", "next_try_at", "subscriptions", ""),
    column("source", "look_at", "lines", "id"),
    column("source", "renew_at", "renewals", "id"),
    column("source", "poll_at", "polls", "id"),
    column("message_template", "next_try_at", "templates", "id"),
    column("replay", "next_at", "replays", "id"),
    Moved {
        whole: Some(Whole {
            sqlite: "'{\"making\":' || iif(making, 'true', 'false') || ',\"linking\":' || iif(linking, 'true', 'false') \
                     || ',\"renamed_from\":' || json_quote(renamed_from) || '}'",
            postgres: "json_build_object('making', making, 'linking', linking, 'renamed_from', renamed_from)::text",
        }),
        ..column("contact_task", "next_try_at", "contacts", "conversation_id")
    },
    Moved {
        whole: Some(Whole {
            sqlite: "'{\"noting\":' || iif(noting, 'true', 'false') || '}'",
            postgres: "json_build_object('noting', noting)::text",
        }),
        ..column("origin_task", "next_try_at", "lead_origins", "conversation_id")
    },
];

impl Moved {
    /// Finds the accounts with times up to this one.
    pub fn accounts(&self, until: i64) -> String {
        format!("SELECT DISTINCT tenant_id FROM {} WHERE {} <= {until}", self.table, self.due)
    }

    pub const fn table(&self) -> &'static str {
        self.table
    }

    /// Moves the rows that a condition selects.
    pub fn statements(&self, backend: DbBackend, which: &str) -> [String; 2] {
        let Self { table, kind, key, due, whole } = self;
        let is_sqlite = backend == DbBackend::Sqlite;
        let key = match *key {
            "" => "''".to_owned(),
            key if is_sqlite => {
                let part = |from, length| format!("substr(hex({key}), {from}, {length})");
                let parts = [part(1, 8), part(9, 4), part(13, 4), part(17, 4), part(21, 12)];
                format!("lower({})", parts.join(" || '-' || "))
            }
            key => format!("CAST({key} AS text)"),
        };
        let (payload, tries, created) = match whole {
            Some(whole) => (if is_sqlite { whole.sqlite } else { whole.postgres }, "tries", "created_at"),
            None => ("'{}'", "0", *due),
        };
        let clear =
            if whole.is_some() { format!("DELETE FROM {table}") } else { format!("UPDATE {table} SET {due} = NULL") };
        [
            format!(
                "INSERT INTO job (tenant_id, kind, key, payload, tries, next_try_at, created_at) \
                 SELECT tenant_id, '{kind}', {key}, {payload}, {tries}, {due}, {created} FROM {table} WHERE {which} \
                 ON CONFLICT (tenant_id, kind, key) DO NOTHING"
            ),
            format!("{clear} WHERE {which}"),
        ]
    }

    /// Which rows have a time.
    pub fn any(&self) -> String {
        format!("{} IS NOT NULL", self.due)
    }

    /// Those of an account with a time up to this one.
    pub fn of_account(&self, backend: DbBackend, tenant_id: Uuid, until: i64) -> String {
        let id = match backend {
            DbBackend::Sqlite => format!("x'{}'", tenant_id.simple()),
            _ => format!("'{tenant_id}'"),
        };
        format!("tenant_id = {id} AND {} <= {until}", self.due)
    }
}
