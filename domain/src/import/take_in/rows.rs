//! Tables of any columns: their rows are stored as they are, and become messages once their columns are chosen.

use anyhow::Context;
use base::error::{Error, Result};
use base::i18n::{LocalizedText, Zone};
use base::json::MOST_BYTES;
use entity::{import, import_line, import_skip, source};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Desk, Received, ReceivedImport, UploadOptions, unread};
use crate::import::dump::DumpOptions;
use crate::import::format::{Format, Header, ImportedMessage};
use crate::import::table::{RowReader, Table};
use crate::import::{KEPT, LeadsMode, queries};
use crate::source::sends;
use crate::tenant;
use crate::usage::UsageContext;

/// Rows read at once.
const PAGE: u64 = 500;
/// Earlier imports whose columns are compared with those of a new table.
const EARLIER: u64 = 20;

/// A table whose rows are stored until its columns are chosen, for a day.
pub struct StoredTable {
    pub row: import::Model,
    pub table: Table,
    /// Hex SHA-256 of the file; empty if it was received earlier.
    pub checksum: String,
}

/// Reads the rows of a stored table as its columns say into messages, and counts them in a new import. 422 with what has to be chosen
/// first. The table stays, so that another choice is possible; what was read of it before and not started goes.
pub async fn take_in_table(
    app: &UsageContext,
    source: &source::Model,
    stored: &StoredTable,
    dry_run: bool,
) -> Result<ReceivedImport> {
    sends(source)?;
    let mut reader = row_reader(app, stored.row.tenant_id, &stored.table).await?;
    let earlier: Vec<Uuid> = import::Entity::of_tenant(stored.row.tenant_id)
        .select_only()
        .column(import::Column::Id)
        .filter(import::Column::TableId.eq(stored.row.id))
        .filter(import::Column::DryRun.eq(true))
        .into_tuple()
        .all(app.store.write())
        .await?;
    for id in earlier {
        queries::remove(app, stored.row.tenant_id, id).await?;
    }
    let wish = UploadOptions {
        format: Some(Format::Csv),
        dump: DumpOptions::default(),
        tables: false,
        leads: if stored.row.newest_loud { LeadsMode::Newest } else { LeadsMode::None },
        link_contacts: stored.row.link_contacts,
        dry_run,
        file_name: stored.row.file_name.clone(),
    };
    let row = super::begin(app, source, &wish).await?;
    // The table had room when it came.
    let mut desk = Desk::of(app, source, wish, row);
    let done = desk.read_table(stored, &mut reader).await;
    match desk.close(done).await? {
        Received::Messages(received) => Ok(ReceivedImport { checksum: stored.checksum.clone(), ..received }),
        Received::Table(_) => Err(Error::not_storing()),
    }
}

/// What reads the rows of a table of this account.
pub(in crate::import) async fn row_reader(app: &UsageContext, tenant_id: Uuid, table: &Table) -> Result<RowReader> {
    let tenant = app.lookup.tenant(tenant_id).await?.context("the account is gone")?;
    let country = tenant::country_of(&app.tenants, tenant_id).await?;
    RowReader::new(table, Zone::named(&tenant.time_zone), country, app.clock.millis())
}

