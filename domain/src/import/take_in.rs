//! Receives a file: each message is validated and stored as it arrives; nothing is visible before the file is
//! complete. Exports of other programs are read in `dumps.rs`, tables of any columns in `rows.rs`.

mod dumps;
mod rows;

use std::io;

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::message::Role;
use base::store::in_transaction;
use bytes::Bytes;
use entity::{import, import_line, import_skip, source};
use futures_util::{Stream, StreamExt, pin_mut, stream};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

use super::dump::{self, DumpFile, DumpOptions};
use super::format::{Cutter, Format, Header, ImportedMessage, LineFault};
use super::table::Table;
use super::{GROWS, ImportState, KEPT, LeadsMode, limits, queries};
use crate::intake::messenger::message::Incoming;
use crate::intake::{IntakeContext, believed, message_in};
use crate::media::Upload;
use crate::source::{By, sends};
use crate::tenant;
use crate::usage::UsageContext;

pub(super) use rows::row_reader;
pub use rows::{StoredTable, take_in_table};

/// Bytes after which an import in progress records its size again.
const SAY_EVERY: u64 = 8 * 1024 * 1024;
/// Rows per statement.
const BATCH: usize = 200;
/// Maximum lines of a file whose skip reasons are stored; all are counted.
const REASONS: i64 = 10_000;
/// First bytes by which a format is recognised.
const HEAD: usize = 64 * 1024;

/// Options of an upload.
#[derive(Clone, Debug)]
pub struct UploadOptions {
    /// None: as the first bytes say, else the name.
    pub format: Option<Format>,
    /// What an export of another program, or a table, may leave open.
    pub dump: DumpOptions,
    /// Whether a table is stored whose first row does not name the fields of a message.
    pub tables: bool,
    pub leads: LeadsMode,
    /// Whether new chats are linked to existing contacts, by the customer's phone or e-mail.
    pub link_contacts: bool,
    /// Only count what would happen.
    pub dry_run: bool,
    /// The file's name; may be empty.
    pub file_name: String,
}

/// What a file is.
pub enum Received {
    Messages(ReceivedImport),
    /// A table whose columns a person chooses.
    Table(StoredTable),
}

/// A complete and counted file that is not started yet.
pub struct ReceivedImport {
    row: import::Model,
    checksum: String,
}

impl ReceivedImport {
    /// Hex SHA-256 of the file.
    pub fn checksum(&self) -> &str {
        &self.checksum
    }

    /// The counts.
    pub fn row(&self) -> &import::Model {
        &self.row
    }

    /// Starts it; a dry run only keeps its counts.
    pub async fn keep(&self, app: &UsageContext, by: &By) -> Result<import::Model> {
        let now = app.clock.millis();
        let over = self.row.dry_run || self.row.total == 0;
        let (state, next_at) = match over {
            true => (ImportState::Done, (self.row.total > 0).then_some(now + KEPT.num_milliseconds())),
            false => (ImportState::Queued, Some(now)),
        };
        let kept =
            import::Model { state: state.number(), next_at, finished_at: over.then_some(now), ..self.row.clone() };
        in_transaction(&app.store, async |tx| {
            queries::one(self.row.tenant_id, self.row.id)
                .col_expr(import::Column::State, Expr::value(kept.state))
                .col_expr(import::Column::NextAt, Expr::value(kept.next_at))
                .col_expr(import::Column::FinishedAt, Expr::value(kept.finished_at))
                .exec(tx)
                .await?;
            let action = if self.row.dry_run { "import.counted" } else { "import.started" };
            let detail = json!({"messages": kept.total, "chats": kept.chats, "skipped": kept.skipped});
            queries::note(app, tx, &kept, by, action, detail).await
        })
        .await?;
        Ok(kept)
    }

    /// Deletes it.
    pub async fn discard(self, app: &UsageContext) {
        discard(app, &self.row).await;
    }
}

/// Reads a whole file into rows and counts it. 413 above `import.file_mb`, 429 when too many imports of the account
/// are pending, 400 when the connection breaks; on an error nothing is kept.
pub async fn take_in(
    app: &UsageContext,
    source: &source::Model,
    wish: UploadOptions,
    body: impl Stream<Item = io::Result<Bytes>>,
) -> Result<Received> {
    let mut desk = Desk::open(app, source, wish).await?;
    let done = desk.read(body).await;
    desk.close(done).await
}

