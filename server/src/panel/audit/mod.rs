//! `/panel/audit`: who did what. Read-only.

mod detail;
pub mod export;

use actix_web::{HttpResponse, web};
use askama::Template;
use base::error::Result;
use base::i18n::Words;
use entity::audit;

use super::{Member, Nav, PageContext, Right, html};
use crate::audit::AuditQuery;
use crate::audit::query::{AuditFilterParams, GROUPS};
use crate::panel::PanelContext;
pub use detail::of as detail_text;
use detail::{AuditObject, Names};
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

/// `GET /panel/audit`
async fn show(
    app: web::Data<PanelContext>,
    member: Member,
    asked: web::Query<AuditFilterParams>,
) -> Result<HttpResponse> {
    member.require(Right::SeeAudit)?;
    let page = member.page("audit-title", Nav::Audit);
    let filter = AuditQuery::of_account(member.tenant.tenant_id, &asked);
    let found = filter.page(&app).await?;
    let names = Names::read(&app, &member.tenant).await?;
    let older = found.older.map(|last| filter.address("/panel/audit", Some(last)));
    let audit = Audit {
        rows: found.rows.into_iter().map(|row| shown(row, &page, &names)).collect(),
        groups: GROUPS.iter().map(|group| (*group, page.words.text_of("audit-group-", group).to_string())).collect(),
        newest: filter.is_later().then(|| filter.address("/panel/audit", None)),
        csv: filter.address("/panel/audit.csv", None),
        older,
        filter,
        page: page.clone(),
    };
    html(&page, &audit)
}

/// `GET /panel/audit.csv`
async fn download(
    app: web::Data<PanelContext>,
    member: Member,
    asked: web::Query<AuditFilterParams>,
) -> Result<HttpResponse> {
    member.require(Right::SeeAudit)?;
    let query = AuditQuery::of_account(member.tenant.tenant_id, &asked);
    Ok(export::download(app, query, ExportReader::Account).await)
}

fn shown(row: audit::Model, page: &PageContext, names: &Names) -> AuditRow {
    let (words, crm) = (page.words, page.crm);
    let vendor = row.actor_kind == "operator";
    let detail: serde_json::Value = serde_json::from_str(&row.detail).unwrap_or_default();
    AuditRow {
        at: row.at,
        who: who(&row, words, crm),
        what: match detail.get("reason").and_then(serde_json::Value::as_str) {
            Some(reason) if vendor && row.action == "account.looked_at" => {
                words.text("audit-vendor-looked").with("reason", reason).to_string()
            }
            _ => what(&row.action, words, crm),
        },
        detail: detail::of(&detail, words, crm, |at| page.when(&at).date()),
        object: names.object(&row, &detail, words),
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
