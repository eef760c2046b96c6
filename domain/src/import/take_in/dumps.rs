//! Exports of other programs: received into a file without a name, because their readers go back in it; read on a thread of their
//! own; and compared with what the chats have already.

use std::collections::BTreeMap;
use std::io;

use anyhow::Context;
use base::error::{Error, Result};
use base::i18n::Zone;
use base::message::{Body, Content, Role};
use base::millis::MINUTE;
use bytes::Bytes;
use entity::message;
use futures_util::{Stream, StreamExt, pin_mut};
use queue::accept_batch::{Alias, Side};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use sha2::Digest;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

use super::Desk;
use crate::import::dump::{self, DumpContext, DumpFile, DumpMessage, Found};
use crate::import::format::ImportedMessage;
use crate::import::queries;
use crate::media::{Upload, Uploader};

/// What readers may be ahead.
const AHEAD: usize = 64;
/// Messages of a chat that a batch of a dump is compared with.
const COMPARED: u64 = 5_000;

/// By what a message of a dump is recognised, because live ones have other ids: side, text, and whether it has a file, within
/// a minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Likeness {
    is_ours: bool,
    has_file: bool,
    text: String,
}

/// A message that a chat has.
struct Known {
    sent_at: i64,
    /// None for a text that is kept no longer.
    likeness: Option<Likeness>,
    is_ours: bool,
}