/// [`take_in`] for an export of another program in a file on this machine, which is read where it is: `import.file_mb` limits what is
/// kept of it.
pub async fn take_in_dump(
    app: &UsageContext,
    source: &source::Model,
    wish: UploadOptions,
    file: impl DumpFile + 'static,
) -> Result<Received> {
    let mut desk = Desk::open(app, source, wish).await?;
    let done = desk.read_dump(Box::new(file)).await;
    desk.close(done).await
}

/// Whether a file is an export of another program, by its first bytes and its name.
pub fn is_dump(head: &[u8], name: &str, format: Option<Format>) -> bool {
    !matches!(format.or_else(|| dump::format_of(head, name)), Some(Format::Lines | Format::Csv))
}

async fn begin(app: &UsageContext, source: &source::Model, wish: &UploadOptions) -> Result<import::Model> {
    let fresh = queries::fresh(app, source);
    let row = import::Model {
        dry_run: wish.dry_run,
        newest_loud: wish.leads == LeadsMode::Newest,
        link_contacts: wish.link_contacts,
        file_name: wish.file_name.chars().filter(|sign| !sign.is_control()).take(200).collect(),
        next_at: Some(fresh.created_at + GROWS.num_milliseconds()),
        ..fresh
    };
    import::Entity::insert(row.clone().into_active_model()).exec_without_returning(app.store.write()).await?;
    Ok(row)
}

async fn discard(app: &UsageContext, row: &import::Model) {
    if let Err(error) = queries::remove(app, row.tenant_id, row.id).await {
        // It expires in an hour anyway.
        tracing::warn!(tenant.id = %row.tenant_id, import.id = %row.id, %error, "the file of a rejected import could not be removed yet");
    }
}

/// Whether the channel has a bot that can write for people whom amoCRM does not know.
pub(super) fn has_bot(app: &UsageContext, channel_id: uuid::Uuid) -> bool {
    tenant::channel_config(&app.tenants, channel_id).is_some_and(|(_, channel)| channel.bot.is_some())
}

/// A message as it will be stored, or why it will not.
pub(super) fn checked_message(app: &IntakeContext, has_bot: bool, json: &[u8]) -> Result<Incoming> {
    let incoming = message_in::of_line(app, json)?;
    let sender = &incoming.body.sender;
    if sender.role != Role::Client && sender.user_id.is_none() && !has_bot {
        return Err(Error::Malformed(LocalizedText::new("said-import-no-bot")));
    }
    Ok(incoming)
}

fn headless(unnamed: &[&str]) -> Error {
    Error::field("", LocalizedText::new("said-import-header").with("missing", unnamed.join(", ")))
}

/// Why a line cannot be read.
fn unread(fault: LineFault) -> Error {
    match fault {
        LineFault::TooLong => Error::TooLarge(base::json::MOST_BYTES),
        LineFault::NotUtf8 => Error::Malformed(LocalizedText::new("said-import-not-utf8")),
    }
}

struct Desk<'app> {
    app: &'app UsageContext,
    wish: UploadOptions,
    row: import::Model,
    /// Bytes still available for the account's imports; [`u64::MAX`] if there is no limit.
    room: u64,
    has_bot: bool,
    cutter: Cutter,
    /// The first row of a workbook.
    header: Option<Header>,
    /// The columns of a table whose first row does not name the fields: its rows are stored as they are.
    table: Option<Table>,
    hash: Sha256,
    bytes: u64,
    lines: Vec<import_line::Model>,
    skips: Vec<import_skip::Model>,
    /// By what each of `lines` is recognised if it is of a dump; else empty.
    alike: Vec<dumps::Likeness>,
    /// The file of a dump's next message, or why it was refused.
    upload: Option<Result<Upload<'app>>>,
}

impl<'app> Desk<'app> {
    async fn open(app: &'app UsageContext, source: &source::Model, wish: UploadOptions) -> Result<Self> {
        sends(source)?;
        let row = begin(app, source, &wish).await?;
        match limits::room(app, &row).await {
            Ok(room) => Ok(Self { room, ..Self::of(app, source, wish, row) }),
            Err(error) => {
                discard(app, &row).await;
                Err(error)
            }
        }
    }

