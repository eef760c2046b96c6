//! Usage of accounts by month, for invoices.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::json::Query;
use domain::cursor::{ListOut, PageRequest};
use domain::usage::{KindUsage, MessageCounts, Month, MonthUsage, UsageContext, usage_of};
use entity::tenant;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::request::Call;
use super::roster;

/// Accounts that are read at once for a file.
const AT_ONCE: u64 = 200;
const COLUMNS: &str = "month,tenant_id,integration,account_id,host,plan,kind,sources,to_crm_accepted,to_crm_delivered,\
    to_crm_failed,to_messenger_accepted,to_messenger_delivered,to_messenger_failed,stored_bytes";

/// What an account used in a month.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageOut {
    #[schema(example = "2026-11")]
    pub month: String,
    pub tenant_id: Uuid,
    /// Name of the integration in the vendor's configuration.
    #[schema(example = "main")]
    pub integration: String,
    /// amoCRM's id of the account.
    #[schema(example = "12345678")]
    pub account_id: String,
    #[schema(example = "shop.amocrm.ru")]
    pub host: String,
    /// Its plan now; null if it has none.
    #[schema(required, example = "start")]
    pub plan: Option<String>,
    /// The most sources that it had at one time in the month; null if nothing was noted then.
    #[schema(required)]
    pub sources: Option<i64>,
    /// The most bytes that it stored at one time in the month: messages, raw hooks, pending imports and files; null if nothing
    /// was noted then.
    #[schema(required)]
    pub stored_bytes: Option<i64>,
    /// By kind of source; a deleted source counts what it had.
    pub kinds: Vec<KindUsageOut>,
}

/// One kind of source.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindUsageOut {
    pub kind: String,
    /// Its sources of this kind when it had the most in the month; null if nothing was noted then.
    #[schema(required)]
    pub sources: Option<i64>,
    pub to_crm: UsageCountsOut,
    pub to_messenger: UsageCountsOut,
}

/// Messages that were accepted in the month (UTC), as in the ledger; those that are neither delivered nor failed wait.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageCountsOut {
    pub accepted: i64,
    pub delivered: i64,
    pub failed: i64,
}

impl From<MessageCounts> for UsageCountsOut {
    fn from(counts: MessageCounts) -> Self {
        let MessageCounts { accepted, delivered, failed } = counts;
        Self { accepted, delivered, failed }
    }
}

impl UsageOut {
    /// The usage as it is shown to programs.
    pub fn of(usage: MonthUsage, month: Month) -> Self {
        let sources = usage.sources();
        let kind = |(kind, usage): (String, KindUsage)| KindUsageOut {
            kind,
            sources: usage.sources,
            to_crm: usage.to_crm.into(),
            to_messenger: usage.to_messenger.into(),
        };
        Self {
            month: month.to_string(),
            tenant_id: usage.tenant.tenant_id,
            integration: usage.tenant.integration,
            account_id: usage.tenant.account_id.to_string(),
            host: usage.tenant.host,
            plan: usage.tenant.plan,
            sources,
            stored_bytes: usage.stored_bytes,
            kinds: usage.kinds.into_iter().map(kind).collect(),
        }
    }

    /// Lines of CSV, one a kind, each with a line end; without quotes, because no value may contain a comma. The bytes are
    /// in the account's first line, so that every column can be summed. What was not noted is empty.
    pub fn csv(&self) -> String {
        let none = KindUsageOut {
            kind: String::new(),
            sources: self.sources,
            to_crm: MessageCounts::default().into(),
            to_messenger: MessageCounts::default().into(),
        };
        let kinds = if self.kinds.is_empty() { std::slice::from_ref(&none) } else { self.kinds.as_slice() };
        let line = |(place, kind): (usize, &KindUsageOut)| {
            let plan = self.plan.as_deref().unwrap_or_default();
            let figure = |figure: Option<i64>| figure.map(|figure| figure.to_string()).unwrap_or_default();
            let bytes = figure(self.stored_bytes.filter(|_| place == 0));
            let id = self.tenant_id.to_string();
            let account = [&self.month, &id, &self.integration, &self.account_id, &self.host];
            let account = account.map(String::as_str).join(",");
            let counts =
                |counts: &UsageCountsOut| format!("{},{},{}", counts.accepted, counts.delivered, counts.failed);
            let (to_crm, to_messenger) = (counts(&kind.to_crm), counts(&kind.to_messenger));
            format!("{account},{plan},{},{},{to_crm},{to_messenger},{bytes}\r\n", kind.kind, figure(kind.sources))
        };
        kinds.iter().enumerate().map(line).collect()
    }
}

/// The first line of a CSV file, with its line end.
pub fn csv_head() -> String {
    format!("{COLUMNS}\r\n")
}

/// The month of a query: the current one if none is named.
pub fn month(text: Option<&str>, now: i64) -> Result<Month> {
    let wrong = || Error::field("/month", LocalizedText::new("said-month"));
    text.map_or_else(|| Ok(Month::at(now)), |text| Month::parse(text).ok_or_else(wrong))
}

