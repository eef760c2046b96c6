//! Earlier messages from the messenger itself, for kinds that show their history: asked for page by page, kept as the
//! lines of an import, then handed over like a file's. All are silent.
//!
//! The position is in the import's row, in the same commit as a page's lines, so that it goes on after a crash. Asked
//! twice, it brings each message once: lines have the messenger's ids.

use std::time::Duration;

use anyhow::Context;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::millis::DAY;
use base::store::in_transaction;
use chrono::{DateTime, TimeDelta};
use connectors::Denied;
use connectors::incoming::IncomingMessage;
use connectors::poll::HistoryPage;
use entity::import::{self, Column};
use entity::{import_line, source};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde_json::json;

use super::{ImportState, limits, queries, step};
use crate::intake::believed;
use crate::source::By;
use crate::usage::{UsageContext, bytes_of};
use crate::{settings, tenant};

/// How far back people can ask.
pub const HISTORY_DAYS: i64 = 30;
/// The longest wait for a page: other imports of the account wait meanwhile.
const PATIENCE: Duration = Duration::from_secs(15);
/// Until a messenger that did not answer is asked again.
const AGAIN: TimeDelta = TimeDelta::seconds(30);
/// After this long without an end, a messenger that does not answer fails the import.
const GIVE_UP: TimeDelta = TimeDelta::days(1);
/// Lines are numbered downwards from here, page by page: messengers list the latest messages first, and of two with the
/// same time the one on the later page is the older one.
const LAST_LINE: i64 = 1_000_000_000;

/// Whether the messenger of this source shows its history.
pub fn has_history(app: &UsageContext, source: &source::Model) -> bool {
    !source.is_shadow() && app.connectors.get(&source.kind).is_some_and(|connector| connector.has_history())
}

/// Whether an import still has something to do, or could go on.
pub fn is_under_way(row: &import::Model) -> bool {
    !ImportState::from_number(row.state).is_ok_and(ImportState::is_over)
}

/// The latest import of a source's history; none if there was none.
pub async fn latest(app: &UsageContext, source: &source::Model) -> Result<Option<import::Model>, DbErr> {
    import::Entity::of_tenant(source.tenant_id)
        .filter(Column::SourceId.eq(source.id))
        .filter(Column::HistorySince.is_not_null())
        .order_by_desc(Column::Id)
        .one(app.store.read())
        .await
}

/// Starts to bring the last [`HISTORY_DAYS`] days in, or returns the import that does so already. 404 if the messenger
/// shows no history, 429 if too many imports of the account are pending.
pub async fn begin(app: &UsageContext, source: &source::Model, by: &By) -> Result<import::Model> {
    if !has_history(app, source) {
        return Err(Error::NotFound);
    }
    if let Some(under_way) = latest(app, source).await?.filter(is_under_way) {
        return Ok(under_way);
    }
    let now = app.clock.millis();
    let row = import::Model {
        state: ImportState::Queued.number(),
        next_at: Some(now),
        history_since: Some(now - HISTORY_DAYS * DAY),
        history_page: Some(String::new()),
        ..queries::fresh(app, source)
    };
    limits::room(app, &row).await?;
    in_transaction(&app.store, async |tx| {
        import::Entity::insert(row.clone().into_active_model()).exec_without_returning(tx).await?;
        queries::note(app, tx, &row, by, "import.started", json!({ "days": HISTORY_DAYS })).await
    })
    .await?;
    Ok(row)
}

/// Asks for the next page and keeps its messages.
pub(super) async fn read_on(app: &UsageContext, row: import::Model) -> anyhow::Result<()> {
    let Some(source) = app.lookup.source(row.source_id).await?.filter(|source| source.deleted_at.is_none()) else {
        return step::fail(app, row, &LocalizedText::new("said-import-no-source")).await;
    };
    match page(app, &source, &row).await? {
        Ok(page) => keep(app, &source, row, page).await,
        Err(Denied::Access(said) | Denied::Foreign(said) | Denied::Refused(said)) => {
            let said = LocalizedText::new("said-import-history-refused").with("reason", said);
            step::fail(app, row, &said).await
        }
        Err(Denied::Away(said)) => {
            tracing::info!(source.id = %source.id, import.id = %row.id, reason = %said, "a messenger did not show its history; it will be asked again");
            if app.clock.millis() - row.created_at > GIVE_UP.num_milliseconds() {
                let said = LocalizedText::new("said-import-history-refused").with("reason", said);
                return step::fail(app, row, &said).await;
            }
            let said = LocalizedText::new("said-import-history-away").with("reason", said);
            step::wait(app, row, &said, AGAIN.num_milliseconds()).await
        }
    }
}

