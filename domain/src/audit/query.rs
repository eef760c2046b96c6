//! Queries of the audit log, shared by the account's page, the vendor's page and both exports.

use base::store::VENDOR;
use base::store::like::{beginning, holding};
use chrono::{Days, NaiveDate};
use entity::audit::{self, Column};
use entity::tenant;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use uuid::Uuid;

use crate::platform::PlatformContext;

/// Rows of one page.
const PAGE: usize = 50;
/// The longest search text, in bytes.
const LONGEST: usize = 100;

/// Prefixes of actions that can be selected.
pub const GROUPS: &[&str] = &[
    "source",
    "account",
    "member",
    "key",
    "message",
    "customer",
    "routes",
    "undelivered",
    "import",
    "template",
    "alert",
    "data",
    "text",
];

/// The filters in the query string.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct AuditFilterParams {
    /// For the vendor: an account's address or our id of it; empty: the vendor's own log.
    pub account: String,
    /// Part of a name.
    pub who: String,
    /// One of [`GROUPS`].
    pub group: String,
    /// Prefix of an action: `account`, `operator.signed_in`.
    pub what: String,
    /// First and last day, UTC.
    pub from: String,
    pub to: String,
    /// The last row of the previous page.
    #[serde(alias = "cursor")]
    pub before: String,
}

/// The parsed filters; invalid ones are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// The tenant whose log is queried.
    tenant_id: Uuid,
    pub account: String,
    pub who: String,
    pub group: String,
    pub what: String,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    before: Option<Uuid>,
}

/// A page of rows, newest first.
#[derive(Debug)]
pub struct AuditPage {
    pub rows: Vec<audit::Model>,
    /// The cursor of older rows, if there are any.
    pub older: Option<Uuid>,
}

impl AuditQuery {
    /// In one account's log. Invalid filters are ignored.
    pub fn of_account(tenant_id: Uuid, asked: &AuditFilterParams) -> Self {
        Self { account: String::new(), ..read(tenant_id, asked) }
    }

    /// In the log of the requested account, else in the vendor's. `None` if the account or a day is invalid.
    pub async fn of_vendor(app: &PlatformContext, asked: &AuditFilterParams) -> Result<Option<Self>, DbErr> {
        let Some(tenant_id) = account(app, &plain(&asked.account)).await? else { return Ok(None) };
        let query = read(tenant_id, asked);
        let understood = |text: &str, day: Option<NaiveDate>| text.trim().is_empty() || day.is_some();
        let good = understood(&asked.from, query.from) && understood(&asked.to, query.to);
        Ok(good.then_some(query))
    }

    /// A day for the form's field.
    pub fn day(&self, day: &Option<NaiveDate>) -> String {
        day.map(|day| day.to_string()).unwrap_or_default()
    }

    /// Whether any filter is set.
    pub fn is_set(&self) -> bool {
        !self.group.is_empty()
            || !self.what.is_empty()
            || !self.who.is_empty()
            || self.from.is_some()
            || self.to.is_some()
    }

    /// Whether this is not the first page.
    pub fn is_later(&self) -> bool {
        self.before.is_some()
    }

    /// The URL of the same filters, starting after a row.
    pub fn address(&self, path: &str, before: Option<Uuid>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let (from, to) = (self.day(&self.from), self.day(&self.to));
        let before = before.map(|id| id.to_string()).unwrap_or_default();
        let all = [
            ("account", &self.account),
            ("group", &self.group),
            ("who", &self.who),
            ("what", &self.what),
            ("from", &from),
            ("to", &to),
            ("before", &before),
        ];
        for (name, value) in all.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// The requested page.
    pub async fn page(&self, app: &PlatformContext) -> Result<AuditPage, DbErr> {
        let most = u64::try_from(PAGE + 1).unwrap_or(u64::MAX);
        let mut rows = self.rows(app, self.before, most).await?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let older = rows.last().filter(|_| more).map(|row| row.id);
        Ok(AuditPage { rows, older })
    }

    /// At most `most` rows after `before`, newest first.
    pub async fn rows(
        &self,
        app: &PlatformContext,
        before: Option<Uuid>,
        most: u64,
    ) -> Result<Vec<audit::Model>, DbErr> {
        let mut select = audit::Entity::of_tenant(self.tenant_id);
        if let Some(before) = before {
            select = select.filter(Column::Id.lt(before));
        }
        if !self.group.is_empty() {
            select = select.filter(Expr::col(Column::Action).like(beginning(&format!("{}.", self.group))));
        }
        if !self.what.is_empty() {
            select = select.filter(Expr::col(Column::Action).like(beginning(&self.what)));
        }
        if !self.who.is_empty() {
            select = select.filter(Expr::col(Column::ActorName).like(holding(&self.who)));
        }
        let start = |day: NaiveDate| day.and_hms_opt(0, 0, 0).map(|at| at.and_utc().timestamp_millis());
        if let Some(from) = self.from.and_then(start) {
            select = select.filter(Column::At.gte(from));
        }
        if let Some(to) = self.to.and_then(|to| to.checked_add_days(Days::new(1))).and_then(start) {
            select = select.filter(Column::At.lt(to));
        }
        select.order_by_desc(Column::Id).limit(most).all(app.store.read()).await
    }
}

fn read(tenant_id: Uuid, asked: &AuditFilterParams) -> AuditQuery {
    let day = |text: &str| NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok();
    AuditQuery {
        tenant_id,
        account: plain(&asked.account),
        who: plain(&asked.who),
        group: Some(plain(&asked.group)).filter(|group| GROUPS.contains(&group.as_str())).unwrap_or_default(),
        what: plain(&asked.what),
        from: day(&asked.from),
        to: day(&asked.to),
        before: asked.before.parse().ok(),
    }
}

/// PostgreSQL accepts no NUL in a text.
fn plain(text: &str) -> String {
    text.replace('\0', "").trim().chars().take(LONGEST).collect()
}

async fn account(app: &PlatformContext, text: &str) -> Result<Option<Uuid>, DbErr> {
    if text.is_empty() {
        return Ok(Some(VENDOR));
    }
    if let Ok(id) = Uuid::try_parse(text) {
        return Ok(Some(id));
    }
    let host = tenant::Column::Host.eq(text.to_lowercase());
    let found = tenant::Entity::find().filter(host).order_by_desc(tenant::Column::TenantId);
    Ok(found.one(app.store.read()).await?.map(|tenant| tenant.tenant_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_filters_are_ignored() {
        let asked = AuditFilterParams {
            group: "'; DROP".into(),
            who: "  An\0na ".into(),
            from: "20.11.2026".into(),
            to: "2026-11-20".into(),
            before: "x".into(),
            ..AuditFilterParams::default()
        };
        let query = AuditQuery::of_account(Uuid::from_u128(7), &asked);
        assert_eq!(query.address("/a", None), "/a?who=Anna&to=2026-11-20");
        assert!(query.is_set() && !query.is_later());
        let nothing = AuditQuery::of_account(Uuid::from_u128(7), &AuditFilterParams::default());
        assert!(!nothing.is_set());
        assert_eq!(nothing.address("/a", None), "/a");
    }

    #[test]
    fn an_account_reads_no_other_log() {
        let asked = AuditFilterParams { account: "other.amocrm.ru".into(), ..AuditFilterParams::default() };
        let query = AuditQuery::of_account(Uuid::from_u128(7), &asked);
        assert_eq!((query.tenant_id, query.address("/a", None)), (Uuid::from_u128(7), "/a".to_owned()));
    }
}
