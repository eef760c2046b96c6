//! Files of a backup: readable by their owner alone, written and read with their checksum.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};

use anyhow::Context;
use base::config::Config;
use base::http_client::HttpClients;
use base::json::Moment;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use super::MEDIA;
use crate::media::FileStore;

const CHUNK: usize = 256 * 1024;

/// Creates a folder that only its owner can enter.
pub(super) fn private_folder(path: &Path) -> anyhow::Result<()> {
    std::fs::DirBuilder::new()
        .mode(0o700)
        .create(path)
        .with_context(|| format!("the folder {} cannot be created", path.display()))
}

/// Creates an empty file that only its owner can read.
pub(super) fn private_file(path: &Path) -> anyhow::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("{} cannot be created", path.display()))
}

/// Writes a small file durably.
pub(super) fn write_whole(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = private_file(path)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    written.with_context(|| format!("{} cannot be written", path.display()))
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(path: &Path) -> anyhow::Result<()> {
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .with_context(|| format!("{} cannot be written", path.display()))
}

/// The folder that a path is in.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// A file that is being written.
pub(super) struct FileWriter {
    name: String,
    file: tokio::io::BufWriter<tokio::fs::File>,
    digest: Sha256,
    bytes: u64,
    lines: u64,
}

impl FileWriter {
    /// Creates `name` in the backup.
    pub fn create(backup: &Path, name: String) -> anyhow::Result<Self> {
        let file = tokio::fs::File::from_std(private_file(&backup.join(&name))?);
        let file = tokio::io::BufWriter::with_capacity(CHUNK, file);
        Ok(Self { name, file, digest: Sha256::new(), bytes: 0, lines: 0 })
    }

    pub async fn write(&mut self, chunk: &[u8]) -> anyhow::Result<()> {
        self.digest.update(chunk);
        self.bytes += u64::try_from(chunk.len()).unwrap_or_default();
        self.lines += lines(chunk);
        self.file.write_all(chunk).await.with_context(|| format!("{} cannot be written", self.name))
    }

    /// Makes it durable; returns its entry in the manifest, and its lines.
    pub async fn finish(mut self) -> anyhow::Result<(BackupFile, u64)> {
        let synced = async {
            self.file.flush().await?;
            self.file.get_ref().sync_all().await
        };
        synced.await.with_context(|| format!("{} cannot be written", self.name))?;
        let sha256 = hex::encode(self.digest.finalize());
        Ok((BackupFile { name: self.name, bytes: self.bytes, sha256 }, self.lines))
    }
}

fn lines(chunk: &[u8]) -> u64 {
    u64::try_from(chunk.iter().filter(|byte| **byte == b'\n').count()).unwrap_or_default()
}

/// The manifest's entry of a file as it is now, and its lines. Blocks.
pub(super) fn looked_at(backup: &Path, name: &str) -> anyhow::Result<(BackupFile, u64)> {
    let unreadable = || format!("the backup is damaged: {name} cannot be read");
    let mut file = File::open(backup.join(name)).with_context(unreadable)?;
    let (mut digest, mut bytes, mut seen) = (Sha256::new(), 0, 0);
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = file.read(&mut chunk).with_context(unreadable)?;
        let Some(part) = chunk.get(..read).filter(|part| !part.is_empty()) else { break };
        digest.update(part);
        bytes += u64::try_from(read).unwrap_or_default();
        seen += lines(part);
    }
    Ok((BackupFile { name: name.to_owned(), bytes, sha256: hex::encode(digest.finalize()) }, seen))
}

// `manifest.json`: the contents of a backup and its requirements.

/// The format that this version writes, and the oldest that it reads.
const FORMAT: u32 = 2;
const OLDEST: u64 = 1;
const NAME: &str = "manifest.json";

