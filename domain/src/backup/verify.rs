//! `parom backup verify`: checks that a backup is complete and undamaged.

use std::path::Path;

use anyhow::Context;

use super::manifest::{BackupFile, Manifest};
use super::{BackupStep, Progress, file, postgres, sqlite};

/// Reads the whole backup and compares it with its manifest: every file's checksum, the rows of each table and, on
/// SQLite, each page of the database. Needs neither database nor key.
///
/// # Errors
/// Names the first file that is damaged, missing or of a later version.
pub async fn verify(backup: &Path, progress: &mut Progress<'_>) -> anyhow::Result<Manifest> {
    let manifest = Manifest::read(backup)?;
    let of = manifest.files.len();
    for (index, entry) in manifest.files.iter().enumerate() {
        let lines = check(backup, entry).await?;
        progress(BackupStep { name: entry.name.clone(), rows: lines, done: index + 1, of });
        let table = manifest.tables.iter().find(|table| postgres::file_of(table) == entry.name);
        if let Some(table) = table {
            let same = table.rows == lines;
            anyhow::ensure!(same, "the backup is damaged: {} has {lines} rows instead of {}", entry.name, table.rows);
        }
    }
    match manifest.engine.as_str() {
        "sqlite" => sqlite::check(backup, &manifest.tables).await?,
        "postgres" => {
            let listed = |name: &String| manifest.files.iter().any(|entry| entry.name == *name);
            let missing = manifest.tables.iter().map(postgres::file_of).find(|name| !listed(name));
            anyhow::ensure!(missing.is_none(), "the backup is damaged: {} is missing", missing.unwrap_or_default());
        }
        other => anyhow::bail!("the backup is of the engine {other}, which this version of parom does not know"),
    }
    Ok(manifest)
}

/// Checks a file against the manifest; returns the number of its lines.
async fn check(backup: &Path, entry: &BackupFile) -> anyhow::Result<u64> {
    let (backup, name) = (backup.to_owned(), entry.name.clone());
    let found = tokio::task::spawn_blocking(move || file::looked_at(&backup, &name)).await;
    let (found, lines) = found.context("the backup cannot be read")??;
    anyhow::ensure!(
        found == *entry,
        "the backup is damaged: {} is not the file that was written ({} bytes instead of {}, or another checksum)",
        entry.name,
        found.bytes,
        entry.bytes
    );
    Ok(lines)
}
