//! Makes the file of a message available for its delivery.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use entity::media::{self, Column};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use sea_orm::{ColumnTrait, DbErr, QueryFilter};
use tokio::time::Instant;
use url::Url;
use uuid::Uuid;

use super::files::FileKey;
use super::link::{LinkRecipient, link};
use super::{FileOrigin, MediaKind, MediaState, fetch, sniff};
use crate::media::MediaContext;

/// How long a delivery waits for a fetch in progress.
const WAIT: Duration = Duration::from_secs(5);
/// How long a delivery leaves a due file to the worker before it fetches it itself.
const LEAVE: Duration = Duration::from_secs(1);
/// Time limit of a delivery's own fetch.
const BUDGET: Duration = Duration::from_secs(8);
/// Time limit for an avatar, which the message does not depend on.
const BUDGET_OF_AVATAR: Duration = Duration::from_secs(3);
/// Time limit for a preview, which the contract promises if there is one.
const BUDGET_OF_PREVIEW: Duration = Duration::from_secs(5);
/// Interval of checks for a fetch by another instance.
const LOOK: Duration = Duration::from_millis(250);

/// Whether a file can be sent.
#[derive(Clone, Debug)]
pub enum FileReadiness {
    Kept(StoredFile),
    /// Not yet: ask again after this time.
    Later {
        after: Duration,
    },
    /// Never: send [`super::placeholder`] instead. The reason is a key.
    Gone {
        reason: String,
    },
}

/// A file that can be sent.
#[derive(Clone)]
pub struct StoredFile {
    pub tenant_id: Uuid,
    pub id: Uuid,
    pub file_name: String,
    /// Detected from its first bytes; empty in mode `pass`.
    pub mime_type: String,
    /// Bytes; 0 in mode `pass`.
    pub size: u64,
    /// Hex SHA-256; empty in mode `pass`.
    pub checksum: String,
    pub(super) epoch: i32,
    /// Mode `pass`: the public address.
    pub(super) passed: Option<Url>,
}

impl std::fmt::Debug for StoredFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Kept").field("id", &self.id).finish_non_exhaustive()
    }
}

impl StoredFile {
    pub(super) fn of(row: &media::Model, passed: Option<Url>) -> Self {
        Self {
            tenant_id: row.tenant_id,
            id: row.id,
            file_name: row.file_name.clone(),
            mime_type: row.mime_type.clone(),
            size: u64::try_from(row.size).unwrap_or(0),
            checksum: row.checksum.clone(),
            epoch: row.epoch,
            passed,
        }
    }

    /// The kind it can be sent as if declared as `said`: a picture without an image's bytes is a file.
    pub fn kind_for(&self, declared: MediaKind) -> MediaKind {
        if self.passed.is_some() || sniff::fits(declared, &self.mime_type) { declared } else { MediaKind::File }
    }

    /// Only its public address is known: mode `pass`.
    pub fn is_passed(&self) -> bool {
        self.passed.is_some()
    }

    pub(super) fn key(&self) -> FileKey {
        FileKey { tenant_id: self.tenant_id, id: self.id, epoch: self.epoch }
    }
}

pub(super) async fn row(app: &MediaContext, tenant_id: Uuid, id: Uuid) -> Result<Option<media::Model>, DbErr> {
    media::Entity::of_tenant(tenant_id).filter(Column::Id.eq(id)).one(app.store.read()).await
}

/// The file of a `media_id`, fetched now if necessary. Waits a few seconds at most. Errors are the database's or mean a
/// damaged row.
pub async fn ensure(app: &MediaContext, tenant_id: Uuid, media_id: Uuid) -> anyhow::Result<FileReadiness> {
    wait_for(app, tenant_id, media_id, BUDGET).await
}

