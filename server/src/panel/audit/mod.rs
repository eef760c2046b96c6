//! `/panel/audit`: who did what. Read-only.

mod detail;
pub mod export;

use actix_web::web;
use askama::Template;
use base::error::Result;
use base::i18n::Words;
use entity::audit;
use serde_json::Value;

use super::{Member, Nav, PageContext, Right, html};
use crate::audit::AuditQuery;
use crate::audit::query::{AuditFilterParams, GROUPS};
use crate::panel::{Answer, AppData, PanelContext};
pub use detail::AuditObject;
use detail::Names;
pub use detail::of as detail_text;
use export::ExportReader;

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/audit", web::get().to(show)).route("/audit.csv", web::get().to(download));
}

#[derive(Template)]
#[template(path = "panel/audit.html")]
struct Audit {
    page: PageContext,
    rows: Vec<AuditRow>,
    filter: AuditQuery,
    /// Groups of actions to filter by, with their texts.
    groups: Vec<(&'static str, String)>,
    older: Option<String>,
    newest: Option<String>,
    csv: String,
}

struct AuditRow {
    at: i64,
    who: String,
    what: String,
    object: AuditObject,
    detail: String,
    address: String,
    done: bool,
    /// The actor is an operator of the vendor.
    vendor: bool,
}

/// A page of the log with its details read, and the addresses beside it.
pub struct AuditList {
    pub rows: Vec<(audit::Model, Value)>,
    pub newest: Option<String>,
    pub older: Option<String>,
    pub csv: String,
}

impl AuditList {
    /// `path`: of the page; that of the download is the same with `.csv`.
    pub async fn read(app: &PanelContext, query: &AuditQuery, path: &str) -> Result<Self> {
        crate::audit::flush(app, &app.identity.refusals).await;
        let found = query.page(app).await?;
        let rows = found.rows.into_iter().map(|row| {
            let detail = serde_json::from_str(&row.detail).unwrap_or_default();
            (row, detail)
        });
        Ok(Self {
            rows: rows.collect(),
            newest: query.is_later().then(|| query.address(path, None)),
            older: found.older.map(|last| query.address(path, Some(last))),
            csv: query.address(&format!("{path}.csv"), None),
        })
    }
}

/// `GET /panel/audit`
async fn show(app: AppData, member: Member, asked: web::Query<AuditFilterParams>) -> Answer {
    member.require(Right::SeeAudit)?;
    let page = member.page("audit-title", Nav::Audit);
    let filter = AuditQuery::of_account(member.tenant_id, &asked);
    let list = AuditList::read(&app, &filter, "/panel/audit").await?;
    let names = Names::read(&app, &member.here.tenant).await?;
    let audit = Audit {
        rows: list.rows.into_iter().map(|(row, detail)| shown(row, &detail, &page, &names)).collect(),
        groups: GROUPS.iter().map(|group| (*group, page.words.text_of("audit-group-", group).to_string())).collect(),
        newest: list.newest,
        older: list.older,
        csv: list.csv,
        filter,
        page: page.clone(),
    };
    html(&page, &audit)
}

/// `GET /panel/audit.csv`
async fn download(app: AppData, member: Member, asked: web::Query<AuditFilterParams>) -> Answer {
    member.require(Right::SeeAudit)?;
    let query = AuditQuery::of_account(member.tenant_id, &asked);
    Ok(export::download(app, query, ExportReader::Account).await)
}

fn shown(row: audit::Model, detail: &Value, page: &PageContext, names: &Names) -> AuditRow {
    let (words, crm) = (page.words, page.crm);
    let vendor = row.actor_kind == "operator";
    AuditRow {
        at: row.at,
        who: who(&row, words, crm),
        what: match detail.get("reason").and_then(Value::as_str) {
            Some(reason) if vendor && row.action == "account.looked_at" => {
                words.text("audit-vendor-looked").with("reason", reason).to_string()
            }
            _ => what(&row.action, words, crm),
        },
        detail: detail::of(detail, words, crm, |at| page.when(&at).date()),
        object: names.object(&row, detail, words),
        address: row.address,
        done: row.outcome == "done",
        vendor,
    }
}

/// The actor: name and role.
pub(super) fn who(row: &audit::Model, words: Words, crm: &'static str) -> String {
    let kind = words.text_of("audit-actor-", &row.actor_kind).with("crm", crm);
    if row.actor_name.is_empty() { kind.to_string() } else { format!("{} · {kind}", row.actor_name) }
}

/// The action as text; its name if there is no text for it.
pub fn what(action: &str, words: Words, crm: &'static str) -> String {
    let key = format!("audit-did-{}", action.replace('.', "-"));
    if words.has(&key) { words.text(key).with("crm", crm).to_string() } else { action.to_owned() }
}
