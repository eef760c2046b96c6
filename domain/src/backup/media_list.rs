//! `media.ndjson`: the stored files that the database of a backup refers to, one JSON object per line.

use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::Context;
use base::config::Config;
use base::http_client::HttpClients;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MEDIA;
use super::file::FileWriter;
use super::manifest::BackupFile;
use crate::media::FileStore;

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