impl Desk<'_> {
    /// A row of a workbook, of which the first is its header.
    pub(super) async fn take_row(&mut self, line: i64, cells: Vec<String>) -> Result<()> {
        let Some(header) = &self.header else {
            self.header = Some(Header::of(cells));
            return self.learn_columns();
        };
        let json = header.json_of(cells);
        self.add_bytes(json.len()).await?;
        self.put(ImportedMessage { line, json: Ok(json) }).await
    }

    /// A row of a table as it is stored until its columns are chosen.
    pub(super) fn cells_of(&mut self, piece: ImportedMessage) -> Result<import_line::Model> {
        let json = piece.json.map_err(unread)?;
        if json.len() > MOST_BYTES {
            return Err(Error::TooLarge(MOST_BYTES));
        }
        let text = String::from_utf8(json).context("the cells of a row")?;
        let cells: Vec<String> = serde_json::from_str(&text).context("the cells of a row")?;
        if let Some(table) = &mut self.table {
            table.survey(&cells);
        }
        Ok(import_line::Model {
            tenant_id: self.row.tenant_id,
            import_id: self.row.id,
            external_id: format!("{:019}", piece.line),
            line: piece.line,
            conversation_id: String::new(),
            sent_at: 0,
            message_id: Uuid::nil(),
            text,
            accepted: false,
        })
    }

    /// Guesses what the columns mean, and stores the guess.
    pub(super) async fn end_table(&mut self) -> Result<()> {
        let Some(table) = &mut self.table else { return Ok(()) };
        table.guess();
        let earlier: Vec<Option<String>> = import::Entity::of_tenant(self.row.tenant_id)
            .select_only()
            .column(import::Column::Columns)
            .filter(import::Column::TableId.is_not_null())
            .order_by_desc(import::Column::Id)
            .limit(EARLIER)
            .into_tuple()
            .all(self.app.store.read())
            .await?;
        let earlier = earlier.into_iter().flatten().filter_map(|columns| serde_json::from_str(&columns).ok());
        let _ = earlier.into_iter().any(|earlier: Table| table.take_over(earlier));
        let dump = &self.wish.dump;
        table.dates = dump.dates.or(table.dates);
        if let Some(zone) = dump.zone {
            table.zone = zone.name().to_owned();
        }
        if !dump.we.is_empty() {
            table.say_us(&dump.we);
        }
        let columns = serde_json::to_string(table).context("the columns of a table")?;
        self.row.columns = Some(columns);
        queries::one(self.row.tenant_id, self.row.id)
            .col_expr(import::Column::Columns, Expr::value(self.row.columns.clone()))
            .col_expr(import::Column::Skipped, Expr::value(self.row.skipped))
            .col_expr(import::Column::NextAt, Expr::value(Some(self.app.clock.millis() + KEPT.num_milliseconds())))
            .exec(self.app.store.write())
            .await?;
        Ok(())
    }

    async fn read_table(&mut self, stored: &StoredTable, reader: &mut RowReader) -> Result<()> {
        let columns = serde_json::to_string(&stored.table.choice()).context("the columns of a table")?;
        (self.row.columns, self.row.table_id) = (Some(columns), Some(stored.row.id));
        queries::one(self.row.tenant_id, self.row.id)
            .col_expr(import::Column::Columns, Expr::value(self.row.columns.clone()))
            .col_expr(import::Column::TableId, Expr::value(self.row.table_id))
            .exec(self.app.store.write())
            .await?;
        let skips = import_skip::Entity::of_tenant(stored.row.tenant_id)
            .filter(import_skip::Column::ImportId.eq(stored.row.id))
            .all(self.app.store.read())
            .await?;
        skips.into_iter().for_each(|skip| self.skip(skip.line, || skip.reason));
        let mut after = 0;
        loop {
            let page = queries::lines(&stored.row)
                .filter(import_line::Column::Line.gt(after))
                .filter(import_line::Column::Accepted.eq(false))
                .filter(import_line::Column::ConversationId.eq(""))
                .filter(import_line::Column::SentAt.eq(0))
                .order_by_asc(import_line::Column::Line)
                .limit(PAGE)
                .all(self.app.store.read())
                .await?;
            let Some(last) = page.last() else { break };
            after = last.line;
            for row in page {
                let cells: Vec<String> = serde_json::from_str(&row.text).context("the cells of a row")?;
                match reader.message(&cells) {
                    Ok(message) => self.take_message(row.line, &message).await?,
                    Err(reason) => self.skip(row.line, || queries::kept_reason(&reason)),
                }
            }
        }
        reader.finds_us(&stored.table)?;
        self.end().await?;
        // Another choice for the same table removes what was read for this one.
        let own = import::Entity::find_by_id((self.row.tenant_id, self.row.id));
        match own.one(self.app.store.write()).await? {
            Some(_) => Ok(()),
            None => Err(Error::Unavailable { detail: LocalizedText::new("said-import-busy"), retry_after: 1 }),
        }
    }
}
