//! Records the outcome of a fetch if the claim still holds.

use std::time::Duration;

use chrono::TimeDelta;
use entity::media::{self, Column};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, UpdateMany};

use super::super::files::FileKey;
use super::super::{MediaKind, MediaState, name, quota, sniff};
use super::keep::FetchedFile;
use crate::media::MediaContext;

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
        if kind == MediaKind::Avatar && !sniff::fits(kind, stored.mime_type) {
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
    media::Entity::update_many()
        .filter(Column::TenantId.eq(row.tenant_id))
        .filter(Column::Id.eq(row.id))
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
