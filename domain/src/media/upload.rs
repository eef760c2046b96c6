//! New files: their rows in the commit that accepts their message, and uploads, received in chunks, then kept or discarded.
//!
//! The row is inserted before the first byte, as an incomplete file, so that an interrupted upload leaves no unknown
//! file behind.

use std::fmt;

use base::config::MediaMode;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::message::{Content, Direction, day_of};
use base::vault::Place;
use bytes::Bytes;
use entity::media::{self, Column};
use queue::accept_batch::NewMedia;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use super::fetch::settle::{FetchedFile, FileNotKept, Sink};
use super::files::FileKey;
use super::{MediaContext, MediaKind, MediaState, name, quota};

/// Days for which a file is kept that no message refers to.
const UNUSED_DAYS: i32 = 7;
/// The state of a row whose bytes are still arriving.
pub(super) const COMING: &str = "upload";
/// The only epoch of an upload.
const EPOCH: i32 = 1;

/// The sender of a file, which decides whose quota it counts towards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uploader {
    /// A caller on behalf of the account.
    Account,
    /// A visitor of its web chat: all visitors share a part of the quota (`limits.visitors_percent`).
    Visitor,
}

/// A file being uploaded.
pub struct Upload<'a> {
    app: &'a MediaContext,
    key: FileKey,
    sink: Sink,
    typed: bool,
    giver: Uploader,
}

impl<'a> Upload<'a> {
    /// Begins an upload for a source. The largest kind's limit applies until the type is known.
    pub async fn begin(app: &'a MediaContext, tenant_id: Uuid, source_id: Uuid, giver: Uploader) -> Result<Self> {
        let now = app.clock.millis();
        let key = FileKey { tenant_id, id: app.clock.uuid_v7(), epoch: EPOCH };
        let row = media::ActiveModel {
            tenant_id: Set(tenant_id),
            id: Set(key.id),
            source_id: Set(source_id),
            message_id: Set(Uuid::nil()),
            direction: Set(Direction::ToCrm.number()),
            kind: Set(MediaKind::File.number()),
            state: Set(MediaState::Gone.number()),
            origin: Set(Vec::new()),
            file_name: Set(String::new()),
            mime_type: Set(String::new()),
            size: Set(0),
            checksum: Set(String::new()),
            failure: Set(COMING.to_owned()),
            tries: Set(EPOCH),
            epoch: Set(EPOCH),
            leased: Set(false),
            next_try_at: Set(None),
            created_at: Set(now),
            kept_at: Set(None),
            day: Set(day_of(now) + 1),
        };
        media::Entity::insert(row).exec_without_returning(app.store.write()).await?;
        let room = match giver {
            Uploader::Account => quota::room(app, tenant_id).await,
            Uploader::Visitor => quota::visitors_room(app, tenant_id).await,
        };
        let room = room.map_err(|error| anyhow::anyhow!(error))?;
        let largest = [MediaKind::Picture, MediaKind::Video, MediaKind::Audio, MediaKind::File]
            .map(|kind| kind.limit(&app.config.media));
        let limit = largest.into_iter().max().unwrap_or(0);
        Ok(Self { app, key, sink: Sink::new(app, key, limit, room), typed: false, giver })
    }

    /// Refuses at once a file whose announced size is too large.
    pub async fn announced(self, size: u64) -> Result<Self> {
        match self.sink.refuses(size) {
            Some(why) => Err(self.refuse(why).await),
            None => Ok(self),
        }
    }

    /// The next bytes: 413 above the limit, 409 if the account's quota is full.
    pub async fn take(mut self, chunk: Bytes) -> Result<Self> {
        if let Err(why) = self.sink.take(chunk).await? {
            return Err(self.refuse(why).await);
        }
        if !self.typed
            && let Some(mime_type) = self.sink.mime_type()
        {
            self.typed = true;
            self.sink.limit_to(name::kind_of(mime_type).limit(&self.app.config.media));
        }
        Ok(self)
    }

    /// The upload is complete; 422 if it is empty.
    pub async fn finish(self, file_name: &str) -> Result<ReceivedFile> {
        let Self { app, key, sink, giver, .. } = self;
        let stored = match sink.finish().await? {
            Ok(stored) => stored,
            Err(why) => return Err(refused(app, key, giver, MediaKind::File, &why).await),
        };
        let kind = name::kind_of(stored.mime_type);
        if stored.size > kind.limit(&app.config.media) {
            return Err(refused(app, key, giver, kind, &FileNotKept::TooLarge).await);
        }
        let file_name = match name::clean(file_name) {
            empty if empty.is_empty() => name::made_up(kind, stored.mime_type),
            name => name,
        };
        Ok(ReceivedFile { key, stored, kind, file_name, giver })
    }

    /// Abandons an upload that broke off or is not wanted any more.
    pub async fn abandon(self) {
        let Self { app, key, sink, .. } = self;
        sink.give_up(FileNotKept::Lost).await;
        clear(app, key).await;
    }