    /// For an import that needs no room.
    fn of(app: &'app UsageContext, source: &source::Model, wish: UploadOptions, row: import::Model) -> Self {
        Self {
            app,
            wish,
            row,
            room: u64::MAX,
            has_bot: has_bot(app, source.channel_id),
            cutter: Cutter::new(Format::Lines),
            header: None,
            table: None,
            hash: Sha256::new(),
            bytes: 0,
            lines: Vec::new(),
            skips: Vec::new(),
            alike: Vec::new(),
            upload: None,
        }
    }

    async fn close(self, done: Result<()>) -> Result<Received> {
        if let Err(error) = done {
            discard(self.app, &self.row).await;
            return Err(error);
        }
        let (checksum, row) = (hex::encode(self.hash.finalize()), self.row);
        Ok(match self.table {
            Some(table) => Received::Table(StoredTable { row, table, checksum }),
            None => Received::Messages(ReceivedImport { checksum, row }),
        })
    }

    async fn read(&mut self, body: impl Stream<Item = io::Result<Bytes>>) -> Result<()> {
        // A short file ends within its head and is read on all the same.
        let body = body.fuse();
        pin_mut!(body);
        let mut head = Vec::new();
        while head.len() < HEAD
            && let Some(chunk) = body.next().await
        {
            head.extend_from_slice(&chunk.map_err(dump::broke_off)?);
        }
        dump::check_workbook(&head)?;
        let format = self.wish.format.or_else(|| dump::format_of(&head, &self.wish.file_name));
        let body = stream::iter([Ok(Bytes::from(head))]).chain(body);
        match format {
            Some(format @ (Format::Lines | Format::Csv)) => self.read_lines(format, body).await,
            _ => {
                let file = self.receive(body).await?;
                self.read_dump(Box::new(file)).await
            }
        }
    }

