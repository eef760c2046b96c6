//! The SQLite database of a backup: `VACUUM INTO` copies one snapshot while others write.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use futures_util::TryStreamExt;
use queue::ALL_PERHAPS_DELIVERED;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection, query, query_as, query_scalar};

use super::file::MediaWriter;
use super::file::{Copied, RowCounts, StoredTable};
use super::{ACCEPTED_A_DAY, BOOKKEEPING, BackupFile, BackupStep, DATABASE, Progress, WAITING, file};

/// How long to wait for a lock that another process holds.
const BUSY: Duration = Duration::from_secs(30);

/// Copies the database into the backup.
pub(super) async fn copy(
    source: &Path,
    partial: &Path,
    today: i64,
    progress: &mut Progress<'_>,
) -> anyhow::Result<Copied> {
    let target = partial.join(DATABASE);
    file::private_file(&target)?;
    let into = target.to_str().with_context(|| format!("{} is not a path in UTF-8", target.display()))?;
    let options = SqliteConnectOptions::new().filename(source).busy_timeout(BUSY).disable_statement_logging();
    let mut database = options.connect().await.context("the database cannot be opened")?;
    query("VACUUM INTO ?").bind(into).execute(&mut database).await.context("the database cannot be copied")?;
    database.close().await.context("the database cannot be closed")?;

    let mut copy = open(&target).await?;
    let migrations = migrations(&mut copy).await?;
    let tables = tables(&mut copy).await?;
    let waiting = query_scalar(WAITING).fetch_one(&mut copy).await.context("the letters cannot be counted")?;
    let accepted = query_scalar(ACCEPTED_A_DAY).bind(today - 1).fetch_one(&mut copy).await;
    let counts = RowCounts::of(waiting, accepted.context("the messages of a day cannot be counted")?);
    let (media, media_files, media_bytes) = media(&mut copy, partial).await?;
    copy.close().await.context("the copy of the database cannot be closed")?;
    let (entry, _) = tokio::task::spawn_blocking({
        let partial = partial.to_owned();
        move || {
            std::fs::File::open(partial.join(DATABASE))?.sync_all()?;
            file::looked_at(&partial, DATABASE)
        }
    })
    .await
    .context("the copy of the database cannot be read")??;
    let rows = tables.iter().map(|table| table.rows).sum();
    progress(BackupStep { name: DATABASE.to_owned(), rows, done: 1, of: 1 });
    Ok(Copied { migrations, tables, files: vec![entry, media], counts, media_files, media_bytes })
}

/// Checks every page of the database in a backup, and that it has the rows of its manifest.
///
/// # Errors
/// If it is damaged.
pub(super) async fn check(backup: &Path, expected: &[StoredTable]) -> anyhow::Result<()> {
    let options = SqliteConnectOptions::new().filename(backup.join(DATABASE)).read_only(true).immutable(true);
    let mut copy = options
        .disable_statement_logging()
        .connect()
        .await
        .context("the backup is damaged: its database cannot be opened")?;
    let found: String = query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut copy).await?;
    anyhow::ensure!(found == "ok", "the backup is damaged: {found}");
    let found = tables(&mut copy).await?;
    anyhow::ensure!(
        found == expected,
        "the backup is damaged: its database has other tables or rows than its manifest"
    );
    copy.close().await?;
    Ok(())
}

/// The first table that holds a row; None if the database is empty or not there.
pub(super) async fn first_filled(path: &Path) -> anyhow::Result<Option<String>> {
    let options = SqliteConnectOptions::new().filename(path).disable_statement_logging();
    let mut database = options.connect().await.context("the database cannot be opened")?;
    let mut first = None;
    for name in names(&mut database).await? {
        // The name is the schema's own.
        let filled = AssertSqlSafe(format!("SELECT EXISTS (SELECT 1 FROM \"{name}\")"));
        if query_scalar(filled).fetch_one(&mut database).await? {
            first = Some(name);
            break;
        }
    }
    database.close().await?;
    Ok(first)
}

/// Puts the database of a backup at `target` in one step, replacing an empty one; marks everything pending as possibly
/// delivered.
pub(super) async fn put(backup: &Path, target: &Path) -> anyhow::Result<()> {
    let temporary = beside(target, ".restoring");
    if temporary.exists() {
        let removed = std::fs::remove_file(&temporary);
        removed.with_context(|| format!("{} cannot be removed", temporary.display()))?;
    }
    let copied = tokio::task::spawn_blocking({
        let (from, to) = (backup.join(DATABASE), temporary.clone());
        move || {
            let mut into = file::private_file(&to)?;
            let mut from = std::fs::File::open(&from).with_context(|| format!("{} cannot be read", from.display()))?;
            std::io::copy(&mut from, &mut into).with_context(|| format!("{} cannot be written", to.display()))
        }
    });
    copied.await.context("the database cannot be copied")??;
    let mut copy = open(&temporary).await?;
    query(ALL_PERHAPS_DELIVERED).execute(&mut copy).await.context("what is pending cannot be marked")?;
    copy.close().await?;
    std::fs::File::open(&temporary)?.sync_all()?;
    for end in ["-wal", "-shm"] {
        let leftover = beside(target, end);
        if leftover.exists() {
            std::fs::remove_file(&leftover).with_context(|| format!("{} cannot be removed", leftover.display()))?;
        }
    }
    std::fs::rename(&temporary, target).with_context(|| format!("{} cannot be replaced", target.display()))?;
    file::sync_folder(&file::folder_of(target))
}

/// Opens a database that no other process uses, without further files beside it.
async fn open(path: &Path) -> anyhow::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Delete)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging();
    options.connect().await.with_context(|| format!("{} cannot be opened", path.display()))
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

async fn migrations(copy: &mut SqliteConnection) -> anyhow::Result<Vec<String>> {
    let names = query_scalar("SELECT version FROM seaql_migrations ORDER BY version").fetch_all(copy).await;
    names.context("the applied migrations cannot be read")
}

/// The names of all tables with data, in order.
async fn names(copy: &mut SqliteConnection) -> anyhow::Result<Vec<String>> {
    let mut names: Vec<String> =
        query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
            .fetch_all(copy)
            .await
            .context("the tables cannot be read")?;
    names.retain(|name| !BOOKKEEPING.contains(&name.as_str()));
    Ok(names)
}

/// All tables with their rows, by name.
async fn tables(copy: &mut SqliteConnection) -> anyhow::Result<Vec<StoredTable>> {
    let names = names(copy).await?;
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        // The name is the schema's own.
        let rows: i64 = query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM \"{name}\"")))
            .fetch_one(&mut *copy)
            .await
            .with_context(|| format!("the table {name} cannot be read"))?;
        found.push(StoredTable { name, columns: Vec::new(), rows: u64::try_from(rows).unwrap_or_default() });
    }
    Ok(found)
}

async fn media(copy: &mut SqliteConnection, partial: &Path) -> anyhow::Result<(BackupFile, u64, u64)> {
    let mut list = MediaWriter::create(partial)?;
    let mut rows = query_as(
        "SELECT lower(hex(tenant_id)), lower(hex(id)), epoch, size, checksum FROM media \
         WHERE kept_at IS NOT NULL ORDER BY tenant_id, id",
    )
    .fetch(copy);
    while let Some(row) = rows.try_next().await.context("the table media cannot be read")? {
        list.add(row).await?;
    }
    drop(rows);
    list.finish().await
}
