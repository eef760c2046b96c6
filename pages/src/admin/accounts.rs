//! All accounts: searchable, a page at a time, with the figures that show whether one needs attention.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use actix_web::web;
use askama::Template;
use base::error::Result;
use base::i18n::{Sentence, When, Words, Zone};
use base::store::VENDOR;
use base::store::like::holding;
use domain::alert::{self, AccountAlerts};
use domain::cursor::PageRequest as Cut;
use domain::delivery::gauges::WAITED;
use domain::delivery::read::find::{owners, owners_of_phone};
use domain::delivery::read::sides;
use domain::tenant::grant::{self, Access};
use domain::tenant::{ChannelStatus, TenantStatus, plan};
use entity::tenant::{self, Column};
use entity::{alert as alert_rows, oauth_grant, source, tenant_channel, turn};
use queue::Backlog;
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use uuid::Uuid;

use super::alerts;
use super::operator::{AdminVisitor, is_troubled};
use super::states::{self, StateBadge, in_state};
use crate::panel::{Answer, AppData, PageContext, PanelContext, Tone, choice, html};

const HERE: &str = "/admin/accounts";

#[derive(Template)]
#[template(path = "admin/accounts.html")]
struct Accounts {
    page: PageContext,
    search: String,
    states: Vec<StateFilter>,
    /// The tables: what hurts, on the first page; and the accounts of this page.
    tables: Vec<AccountTable>,
    /// There is no search.
    all: bool,
    newest: Option<String>,
    older: Option<String>,
}

/// A state to filter by.
struct StateFilter {
    value: &'static str,
    text: Sentence,
    chosen: bool,
}

/// A table with its heading.
struct AccountTable {
    title: Sentence,
    rows: Vec<AccountRow>,
    /// What it leaves out.
    more: Option<Sentence>,
}

/// An account as a row.
pub struct AccountRow {
    pub tenant: tenant::Model,
    pub facts: AccountFigures,
    state: StateBadge,
    access: StateBadge,
    wants_access: bool,
    /// Until when it is served; none if it has no end.
    plan_until: Option<Sentence>,
}

impl AccountRow {
    pub(super) fn new(app: &PanelContext, words: Words, tenant: tenant::Model, facts: AccountFigures) -> Self {
        Self {
            state: states::account(app, words, &tenant, facts.is_away),
            access: states::access(words, &facts.access),
            wants_access: states::wants_access(&tenant, facts.access.state),
            plan_until: plan_until(app, words, &tenant),
            tenant,
            facts,
        }
    }
}

/// The last day before the end, as the form of the plan has it: a day of UTC.
fn plan_until(app: &PanelContext, words: Words, tenant: &tenant::Model) -> Option<Sentence> {
    let term = plan::Term::of(&app.config.plans.get(), tenant)?;
    let last = When::new(term.ends_at.saturating_sub(1), app.clock.millis(), Zone::UTC, words);
    let key = if term.is_trial { "admin-plan-trial-until" } else { "admin-plan-until" };
    Some(words.text(key).with("date", last.date()))
}

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
pub struct AccountsQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    cursor: Option<String>,
}

