//! The stored state of imports: counts of a file, what people do with it, and why a line was skipped or an import stopped. The
//! reason is stored in every language, because it is read later and the faulty value is not stored.

use std::collections::BTreeMap;

use base::error::{Error, FieldError, Result};
use base::i18n::{CRM, Language, LocalizedText, Sentence, When, Words, Zone};
use base::store::in_transaction;
use entity::import::{self, Column};
use entity::{conversation_alias, import_line, import_skip, source};
use queue::accept_batch::{Alias, Side};
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::format::{Format, NAMED};
use super::{ImportState, limits};
use crate::audit::{self, AuditEntry};
use crate::source::{By, ContactRule};
use crate::tenant::remove::rows;
use crate::usage::UsageContext;

/// A line that was skipped, with its reason in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// Its number in the file, counted from 1.
    pub line: i64,
    pub reason: String,
}

/// An import whose file was read completely; none if there is none.
pub async fn find(app: &UsageContext, tenant_id: Uuid, id: Uuid) -> Result<Option<import::Model>, DbErr> {
    whole(tenant_id).filter(import::Column::Id.eq(id)).one(app.store.read()).await
}

/// The account's imports, newest first, at most 100.
pub async fn list(app: &UsageContext, tenant_id: Uuid) -> Result<Vec<import::Model>, DbErr> {
    whole(tenant_id).order_by_desc(import::Column::Id).limit(100).all(app.store.read()).await
}

fn whole(tenant_id: Uuid) -> sea_orm::Select<import::Entity> {
    import::Entity::of_tenant(tenant_id).filter(import::Column::State.ne(ImportState::Reading.number()))
}

/// Skipped lines, in the file's order, after `after`.
pub async fn skips(
    app: &UsageContext,
    row: &import::Model,
    after: i64,
    limit: u64,
    language: Language,
) -> Result<Vec<Skip>, DbErr> {
    let found = import_skip::Entity::of_tenant(row.tenant_id)
        .filter(import_skip::Column::ImportId.eq(row.id))
        .filter(import_skip::Column::Line.gt(after))
        .order_by_asc(import_skip::Column::Line)
        .limit(limit)
        .all(app.store.read())
        .await?;
    let given = |row: import_skip::Model| Skip { line: row.line, reason: explain(&row.reason, language) };
    Ok(found.into_iter().map(given).collect())
}

/// Skipped lines with the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkipGroup {
    /// The first of them.
    pub line: i64,
    /// How many there are.
    pub lines: i64,
    pub reason: String,
}

/// The reasons of the skipped lines in the order of their first lines, so that a frequent reason does not hide a rare one.
pub async fn skip_groups(
    app: &UsageContext,
    row: &import::Model,
    limit: u64,
    language: Language,
) -> Result<Vec<SkipGroup>, DbErr> {
    let first = || import_skip::Column::Line.min();
    let found: Vec<(i64, i64, String)> = import_skip::Entity::of_tenant(row.tenant_id)
        .filter(import_skip::Column::ImportId.eq(row.id))
        .select_only()
        .column_as(first(), "first")
        .column_as(import_skip::Column::Line.count(), "lines")
        .column(import_skip::Column::Reason)
        .group_by(import_skip::Column::Reason)
        .order_by_asc(first())
        .limit(limit)
        .into_tuple()
        .all(app.store.read())
        .await?;
    let given =
        |(line, lines, stored): (i64, i64, String)| SkipGroup { line, lines, reason: explain(&stored, language) };
    Ok(found.into_iter().map(given).collect())
}

/// A chat of an import, as it will be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedChat {
    /// The customer's name, with the messenger's id of the chat if another has the same; else that id.
    pub name: String,
    pub messages: i64,
    /// When its first and last messages were sent, Unix milliseconds.
    pub first: i64,
    pub last: i64,
    /// Its messages go into a chat that is there already.
    pub is_known: bool,
}

impl ImportedChat {
    /// Whose it is, how much of which time it has, and where it is shown.
    pub fn sentence(&self, words: Words, now: i64, zone: Zone) -> Sentence {
        let date = |at| When::new(at, now, zone, words).date();
        let place = words.text(if self.is_known { "import-chat-known" } else { "import-chat-new" });
        let named = words.text("import-chat").with("name", self.name.clone()).with("messages", self.messages);
        named.with("first", date(self.first)).with("last", date(self.last)).with("place", place)
    }
}