async fn page(
    app: &UsageContext,
    source: &source::Model,
    row: &import::Model,
) -> anyhow::Result<std::result::Result<HistoryPage, Denied>> {
    let connector = app.connectors.get(&source.kind).context("the source's kind is not built in any more")?;
    let settings = settings::open(app, source)?;
    let tenant = app.lookup.tenant(source.tenant_id).await?.context("the account is gone")?;
    let words = tenant::words(&app.integrations, &tenant);
    let since = row.history_since.and_then(DateTime::from_timestamp_millis).context("an import without a beginning")?;
    let asked = row.history_page.as_deref().filter(|page| !page.is_empty());
    let asking = connector.history(&settings, since, asked, words);
    let silent = |_| Err(Denied::Away(LocalizedText::new("said-no-answer-in-time")));
    Ok(tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(silent))
}

/// Keeps a page, unless the import was claimed by another worker meanwhile, and the position after it.
async fn keep(app: &UsageContext, source: &source::Model, row: import::Model, page: HistoryPage) -> anyhow::Result<()> {
    let lines = lines(app, source, &row, page.messages)?;
    let bytes = lines.iter().map(|line| i64::try_from(line.text.len()).unwrap_or(0)).sum::<i64>() + row.bytes;
    // What is older than fits is left out: the latest messages come first.
    let has_room = u64::try_from(bytes).is_ok_and(|bytes| bytes < bytes_of(app.config.import.file_mb));
    let next = page.next.filter(|_| has_room);
    in_transaction(&app.store, async |tx| {
        let now = app.clock.millis();
        let mine = queries::one(row.tenant_id, row.id)
            .col_expr(Column::HistoryPage, Expr::value(next.as_deref()))
            .col_expr(Column::Bytes, Expr::value(bytes))
            .col_expr(Column::Failure, Expr::value(""))
            .col_expr(Column::NextAt, Expr::value(Some(now)))
            .filter(Column::Epoch.eq(row.epoch))
            .exec(tx)
            .await?;
        if mine.rows_affected == 0 {
            return Ok(());
        }
        if !lines.is_empty() {
            let key = [import_line::Column::TenantId, import_line::Column::ImportId, import_line::Column::ExternalId];
            import_line::Entity::insert_many(lines.into_iter().map(IntoActiveModel::into_active_model))
                .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
                .exec_without_returning(tx)
                .await?;
        }
        let mut counted = row.clone();
        queries::count_in(tx, &mut counted).await?;
        if next.is_none() && counted.total == 0 {
            queries::one(row.tenant_id, row.id)
                .col_expr(Column::State, Expr::value(ImportState::Done.number()))
                .col_expr(Column::NextAt, Expr::value(Option::<i64>::None))
                .col_expr(Column::FinishedAt, Expr::value(Some(now)))
                .exec(tx)
                .await?;
            queries::note(app, tx, &row, &By::parom(), "import.finished", json!({ "messages": 0 })).await?;
        }
        Ok::<_, DbErr>(())
    })
    .await?;
    Ok(())
}

/// The messages of a page as lines. What came after the source was connected was reported live, and what Parom sent is
/// among it. Groups are left out: their name is not part of a history.
fn lines(
    app: &UsageContext,
    source: &source::Model,
    row: &import::Model,
    messages: Vec<IncomingMessage>,
) -> anyhow::Result<Vec<import_line::Model>> {
    let earlier = |message: &IncomingMessage| message.sent_at.is_some_and(|at| at < source.created_at);
    let messages: Vec<IncomingMessage> =
        messages.into_iter().filter(|message| earlier(message) && message.room.is_none()).collect();
    let first = LAST_LINE - row.total - i64::try_from(messages.len()).unwrap_or(0);
    let line = |(line, message): (i64, IncomingMessage)| -> anyhow::Result<import_line::Model> {
        Ok(import_line::Model {
            tenant_id: row.tenant_id,
            import_id: row.id,
            external_id: message.external_id,
            line,
            conversation_id: message.conversation_id,
            sent_at: believed(message.sent_at, row.created_at),
            message_id: app.clock.uuid_v7(),
            text: serde_json::to_string(&message.body).context("a message of a history as JSON")?,
            accepted: false,
        })
    };
    (first..).zip(messages).map(line).collect()
}
