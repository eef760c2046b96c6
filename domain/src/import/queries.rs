//! Queries for imports, and the counts of a file.

use base::i18n::{Language, LocalizedText};
use base::store::finish_tx;
use entity::{conversation_alias, import, import_line, import_skip, source};
use queue::accept_batch::Side;
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany,
};
use uuid::Uuid;

use super::{ImportState, rate_limit, reason};
use crate::source::ContactRule;
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
    let given = |row: import_skip::Model| Skip { line: row.line, reason: reason::explain(&row.reason, language) };
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
    let given = |(line, lines, stored): (i64, i64, String)| SkipGroup {
        line,
        lines,
        reason: reason::explain(&stored, language),
    };
    Ok(found.into_iter().map(given).collect())
}

/// Why it stopped, in the reader's language; empty if it did not.
pub fn failure(row: &import::Model, language: Language) -> String {
    reason::explain(&row.failure, language)
}

/// Notes to read before it starts, most important first: what a lead card shows, and that chats can be linked to
/// existing contacts.
pub fn notes(row: &import::Model, source: Option<&source::Model>) -> Vec<LocalizedText> {
    let mut notes = vec![LocalizedText::new("import-24h-note")];
    if can_link(row, source) {
        notes.push(LocalizedText::new("import-link-note"));
    }
    notes
}

/// Whether chats could be linked to existing contacts while neither the import nor its source does so.
pub fn can_link(row: &import::Model, source: Option<&source::Model>) -> bool {
    !row.link_contacts && source.is_some_and(|source| source.contact_rule == ContactRule::Leave.as_str())
}

/// Seconds that the rest takes at the rate limit of imports.
pub fn seconds_expected(app: &UsageContext, row: &import::Model) -> i64 {
    let over = ImportState::from_number(row.state).is_ok_and(ImportState::is_over) && !row.dry_run;
    if over { 0 } else { rate_limit::seconds(app, row.total - row.done) }
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
        created_at: app.clock.millis(),
        finished_at: None,
    }
}

/// An update of one import's row.
pub(super) fn one(tenant_id: Uuid, id: Uuid) -> UpdateMany<import::Entity> {
    import::Entity::update_many().filter(import::Column::TenantId.eq(tenant_id)).filter(import::Column::Id.eq(id))
}

/// The lines of an import.
pub(super) fn lines(row: &import::Model) -> sea_orm::Select<import_line::Entity> {
    import_line::Entity::of_tenant(row.tenant_id).filter(import_line::Column::ImportId.eq(row.id))
}

/// Counts what is stored of a file. Leads: one for each chat that is not known yet, unless all messages are silent.
pub(super) async fn count(app: &UsageContext, row: &mut import::Model) -> Result<(), DbErr> {
    let tx = app.store.write_tx().await?;
    let done = count_in(&tx, row).await;
    finish_tx(tx, done).await
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
    row.total = i64::try_from(total).unwrap_or(i64::MAX);
    row.chats = all.unwrap_or(0);
    row.leads_expected = fresh.unwrap_or(0);
    one(row.tenant_id, row.id)
        .col_expr(import::Column::Total, Expr::value(row.total))
        .col_expr(import::Column::Chats, Expr::value(row.chats))
        .col_expr(import::Column::LeadsExpected, Expr::value(row.leads_expected))
        .col_expr(import::Column::Skipped, Expr::value(row.skipped))
        .exec(db)
        .await?;
    Ok(())
}