/// The chats of an import that is not started, the largest first.
pub async fn chats(app: &UsageContext, row: &import::Model, limit: u64) -> Result<Vec<ImportedChat>, DbErr> {
    let found: Vec<(String, i64, i64, i64)> = lines(row)
        .select_only()
        .column(import_line::Column::ConversationId)
        .column_as(import_line::Column::Line.count(), "messages")
        .column_as(import_line::Column::SentAt.min(), "first")
        .column_as(import_line::Column::SentAt.max(), "last")
        .group_by(import_line::Column::ConversationId)
        .order_by_desc(import_line::Column::Line.count())
        .order_by_asc(import_line::Column::ConversationId)
        .limit(limit)
        .into_tuple()
        .all(app.store.read())
        .await?;
    let mut chats = Vec::new();
    for (id, messages, first, last) in found {
        let of_chat = lines(row).filter(import_line::Column::ConversationId.eq(&id));
        let line = of_chat.order_by_asc(import_line::Column::Line).one(app.store.read()).await?;
        let message: Value = line.and_then(|line| serde_json::from_str(&line.text).ok()).unwrap_or_default();
        let customer = if message["sender"]["role"] == "client" { &message["sender"] } else { &message["receiver"] };
        let name = customer["name"].as_str().filter(|name| !name.is_empty()).unwrap_or(&id).to_owned();
        let alias = Alias { side: Side::Messenger, origin: row.source_id, external_id: id.clone() };
        let is_known = app.lookup.conversation(row.tenant_id, alias).await?.is_some();
        chats.push((id, ImportedChat { name, messages, first, last, is_known }));
    }
    let names: Vec<String> = chats.iter().map(|(_, chat)| chat.name.clone()).collect();
    let told_apart =
        chats.into_iter().map(|(id, chat)| match names.iter().filter(|name| **name == chat.name).count() {
            1 => chat,
            _ => ImportedChat { name: format!("{} ({id})", chat.name), ..chat },
        });
    Ok(told_apart.collect())
}

/// Why it stopped, in the reader's language; empty if it did not.
pub fn failure(row: &import::Model, language: Language) -> String {
    explain(&row.failure, language)
}

/// Notes to read before it starts, most important first: what a lead card shows, that chats can be linked to existing contacts,
/// and that nothing can be taken back (chats-api §3.4.6).
pub fn notes(row: &import::Model, source: Option<&source::Model>) -> Vec<LocalizedText> {
    let mut notes = vec![LocalizedText::new("import-24h-note")];
    if can_link(row, source) {
        notes.push(LocalizedText::new("import-link-note"));
    }
    notes.push(LocalizedText::new("import-no-undo"));
    notes
}

/// Whether chats could be linked to existing contacts while neither the import nor its source does so.
pub fn can_link(row: &import::Model, source: Option<&source::Model>) -> bool {
    !row.link_contacts && source.is_some_and(|source| source.contact_rule == ContactRule::Leave.as_str())
}

/// Seconds that the rest takes at the rate limit of imports.
pub fn seconds_expected(app: &UsageContext, row: &import::Model) -> i64 {
    let over = ImportState::from_number(row.state).is_ok_and(ImportState::is_over) && !row.dry_run;
    if over { 0 } else { limits::seconds(app, row.total - row.done) }
}

/// Whether it was a dry run that can be started without uploading the file again.
pub fn can_start(row: &import::Model) -> bool {
    row.dry_run && row.state == ImportState::Done.number() && row.next_at.is_some()
}

/// A new import into a source that nothing is known of yet: it is being read.
pub(super) fn fresh(app: &UsageContext, source: &source::Model) -> import::Model {
    import::Model {
        tenant_id: source.tenant_id,
        id: app.clock.uuid_v7(),
        source_id: source.id,
        target: source.channel_id,
        state: ImportState::Reading.number(),
        dry_run: false,
        newest_loud: false,
        link_contacts: false,
        file_name: String::new(),
        total: 0,
        bytes: 0,
        chats: 0,
        leads_expected: 0,
        done: 0,
        duplicates: 0,
        skipped: 0,
        tokens: 0,
        refilled_at: 0,
        gives_way: false,
        epoch: 0,
        next_at: None,
        history_since: None,
        history_page: None,
        failure: String::new(),
        columns: None,
        table_id: None,
        created_at: app.clock.millis(),
        finished_at: None,
    }
}