/// The page.
pub async fn show(app: AppData, visitor: AdminVisitor, query: web::Query<AccountsQuery>) -> Answer {
    let words = visitor.words;
    let filter = AccountSearch { search: query.q.replace('\0', ""), state: TenantStatus::parse(&query.state) };
    let cut = Cut::read(None, query.cursor.as_deref(), &["admin-accounts", &filter.search, &query.state])?;
    let tenants = find(app.store.read(), &filter, cut.after, cut.rows()).await?;
    let (tenants, next) = cut.cut(tenants, |tenant| tenant.tenant_id);
    let facts = figures_of(&app, words, &tenants).await?;
    let mut rows: Vec<AccountRow> =
        tenants.into_iter().zip(facts).map(|(tenant, facts)| AccountRow::new(&app, words, tenant, facts)).collect();
    let all = filter == AccountSearch::default() && query.cursor.is_none();
    let mut tables = Vec::new();
    if all {
        let (hurting, leaves_out) = board(&app, words).await?;
        // An account is on the page once.
        rows.retain(|row| hurting.iter().all(|other| other.tenant.tenant_id != row.tenant.tenant_id));
        let more = leaves_out.then(|| words.text("admin-board-more").with("count", SHOWN));
        tables.push(AccountTable { title: words.text("admin-board"), rows: hurting, more });
    }
    tables.retain(|table| !table.rows.is_empty());
    let title = words.text(if tables.is_empty() { "admin-tenants-all" } else { "admin-tenants-others" });
    tables.push(AccountTable { title, rows, more: None });
    tables.retain(|table| !table.rows.is_empty());
    let choice = |state: TenantStatus| StateFilter {
        value: state.as_str(),
        text: states::status_word(words, state).with("crm", "amoCRM"),
        chosen: filter.state == Some(state),
    };
    let page = visitor.page("admin-tenants", HERE);
    let accounts = Accounts {
        page: page.clone(),
        states: STATES.into_iter().map(choice).collect(),
        all,
        newest: query.cursor.is_some().then(|| address(&query, None)),
        older: next.map(|next| address(&query, Some(&next))),
        search: filter.search,
        tables,
    };
    html(&page, &accounts)
}

/// This page with its filters and another cursor.
fn address(query: &AccountsQuery, cursor: Option<&str>) -> String {
    let cursor = cursor.unwrap_or_default();
    choice::address(HERE, &[("q", query.q.as_str()), ("state", query.state.as_str()), ("cursor", cursor)])
}

/// States to filter by, in the order of the list.
pub const STATES: [TenantStatus; 10] = [
    TenantStatus::Active,
    TenantStatus::Provisioning,
    TenantStatus::AwaitingCredentials,
    TenantStatus::NeedsReauth,
    TenantStatus::Unpaid,
    TenantStatus::Blocked,
    TenantStatus::Suspended,
    TenantStatus::PlanEnded,
    TenantStatus::Disconnected,
    TenantStatus::Uninstalled,
];

/// The search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountSearch {
    /// Part of an address or name, an id of the account (ours, amoCRM's or the Chats API's), an id of one of its
    /// messages (ours, amoCRM's or the messenger's), or the phone number of one of its customers or its hash.
    pub search: String,
    pub state: Option<TenantStatus>,
}

