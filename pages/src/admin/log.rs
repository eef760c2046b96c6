//! The audit log: the vendor's, or an account's, filtered, as a page and as CSV.

use std::collections::{BTreeSet, HashMap};

use actix_web::web;
use askama::Template;
use base::error::Error;
use base::i18n::{CRM, Words};
use base::store::VENDOR;
use domain::audit::AuditQuery;
use domain::audit::query::AuditFilterParams;
use entity::{audit, person, source};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::Value;
use uuid::Uuid;

use super::account::{Head, Tab};
use super::accounts;
use super::operator::AdminVisitor;
use crate::panel::{
    Answer, AppData, AuditList, AuditObject, ExportReader, PageContext, PanelContext, Tone, audit_csv, audit_detail,
    audit_what, html, named,
};

const HERE: &str = "/admin/audit";

#[derive(Template)]
#[template(path = "admin/log.html")]
struct Log {
    page: PageContext,
    /// Of the account by whose id it is filtered.
    head: Option<Head>,
    query: AuditFilterParams,
    wrong: bool,
    rows: Vec<LogRow>,
    csv: String,
    newest: Option<String>,
    older: Option<String>,
}

/// A row in words; what is stored is folded below it.
struct LogRow {
    stored: audit::Model,
    who: String,
    what: String,
    /// What was changed, then the account.
    objects: Vec<AuditObject>,
    detail: String,
}

/// The page.
pub async fn show(app: AppData, visitor: AdminVisitor, asked: web::Query<AuditFilterParams>) -> Answer {
    let asked = asked.into_inner();
    let head = Head::of_id(&app, visitor.words, &asked.account, Tab::Audit).await?;
    let page = head.as_ref().map_or_else(|| visitor.page("nav-audit", HERE), |head| head.page(&visitor));
    let mut log = Log {
        page: page.clone(),
        head,
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
        let this = log.head.as_ref().map(|head| head.tenant.tenant_id);
        log.rows = list.rows.into_iter().map(|(row, detail)| log_row(row, &detail, &page, &names, this)).collect();
    }
    html(&page, &log)
}

/// All rows that match the filters.
pub async fn download(app: AppData, _visitor: AdminVisitor, asked: web::Query<AuditFilterParams>) -> Answer {
    let query = AuditQuery::of_vendor(&app, &asked).await?.ok_or(Error::NotFound)?;
    Ok(audit_csv(app, query, ExportReader::Vendor).await)
}

/// `this`: the account whose log it is, which its rows need not name.
fn log_row(row: audit::Model, detail: &Value, page: &PageContext, names: &Names, this: Option<Uuid>) -> LogRow {
    let words = page.words;
    let of = account(&row, detail).filter(|id| this != Some(*id)).map(|id| names.host(id));
    let objects = [Some(names.object(&row, detail, words)), of].into_iter().flatten();
    LogRow {
        who: who(&row, words),
        what: audit_what(&row.action, words, CRM),
        objects: objects.filter(|object| !object.text.is_empty()).collect(),
        detail: audit_detail(detail, words, CRM, |at| page.when(&at).date()),
        stored: row,
    }
}

/// The actor: name and role.
fn who(row: &audit::Model, words: Words) -> String {
    let kind = words.text_of("admin-actor-", &row.actor_kind);
    if row.actor_name.is_empty() { kind.to_string() } else { format!("{kind}: {}", row.actor_name) }
}

/// The names of what a page of rows is about.
#[derive(Default)]
struct Names {
    hosts: HashMap<Uuid, String>,
    people: HashMap<Uuid, (String, bool)>,
    sources: HashMap<Uuid, (String, Uuid)>,
}

/// The account that a row is about, if any.
fn account(row: &audit::Model, detail: &Value) -> Option<Uuid> {
    if row.tenant_id != VENDOR {
        return Some(row.tenant_id);
    }
    let object = || row.action.starts_with("account.").then(|| Uuid::try_parse(&row.object).ok())?;
    detail.get("tenant_id").and_then(Value::as_str).and_then(|id| Uuid::try_parse(id).ok()).or_else(object)
}

impl Names {
    /// Three statements for all rows.
    pub async fn read(app: &PanelContext, rows: &[(audit::Model, Value)]) -> Result<Self, DbErr> {
        let objects: BTreeSet<Uuid> = rows.iter().filter_map(|(row, _)| Uuid::try_parse(&row.object).ok()).collect();
        let accounts: BTreeSet<Uuid> = rows.iter().filter_map(|(row, detail)| account(row, detail)).collect();
        let accounts: Vec<Uuid> = accounts.into_iter().collect();
        let db = app.store.read();
        let mut names = Self::default();
        if !accounts.is_empty() {
            let found = accounts::by_ids(db, &accounts).await?;
            names.hosts = found.into_iter().map(|tenant| (tenant.tenant_id, tenant.host)).collect();
        }
        if objects.is_empty() {
            return Ok(names);
        }
        let people = person::Entity::of_tenant(VENDOR).filter(person::Column::Id.is_in(objects.iter().copied()));
        let people = people.all(db).await?.into_iter();
        names.people = people.map(|person| (person.id, (named(&person), person.is_operator))).collect();
        if !accounts.is_empty() {
            let sources = source::Entity::find().filter(source::Column::TenantId.is_in(accounts));
            let sources = sources.filter(source::Column::Id.is_in(objects)).all(db).await?.into_iter();
            names.sources = sources.map(|source| (source.id, (source.name, source.tenant_id))).collect();
        }
        Ok(names)
    }

    /// The account, by its address.
    pub fn host(&self, account: Uuid) -> AuditObject {
        let text = self.hosts.get(&account).cloned().unwrap_or_else(|| account.to_string());
        AuditObject { text, href: format!("/admin/accounts/{account}") }
    }

    /// What was changed; empty if that is the account itself, or nothing.
    pub fn object(&self, row: &audit::Model, detail: &Value, words: Words) -> AuditObject {
        let Ok(id) = Uuid::try_parse(&row.object) else { return AuditObject::plain(&row.object) };
        if account(row, detail) == Some(id) {
            return AuditObject::default();
        }
        if let Some((text, is_operator)) = self.people.get(&id) {
            let href = if *is_operator { "/admin/operators".to_owned() } else { String::new() };
            return AuditObject { text: text.clone(), href };
        }
        if let Some((text, tenant_id)) = self.sources.get(&id) {
            return AuditObject { text: text.clone(), href: format!("/admin/accounts/{tenant_id}") };
        }
        let named = detail.get("name").or_else(|| detail.get("kind")).and_then(Value::as_str);
        match row.action.split('.').next().unwrap_or_default() {
            "message" | "text" => AuditObject::plain(words.text("audit-object-message").to_string()),
            "vendor_event" => {
                AuditObject { text: named.unwrap_or(&row.object).to_owned(), href: format!("/admin/webhooks/{id}") }
            }
            // For a key, a template or an import, the name is in the details.
            _ => AuditObject::plain(named.unwrap_or(&row.object)),
        }
    }
}
