//! The audit log: the vendor's, or an account's, filtered, as a page and as CSV.

use actix_web::{HttpResponse, web};
use askama::Template;
use base::store::VENDOR;
use entity::audit;
use uuid::Uuid;

use super::operator::Operator;
use super::page::{self, AdminPage};
use super::refused::{AdminRefusal, Result};
use crate::audit::AuditQuery;
use crate::audit::query::AuditFilterParams;
use crate::panel::PanelContext;
use crate::panel::Tone;
use crate::panel::audit_export::{self, ExportReader};

const HERE: &str = "/admin/audit";

#[derive(Template)]
#[template(path = "admin/log.html")]
struct Log {
    page: AdminPage,
    query: AuditFilterParams,
    wrong: bool,
    rows: Vec<audit::Model>,
    csv: String,
    newest: Option<String>,
    older: Option<String>,
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
        log.rows = found.rows;
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

impl Log {
    /// The message key of an action, if it has one.
    fn did(&self, row: &audit::Model) -> String {
        format!("audit-did-{}", row.action.replace('.', "-"))
    }

    /// The account that a row is about, if any.
    fn account(&self, row: &audit::Model) -> Option<Uuid> {
        if row.tenant_id != VENDOR {
            return Some(row.tenant_id);
        }
        row.action.starts_with("account.").then(|| Uuid::try_parse(&row.object).ok())?
    }
}