    async fn read_lines(&mut self, format: Format, body: impl Stream<Item = io::Result<Bytes>>) -> Result<()> {
        self.wish.format = Some(format);
        self.cutter = Cutter::new(format);
        pin_mut!(body);
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(dump::broke_off)?;
            self.add_bytes(chunk.len()).await?;
            self.hash.update(&chunk);
            let pieces = self.cutter.take(&chunk);
            self.learn_columns()?;
            for piece in pieces {
                self.put(piece).await?;
            }
        }
        let last = self.cutter.end();
        self.learn_columns()?;
        if self.cutter.is_headless() {
            return Err(Error::field("", LocalizedText::new("said-import-empty")));
        }
        if !self.cutter.is_readable() {
            return Err(Error::field("", LocalizedText::new("said-import-encoding")));
        }
        if self.cutter.is_only_header() {
            return Err(Error::field("", LocalizedText::new("said-import-empty")));
        }
        if let Some(last) = last {
            self.put(last).await?;
        }
        self.end().await
    }

    async fn end(&mut self) -> Result<()> {
        self.flush().await?;
        self.note_bytes().await?;
        if self.table.is_some() {
            return self.end_table().await;
        }
        queries::count(self.app, &mut self.row).await?;
        Ok(())
    }

    /// 413 above `import.file_mb`.
    async fn add_bytes(&mut self, count: usize) -> Result<()> {
        let most = u64::from(self.app.config.import.file_mb) * 1024 * 1024;
        self.bytes += u64::try_from(count).unwrap_or(u64::MAX);
        if self.bytes > most {
            return Err(Error::TooLarge(usize::try_from(most).unwrap_or(usize::MAX)));
        }
        self.weigh().await
    }

    /// The account may upload several at once: each records its size now and then and checks how much is left.
    async fn weigh(&mut self) -> Result<()> {
        let said = u64::try_from(self.row.bytes).unwrap_or(0);
        if self.bytes >= said + SAY_EVERY && self.room < u64::MAX {
            self.note_bytes().await?;
            self.room = limits::room(self.app, &self.row).await?;
        }
        if self.bytes > self.room {
            return Err(limits::too_much(self.app));
        }
        Ok(())
    }

    async fn note_bytes(&mut self) -> Result<()> {
        self.row.bytes = i64::try_from(self.bytes).unwrap_or(i64::MAX);
        let row = queries::one(self.row.tenant_id, self.row.id);
        let until = self.app.clock.millis() + GROWS.num_milliseconds();
        row.col_expr(import::Column::Bytes, Expr::value(self.row.bytes))
            .col_expr(import::Column::NextAt, Expr::value(Some(until)))
            .exec(self.app.store.write())
            .await?;
        Ok(())
    }

    /// A table is stored as it is, or refused, as soon as its first line turns out not to name the fields, because every
    /// following line would be misread.
    fn learn_columns(&mut self) -> Result<()> {
        let header = self.header.as_ref().or_else(|| self.cutter.header());
        let Some((header, unnamed)) = header.and_then(|header| Some((header, header.unnamed()?))) else {
            return Ok(());
        };
        if !self.wish.tables {
            return Err(headless(&unnamed));
        }
        self.table.get_or_insert_with(|| Table::of(header.names()));
        Ok(())
    }

    async fn put(&mut self, piece: ImportedMessage) -> Result<()> {
        let line = piece.line;
        let row = if self.table.is_some() { self.cells_of(piece) } else { self.checked(piece) };
        match row {
            Ok(row) => self.lines.push(row),
            Err(error) => self.skip_for(line, &error),
        }
        self.flush_if_full().await
    }

    fn skip_for(&mut self, line: i64, error: &Error) {
        let format = self.wish.format.unwrap_or(Format::Lines);
        self.skip(line, || queries::reason_of_error(error, format));
    }

    async fn flush_if_full(&mut self) -> Result<()> {
        if self.lines.len() >= BATCH || self.skips.len() >= BATCH {
            self.flush().await?;
        }
        Ok(())
    }

    fn checked(&self, piece: ImportedMessage) -> Result<import_line::Model> {
        let json = piece.json.map_err(unread)?;
        let incoming = checked_message(&self.app.intake, self.has_bot, &json)?;
        let text = String::from_utf8(json).map_err(|_| unread(LineFault::NotUtf8))?;
        Ok(import_line::Model {
            tenant_id: self.row.tenant_id,
            import_id: self.row.id,
            external_id: incoming.external_id,
            line: piece.line,
            conversation_id: incoming.conversation_id,
            sent_at: believed(incoming.sent_at, self.row.created_at),
            message_id: self.app.clock.uuid_v7(),
            text,
            accepted: false,
        })
    }

    /// A reason is written in all languages, which costs more than reading its line, so it is made only if it is stored.
    fn skip(&mut self, line: i64, reason: impl FnOnce() -> String) {
        self.row.skipped += 1;
        if self.row.skipped <= REASONS {
            let (tenant_id, import_id, reason) = (self.row.tenant_id, self.row.id, reason());
            self.skips.push(import_skip::Model { tenant_id, import_id, line, reason });
        }
    }

    async fn flush(&mut self) -> Result<()> {
        self.drop_those_there().await?;
        let lines = std::mem::take(&mut self.lines);
        let wanted: BTreeSet<i64> = lines.iter().map(|line| line.line).collect();
        if !lines.is_empty() {
            let key = [import_line::Column::TenantId, import_line::Column::ImportId, import_line::Column::ExternalId];
            let stored = import_line::Entity::insert_many(lines.into_iter().map(IntoActiveModel::into_active_model))
                .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
                .exec_without_returning(self.app.store.write())
                .await?;
            if usize::try_from(stored).ok() != Some(wanted.len()) {
                let kept = self.stored_of(&wanted).await?;
                let twice = queries::kept_reason(&LocalizedText::new("said-import-twice"));
                wanted.difference(&kept).for_each(|line| self.skip(*line, || twice.clone()));
            }
        }
        let skips = std::mem::take(&mut self.skips);
        if !skips.is_empty() {
            import_skip::Entity::insert_many(skips.into_iter().map(IntoActiveModel::into_active_model))
                .exec_without_returning(self.app.store.write())
                .await?;
        }
        Ok(())
    }

    /// Which of these lines are stored: of an id that occurs twice in the file, the first line counts.
    async fn stored_of(&self, lines: &BTreeSet<i64>) -> Result<BTreeSet<i64>, DbErr> {
        let found: Vec<i64> = import_line::Entity::of_tenant(self.row.tenant_id)
            .select_only()
            .column(import_line::Column::Line)
            .filter(import_line::Column::ImportId.eq(self.row.id))
            .filter(import_line::Column::Line.is_in(lines.iter().copied()))
            .into_tuple()
            .all(self.app.store.read())
            .await?;
        Ok(found.into_iter().collect())
    }
}
