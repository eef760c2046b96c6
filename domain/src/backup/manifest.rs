//! `manifest.json`: the contents of a backup and its requirements.

use std::path::{Component, Path};

use anyhow::Context;
use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Serialize};

/// The format that this version writes and reads.
const FORMAT: u32 = 1;
const NAME: &str = "manifest.json";

/// The contents of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The version of parom that made the backup.
    pub parom: String,
    /// `sqlite` or `postgres`; a backup is restored into the engine that it came from.
    pub engine: String,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// The schema: the names of the applied migrations, oldest first.
    pub migrations: Vec<String>,
    /// Ids of the keys in use, the encrypting one first. They reveal nothing of the keys.
    pub keys: Vec<String>,
    pub tables: Vec<StoredTable>,
    pub files: Vec<BackupFile>,
    /// Letters that were waiting for delivery.
    pub waiting: u64,
    /// Number of messages accepted on the day of the backup or the day before, whichever is larger: an estimate of how
    /// many a gap of one day may contain.
    pub accepted_a_day: u64,
    /// Stored files that `media.ndjson` lists.
    pub media_files: u64,
    pub media_bytes: u64,
}

/// A table of the backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTable {
    pub name: String,
    /// In the order of the file's fields; empty on SQLite.
    pub columns: Vec<String>,
    pub rows: u64,
}

/// A file of the backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupFile {
    /// Relative to the backup's folder.
    pub name: String,
    pub bytes: u64,
    /// Lowercase hex.
    pub sha256: String,
}

impl Manifest {
    /// The format number that this version writes.
    pub const CURRENT: u32 = FORMAT;

    /// Reads the manifest of the backup in this folder.
    ///
    /// # Errors
    /// If there is none (the backup was not finished, or this is no backup), or it was written by a later version.
    pub fn read(backup: &Path) -> anyhow::Result<Self> {
        let path = backup.join(NAME);
        let text = std::fs::read_to_string(&path).with_context(|| {
            format!("{} is not a backup, or was not finished: {NAME} cannot be read", backup.display())
        })?;
        let value: serde_json::Value = serde_json::from_str(&text)
            .with_context(|| format!("the backup is damaged: {} is not JSON", path.display()))?;
        let format = value.get("format").and_then(serde_json::Value::as_u64);
        anyhow::ensure!(
            format == Some(FORMAT.into()),
            "the backup has the format {}, and this version of parom reads the format {FORMAT}",
            format.map_or_else(|| "unknown".to_owned(), |format| format.to_string())
        );
        let manifest: Self = serde_json::from_value(value)
            .with_context(|| format!("the backup is damaged: {} is incomplete", path.display()))?;
        let names = manifest.tables.iter().map(|table| &table.name).chain(manifest.files.iter().map(|file| &file.name));
        let outside = |name: &&String| Path::new(name).components().any(|part| !matches!(part, Component::Normal(_)));
        match names.into_iter().find(outside) {
            None => Ok(manifest),
            Some(name) => anyhow::bail!("the backup is damaged: {name:?} is not the name of a file in it"),
        }
    }

    /// Writes the manifest into the backup's folder, durably.
    pub fn write(&self, backup: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self).context("the manifest as JSON")?;
        super::file::write_whole(&backup.join(NAME), &(text + "\n"))
    }

    /// When it was made, RFC 3339 in UTC.
    pub fn made_at(&self) -> String {
        let at = DateTime::from_timestamp_millis(self.created_at).unwrap_or_default();
        at.to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    /// The engine's display name.
    pub fn engine_name(&self) -> &'static str {
        if self.engine == "sqlite" { "SQLite" } else { "PostgreSQL" }
    }
}