    async fn refuse(self, why: FileNotKept) -> Error {
        let Self { app, key, sink, giver, .. } = self;
        let kind = sink.mime_type().map_or(MediaKind::File, name::kind_of);
        let why = sink.give_up(why).await;
        refused(app, key, giver, kind, &why).await
    }
}

async fn refused(app: &MediaContext, key: FileKey, giver: Uploader, kind: MediaKind, why: &FileNotKept) -> Error {
    clear(app, key).await;
    // Visitors can fill only their share, so the account still has room.
    if *why == FileNotKept::NoRoom && giver == Uploader::Account {
        quota::is_full(app, key.tenant_id).await;
    }
    match why {
        FileNotKept::TooLarge => Error::TooLarge(usize::try_from(kind.limit(&app.config.media)).unwrap_or(usize::MAX)),
        FileNotKept::NoRoom => Error::Conflict {
            problem: "media_no_room",
            detail: LocalizedText::new("said-media-no-room").with("most", app.config.media.tenant_mb.to_string()),
        },
        FileNotKept::Empty => Error::field("", LocalizedText::new("said-media-empty")),
        FileNotKept::BrokeOff(_) | FileNotKept::Lost => Error::Malformed(LocalizedText::new("said-body-broke")),
    }
}

async fn clear(app: &MediaContext, key: FileKey) {
    let row = media::Entity::of_tenant(key.tenant_id).filter(Column::Id.eq(key.id)).all(app.store.write()).await;
    let done = match row {
        Ok(rows) => super::files::remove_rows(app, &rows).await,
        Err(error) => Err(error.into()),
    };
    if let Err(error) = done {
        // The sweep deletes it within two days.
        let cause = format!("{error:#}");
        tracing::warn!(tenant.id = %key.tenant_id, media.id = %key.id, cause, "a rejected upload could not be removed yet");
    }
}

/// A complete file that is not yet kept.
pub struct ReceivedFile {
    key: FileKey,
    stored: FetchedFile,
    kind: MediaKind,
    file_name: String,
    giver: Uploader,
}

impl ReceivedFile {
    /// Its `media_id`.
    pub fn id(&self) -> Uuid {
        self.key.id
    }

    pub fn size(&self) -> u64 {
        self.stored.size
    }

    pub fn mime_type(&self) -> &'static str {
        self.stored.mime_type
    }

    /// The kind it can be shown as, by its first bytes.
    pub fn kind(&self) -> MediaKind {
        self.kind
    }

    /// Its name, safe to display.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// Hex SHA-256.
    pub fn checksum(&self) -> &str {
        &self.stored.checksum
    }

    /// Keeps it for messages to refer to, for a week.
    pub async fn keep(&self, app: &MediaContext) -> Result<()> {
        let now = app.clock.millis();
        media::Entity::update_by_id((self.key.tenant_id, self.key.id))
            .col_expr(Column::State, Expr::value(MediaState::Kept.number()))
            .col_expr(Column::Kind, Expr::value(self.kind.number()))
            .col_expr(Column::FileName, Expr::value(self.file_name.as_str()))
            .col_expr(Column::MimeType, Expr::value(self.stored.mime_type))
            .col_expr(Column::Size, Expr::value(i64::try_from(self.stored.size).unwrap_or(i64::MAX)))
            .col_expr(Column::Checksum, Expr::value(self.stored.checksum.as_str()))
            .col_expr(Column::Failure, Expr::value(""))
            .col_expr(Column::KeptAt, Expr::value(Some(now)))
            .col_expr(Column::Day, Expr::value(day_of(now) + UNUSED_DAYS))
            .exec(app.store.write())
            .await?;
        quota::add(app, self.key.tenant_id, self.stored.size).await;
        if self.giver == Uploader::Visitor {
            quota::add_visitors(app, self.key.tenant_id, self.stored.size).await;
        }
        Ok(())
    }

    /// Discards it.
    pub async fn discard(self, app: &MediaContext) {
        clear(app, self.key).await;
    }
}

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
    new_media(app, whose, app.clock.uuid_v7(), kind, origin, name::clean(file_name))
}

/// An avatar. Its id is derived from account and origin, so the same one is fetched once; naming it again later extends
/// its retention, and retries a failed one on another day.
pub fn avatar(app: &MediaContext, whose: &FileOwner, origin: FileOrigin) -> NewMedia {
    let id = avatar_id(app, whose.tenant_id, &origin);
    new_media(app, whose, id, MediaKind::Avatar, origin, String::new())
}

/// The id of an avatar. Does not reveal the origin without our key.
pub fn avatar_id(app: &MediaContext, tenant_id: Uuid, origin: &FileOrigin) -> Uuid {
    Uuid::new_v5(&tenant_id, app.vault.derive("media avatar", &[&tenant_id.to_string(), &origin.text()]).as_slice())
}

fn new_media(
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
    let found = media::Entity::find_by_id((whose.tenant_id, media_id)).one(app.store.read()).await?;
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