/// An update of one import's row.
pub(super) fn one(tenant_id: Uuid, id: Uuid) -> UpdateMany<import::Entity> {
    import::Entity::update_by_id((tenant_id, id))
}

/// The lines of an import.
pub(super) fn lines(row: &import::Model) -> sea_orm::Select<import_line::Entity> {
    import_line::Entity::of_tenant(row.tenant_id).filter(import_line::Column::ImportId.eq(row.id))
}

/// Deletes an import with its lines.
pub(super) async fn remove(app: &UsageContext, tenant_id: Uuid, id: Uuid) -> Result<(), DbErr> {
    rows::<import_line::Entity>(&app.store, tenant_id, import_line::Column::ImportId.eq(id).into()).await?;
    rows::<import_skip::Entity>(&app.store, tenant_id, import_skip::Column::ImportId.eq(id).into()).await?;
    rows::<import::Entity>(&app.store, tenant_id, Column::Id.eq(id).into()).await.map(drop)
}

/// Counts what is stored of a file. Leads: one for each chat that is not known yet, unless all messages are silent.
pub(super) async fn count(app: &UsageContext, row: &mut import::Model) -> Result<(), DbErr> {
    in_transaction(&app.store, async |tx| count_in(tx, row).await).await
}

/// The same in a transaction.
pub(super) async fn count_in(db: &impl ConnectionTrait, row: &mut import::Model) -> Result<(), DbErr> {
    let chats = || {
        let distinct = Func::count_distinct(Expr::col(import_line::Column::ConversationId));
        lines(row).select_only().column_as(Expr::expr(distinct), "chats")
    };
    let known = Query::select()
        .column(conversation_alias::Column::ExternalId)
        .from(conversation_alias::Entity)
        .and_where(conversation_alias::Column::TenantId.eq(row.tenant_id))
        .and_where(conversation_alias::Column::Side.eq(Side::Messenger.number()))
        .and_where(conversation_alias::Column::Origin.eq(row.source_id))
        .to_owned();
    let total = lines(row).count(db).await?;
    let all: Option<i64> = chats().into_tuple().one(db).await?;
    let fresh: Option<i64> = match row.newest_loud {
        true => {
            let strange = Expr::col(import_line::Column::ConversationId).in_subquery(known).not();
            chats().filter(strange).into_tuple().one(db).await?
        }
        false => Some(0),
    };
    // Those of a dump that are there already are no lines.
    row.total = i64::try_from(total).unwrap_or(i64::MAX).saturating_add(row.duplicates);
    row.chats = all.unwrap_or(0);
    row.leads_expected = fresh.unwrap_or(0);
    one(row.tenant_id, row.id)
        .col_expr(import::Column::Total, Expr::value(row.total))
        .col_expr(import::Column::Done, Expr::value(row.done))
        .col_expr(import::Column::Duplicates, Expr::value(row.duplicates))
        .col_expr(import::Column::Chats, Expr::value(row.chats))
        .col_expr(import::Column::LeadsExpected, Expr::value(row.leads_expected))
        .col_expr(import::Column::Skipped, Expr::value(row.skipped))
        .exec(db)
        .await?;
    Ok(())
}

/// Records an action in the audit log, in the transaction that performs it.
pub(super) async fn note(
    app: &UsageContext,
    db: &impl ConnectionTrait,
    row: &import::Model,
    by: &By,
    action: &'static str,
    detail: Value,
) -> Result<(), DbErr> {
    let object = row.id.to_string();
    let (tenant_id, actor, address) = (row.tenant_id, &by.actor, by.address);
    audit::record(app, db, AuditEntry { tenant_id, actor, action, object: &object, detail, address, done: true }).await
}

