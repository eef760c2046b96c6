//! Connections to PostgreSQL: their settings by use.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::sqlx::{Executor, PgConnection, Row};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, Statement};

use super::{Store, VENDOR};

/// Time limit of a reading statement: one old snapshot slows everything.
pub(super) const READ_LIMIT: &str = "5s";

/// Idle time after which PostgreSQL ends a transaction: its process hangs, and others need its locks before they write
/// amoCRM's hooks to their spools (`intake::crm`), because hooks of two machines have no order.
const FORSAKEN: &str = "1s";

/// Longest wait for a connection.
pub(super) const MOST_WAIT: Duration = Duration::from_secs(5);

/// A connection idle for less than this is assumed to be alive.
pub(super) const PROVEN: Duration = Duration::from_secs(1);

/// Statements that address many rows by key are planned once per connection: planning the large ones costs as much as
/// running them.
const BY_KEYS: [(&str, &str); 5] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("jit", "off"),
];

/// Ordered reads use only the index: with outdated statistics PostgreSQL would fetch and sort a whole backlog of due
/// turns to return a few.
const IN_ORDER: (&str, &str) = ("enable_bitmapscan", "off");

/// Lifetime of connections, which limits what their cached plans keep in memory. On a quiet server a message costs twice as
/// much if its statements are planned for it. A plan that was made while a table was empty is replaced earlier, when
/// PostgreSQL has analysed the table (`autovacuum_naptime` is a minute).
pub(super) const LIFETIME: Duration = Duration::from_mins(15);

/// A database that is distributed by account must see the account: a generic plan hides it.
const SEEN_VALUES: &str = "SET plan_cache_mode = auto";

/// Whether the database is a Citus cluster.
pub(super) async fn is_citus(connection: &mut PgConnection) -> Result<bool, sea_orm::sqlx::Error> {
    let found = connection.fetch_one("SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')").await?;
    found.try_get(0)
}

/// The purpose of a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Writing statements, and transactions.
    Write,
    /// Single reading statements.
    Read,
    /// Reading statements that address many rows by key.
    ReadByKeys,
}

/// Connections for this use, made on demand unless `at_once`. `by_account`: whether the database is distributed by account,
/// when a connection is made.
pub(super) async fn connect(
    url: &str,
    connections: u32,
    used: Use,
    at_once: bool,
    by_account: &Arc<AtomicBool>,
) -> anyhow::Result<DatabaseConnection> {
    let limit = if used == Use::Write { "0" } else { READ_LIMIT };
    let plans: &[(&str, &str)] = if used == Use::Read { &[] } else { &BY_KEYS };
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(u32::from(at_once))
        .connect_lazy(!at_once)
        .acquire_timeout(MOST_WAIT)
        // Each test is a round trip, and every return already makes one.
        .test_before_acquire_if_idle_for(PROVEN)
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(move |postgres| {
            postgres
                .statement_cache_capacity(512)
                .options([("idle_in_transaction_session_timeout", FORSAKEN), ("statement_timeout", limit)])
                .options(plans.iter().copied())
                .options((used == Use::ReadByKeys).then_some(IN_ORDER))
        });
    without_reaper(&mut options);
    let by_account = by_account.clone();
    // One call: a second would replace the first.
    options.map_sqlx_postgres_pool_opts(move |pool| {
        let by_account = by_account.clone();
        let pool = pool.after_release(move |_, of| {
            Box::pin(async move {
                if used == Use::Write {
                    // The return makes a round trip; tasks that waited for the commit run before it.
                    tokio::task::yield_now().await;
                }
                Ok(of.age < LIFETIME)
            })
        });
        if used == Use::Read {
            return pool;
        }
        pool.after_connect(move |connection, _| {
            let by_account = by_account.load(Ordering::Acquire);
            Box::pin(async move {
                if by_account {
                    connection.execute(SEEN_VALUES).await?;
                }
                Ok(())
            })
        })
    });
    Ok(Database::connect(options).await?)
}

/// Does without it. sqlx counts the idle connections in a variable that goes below zero for a moment when one is taken that
/// another thread is giving back. If the task reads it then, it goes round its loop for ever, without waiting, and keeps a
/// thread of the runtime busy (`spawn_maintenance_tasks` of sqlx 0.9).
pub(super) fn without_reaper(options: &mut ConnectOptions) {
    options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
}

impl Store {
    /// Reserves the next `count` calls of an account's REST API, `each` milliseconds apart, in one statement; returns
    /// the milliseconds to wait before the first, 0 or more. PostgreSQL only: on SQLite there is one process.
    pub async fn reserve_calls(&self, account: &str, each: i64, count: i64) -> Result<i64, DbErr> {
        let (now, now_value) = self.now_of_change(4).await?;
        let text = format!(
            "INSERT INTO rest_pace (tenant_id, account, next_at) VALUES ($1, $2, {now} + $3) \
             ON CONFLICT (tenant_id, account) DO UPDATE SET next_at = greatest(rest_pace.next_at, {now}) + $3 \
             RETURNING next_at - $3 - {now} AS ahead"
        );
        let values = [VENDOR.into(), account.into(), each.saturating_mul(count).into()].into_iter().chain(now_value);
        let row = self.write().query_one_raw(Statement::from_sql_and_values(self.backend(), text, values)).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("nothing was reserved".into()))?;
        Ok(row.try_get::<i64>("", "ahead")?.max(0))
    }
}
