//! The tables of a PostgreSQL database, by `COPY`: works with any client and any distribution of the tables, and needs
//! no program of PostgreSQL's on this machine.

use std::path::Path;
use std::str::FromStr;

use anyhow::Context;
use base::config;
use futures_util::TryStreamExt;
use queue::ALL_PERHAPS_DELIVERED;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, query, query_as, query_scalar, raw_sql};
use secrecy::ExposeSecret;

use super::file::FileWriter;
use super::file::MediaWriter;
use super::file::{BackupFile, Copied, Manifest, RowCounts, StoredTable};
use super::{ACCEPTED_A_DAY, BOOKKEEPING, BackupStep, Progress, TABLES, WAITING};

/// The columns of our tables, in order.
const COLUMNS: &str = "\
    SELECT class.relname::text, attribute.attname::text FROM pg_class class \
    JOIN pg_namespace namespace ON namespace.oid = class.relnamespace AND namespace.nspname = current_schema() \
    JOIN pg_attribute attribute ON attribute.attrelid = class.oid AND attribute.attnum > 0 \
    AND NOT attribute.attisdropped AND attribute.attgenerated = '' \
    WHERE class.relkind IN ('r', 'p') AND NOT class.relispartition ORDER BY class.relname, attribute.attnum";

/// Copies all tables into the backup, from one snapshot.
pub(super) async fn copy(
    settings: &config::Database,
    partial: &Path,
    today: i64,
    progress: &mut Progress<'_>,
) -> anyhow::Result<Copied> {
    let mut db = connect(settings).await?;
    begin(&mut db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let migrations = query_scalar("SELECT version FROM seaql_migrations ORDER BY version").fetch_all(&mut db).await;
    let migrations = migrations.context("the applied migrations cannot be read")?;
    let mut tables = tables(&mut db).await?;
    let mut files = Vec::with_capacity(tables.len() + 1);
    let of = tables.len();
    for (index, table) in tables.iter_mut().enumerate() {
        let (entry, rows) = copy_table(&mut db, partial, table).await?;
        table.rows = rows;
        files.push(entry);
        progress(BackupStep { name: table.name.clone(), rows, done: index + 1, of });
    }
    let waiting = query_scalar(WAITING).fetch_one(&mut db).await.context("the letters cannot be counted")?;
    let accepted = query_scalar(ACCEPTED_A_DAY).bind(today - 1).fetch_one(&mut db).await;
    let accepted_a_day = accepted.context("the messages of a day cannot be counted")?;
    let (media, media_files, media_bytes) = media(&mut db, partial).await?;
    files.push(media);
    raw_sql("COMMIT").execute(&mut db).await.context("the snapshot cannot be ended")?;
    db.close().await?;
    let counts = RowCounts::of(waiting, accepted_a_day);
    Ok(Copied { migrations, tables, files, counts, media_files, media_bytes })
}

/// Loads all tables of a backup into an empty, migrated database, in one commit; marks everything pending as possibly
/// delivered.
pub(super) async fn load(
    settings: &config::Database,
    backup: &Path,
    manifest: &Manifest,
    progress: &mut Progress<'_>,
) -> anyhow::Result<()> {
    let mut db = connect(settings).await?;
    begin(&mut db, "BEGIN").await?;
    let of = manifest.tables.len();
    for (index, table) in manifest.tables.iter().enumerate() {
        load_table(&mut db, backup, table)
            .await
            .with_context(|| format!("the table {} cannot be loaded", table.name))?;
        progress(BackupStep { name: table.name.clone(), rows: table.rows, done: index + 1, of });
    }
    query(ALL_PERHAPS_DELIVERED).execute(&mut db).await.context("what is pending cannot be marked")?;
    raw_sql("COMMIT").execute(&mut db).await.context("the restored tables cannot be committed")?;
    // Plans made while the tables were empty scan the whole tables.
    raw_sql("ANALYZE").execute(&mut db).await.context("the restored tables cannot be analysed")?;
    db.close().await?;
    Ok(())
}

async fn connect(settings: &config::Database) -> anyhow::Result<PgConnection> {
    let options =
        PgConnectOptions::from_str(settings.url.expose_secret()).context("database.url is not a PostgreSQL URL")?;
    options.disable_statement_logging().connect().await.context("cannot reach the database of database.url")
}

/// Begins a transaction that may take hours.
async fn begin(db: &mut PgConnection, statement: &'static str) -> anyhow::Result<()> {
    let unlimited = ["SET LOCAL statement_timeout = 0", "SET LOCAL idle_in_transaction_session_timeout = 0"];
    for statement in [statement].into_iter().chain(unlimited) {
        raw_sql(statement).execute(&mut *db).await.context("a transaction cannot be begun")?;
    }
    Ok(())
}

/// Our tables by name, with their columns.
async fn tables(db: &mut PgConnection) -> anyhow::Result<Vec<StoredTable>> {
    let columns: Vec<(String, String)> = query_as(COLUMNS).fetch_all(db).await.context("the tables cannot be read")?;
    let mut tables: Vec<StoredTable> = Vec::new();
    for (table, column) in columns {
        if BOOKKEEPING.contains(&table.as_str()) {
            continue;
        }
        match tables.last_mut().filter(|last| last.name == table) {
            Some(last) => last.columns.push(column),
            None => tables.push(StoredTable { name: table, columns: vec![column], rows: 0 }),
        }
    }
    Ok(tables)
}

async fn copy_table(db: &mut PgConnection, partial: &Path, table: &StoredTable) -> anyhow::Result<(BackupFile, u64)> {
    let unreadable = || format!("the table {} cannot be read", table.name);
    let mut file = FileWriter::create(partial, file_of(table))?;
    // A partitioned table can be copied as a query only.
    let statement = format!("COPY (SELECT {} FROM {}) TO STDOUT", listed(table), quoted(&table.name));
    let mut rows = db.copy_out_raw(&statement).await.with_context(unreadable)?;
    while let Some(chunk) = rows.try_next().await.with_context(unreadable)? {
        file.write(&chunk).await?;
    }
    drop(rows);
    file.finish().await
}

async fn load_table(db: &mut PgConnection, backup: &Path, table: &StoredTable) -> anyhow::Result<()> {
    let file = tokio::fs::File::open(backup.join(file_of(table))).await.context("its file cannot be read")?;
    let statement = format!("COPY {} ({}) FROM STDIN", quoted(&table.name), listed(table));
    let mut into = db.copy_in_raw(&statement).await?;
    if let Err(error) = into.read_from(file).await {
        into.abort("the file cannot be read").await?;
        return Err(error.into());
    }
    let rows = into.finish().await?;
    anyhow::ensure!(rows == table.rows, "{rows} rows of {} were loaded", table.rows);
    Ok(())
}

async fn media(db: &mut PgConnection, partial: &Path) -> anyhow::Result<(BackupFile, u64, u64)> {
    let mut list = MediaWriter::create(partial)?;
    let mut rows = query_as(
        "SELECT tenant_id::text, id::text, epoch::bigint, size, checksum FROM media \
         WHERE kept_at IS NOT NULL ORDER BY tenant_id, id",
    )
    .fetch(db);
    while let Some(row) = rows.try_next().await.context("the table media cannot be read")? {
        list.add(row).await?;
    }
    drop(rows);
    list.finish().await
}

/// The first of our tables that holds a row; None if the database is empty.
pub(super) async fn first_filled(settings: &config::Database) -> anyhow::Result<Option<String>> {
    let mut db = connect(settings).await?;
    for table in tables(&mut db).await? {
        let statement = format!("SELECT EXISTS (SELECT 1 FROM {})", quoted(&table.name));
        let filled: bool = query_scalar(AssertSqlSafe(statement)).fetch_one(&mut db).await?;
        if filled {
            return Ok(Some(table.name));
        }
    }
    db.close().await?;
    Ok(None)
}

/// The file of a table, relative to the backup.
pub(super) fn file_of(table: &StoredTable) -> String {
    format!("{TABLES}/{}.copy", table.name)
}

fn listed(table: &StoredTable) -> String {
    table.columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ")
}

/// A name as SQL: the manifest is read from disk, so a name is never trusted.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
