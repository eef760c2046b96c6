//! Streams bytes into the store while counting, hashing and sniffing them; memory holds one buffer.

use anyhow::Context;
use bytes::Bytes;
use object_store::buffered::BufWriter;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::super::files::FileKey;
use super::super::sniff;
use crate::media::MediaContext;

/// A complete file in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedFile {
    pub size: u64,
    /// Hex SHA-256.
    pub checksum: String,
    pub mime_type: &'static str,
}

/// Why a file is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileNotKept {
    /// Larger than its kind allows.
    TooLarge,
    /// The account's quota is full.
    NoRoom,
    Empty,
    /// The stream ended early.
    BrokeOff(String),
    /// The claim was lost.
    Lost,
}

/// Receives a file.
pub struct Sink {
    writer: BufWriter,
    hash: Sha256,
    head: Vec<u8>,
    size: u64,
    limit: u64,
    room: u64,
}

impl Sink {
    /// `limit`: size limit of the file in bytes; `room`: bytes left in the account's quota.
    pub fn new(app: &MediaContext, key: FileKey, limit: u64, room: u64) -> Self {
        let writer = app.media.files.write(key);
        Self { writer, hash: Sha256::new(), head: Vec::new(), size: 0, limit, room }
    }

    /// Why a file of this size is refused, if it is.
    pub fn refuses(&self, size: u64) -> Option<FileNotKept> {
        if size > self.limit {
            Some(FileNotKept::TooLarge)
        } else if size > self.room {
            Some(FileNotKept::NoRoom)
        } else {
            None
        }
    }

    /// Its type, once enough bytes have arrived.
    pub fn mime_type(&self) -> Option<&'static str> {
        (self.head.len() >= sniff::HEAD).then(|| sniff::type_of(&self.head))
    }

    /// Lowers the size limit.
    pub fn limit_to(&mut self, limit: u64) {
        self.limit = self.limit.min(limit);
    }

    /// Stores the next bytes. An error is the store's.
    pub async fn take(&mut self, chunk: Bytes) -> anyhow::Result<Result<(), FileNotKept>> {
        self.size += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        if let Some(not_kept) = self.refuses(self.size) {
            return Ok(Err(not_kept));
        }
        let missing = sniff::HEAD.saturating_sub(self.head.len());
        self.head.extend(chunk.iter().take(missing));
        self.hash.update(&chunk);
        self.writer.put(chunk).await.context("the file store does not take a file")?;
        Ok(Ok(()))
    }

    /// Deletes everything stored of the file.
    pub async fn give_up(mut self, why: FileNotKept) -> FileNotKept {
        if let Err(error) = self.writer.abort().await {
            // Nothing was written, or the store removes it by its own rules.
            tracing::debug!(%error, "an incomplete file could not be removed from the store");
        }
        why
    }

    /// Completes the file and makes it durable.
    pub async fn finish(mut self) -> anyhow::Result<Result<FetchedFile, FileNotKept>> {
        if self.size == 0 {
            return Ok(Err(self.give_up(FileNotKept::Empty).await));
        }
        self.writer.shutdown().await.context("the file store does not take a file")?;
        let mime_type = sniff::type_of(&self.head);
        Ok(Ok(FetchedFile { size: self.size, checksum: hex::encode(self.hash.finalize()), mime_type }))
    }
}
