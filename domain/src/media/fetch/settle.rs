//! Streams the bytes of a fetch into the store, then records its outcome if the claim still holds.

use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use chrono::TimeDelta;
use entity::media::{self, Column};
use object_store::buffered::BufWriter;
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, UpdateMany};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use crate::media::files::FileKey;
use crate::media::{MediaContext, MediaKind, MediaState, name, quota};

/// Delays after the first, second, … temporary failure; then the file is given up. A quarter of an hour
/// in all, because the conversation waits for it.
const BACK_OFF: &[TimeDelta] = &[
    TimeDelta::seconds(5),
    TimeDelta::seconds(15),
    TimeDelta::minutes(1),
    TimeDelta::minutes(4),
    TimeDelta::minutes(10),
];
/// Delay after a fault of our own.
const MENDED: TimeDelta = TimeDelta::minutes(1);
/// Attempts at a missing file: its link may have been refreshed meanwhile.
const LOOKS: i32 = 2;

pub(super) enum FetchOutcome {
    Kept {
        stored: FetchedFile,
        file_name: String,
    },
    /// Not available.
    Gone {
        failure: String,
    },
    /// Not accepted.
    Refused {
        failure: &'static str,
    },
    Later {
        failure: String,
        after: Option<Duration>,
    },
    /// A fault of our own; the attempt does not count.
    Broken,
    /// Released as if nothing had been tried.
    Released,
}

impl FetchOutcome {
    /// The outcome for stored bytes.
    pub fn of(kind: MediaKind, row: &media::Model, stored: FetchedFile) -> Self {
        if kind == MediaKind::Avatar && !name::fits(kind, stored.mime_type) {
            return Self::Refused { failure: "not_a_picture" };
        }
        let file_name = match row.file_name.as_str() {
            "" => name::made_up(kind, stored.mime_type),
            announced => announced.to_owned(),
        };
        Self::Kept { stored, file_name }
    }

    pub fn word(&self) -> &'static str {
        match self {
            Self::Kept { .. } => "kept",
            Self::Gone { .. } => "gone",
            Self::Refused { .. } => "refused",
            Self::Later { .. } => "later",
            Self::Broken => "broken",
            Self::Released => "released",
        }
    }
}

/// Selects the row while the claim holds.
pub(super) fn mine(row: &media::Model) -> UpdateMany<media::Entity> {
    media::Entity::update_by_id((row.tenant_id, row.id))
        .filter(Column::Epoch.eq(row.epoch))
        .filter(Column::State.eq(MediaState::Wanted.number()))
}

/// False if the claim was lost, and with it the fetched file.
pub(super) async fn settle(app: &MediaContext, row: &media::Model, outcome: FetchOutcome) -> Result<bool, DbErr> {
    let now = app.store.now().await?;
    let (kept, written) = match &outcome {
        FetchOutcome::Kept { stored, .. } => (Some(stored.size), row.epoch - 1),
        FetchOutcome::Gone { .. } | FetchOutcome::Refused { .. } => (None, row.epoch),
        FetchOutcome::Later { .. } | FetchOutcome::Broken | FetchOutcome::Released => (None, 0),
    };
    let mut update = mine(row).col_expr(Column::Leased, Expr::value(false));
    for (column, value) in changes(row, outcome, now) {
        update = update.col_expr(column, value);
    }
    let good = update.exec(app.store.write()).await?.rows_affected == 1;
    if app.faults.hit("media.after_commit").is_err() {
        return Ok(good);
    }
    if let (true, Some(size)) = (good, kept) {
        quota::add(app, row.tenant_id, size).await;
    }
    // Leftovers here are deleted with the row.
    let useless = FileKey { tenant_id: row.tenant_id, id: row.id, epoch: if good { written } else { row.epoch } };
    if let Err(error) = app.media.files.remove(useless).await {
        tracing::warn!(tenant.id = %row.tenant_id, media.id = %row.id, %error, "leftovers of an earlier download could not be removed yet");
    }
    Ok(good)
}

fn changes(row: &media::Model, outcome: FetchOutcome, now: i64) -> Vec<(Column, SimpleExpr)> {
    let end = |state: MediaState, failure: String| {
        vec![
            (Column::State, Expr::value(state.number())),
            (Column::Failure, Expr::value(failure)),
            (Column::NextTryAt, Expr::value(Option::<i64>::None)),
            (Column::Origin, Expr::value(Vec::<u8>::new())),
        ]
    };
    let again = |failure: String, millis: i64| {
        vec![(Column::Failure, Expr::value(failure)), (Column::NextTryAt, Expr::value(Some(now + millis)))]
    };
    let step = usize::try_from(row.tries - 1).unwrap_or(0);
    match outcome {
        FetchOutcome::Kept { stored, file_name } => {
            let mut all = end(MediaState::Kept, String::new());
            all.extend([
                (Column::FileName, Expr::value(file_name)),
                (Column::MimeType, Expr::value(stored.mime_type)),
                (Column::Size, Expr::value(i64::try_from(stored.size).unwrap_or(i64::MAX))),
                (Column::Checksum, Expr::value(stored.checksum)),
                (Column::KeptAt, Expr::value(Some(now))),
            ]);
            all
        }
        FetchOutcome::Gone { failure } if row.tries < LOOKS => again(failure, BACK_OFF[0].num_milliseconds()),
        FetchOutcome::Gone { failure } => end(MediaState::Gone, failure),
        FetchOutcome::Refused { failure } => end(MediaState::Refused, failure.to_owned()),
        FetchOutcome::Later { failure, after } => match BACK_OFF.get(step) {
            Some(wait) => {
                let wait = wait.num_milliseconds();
                again(failure, after.map_or(wait, |after| millis(after).max(wait)))
            }
            None => end(MediaState::Gone, failure),
        },
        FetchOutcome::Broken => uncounted(row, again("internal".to_owned(), MENDED.num_milliseconds())),
        FetchOutcome::Released => uncounted(row, again(row.failure.clone(), 0)),
    }
}

fn uncounted(row: &media::Model, mut changes: Vec<(Column, SimpleExpr)>) -> Vec<(Column, SimpleExpr)> {
    changes.push((Column::Tries, Expr::value(row.tries - 1)));
    changes
}

fn millis(after: Duration) -> i64 {
    i64::try_from(after.as_millis()).unwrap_or(i64::MAX)
}

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
        (self.head.len() >= name::HEAD).then(|| name::type_of(&self.head))
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
        let missing = name::HEAD.saturating_sub(self.head.len());
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
        let mime_type = name::type_of(&self.head);
        Ok(Ok(FetchedFile { size: self.size, checksum: hex::encode(self.hash.finalize()), mime_type }))
    }
}