async fn wait_for(
    app: &MediaContext,
    tenant_id: Uuid,
    media_id: Uuid,
    budget: Duration,
) -> anyhow::Result<FileReadiness> {
    let started = Instant::now();
    let mut fetched = false;
    loop {
        let mut rung = std::pin::pin!(app.media.settled.notified());
        rung.as_mut().enable();
        let Some(row) = row(app, tenant_id, media_id).await? else {
            return Ok(FileReadiness::Gone { reason: "media_gone".to_owned() });
        };
        if let Some(ready) = settled(app, &row)? {
            return Ok(ready);
        }
        let wait = row.next_try_at.unwrap_or(0) - app.store.now().await?;
        let is_due = wait <= 0;
        if !is_due && !row.leased {
            // Backing off: nothing will happen earlier.
            return Ok(FileReadiness::Later { after: Duration::from_millis(u64::try_from(wait).unwrap_or(0)) });
        }
        let workers = !row.leased && app.media.worker_runs.load(Ordering::Relaxed) && started.elapsed() < LEAVE;
        if is_due && !workers && !fetched {
            if let Some(claimed) = fetch::claim(app, row).await? {
                fetched = true;
                fetch::attempt(app, claimed, Some(budget)).await;
            }
        } else if fetched || started.elapsed() >= WAIT.min(budget) {
            return Ok(FileReadiness::Later { after: WAIT });
        } else {
            let _ = tokio::time::timeout(LOOK, rung).await;
        }
    }
}

/// `None` while it is still to be fetched.
fn settled(app: &MediaContext, row: &media::Model) -> anyhow::Result<Option<FileReadiness>> {
    Ok(match MediaState::from_number(row.state)? {
        MediaState::Wanted => None,
        MediaState::Kept => Some(FileReadiness::Kept(StoredFile::of(row, None))),
        MediaState::Gone | MediaState::Refused => Some(FileReadiness::Gone { reason: row.failure.clone() }),
        MediaState::Passed => match FileOrigin::of(app, row)? {
            FileOrigin::Url(url) => Some(FileReadiness::Kept(StoredFile::of(row, Some(address(&url)?)))),
            FileOrigin::Connector { .. } => anyhow::bail!("only public addresses are handed through"),
        },
    })
}

/// The error's own text would quote the address.
fn address(url: &str) -> anyhow::Result<Url> {
    Url::parse(url).map_err(|_| anyhow::anyhow!("the address of a file is damaged"))
}

/// The file as stored, without fetching. `None` if it is not here.
pub async fn find(app: &MediaContext, tenant_id: Uuid, media_id: Uuid) -> anyhow::Result<Option<StoredFile>> {
    let Some(row) = row(app, tenant_id, media_id).await? else { return Ok(None) };
    Ok(match settled(app, &row)? {
        Some(FileReadiness::Kept(kept)) => Some(kept),
        _ => None,
    })
}

/// A link to an avatar for amoCRM. `None` if it is not available within a few seconds, so that no message waits for it.
pub async fn avatar_link(app: &MediaContext, tenant_id: Uuid, media_id: Uuid) -> Option<Url> {
    let kept = optional_file(app, tenant_id, media_id, BUDGET_OF_AVATAR).await?;
    Some(link(app, &kept, LinkRecipient::Crm))
}

/// A link to a preview for a messenger: waits up to five seconds for its first fetch. None when it is not available by
/// then, or is not a picture.
pub async fn preview_link(app: &MediaContext, tenant_id: Uuid, media_id: Uuid) -> Option<Url> {
    let kept = optional_file(app, tenant_id, media_id, BUDGET_OF_PREVIEW).await?;
    (kept.kind_for(MediaKind::Picture) == MediaKind::Picture).then(|| link(app, &kept, LinkRecipient::Webhook))
}

/// A file that its message can be sent without. `None` if it did not arrive in time.
async fn optional_file(app: &MediaContext, tenant_id: Uuid, media_id: Uuid, budget: Duration) -> Option<StoredFile> {
    match wait_for(app, tenant_id, media_id, budget).await {
        Ok(FileReadiness::Kept(kept)) => Some(kept),
        Ok(_) => None,
        Err(error) => {
            let cause = format!("{error:#}");
            tracing::warn!(tenant.id = %tenant_id, media.id = %media_id, cause, "an avatar or a preview was omitted");
            None
        }
    }
}

/// The bytes of a file, for connectors that upload them. Errors are the store's, or mean that it is not stored here.
pub async fn read(app: &MediaContext, kept: &StoredFile) -> anyhow::Result<BoxStream<'static, anyhow::Result<Bytes>>> {
    anyhow::ensure!(kept.passed.is_none(), "in mode pass the file is not here");
    let found = app.media.files.read(kept.key(), 0..kept.size).await?;
    let bytes = found.ok_or_else(|| anyhow::anyhow!("the file is no longer in the store"))?;
    Ok(bytes.map_err(anyhow::Error::from).boxed())
}