/// Starts an import after its dry run, without uploading the file again. 409 if it was already started, or a day has
/// passed.
pub async fn start(app: &UsageContext, tenant_id: Uuid, id: Uuid, by: &By) -> Result<import::Model> {
    let row = existing(app, tenant_id, id).await?;
    if !can_start(&row) {
        return Err(import_over(&row));
    }
    let began = one(tenant_id, id)
        .col_expr(Column::DryRun, Expr::value(false))
        .col_expr(Column::CreatedAt, Expr::value(app.clock.millis()))
        .col_expr(Column::FinishedAt, Expr::value(Option::<i64>::None))
        .filter(Column::NextAt.is_not_null());
    let started = change(app, &row, ImportState::Queued, began, by, "import.started").await?;
    if let Some(table_id) = started.table_id {
        remove(app, tenant_id, table_id).await?;
    }
    Ok(started)
}

/// Stops adding messages to the queue until [`resume`]; those already queued are delivered. Idempotent.
pub async fn pause(app: &UsageContext, tenant_id: Uuid, id: Uuid, by: &By) -> Result<import::Model> {
    let row = existing(app, tenant_id, id).await?;
    match ImportState::from_number(row.state)? {
        ImportState::Paused => Ok(row),
        ImportState::Queued | ImportState::Running => {
            change(app, &row, ImportState::Paused, one(tenant_id, id), by, "import.paused").await
        }
        ImportState::Reading | ImportState::Done | ImportState::Cancelled | ImportState::Failed => {
            Err(import_over(&row))
        }
    }
}

/// Continues after a pause or a failure. A running one is unchanged.
pub async fn resume(app: &UsageContext, tenant_id: Uuid, id: Uuid, by: &By) -> Result<import::Model> {
    let row = existing(app, tenant_id, id).await?;
    match ImportState::from_number(row.state)? {
        ImportState::Queued | ImportState::Running => Ok(row),
        ImportState::Paused | ImportState::Failed => {
            let on = one(tenant_id, id).col_expr(Column::Failure, Expr::value(""));
            change(app, &row, ImportState::Queued, on, by, "import.resumed").await
        }
        ImportState::Reading | ImportState::Done | ImportState::Cancelled => Err(import_over(&row)),
    }
}

/// Ends it for good. Messages already queued stay and are delivered; the rest is deleted. Idempotent.
pub async fn cancel(app: &UsageContext, tenant_id: Uuid, id: Uuid, by: &By) -> Result<import::Model> {
    let row = existing(app, tenant_id, id).await?;
    match ImportState::from_number(row.state)? {
        ImportState::Cancelled => Ok(row),
        ImportState::Done if !can_start(&row) => Err(import_over(&row)),
        ImportState::Reading => Err(import_over(&row)),
        ImportState::Queued | ImportState::Running | ImportState::Paused | ImportState::Failed | ImportState::Done => {
            let end = one(tenant_id, id).col_expr(Column::FinishedAt, Expr::value(Some(app.clock.millis())));
            change(app, &row, ImportState::Cancelled, end, by, "import.cancelled").await
        }
    }
}

async fn existing(app: &UsageContext, tenant_id: Uuid, id: Uuid) -> Result<import::Model> {
    find(app, tenant_id, id).await?.ok_or(Error::NotFound)
}

fn import_over(row: &import::Model) -> Error {
    let state = ImportState::from_number(row.state).map_or("failed", ImportState::word);
    let detail =
        LocalizedText::new("said-import-over").with("state", LocalizedText::new(format!("import-state-{state}")));
    Error::Conflict { problem: "import_over", detail }
}

/// Changes a row that has not changed since it was read; its current worker loses it.
async fn change(
    app: &UsageContext,
    seen: &import::Model,
    to: ImportState,
    update: sea_orm::UpdateMany<import::Entity>,
    by: &By,
    action: &'static str,
) -> Result<import::Model> {
    let done = in_transaction(&app.store, async |tx| {
        let done = update
            .col_expr(Column::State, Expr::value(to.number()))
            .col_expr(Column::NextAt, Expr::value(Some(app.clock.millis())))
            .col_expr(Column::GivesWay, Expr::value(false))
            .col_expr(Column::Epoch, Expr::col(Column::Epoch).add(1))
            .filter(Column::State.eq(seen.state))
            .exec(tx)
            .await?;
        if done.rows_affected > 0 {
            note(app, tx, seen, by, action, json!({"done": seen.done, "messages": seen.total})).await?;
        }
        Ok::<_, DbErr>(done.rows_affected > 0)
    })
    .await?;
    if !done {
        // Changed concurrently; a retry sees the new state.
        return Err(Error::Unavailable { detail: LocalizedText::new("said-import-busy"), retry_after: 1 });
    }
    import::Entity::find_by_id((seen.tenant_id, seen.id)).one(app.store.read()).await?.ok_or(Error::NotFound)
}