impl<'app> Desk<'app> {
    pub(super) async fn receive(&mut self, body: impl Stream<Item = io::Result<Bytes>>) -> Result<std::fs::File> {
        let scratch = dump::scratch(self.app.clock.uuid_v7()).context("a temporary file for a dump")?;
        let mut file = tokio::fs::File::from_std(scratch);
        pin_mut!(body);
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(dump::broke_off)?;
            self.add_bytes(chunk.len()).await?;
            self.hash.update(&chunk);
            file.write_all(&chunk).await.context("a dump cannot be written to its temporary file")?;
        }
        file.flush().await.context("a dump cannot be written to its temporary file")?;
        // From here on what is kept of it counts.
        (self.bytes, self.row.bytes) = (0, 0);
        Ok(file.into_std().await)
    }

    pub(super) async fn read_dump(&mut self, file: Box<dyn DumpFile>) -> Result<()> {
        let tenant = self.app.lookup.tenant(self.row.tenant_id).await?.context("the account is gone")?;
        let options = self.wish.dump.clone();
        let context = DumpContext {
            format: self.wish.format,
            zone: options.zone.unwrap_or_else(|| Zone::named(&tenant.time_zone)),
            options,
            file_name: self.wish.file_name.clone(),
            now: self.app.clock.millis(),
            most_mb: self.app.config.import.file_mb,
        };
        let (to, mut from) = mpsc::channel(AHEAD);
        let reading = tokio::task::spawn_blocking(move || dump::read(file, &context, to));
        while let Some(found) = from.recv().await {
            self.take(found).await?;
        }
        reading.await.context("the reader of a dump broke off")??;
        self.end().await
    }

    async fn take(&mut self, found: Found) -> Result<()> {
        match found {
            Found::Skipped { line, reason } => {
                self.skip(line, || queries::kept_reason(&reason));
                Ok(())
            }
            Found::Bytes(bytes) => {
                let (app, tenant_id, source_id) = (self.app, self.row.tenant_id, self.row.source_id);
                let begun = match self.upload.take() {
                    Some(begun) => begun,
                    None => Upload::begin(&app.files, tenant_id, source_id, Uploader::Account).await,
                };
                self.upload = Some(match begun {
                    Ok(upload) => upload.take(bytes).await,
                    Err(refused) => Err(refused),
                });
                Ok(())
            }
            Found::Message { line, message } => self.take_message(line, &message).await,
            Found::Row { line, cells } => self.take_row(line, cells).await,
        }
    }

    pub(super) async fn take_message(&mut self, line: i64, message: &DumpMessage) -> Result<()> {
        let media_id = match self.keep_file(message).await {
            Ok(media_id) => media_id,
            Err(error @ (Error::Internal(_) | Error::Unavailable { .. })) => return Err(error),
            Err(error) => {
                self.skip(line, || queries::kept_reason(&error.first_text()));
                return Ok(());
            }
        };
        let json = message.json(media_id).to_string().into_bytes();
        self.add_bytes(json.len()).await.map_err(|error| match error {
            Error::TooLarge(_) => dump::too_large(self.app.config.import.file_mb),
            other => other,
        })?;
        match self.checked(ImportedMessage { line, json: Ok(json) }) {
            Ok(row) => {
                let text = message.text.trim().to_owned();
                let (is_ours, has_file) = (message.author.is_some(), message.has_file());
                self.lines.push(row);
                self.alike.push(Likeness { is_ours, has_file, text });
            }
            Err(error) => self.skip_for(line, &error),
        }
        self.flush_if_full().await
    }

    /// Keeps the file that came before its message.
    async fn keep_file(&mut self, message: &DumpMessage) -> Result<Option<uuid::Uuid>> {
        let upload = self.upload.take();
        let Some(name) = message.passed_file() else { return Ok(None) };
        let upload = match upload {
            Some(upload) => upload?,
            None => Upload::begin(&self.app.files, self.row.tenant_id, self.row.source_id, Uploader::Account).await?,
        };
        let file = upload.finish(name).await?;
        file.keep(&self.app.files).await?;
        Ok(Some(file.id()))
    }

    /// Counts the messages of a batch that their chats have already as duplicates.
    pub(super) async fn drop_those_there(&mut self) -> Result<()> {
        let alike = std::mem::take(&mut self.alike);
        if alike.is_empty() {
            return Ok(());
        }
        let lines = std::mem::take(&mut self.lines);
        let mut chats = BTreeMap::<String, Vec<usize>>::new();
        for (place, line) in lines.iter().enumerate() {
            chats.entry(line.conversation_id.clone()).or_default().push(place);
        }
        let mut there = vec![false; lines.len()];
        for (chat, places) in chats {
            let times = || places.iter().map(|place| lines[*place].sent_at);
            let (Some(first), Some(last)) = (times().min(), times().max()) else { continue };
            let mut known = self.known(chat, first - MINUTE, last + MINUTE).await?;
            for place in places {
                let (line, own) = (&lines[place], &alike[place]);
                let is_same = |known: &Known| {
                    let is_near = (known.sent_at - line.sent_at).abs() < MINUTE;
                    is_near && known.is_ours == own.is_ours && known.likeness.as_ref().is_none_or(|known| known == own)
                };
                // Each answers for one.
                if let Some(found) = known.iter().position(is_same) {
                    known.remove(found);
                    there[place] = true;
                }
            }
        }
        let count = i64::try_from(there.iter().filter(|there| **there).count()).unwrap_or(0);
        (self.row.duplicates, self.row.done) = (self.row.duplicates + count, self.row.done + count);
        self.lines = lines.into_iter().zip(there).filter_map(|(line, there)| (!there).then_some(line)).collect();
        Ok(())
    }

    /// What a chat has of a time.
    async fn known(&self, chat: String, from: i64, to: i64) -> Result<Vec<Known>, DbErr> {
        let (tenant_id, origin) = (self.row.tenant_id, self.row.source_id);
        let alias = Alias { side: Side::Messenger, origin, external_id: chat };
        let Some(known) = self.app.lookup.conversation(tenant_id, alias).await? else { return Ok(Vec::new()) };
        let found: Vec<(i64, String)> = message::Entity::of_tenant(tenant_id)
            .select_only()
            .columns([message::Column::SentAt, message::Column::Body])
            .filter(message::Column::ConversationId.eq(known.conversation_id))
            .filter(message::Column::SentAt.gte(from))
            .filter(message::Column::SentAt.lte(to))
            .order_by_asc(message::Column::SentAt)
            .limit(COMPARED)
            .into_tuple()
            .all(self.app.store.read())
            .await?;
        let read = |(sent_at, body): (i64, String)| {
            let body: Body = serde_json::from_str(&body).ok()?;
            let is_ours = body.sender.role != Role::Client;
            let text = match &body.content {
                Content::Text { text } => text.as_str(),
                content => content.media().and_then(|media| media.text.as_deref()).unwrap_or_default(),
            };
            let has_file = body.content.media().is_some();
            let likeness = Likeness { is_ours, has_file, text: text.trim().to_owned() };
            Some(Known { sent_at, is_ours, likeness: (!body.expired).then_some(likeness) })
        };
        Ok(found.into_iter().filter_map(read).collect())
    }
}