/// The usage of accounts with these ids, newest first.
pub async fn read(app: &UsageContext, ids: &[Uuid], month: Month) -> Result<Vec<UsageOut>> {
    let rows = tenant::Entity::find().filter(tenant::Column::TenantId.is_in(ids.iter().copied()));
    let mut rows = rows.all(app.store.read()).await?;
    rows.sort_by_key(|row| std::cmp::Reverse(row.tenant_id));
    Ok(usage_of(app, rows, month).await?.into_iter().map(|usage| UsageOut::of(usage, month)).collect())
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UsageQuery {
    /// A month (UTC); by default the current one.
    #[param(value_type = Option<String>, example = "2026-11")]
    month: Option<String>,
    /// `csv` for a file of all accounts, as `Accept: text/csv` does; `json` by default.
    #[param(value_type = Option<String>, example = "csv")]
    format: Option<String>,
    /// Maximum number of items per page.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
    /// `next_cursor` from the previous page.
    cursor: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TenantUsageQuery {
    /// A month (UTC); by default the current one.
    #[param(value_type = Option<String>, example = "2026-11")]
    month: Option<String>,
    /// `csv` for a file, as `Accept: text/csv` does; `json` by default.
    #[param(value_type = Option<String>, example = "csv")]
    format: Option<String>,
}

/// Lists all accounts' monthly usage.
///
/// Newest account first. Messages by kind of source and direction, from the ledger; the most sources and stored bytes
/// that the account had at one time in the month, noted every half an hour (empty in CSV if nothing was noted).
/// Requires a vendor key. As CSV all accounts are in one file, with a line for each kind of source.
#[utoipa::path(tag = "usage", params(UsageQuery), responses(
    (status = 200, description = "A page of accounts, or all as CSV", content(
        (ListOut<UsageOut> = "application/json"),
        (String = "text/csv"),
    )),
    (status = 403, description = "The key is a tenant key"),
    (status = 422, description = "Invalid month, format, limit or cursor"),
))]
#[get("/v1/usage")]
pub async fn list_usage(call: Call, query: Query<UsageQuery>) -> Result<HttpResponse> {
    call.key.vendor()?;
    let month = month(query.month.as_deref(), call.app.clock.millis())?;
    if !is_csv(&call.request, query.format.as_deref())? {
        let filters = ["usage", &month.to_string()];
        let page = PageRequest::read(query.limit.as_deref(), query.cursor.as_deref(), &filters)?;
        let ids = roster::tenants(call.app.store.read(), page.after, page.rows()).await?;
        let (ids, next_cursor) = page.cut(ids, |id| *id);
        return Ok(HttpResponse::Ok().json(ListOut { items: read(&call.app, &ids, month).await?, next_cursor }));
    }
    let mut file = csv_head();
    let mut after = None;
    loop {
        let ids = roster::tenants(call.app.store.read(), after, AT_ONCE).await?;
        let Some(last) = ids.last() else { return Ok(csv(file)) };
        after = Some(*last);
        file.extend(read(&call.app, &ids, month).await?.iter().map(UsageOut::csv));
    }
}

/// Retrieves an account's monthly usage.
///
/// Messages by kind of source and direction, from the ledger; the most sources and stored bytes that the account had at
/// one time in the month, noted every half an hour (empty in CSV if nothing was noted). A tenant key can read its own
/// account, a vendor key any account.
#[utoipa::path(tag = "usage", params(
    ("tenant_id", description = "Parom's id of the account"),
    TenantUsageQuery,
), responses(
    (status = 200, description = "The usage", content((UsageOut = "application/json"), (String = "text/csv"))),
    (status = 404, description = "Unknown, or outside the key's account"),
    (status = 422, description = "Invalid month or format"),
))]
#[get("/v1/tenants/{tenant_id}/usage")]
pub async fn get_account_usage(
    call: Call,
    tenant_id: web::Path<Uuid>,
    query: Query<TenantUsageQuery>,
) -> Result<HttpResponse> {
    call.key.in_tenant(*tenant_id)?;
    let month = month(query.month.as_deref(), call.app.clock.millis())?;
    let as_csv = is_csv(&call.request, query.format.as_deref())?;
    let usage = read(&call.app, &[*tenant_id], month).await?.pop().ok_or(Error::NotFound)?;
    Ok(if as_csv { csv(csv_head() + &usage.csv()) } else { HttpResponse::Ok().json(usage) })
}

/// By `format`, else by the header.
fn is_csv(request: &HttpRequest, format: Option<&str>) -> Result<bool> {
    match format {
        Some("csv") => Ok(true),
        Some("json") => Ok(false),
        Some(_) => Err(Error::field("/format", LocalizedText::new("said-usage-format"))),
        None => {
            let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
            Ok(accept.is_some_and(|accept| accept.trim_start().starts_with("text/csv")))
        }
    }
}

fn csv(text: String) -> HttpResponse {
    HttpResponse::Ok().content_type("text/csv; charset=utf-8").body(text)
}