/// A sentence in every language, in its stored form.
pub fn kept_reason(said: &LocalizedText) -> String {
    in_all(|words| said.plain(words, CRM))
}

/// What is wrong with a message: its fields, or that it is not a message.
pub fn reason_of_error(error: &Error, format: Format) -> String {
    in_all(|words| match error {
        Error::Invalid(fields) => {
            let is_table = matches!(format, Format::Csv | Format::Workbook);
            let fields = fields.iter().map(|field| match empty_column(field) {
                Some(column) if is_table => {
                    LocalizedText::new("said-import-column").with("column", column).plain(words, CRM)
                }
                _ if is_table => {
                    let said = LocalizedText::new("said-import-column-wrong").with("column", column_of(field));
                    said.with("reason", field.detail.clone()).plain(words, CRM)
                }
                _ => format!("{}: {}", field.pointer, field.detail.plain(words, CRM)),
            });
            fields.collect::<Vec<_>>().join("; ")
        }
        // Where in the line it breaks differs from line to line, so that equal reasons would not be listed as one.
        Error::Malformed(said) if said.key() == "said-json-none" => {
            LocalizedText::new("said-import-not-json").plain(words, CRM)
        }
        other => other.text().plain(words, CRM),
    })
}

/// The column that a CSV row lacks: an object without a value is missing as a whole, and then its required column is
/// named.
fn empty_column(field: &FieldError) -> Option<String> {
    if field.detail.key() != "said-field-missing" {
        return None;
    }
    let path = column_of(field);
    let inner = format!("{path}.");
    Some(NAMED.into_iter().find(|named| named.starts_with(&inner)).map_or(path, str::to_owned))
}

/// A field's name as a table's column has it.
fn column_of(field: &FieldError) -> String {
    field.pointer.trim_start_matches('/').replace('/', ".")
}

fn in_all(say: impl Fn(Words) -> String) -> String {
    let all: BTreeMap<&str, String> =
        Language::ALL.into_iter().map(|language| (language.code(), say(Words::new(language)))).collect();
    serde_json::to_string(&all).unwrap_or_default()
}

/// The stored sentence in this language; in English if it was stored before its translation existed.
pub fn explain(stored: &str, language: Language) -> String {
    let all: BTreeMap<String, String> = serde_json::from_str(stored).unwrap_or_default();
    [language, Language::En].iter().find_map(|one| all.get(one.code())).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_shown_in_the_language_of_its_reader() {
        let error = Error::field("/content/text", LocalizedText::new("said-empty"));
        let stored = reason_of_error(&error, Format::Lines);
        let said: std::collections::BTreeSet<String> =
            Language::ALL.into_iter().map(|language| explain(&stored, language)).collect();
        assert_eq!(said.len(), Language::ALL.len());
        assert!(said.iter().all(|one| one.starts_with("/content/text: ")), "{said:?}");
        assert_eq!(explain(r#"{"en": "earlier"}"#, Language::Es), "earlier");
        assert_eq!(explain("", Language::En), "");
    }

    #[test]
    fn an_empty_column_of_a_csv_file_is_named() {
        let missing = |pointer: &str, field: &str| {
            Error::field(pointer, LocalizedText::new("said-field-missing").with("field", field))
        };
        let said = |error: &Error, format| explain(&reason_of_error(error, format), Language::En);
        let whole = missing("/conversation", "conversation");
        assert_eq!(said(&whole, Format::Csv), "Column “conversation.id” is empty");
        assert_eq!(said(&missing("/sender/id", "id"), Format::Csv), "Column “sender.id” is empty");
        assert_eq!(said(&whole, Format::Lines), "/conversation: missing field `conversation`");
        let wrong = Error::field("/sender/role", LocalizedText::new("said-empty"));
        assert_eq!(said(&wrong, Format::Workbook), "Column “sender.role”: must not be empty");
    }
}
