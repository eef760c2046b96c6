//! Uploaded files: received in chunks, then kept or discarded.
//!
//! The row is inserted before the first byte, as an incomplete file, so that an interrupted upload leaves no unknown
//! file behind.

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::message::{Direction, day_of};
use bytes::Bytes;
use entity::media::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::fetch::keep::{FetchedFile, FileNotKept, Sink};
use super::files::FileKey;
use super::{MediaKind, MediaState, name, quota, sniff};
use crate::media::MediaContext;

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
            self.sink.limit_to(sniff::kind_of(mime_type).limit(&self.app.config.media));
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
        let kind = sniff::kind_of(stored.mime_type);
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
        let kind = sink.mime_type().map_or(MediaKind::File, sniff::kind_of);
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
        Ok(rows) => super::remove::rows(app, &rows).await,
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
        media::Entity::update_many()
            .col_expr(Column::State, Expr::value(MediaState::Kept.number()))
            .col_expr(Column::Kind, Expr::value(self.kind.number()))
            .col_expr(Column::FileName, Expr::value(self.file_name.as_str()))
            .col_expr(Column::MimeType, Expr::value(self.stored.mime_type))
            .col_expr(Column::Size, Expr::value(i64::try_from(self.stored.size).unwrap_or(i64::MAX)))
            .col_expr(Column::Checksum, Expr::value(self.stored.checksum.as_str()))
            .col_expr(Column::Failure, Expr::value(""))
            .col_expr(Column::KeptAt, Expr::value(Some(now)))
            .col_expr(Column::Day, Expr::value(day_of(now) + UNUSED_DAYS))
            .filter(Column::TenantId.eq(self.key.tenant_id))
            .filter(Column::Id.eq(self.key.id))
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
