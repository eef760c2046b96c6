//! The audit log: the vendor's, or an account's, filtered, as a page and as CSV.

use actix_web::web;
use askama::Template;
use base::error::Error;
use base::i18n::{CRM, Words};
use domain::audit::AuditQuery;
use domain::audit::query::AuditFilterParams;
use entity::audit;
use serde_json::Value;

use super::operator::Operator;
use crate::panel::audit_export::{self, ExportReader};
use crate::panel::{Answer, AppData, AuditList, AuditObject, PageContext, Tone, audit_detail, audit_what, html};
use names::{Names, account};

mod names;

const HERE: &str = "/admin/audit";

#[derive(Template)]
#[template(path = "admin/log.html")]
struct Log {
    page: PageContext,
    query: AuditFilterParams,
    wrong: bool,
    rows: Vec<LogRow>,
    csv: String,
    newest: Option<String>,
    older: Option<String>,
}

/// A row in words; what is stored is folded below it.
struct LogRow {
    at: i64,
    who: String,
    address: String,
    what: String,
    /// What was changed, then the account.
    objects: Vec<AuditObject>,
    detail: String,
    done: bool,
    action: String,
    object: String,
    raw: String,
}

/// The page.
pub async fn show(app: AppData, Operator(visitor): Operator, asked: web::Query<AuditFilterParams>) -> Answer {
    let asked = asked.into_inner();
    let page = visitor.page("audit-title", HERE);
    let mut log = Log {
        page: page.clone(),
        wrong: true,
        rows: Vec::new(),
        csv: "/admin/audit.csv".to_owned(),
        newest: None,
        older: None,
        query: asked,
    };
    if let Some(query) = AuditQuery::of_vendor(&app, &log.query).await? {
        let list = AuditList::read(&app, &query, HERE).await?;
        let names = Names::read(&app, &list.rows).await?;
        log.wrong = false;
        log.csv = list.csv;
        log.newest = list.newest;
        log.older = list.older;
        log.rows = list.rows.into_iter().map(|(row, detail)| shown(row, &detail, &page, &names)).collect();
    }
    html(&page, &log)
}

/// All rows that match the filters.
pub async fn download(app: AppData, _operator: Operator, asked: web::Query<AuditFilterParams>) -> Answer {
    let query = AuditQuery::of_vendor(&app, &asked).await?.ok_or(Error::NotFound)?;
    Ok(audit_export::download(app, query, ExportReader::Vendor).await)
}

fn shown(row: audit::Model, detail: &Value, page: &PageContext, names: &Names) -> LogRow {
    let words = page.words;
    let of = account(&row, detail).map(|id| names.host(id));
    let objects = [Some(names.object(&row, detail, words)), of].into_iter().flatten();
    LogRow {
        at: row.at,
        who: who(&row, words),
        what: audit_what(&row.action, words, CRM),
        objects: objects.filter(|object| !object.text.is_empty()).collect(),
        detail: audit_detail(detail, words, CRM, |at| page.when(&at).date()),
        done: row.outcome == "done",
        address: row.address,
        action: row.action,
        object: row.object,
        raw: if row.detail == "{}" { String::new() } else { row.detail },
    }
}

/// The actor: name and role.
fn who(row: &audit::Model, words: Words) -> String {
    let kind = words.text_of("admin-actor-", &row.actor_kind);
    if row.actor_name.is_empty() { kind.to_string() } else { format!("{kind}: {}", row.actor_name) }
}
