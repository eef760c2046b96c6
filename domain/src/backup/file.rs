//! Files of a backup: readable by their owner alone, written and read with their checksum.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::manifest::BackupFile;

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
