//! Tables that wait for their columns to be chosen, and what the first messages of a file will look like.

use anyhow::Context;
use base::error::{Error, Result};
use base::i18n::{Language, LocalizedText};
use base::message::{Content, Role};
use entity::import::{self, Column};
use entity::{import_line, source};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use super::format::Format;
use super::table::Table;
use super::take_in::{
    Received, ReceivedImport, StoredTable, UploadOptions, checked_message, has_bot, row_reader, take_in_table,
};
use super::{ImportState, queries};
use crate::intake::messenger::message::Incoming;
use crate::usage::UsageContext;

/// Rows whose messages are shown before an import starts.
const SHOWN: u64 = 10;
/// Rows from which examples of a column's values are taken.
const SAMPLED: u64 = 100;

/// A row of a file, and the message that it will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewRow {
    /// Its number in the file, counted from 1.
    pub line: i64,
    /// Or why it will be skipped, in the reader's language.
    pub message: Result<PreviewMessage, String>,
}

/// A message as a chat will show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewMessage {
    /// The customer's name, else their number or the messenger's id of the chat.
    pub customer: String,
    /// Who wrote on the account's side; empty if the file does not say it.
    pub author: String,
    pub is_ours: bool,
    /// Unix milliseconds; none if the file does not say it.
    pub sent_at: Option<i64>,
    pub text: String,
    /// Name of its file; empty if it has none.
    pub file: String,
}

impl PreviewMessage {
    fn of(incoming: &Incoming) -> Self {
        let (customer, sender) = (incoming.customer(), &incoming.body.sender);
        let named = customer.name.clone().or_else(|| customer.phone.clone());
        let (text, file) = match &incoming.body.content {
            Content::Text { text } => (text.clone(), String::new()),
            Content::Location { latitude, longitude } => (format!("{latitude}, {longitude}"), String::new()),
            Content::Contact { name, phone } => (format!("{name} {phone}"), String::new()),
            content => {
                let media = content.media();
                let name = media.map(|media| media.file_name.clone()).filter(|name| !name.is_empty());
                let text = media.and_then(|media| media.text.clone()).unwrap_or_default();
                (text, name.unwrap_or_else(|| content.kind().to_owned()))
            }
        };
        let is_ours = sender.role != Role::Client;
        Self {
            customer: named.filter(|name| !name.is_empty()).unwrap_or_else(|| incoming.conversation_id.clone()),
            author: sender.name.clone().filter(|_| is_ours).unwrap_or_default(),
            is_ours,
            sent_at: incoming.sent_at,
            text,
            file,
        }
    }
}

fn waiting(tenant_id: Uuid) -> Select<import::Entity> {
    import::Entity::of_tenant(tenant_id)
        .filter(Column::State.eq(ImportState::Reading.number()))
        .filter(Column::Columns.is_not_null())
        .filter(Column::TableId.is_null())
}

/// The account's tables that wait for a choice, newest first.
pub async fn tables(app: &UsageContext, tenant_id: Uuid) -> Result<Vec<import::Model>, DbErr> {
    waiting(tenant_id).order_by_desc(Column::Id).all(app.store.read()).await
}

/// A table that waits for a choice; none if there is none.
pub async fn find_table(app: &UsageContext, tenant_id: Uuid, id: Uuid) -> Result<Option<StoredTable>> {
    let Some(row) = waiting(tenant_id).filter(Column::Id.eq(id)).one(app.store.write()).await? else { return Ok(None) };
    let columns = row.columns.as_deref().unwrap_or_default();
    let mut table: Table = serde_json::from_str(columns).context("the columns of a table")?;
    for line in first_lines(app, &row, SAMPLED).await? {
        table.sample(&cells(&line)?);
    }
    Ok(Some(StoredTable { row, table, checksum: String::new() }))
}

/// Stores what was chosen, so that another process or a later day goes on with it. 404 if the table is gone.
pub async fn choose(app: &UsageContext, stored: &StoredTable) -> Result<()> {
    let columns = serde_json::to_string(&stored.table).context("the columns of a table")?;
    let done = queries::one(stored.row.tenant_id, stored.row.id)
        .col_expr(Column::Columns, Expr::value(Some(columns)))
        .filter(Column::State.eq(ImportState::Reading.number()))
        .exec(app.store.write())
        .await?;
    if done.rows_affected == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// The messages of a file that no person looks at: of a table by the meanings of its columns (see [`Table::choose`]), with nothing
/// kept of it otherwise. 422 with what has to be chosen, or with the guess if nothing was.
pub async fn with_columns(
    app: &UsageContext,
    source: &source::Model,
    received: Received,
    columns: Option<&str>,
    wish: &UploadOptions,
) -> Result<ReceivedImport> {
    let mut stored = match received {
        Received::Messages(messages) => return Ok(messages),
        Received::Table(stored) => stored,
    };
    let chosen = match columns {
        Some(columns) => stored.table.choose(columns, &wish.dump.we),
        None => {
            let said = LocalizedText::new("said-import-columns").with("columns", stored.table.chosen());
            Err(Error::field("/columns", said))
        }
    };
    let read = match chosen {
        Ok(()) => take_in_table(app, source, &stored, wish.dry_run).await,
        Err(error) => Err(error),
    };
    discard_table(app, &stored).await?;
    read
}

/// Deletes a table that waits for a choice.
pub async fn discard_table(app: &UsageContext, stored: &StoredTable) -> Result<()> {
    Ok(queries::remove(app, stored.row.tenant_id, stored.row.id).await?)
}

/// The first messages of a table, as its columns say. 422 with what has to be chosen first.
pub async fn preview_table(app: &UsageContext, stored: &StoredTable, language: Language) -> Result<Vec<PreviewRow>> {
    let mut reader = row_reader(app, stored.row.tenant_id, &stored.table).await?;
    let mut rows = Vec::new();
    for line in first_lines(app, &stored.row, SHOWN).await? {
        let message = match reader.message(&cells(&line)?) {
            Ok(message) => shown(app, &stored.row, message.json(None).to_string().as_bytes(), language),
            Err(reason) => Err(queries::explain(&queries::kept_reason(&reason), language)),
        };
        rows.push(PreviewRow { line: line.line, message });
    }
    Ok(rows)
}

/// The first messages of an import that is not started.
pub async fn preview(app: &UsageContext, row: &import::Model, language: Language) -> Result<Vec<PreviewRow>> {
    let lines = first_lines(app, row, SHOWN).await?.into_iter();
    let rows =
        lines.map(|line| PreviewRow { line: line.line, message: shown(app, row, line.text.as_bytes(), language) });
    Ok(rows.collect())
}

async fn first_lines(app: &UsageContext, row: &import::Model, count: u64) -> Result<Vec<import_line::Model>, DbErr> {
    let lines = queries::lines(row).order_by_asc(import_line::Column::Line).limit(count);
    lines.all(app.store.write()).await
}

fn cells(line: &import_line::Model) -> Result<Vec<String>> {
    Ok(serde_json::from_str(&line.text).context("the cells of a row")?)
}

fn shown(app: &UsageContext, row: &import::Model, json: &[u8], language: Language) -> Result<PreviewMessage, String> {
    match checked_message(&app.intake, has_bot(app, row.target), json) {
        Ok(incoming) => Ok(PreviewMessage::of(&incoming)),
        Err(error) => Err(queries::explain(&queries::reason_of_error(&error, Format::Csv), language)),
    }
}