/// A page of accounts after `after`, at most `limit`.
pub async fn find(
    db: &impl ConnectionTrait,
    filter: &AccountSearch,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<tenant::Model>, DbErr> {
    let mut select = tenant::Entity::find();
    if let Some(state) = filter.state {
        select = select.filter(in_state(state));
    }
    let search = filter.search.trim();
    if !search.is_empty() {
        let mut owners = owners(db, search).await?;
        owners.extend(owners_of_phone(db, search).await?);
        select = select.filter(matching(search).add(Column::TenantId.is_in(owners)));
    }
    if let Some(after) = after {
        select = select.filter(Column::TenantId.lt(after));
    }
    select.order_by_desc(Column::TenantId).limit(limit).all(db).await
}

/// The accounts with these ids, in one query.
pub async fn by_ids(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<tenant::Model>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    tenant::Entity::find().filter(Column::TenantId.is_in(ids.iter().copied())).all(db).await
}

fn matching(search: &str) -> Condition {
    let lower = search.to_lowercase();
    let mut found = Condition::any()
        .add(Expr::col(Column::Host).like(holding(&lower)))
        .add(Expr::expr(Func::lower(Expr::col(Column::Name))).like(holding(&lower)))
        // SQLite folds the case of ASCII letters only.
        .add(Expr::col(Column::Name).like(holding(search)));
    if let Ok(account_id) = search.parse::<i64>() {
        found = found.add(Column::AccountId.eq(account_id));
    }
    if let Ok(id) = Uuid::try_parse(search) {
        found = found.add(Column::TenantId.eq(id)).add(Column::AmojoId.eq(id.to_string()));
    }
    found
}

/// Figures of one account beyond its own row.
#[derive(Clone, Debug)]
pub struct AccountFigures {
    pub access: Access,
    /// None if it has no open alerts.
    pub alerts: Option<OpenAlerts>,
    pub sources: i64,
    /// Waiting letters.
    pub backlog: Backlog,
    /// Failed calls of this hour and the one before.
    pub failed: i64,
    /// Ids of channels that amoCRM does not let this account connect.
    pub not_allowed: Vec<Uuid>,
    /// Its amoCRM does not answer.
    pub is_away: bool,
}

/// The figures of these accounts, in their order.
pub async fn figures_of(
    app: &PanelContext,
    words: Words,
    tenants: &[tenant::Model],
) -> Result<Vec<AccountFigures>, DbErr> {
    let db = app.store.read();
    let ids: Vec<Uuid> = tenants.iter().map(|tenant| tenant.tenant_id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let now = app.clock.millis();
    let among = ids.iter().copied();
    let mut grants: BTreeMap<Uuid, Vec<oauth_grant::Model>> = BTreeMap::new();
    for grant in oauth_grant::Entity::find().filter(oauth_grant::Column::TenantId.is_in(among.clone())).all(db).await? {
        grants.entry(grant.tenant_id).or_default().push(grant);
    }
    let mut channels: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    let refused = tenant_channel::Entity::find()
        .filter(tenant_channel::Column::TenantId.is_in(among.clone()))
        .filter(tenant_channel::Column::Status.eq(ChannelStatus::NotAllowed.as_str()));
    for channel in refused.all(db).await? {
        channels.entry(channel.tenant_id).or_default().push(channel.channel_id);
    }
    let sources: Vec<(Uuid, i64)> = source::Entity::find()
        .filter(source::Column::TenantId.is_in(among))
        .filter(source::Column::DeletedAt.is_null())
        .select_only()
        .column(source::Column::TenantId)
        .column_as(source::Column::Id.count(), "sources")
        .group_by(source::Column::TenantId)
        .into_tuple()
        .all(db)
        .await?;
    let sources: BTreeMap<Uuid, i64> = sources.into_iter().collect();
    let mut alerts = alerts_of(app, words, tenants).await?;
    let backlogs = app.queue.backlogs(&ids).await?;
    let failed = sides::failed_calls(db, &ids, now).await?;
    let away = states::away_of(db, &ids).await?;
    let lease_now = app.store.now().await?;
    Ok(tenants
        .iter()
        .map(|tenant| {
            let id = tenant.tenant_id;
            AccountFigures {
                access: grant::shown(grants.get(&id).map_or(&[], Vec::as_slice), now, lease_now),
                alerts: alerts.remove(&id),
                sources: sources.get(&id).copied().unwrap_or_default(),
                backlog: backlogs.get(&id).copied().unwrap_or_default(),
                failed: failed.get(&id).copied().unwrap_or_default(),
                not_allowed: channels.remove(&id).unwrap_or_default(),
                is_away: away.contains(&id),
            }
        })
        .collect())
}

// The board: accounts that something is wrong with, those that it hurts most first. Each query that looks for them reads only what is
// wrong and returns a bounded number of accounts; figures are read of those alone.

/// Accounts that each query returns at most, and that the board shows.
const CANDIDATES: u64 = 100;
const SHOWN: usize = 25;
/// Alerts whose texts are read.
const ALERTS_READ: u64 = 500;

/// The open alerts of an account.
#[derive(Clone, Debug)]
pub struct OpenAlerts {
    pub count: i64,
    /// Of the newest; none if there are too many to read all.
    pub newest: Option<(Sentence, i64)>,
}

/// The board, and whether it leaves accounts out.
async fn board(app: &PanelContext, words: Words) -> Result<(Vec<AccountRow>, bool)> {
    let db = app.store.read();
    let mut ids: BTreeSet<Uuid> = alert::accounts(db, CANDIDATES).await?.iter().map(|one| one.tenant_id).collect();
    ids.extend(troubled(db).await?);
    ids.extend(overdue(db, app.store.now().await?).await?);
    ids.extend(away(db).await?);
    ids.remove(&VENDOR);
    let tenants = by_ids(db, &ids.into_iter().collect::<Vec<_>>()).await?;
    let facts = figures_of(app, words, &tenants).await?;
    let now = app.clock.millis();
    let mut rows: Vec<_> =
        tenants.into_iter().zip(facts).map(|(tenant, facts)| AccountRow::new(app, words, tenant, facts)).collect();
    // Of two that hurt alike the newer account is first, as in the list.
    rows.sort_by_key(|row| Reverse((hurt(app, row, now), row.tenant.tenant_id)));
    let leaves_out = rows.len() > SHOWN;
    rows.truncate(SHOWN);
    Ok((rows, leaves_out))
}

/// What is compared, the weightiest first: open alerts, whether amoCRM does not answer, for how long messages wait, failed calls, and
/// how near the end of the plan is.
fn hurt(app: &PanelContext, row: &AccountRow, now: i64) -> (i64, bool, i64, i64, i64) {
    let facts = &row.facts;
    let end = plan::Term::of(&app.config.plans.get(), &row.tenant).map_or(i64::MAX, |term| term.ends_at);
    (facts.alerts.as_ref().map_or(0, |alerts| alerts.count), facts.is_away, waits(facts, now), facts.failed, -end)
}

/// For how long an account's messages wait; 0 if that is nothing to look at.
fn waits(facts: &AccountFigures, now: i64) -> i64 {
    let age = if facts.backlog.waiting > 0 { now - facts.backlog.oldest_at } else { 0 };
    if age > WAITED[0].num_milliseconds() { age } else { 0 }
}

/// Accounts in a state in which people must do something.
async fn troubled(db: &impl ConnectionTrait) -> Result<Vec<Uuid>, DbErr> {
    use tenant::Column::TenantId;
    let found = tenant::Entity::find().filter(is_troubled()).select_only().column(TenantId).order_by_desc(TenantId);
    found.limit(CANDIDATES).into_tuple().all(db).await
}

/// Accounts whose amoCRM does not answer.
async fn away(db: &impl ConnectionTrait) -> Result<Vec<Uuid>, DbErr> {
    use turn::Column::TenantId;
    let found = turn::Entity::find().filter(states::away()).select_only().column(TenantId).group_by(TenantId);
    found.order_by_desc(TenantId).limit(CANDIDATES).into_tuple().all(db).await
}

/// Accounts whose channel or source could have been served for minutes. Turns that are due are few, and have an index.
async fn overdue(db: &impl ConnectionTrait, now: i64) -> Result<Vec<Uuid>, DbErr> {
    use turn::Column::{ReadyAt, TenantId};
    let late = Condition::all().add(ReadyAt.is_not_null()).add(ReadyAt.lt(now - WAITED[0].num_milliseconds()));
    let found = turn::Entity::find().filter(late).select_only().column(TenantId).group_by(TenantId);
    found.order_by_asc(ReadyAt.min()).limit(CANDIDATES).into_tuple().all(db).await
}

/// The open alerts of these accounts; accounts without any are absent.
async fn alerts_of(
    app: &PanelContext,
    words: Words,
    tenants: &[tenant::Model],
) -> Result<BTreeMap<Uuid, OpenAlerts>, DbErr> {
    let db = app.store.read();
    let ids = || tenants.iter().map(|tenant| tenant.tenant_id);
    let counted: Vec<AccountAlerts> = alert::of_accounts(db, ids()).await?;
    let newest = alert_rows::Entity::find()
        .filter(alert_rows::Column::TenantId.is_in(counted.iter().map(|one| one.tenant_id)))
        .filter(alert_rows::Column::ResolvedAt.is_null())
        .order_by_desc(alert_rows::Column::OpenedAt)
        .limit(ALERTS_READ);
    let newest = if counted.is_empty() { Vec::new() } else { newest.all(db).await? };
    let of = |one: AccountAlerts| {
        let tenant = tenants.iter().find(|tenant| tenant.tenant_id == one.tenant_id);
        let newest = newest.iter().find(|alert| alert.tenant_id == one.tenant_id);
        let text = tenant.zip(newest).map(|(tenant, alert)| {
            (alerts::row(words, alert, Some(&tenant.host), states::crm(app, tenant)).subject, alert.opened_at)
        });
        (one.tenant_id, OpenAlerts { count: one.count, newest: text })
    };
    Ok(counted.into_iter().map(of).collect())
}
