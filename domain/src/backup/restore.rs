//! `parom backup restore`: into an empty database only.

use std::path::Path;

use anyhow::Context;
use base::clock::Clock;
use base::config::Config;
use base::store::migrate::{check, run_to};
use base::store::{Store, migrate};
use base::vault::{Vault, VaultError};

use super::file::{self, BackupFile, Manifest};
use super::{BackupStep, DATABASE, Progress, postgres, sqlite};

/// A summary of a restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    pub manifest: Manifest,
    /// Milliseconds since the backup was made.
    pub age: i64,
}

impl Restored {
    /// Estimated number of messages accepted since the backup, which it does not contain. Assumes that the days since
    /// were as busy as the busier of the two before it.
    pub fn gap(&self) -> u64 {
        let millis = u128::try_from(self.age).unwrap_or_default();
        let messages = millis * u128::from(self.manifest.accepted_a_day) / 86_400_000;
        u64::try_from(messages).unwrap_or(u64::MAX)
    }
}

/// Checks the backup, then loads it into the configured database and migrates that to this version.
///
/// # Errors
/// If the backup is damaged, of the other engine or of a later version, if the configured keys cannot decrypt it, or if
/// the database is not empty. In all these cases the database is unchanged.
pub async fn restore(
    config: &Config,
    backup: &Path,
    clock: &Clock,
    progress: &mut Progress<'_>,
) -> anyhow::Result<Restored> {
    let manifest = verify(backup, &mut |_| {}).await?;
    fits(config, &manifest)?;
    let store = Store::open(&config.database, clock.clone()).await?;
    let lock = store.lock_for_serving()?;
    let file = store.file().map(Path::to_owned);
    let filled = match &file {
        Some(file) => sqlite::first_filled(file).await?,
        None => postgres::first_filled(&config.database).await?,
    };
    if let Some(table) = filled {
        anyhow::bail!(
            "the database of database.url is not empty (its table {table} has rows): a backup is restored into an \
             empty one only"
        );
    }
    match file {
        Some(file) => {
            store.close().await;
            sqlite::put(backup, &file).await?;
            progress(whole(&manifest));
        }
        None => {
            run_to(&store, &manifest.migrations).await?;
            postgres::load(&config.database, backup, &manifest, progress).await?;
            store.close().await;
        }
    }
    let store = Store::open(&config.database, clock.clone()).await?;
    migrate(&store).await?;
    store.close().await;
    drop(lock);
    let age = clock.millis().saturating_sub(manifest.created_at.0);
    Ok(Restored { manifest, age })
}

/// Refuses a backup that the configuration cannot use.
fn fits(config: &Config, manifest: &Manifest) -> anyhow::Result<()> {
    let sqlite = config.database.is_sqlite();
    anyhow::ensure!(
        sqlite == (manifest.engine == "sqlite"),
        "the backup is of a {} database, database.url is not: set database.url to an empty {0} database",
        manifest.engine_name()
    );
    check(&manifest.migrations)?;
    // Never creates a key: the backup needs the one it was made with.
    let vault = match Vault::open(&config.secrets, false) {
        Err(VaultError::KeyFileMissing { path }) => anyhow::bail!(
            "the key file {} (secrets.key_file) does not exist: put the one there that was in use when the backup was \
             made (key {})",
            path.display(),
            manifest.keys.join(", ")
        ),
        opened => opened?,
    };
    let known: Vec<String> = vault.key_ids().iter().map(ToString::to_string).collect();
    let missing = manifest.keys.iter().find(|id| !known.contains(id));
    anyhow::ensure!(
        missing.is_none(),
        "the backup needs the key {}, and the configured keys are {}: add the key of that day as a further line of \
         secrets.key_file",
        missing.map_or("", String::as_str),
        known.join(", ")
    );
    Ok(())
}

// `parom backup verify`: checks that a backup is complete and undamaged.

/// Reads the whole backup and compares it with its manifest: every file's checksum, the rows of each table and, on
/// SQLite, each page of the database. Needs neither database nor key.
///
/// # Errors
/// Names the first file that is damaged, missing or of a later version.
pub async fn verify(backup: &Path, progress: &mut Progress<'_>) -> anyhow::Result<Manifest> {
    let manifest = Manifest::read(backup)?;
    let (mut done, of) = (0, manifest.tables.len());
    for entry in &manifest.files {
        let lines = read_file(backup, entry).await?;
        // Of the other files nothing is a row.
        let table = manifest.tables.iter().find(|table| postgres::file_of(table) == entry.name);
        if let Some(table) = table {
            let same = table.rows == lines;
            anyhow::ensure!(same, "the backup is damaged: {} has {lines} rows instead of {}", entry.name, table.rows);
            done += 1;
            progress(BackupStep { name: table.name.clone(), rows: lines, done, of });
        }
    }
    match manifest.engine.as_str() {
        "sqlite" => {
            sqlite::check(backup, &manifest.tables).await?;
            progress(whole(&manifest));
        }
        "postgres" => {
            let listed = |name: &String| manifest.files.iter().any(|entry| entry.name == *name);
            let missing = manifest.tables.iter().map(postgres::file_of).find(|name| !listed(name));
            anyhow::ensure!(missing.is_none(), "the backup is damaged: {} is missing", missing.unwrap_or_default());
        }
        other => anyhow::bail!("the backup is of the engine {other}, which this version of parom does not know"),
    }
    Ok(manifest)
}

/// The one part of a backup of SQLite.
fn whole(manifest: &Manifest) -> BackupStep {
    BackupStep { name: DATABASE.to_owned(), rows: manifest.rows(), done: 1, of: 1 }
}

/// Checks a file against the manifest; returns the number of its lines.
async fn read_file(backup: &Path, entry: &BackupFile) -> anyhow::Result<u64> {
    let (backup, name) = (backup.to_owned(), entry.name.clone());
    let found = tokio::task::spawn_blocking(move || file::looked_at(&backup, &name)).await;
    let (found, lines) = found.context("the backup cannot be read")??;
    let name = &entry.name;
    let (bytes, written) = (found.bytes, entry.bytes);
    anyhow::ensure!(bytes == written, "the backup is damaged: {name} has {bytes} bytes, and {written} were written");
    anyhow::ensure!(found == *entry, "the backup is damaged: {name} does not have the bytes that were written");
    Ok(lines)
}
