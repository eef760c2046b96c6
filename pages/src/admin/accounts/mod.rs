//! All accounts: searchable, a page at a time, with the figures that show whether one needs attention.

pub mod facts;
pub mod find;

use actix_web::web;
use askama::Template;
use base::i18n::{Sentence, Words};
use domain::cursor::PageRequest as Cut;
use domain::tenant::TenantStatus;
use entity::tenant;
use serde::Deserialize;
use uuid::Uuid;

use super::operator::Operator;
use super::states::{self, StateBadge};

use crate::panel::{Answer, AppData, PageContext, PanelContext, Tone, html};
use facts::AccountFigures;
use find::AccountSearch;

const HERE: &str = "/admin/accounts";

#[derive(Template)]
#[template(path = "admin/accounts.html")]
struct Accounts {
    page: PageContext,
    search: String,
    states: Vec<StateFilter>,
    rows: Vec<AccountRow>,
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

struct AccountRow {
    id: Uuid,
    host: String,
    name: String,
    account_id: i64,
    integration: String,
    state: StateBadge,
    access: StateBadge,
    used: i64,
    limit: u32,
    waiting: i64,
    oldest_at: i64,
    failed: i64,
    not_allowed: usize,
    wants_access: bool,
}

impl AccountRow {
    fn new(app: &PanelContext, words: Words, tenant: tenant::Model, facts: AccountFigures) -> Self {
        Self {
            state: states::account(app, words, &tenant),
            access: states::access(words, &facts.access),
            used: facts.sources,
            limit: facts.sources_limit,
            waiting: facts.backlog.waiting,
            oldest_at: facts.backlog.oldest_at,
            failed: facts.failed,
            not_allowed: facts.not_allowed.len(),
            wants_access: states::wants_access(&tenant, facts.access.state),
            id: tenant.tenant_id,
            host: tenant.host,
            name: tenant.name,
            account_id: tenant.account_id,
            integration: tenant.integration,
        }
    }
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
pub async fn show(app: AppData, Operator(visitor): Operator, query: web::Query<AccountsQuery>) -> Answer {
    let words = visitor.words;
    let filter = AccountSearch { search: query.q.replace('\0', ""), state: TenantStatus::parse(&query.state) };
    let cut = Cut::read(None, query.cursor.as_deref(), &["admin-accounts", &filter.search, &query.state])?;
    let tenants = find::find(app.store.read(), &filter, cut.after, cut.rows()).await?;
    let (tenants, next) = cut.cut(tenants, |tenant| tenant.tenant_id);
    let facts = facts::of(&app, &tenants).await?;
    let rows =
        tenants.into_iter().zip(facts).map(|(tenant, facts)| AccountRow::new(&app, words, tenant, facts)).collect();
    let choice = |state: TenantStatus| StateFilter {
        value: state.as_str(),
        text: states::status_word(words, state).with("crm", "amoCRM"),
        chosen: filter.state == Some(state),
    };
    let page = visitor.page("admin-tenants", HERE);
    let accounts = Accounts {
        page: page.clone(),
        states: find::STATES.into_iter().map(choice).collect(),
        all: filter == AccountSearch::default() && query.cursor.is_none(),
        newest: query.cursor.is_some().then(|| address(&query, None)),
        older: next.map(|next| address(&query, Some(&next))),
        search: filter.search,
        rows,
    };
    html(&page, &accounts)
}

/// This page with its filters and another cursor.
fn address(query: &AccountsQuery, cursor: Option<&str>) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    let given = [("q", query.q.as_str()), ("state", query.state.as_str()), ("cursor", cursor.unwrap_or_default())];
    for (name, value) in given {
        if !value.is_empty() {
            pairs.append_pair(name, value);
        }
    }
    format!("{HERE}?{}", pairs.finish())
}
