//! The audit log: the vendor's, or an account's, filtered, as a page and as CSV.

use actix_web::{HttpResponse, web};
use askama::Template;
use base::i18n::{CRM, Words};
use entity::audit;
use serde_json::Value;

use super::operator::Operator;
use super::page::{self, AdminPage};
use super::refused::{AdminRefusal, Result};
use crate::audit::AuditQuery;
use crate::audit::query::AuditFilterParams;
use crate::panel::PanelContext;
use crate::panel::Tone;
use crate::panel::audit_export::{self, ExportReader};
use crate::panel::{audit_detail, audit_what};
use names::{NamedObject, Names, account};

mod names;

const HERE: &str = "/admin/audit";

#[derive(Template)]
#[template(path = "admin/log.html")]
struct Log {
    page: AdminPage,
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
    objects: Vec<NamedObject>,
    detail: String,
    done: bool,
    action: String,
    object: String,
    raw: String,
}

/// The page.
pub async fn show(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    asked: web::Query<AuditFilterParams>,
) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let page = AdminPage::of(&app, &visitor, HERE, visitor.words.text("audit-title")).await?;
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
        let found = query.page(&app).await?;
        log.wrong = false;
        log.csv = query.address("/admin/audit.csv", None);
        log.newest = query.is_later().then(|| query.address(HERE, None));
        log.older = found.older.map(|last| query.address(HERE, Some(last)));
        let rows = found.rows.into_iter().map(|row| {
            let detail: Value = serde_json::from_str(&row.detail).unwrap_or_default();
            (row, detail)
        });
        let rows: Vec<(audit::Model, Value)> = rows.collect();
        let names = Names::read(&app, &rows).await?;
        log.rows = rows.into_iter().map(|(row, detail)| shown(row, &detail, &page, &names)).collect();
    }
    Ok(page::html(&page, &log))
}

/// All rows that match the filters.
pub async fn download(
    app: web::Data<PanelContext>,
    _operator: Operator,
    asked: web::Query<AuditFilterParams>,
) -> Result<HttpResponse> {
    let query = AuditQuery::of_vendor(&app, &asked).await?.ok_or(AdminRefusal::NotThere)?;
    Ok(audit_export::download(app, query, ExportReader::Vendor).await)
}

fn shown(row: audit::Model, detail: &Value, page: &AdminPage, names: &Names) -> LogRow {
    let words = page.words;
    let of = account(&row, detail).map(|id| names.host(id));
    let objects = [Some(names.object(&row, detail, words)), of].into_iter().flatten();
    LogRow {
        at: row.at,
        who: who(&row, words),
        what: audit_what(&row.action, words, CRM),
        objects: objects.filter(|object| !object.text.is_empty()).collect(),
        detail: audit_detail(detail, words, CRM, |at| page.when(at).date()),
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
