//! New files: their rows in the commit that accepts their message.

use std::fmt;

use base::config::MediaMode;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::message::{Content, Direction, day_of};
use base::vault::Place;
use entity::media::{self, Column};
use queue::accept_batch::NewMedia;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use super::{MediaKind, MediaState, name};
use crate::media::MediaContext;

/// Where a file comes from. `Debug` shows nothing, because it may contain a secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileOrigin {
    /// A public address.
    Url(String),
    /// A reference that only the source's connector can open.
    Connector { source_id: Uuid, reference: String },
}

impl fmt::Debug for FileOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Url(_) => "Url(…)",
            Self::Connector { .. } => "Connector(…)",
        })
    }
}

impl FileOrigin {
    fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Decrypts the origin of a row.
    pub(super) fn of(app: &MediaContext, row: &media::Model) -> anyhow::Result<Self> {
        let plain = app.vault.open_sealed(row.tenant_id, Place::MediaOrigin, &row.id.to_string(), &row.origin)?;
        // The error's own text would quote the origin.
        serde_json::from_slice(&plain).map_err(|_| anyhow::anyhow!("the origin of a file is damaged"))
    }
}

/// The owner of a file.
#[derive(Clone, Copy, Debug)]
pub struct FileOwner {
    pub tenant_id: Uuid,
    pub source_id: Uuid,
    pub direction: Direction,
    pub message_id: Uuid,
}

/// Whether an address may be fetched, as far as can be decided without the network.
pub fn check_url(app: &MediaContext, url: &str) -> Result<Url, LocalizedText> {
    let url = Url::parse(url).map_err(|_| LocalizedText::new("said-not-address"))?;
    app.http.guarded().check_url(&url).map_err(|refused| refused.text())?;
    Ok(url)
}

/// Replaces a content's file by a `media_id` and returns the files to fetch: from `media_url`, or from what the
/// source's connector knows by `reference`. Nothing of the address stays in the content. Content without a file,
/// without an address or with a `media_id` is unchanged. Does the same with amoCRM's previews of pictures and videos;
/// messengers' previews are dropped.
pub fn enclose(app: &MediaContext, whose: &FileOwner, content: &mut Content) -> Vec<NewMedia> {
    let Some(kind) = MediaKind::of(content) else { return Vec::new() };
    let Some(media) = content.media_mut() else { return Vec::new() };
    let preview = media.thumbnail_url.take();
    let origin = match media.reference.take() {
        _ if media.media_id.is_some() => return Vec::new(),
        Some(reference) => FileOrigin::Connector { source_id: whose.source_id, reference },
        None if media.media_url.is_empty() => return Vec::new(),
        None => FileOrigin::Url(std::mem::take(&mut media.media_url)),
    };
    let new = wanted(app, whose, kind, origin, &media.file_name);
    media.file_name.clone_from(&new.file_name);
    media.media_id = Some(new.id);
    let has_preview =
        whose.direction == Direction::ToMessenger && matches!(kind, MediaKind::Picture | MediaKind::Video);
    let preview =
        preview.filter(|_| has_preview).map(|url| wanted(app, whose, MediaKind::Picture, FileOrigin::Url(url), ""));
    media.thumbnail_id = preview.as_ref().map(|preview| preview.id);
    std::iter::once(new).chain(preview).collect()
}

/// A file to be fetched. A forbidden address is stored as refused: its message is sent with a placeholder.
pub fn wanted(app: &MediaContext, whose: &FileOwner, kind: MediaKind, origin: FileOrigin, file_name: &str) -> NewMedia {
    made(app, whose, app.clock.uuid_v7(), kind, origin, name::clean(file_name))
}

/// An avatar. Its id is derived from account and origin, so the same one is fetched once; naming it again later extends
/// its retention, and retries a failed one on another day.
pub fn avatar(app: &MediaContext, whose: &FileOwner, origin: FileOrigin) -> NewMedia {
    let id = avatar_id(app, whose.tenant_id, &origin);
    made(app, whose, id, MediaKind::Avatar, origin, String::new())
}

/// The id of an avatar. Does not reveal the origin without our key.
pub fn avatar_id(app: &MediaContext, tenant_id: Uuid, origin: &FileOrigin) -> Uuid {
    Uuid::new_v5(&tenant_id, app.vault.derive("media avatar", &[&tenant_id.to_string(), &origin.text()]).as_slice())
}

fn made(
    app: &MediaContext,
    whose: &FileOwner,
    id: Uuid,
    kind: MediaKind,
    origin: FileOrigin,
    file_name: String,
) -> NewMedia {
    let public = matches!(origin, FileOrigin::Url(_));
    let (state, failure) = match &origin {
        FileOrigin::Url(url) if check_url(app, url).is_err() => (MediaState::Refused, "address_refused"),
        FileOrigin::Url(_) if app.config.media.mode == MediaMode::Pass => (MediaState::Passed, ""),
        _ => (MediaState::Wanted, ""),
    };
    let useless = public && state == MediaState::Refused;
    let origin = if useless { Vec::new() } else { seal(app, whose.tenant_id, id, &origin) };
    NewMedia { kind: kind.number(), state: state.number(), origin, file_name, failure, ..plain(app, whose, id) }
}

fn seal(app: &MediaContext, tenant_id: Uuid, id: Uuid, origin: &FileOrigin) -> Vec<u8> {
    app.vault.seal(tenant_id, Place::MediaOrigin, &id.to_string(), origin.text().as_bytes())
}

/// A file that is not stored and never will be.
fn plain(app: &MediaContext, whose: &FileOwner, id: Uuid) -> NewMedia {
    let now = app.clock.millis();
    NewMedia {
        id,
        source_id: whose.source_id,
        message_id: whose.message_id,
        direction: whose.direction,
        kind: MediaKind::File.number(),
        state: MediaState::Gone.number(),
        origin: Vec::new(),
        file_name: String::new(),
        failure: "media_gone",
        created_at: now,
        day: last_day(app, now),
    }
}

/// The last day on which a file stored now is kept.
fn last_day(app: &MediaContext, now: i64) -> i32 {
    day_of(now).saturating_add(i32::try_from(app.config.media.keep_days).unwrap_or(i32::MAX))
}

/// An uploaded file that a message refers to.
#[derive(Clone, Debug)]
pub struct UploadedMedia {
    /// Links the file to the message and extends its retention, in the message's commit.
    pub media: NewMedia,
    pub file_name: String,
    pub size: u64,
    pub mime_type: String,
}

/// The file of a `content.media_id`, which must be uploaded to this source and complete; else 422 at
/// `/content/media_id`.
pub async fn uploaded(app: &MediaContext, whose: &FileOwner, media_id: Uuid) -> Result<UploadedMedia> {
    let found = media::Entity::of_tenant(whose.tenant_id).filter(Column::Id.eq(media_id)).one(app.store.read()).await?;
    let ours = |row: &media::Model| row.source_id == whose.source_id && row.state == MediaState::Kept.number();
    let Some(row) = found.filter(ours) else {
        return Err(Error::field("/content/media_id", LocalizedText::new("said-media-unknown")));
    };
    Ok(UploadedMedia {
        media: plain(app, whose, row.id),
        file_name: row.file_name,
        size: u64::try_from(row.size).unwrap_or(0),
        mime_type: row.mime_type,
    })
}