/// The contents of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The version of parom that made the backup.
    pub parom: String,
    /// `sqlite` or `postgres`; a backup is restored into the engine that it came from.
    pub engine: String,
    /// In format 1 milliseconds since 1970.
    #[serde(deserialize_with = "moment")]
    pub created_at: Moment,
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
            format.is_some_and(|format| (OLDEST..=FORMAT.into()).contains(&format)),
            "the backup has the format {}, and this version of parom reads the formats {OLDEST} to {FORMAT}",
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
        write_whole(&backup.join(NAME), &(text + "\n"))
    }

    /// The rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// The engine's display name.
    pub fn engine_name(&self) -> &'static str {
        if self.engine == "sqlite" { "SQLite" } else { "PostgreSQL" }
    }
}

fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Moment(Moment),
        Millis(i64),
    }
    Ok(match Written::deserialize(deserializer)? {
        Written::Moment(at) => at,
        Written::Millis(at) => Moment(at),
    })
}

/// The result of copying the database, which each engine does in its own way.
pub(super) struct Copied {
    pub migrations: Vec<String>,
    pub tables: Vec<StoredTable>,
    pub files: Vec<BackupFile>,
    pub counts: RowCounts,
    pub media_files: u64,
    pub media_bytes: u64,
}

/// See [`Manifest`].
pub(super) struct RowCounts {
    pub waiting: u64,
    pub accepted_a_day: u64,
}

impl RowCounts {
    pub fn of(waiting: i64, accepted_a_day: i64) -> Self {
        let count = |number: i64| u64::try_from(number).unwrap_or_default();
        Self { waiting: count(waiting), accepted_a_day: count(accepted_a_day) }
    }
}

// `media.ndjson`: the stored files that the database of a backup refers to, one JSON object per line.

/// One stored file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct MediaLine {
    pub tenant: Uuid,
    pub id: Uuid,
    /// The end of the stored file's name.
    pub epoch: i32,
    pub bytes: u64,
    /// Lowercase hex.
    pub sha256: String,
}

/// Writes the list; counts files and bytes.
pub(super) struct MediaWriter {
    file: FileWriter,
    bytes: u64,
}

impl MediaWriter {
    pub fn create(backup: &Path) -> anyhow::Result<Self> {
        Ok(Self { file: FileWriter::create(backup, MEDIA.to_owned())?, bytes: 0 })
    }

    /// Adds a row of the table `media`: account, id, epoch, size in bytes, checksum.
    pub async fn add(&mut self, row: (String, String, i64, i64, String)) -> anyhow::Result<()> {
        let (tenant, id, epoch, bytes, sha256) = row;
        let damaged = "a row of the table media is damaged";
        let line = MediaLine {
            tenant: Uuid::parse_str(&tenant).context(damaged)?,
            id: Uuid::parse_str(&id).context(damaged)?,
            epoch: i32::try_from(epoch).context(damaged)?,
            bytes: u64::try_from(bytes).context(damaged)?,
            sha256,
        };
        self.bytes += line.bytes;
        let text = serde_json::to_string(&line).context("a stored file as JSON")?;
        self.file.write((text + "\n").as_bytes()).await
    }

    /// Makes it durable; returns its entry in the manifest, the files and their bytes.
    pub async fn finish(self) -> anyhow::Result<(BackupFile, u64, u64)> {
        let (entry, files) = self.file.finish().await?;
        Ok((entry, files, self.bytes))
    }
}

/// Counts the files of a backup that the configured store lacks, or holds with another size.
///
/// # Errors
/// If the list cannot be read or the store does not answer.
pub async fn missing_media(config: &Config, backup: &Path) -> anyhow::Result<u64> {
    let http = HttpClients::new(&config.network)?;
    let files = FileStore::open(&config.media, &http)?;
    let path = backup.join(MEDIA);
    let list = std::fs::File::open(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut missing = 0;
    for line in BufReader::new(list).lines() {
        let line = line.with_context(|| format!("{} cannot be read", path.display()))?;
        let line: MediaLine = serde_json::from_str(&line).with_context(|| format!("{} is damaged", path.display()))?;
        let size = files.size(line.tenant, line.id, line.epoch).await.context("the store of files does not answer")?;
        if size != Some(line.bytes) {
            missing += 1;
        }
    }
    Ok(missing)
}
