//! `/panel/audit`: who did what. Read-only.

mod objects;

use actix_web::{HttpResponse, web};
use askama::Template;
use base::error::Result;
use base::i18n::{Words, Zone};
use bytes::Bytes;
use domain::audit::AuditQuery;
use domain::audit::query::{AuditFilterParams, GROUPS};
use entity::audit;
use futures_util::{StreamExt, stream};
use sea_orm::DbErr;
use serde_json::Value;
use uuid::Uuid;

use super::{Answer, AppData, Member, Nav, PageContext, PanelContext, Right, csv, html};
pub use objects::AuditObject;
use objects::Names;

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
    stored: audit::Model,
    who: String,
    what: String,
    object: AuditObject,
    detail: String,
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
        domain::audit::flush(app, &app.identity.refusals).await;
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
    let page = member.page("nav-audit", Nav::Audit);
    let filter = AuditQuery::of_account(member.tenant_id, &asked);
    let list = AuditList::read(&app, &filter, "/panel/audit").await?;
    let names = Names::read(&app, &page, &member.here.tenant, &list.rows).await?;
    let audit = Audit {
        rows: list.rows.into_iter().map(|(row, detail)| audit_row(row, &detail, &page, &names)).collect(),
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
    Ok(audit_csv(app, query, ExportReader::Account(member.here.zone)).await)
}

fn audit_row(row: audit::Model, detail: &Value, page: &PageContext, names: &Names) -> AuditRow {
    let (words, crm) = (page.words, page.crm);
    let vendor = row.actor_kind == "operator";
    let object = names.object(&row, detail);
    let mut rest = detail.clone();
    // What the object is called is said once; beside a kind it is how the source was called at first.
    if detail["name"] == object.text && detail.get("kind").is_none() {
        rest["name"].take();
    }
    AuditRow {
        who: who(&row, words, crm),
        what: match detail.get("reason").and_then(Value::as_str) {
            Some(reason) if vendor && row.action == "account.looked_at" => {
                words.text("audit-vendor-looked").with("reason", reason).to_string()
            }
            _ => what(&row.action, words, crm),
        },
        detail: detail_text(&rest, words, crm, |at| page.when(&at).date()),
        object,
        stored: row,
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

/// Fields that only programs use, to compare rows.
const INTERNAL: &[&str] = &[
    "webhook_id",
    "replay",
    "erasure",
    "crm_user",
    "conversation_id",
    "external_id",
    "from_external_id",
    "letter",
    "tenant_id",
];

/// The details as `label: value`. `day`: how the reader sees the day of a moment.
pub fn detail_text(detail: &Value, words: Words, crm: &'static str, day: impl Fn(i64) -> String) -> String {
    let text_at = |name: &str| detail.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let line = text_at("kind").zip(text_at("name")).map(|(kind, name)| {
        let kind = worded(words, "connector-", kind);
        words.text("audit-detail-line").with("messenger", kind).with("name", name).to_string()
    });
    let is_said = |name: &str| line.is_some() && matches!(name, "kind" | "name");
    let fields = detail.as_object().into_iter().flatten();
    let shown = fields.filter(|(name, value)| !INTERNAL.contains(&name.as_str()) && !is_said(name) && !is_mute(value));
    let shown = shown.map(|(name, value)| one(name, value, words, crm, &day)).filter(|text| !text.is_empty());
    line.clone().into_iter().chain(shown).collect::<Vec<_>>().join(" · ")
}

/// Says nothing to a person: an empty value, a number of the database.
fn is_mute(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty() || Uuid::try_parse(text).is_ok(),
        _ => false,
    }
}

fn one(name: &str, value: &Value, words: Words, crm: &'static str, day: &impl Fn(i64) -> String) -> String {
    let label = format!("audit-detail-{name}");
    if let Value::Bool(is_so) = value {
        // What is so is said by its name, what is not by nothing.
        return if *is_so && words.has(&label) {
            words.text(label).with("crm", crm).to_string()
        } else {
            String::new()
        };
    }
    let value = match (name, value) {
        ("expires_at", Value::Number(at)) => day(at.as_i64().unwrap_or_default()),
        ("fields", Value::Array(fields)) => fields
            .iter()
            .filter_map(Value::as_str)
            .map(|field| worded(words, "audit-field-", field))
            .collect::<Vec<_>>()
            .join(", "),
        ("role", Value::String(role)) => worded(words, "team-role-", role),
        ("kind", Value::String(kind)) => worded(words, "connector-", kind),
        ("via", Value::String(via)) => return worded_for(words, crm, "session-via-", via),
        ("why" | "reason", Value::String(why)) => worded_for(words, crm, "audit-why-", why),
        _ => plain(value),
    };
    if words.has(&label) { format!("{}: {value}", words.text(label).with("crm", crm)) } else { value }
}

/// The text for a value, otherwise the value.
fn worded(words: Words, beginning: &str, value: &str) -> String {
    let key = format!("{beginning}{value}");
    if words.has(&key) { words.text(key).to_string() } else { value.to_owned() }
}

fn worded_for(words: Words, crm: &'static str, beginning: &str, value: &str) -> String {
    let key = format!("{beginning}{value}");
    if words.has(&key) { words.text(key).with("crm", crm).to_string() } else { value.to_owned() }
}

/// A value without a text of its own.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Rows per query.
const CHUNK: u64 = 500;
const FOR_ACCOUNT: [&str; 8] = ["at", "actor_kind", "actor", "action", "object", "detail", "address", "outcome"];
const FOR_VENDOR: [&str; 10] =
    ["at", "account_id", "who_kind", "who_id", "who", "what", "object", "detail", "address", "outcome"];

/// Who downloads the export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportReader {
    /// With times in the account's zone.
    Account(Zone),
    /// With account and actor ids.
    Vendor,
}

impl ExportReader {
    fn head(self) -> String {
        match self {
            Self::Account(_) => csv::head(&FOR_ACCOUNT),
            Self::Vendor => csv::head(&FOR_VENDOR),
        }
    }

    fn line(self, row: audit::Model) -> String {
        let (kind, name) = (row.actor_kind, row.actor_name);
        let (action, object, detail) = (row.action, row.object, row.detail);
        if let Self::Account(zone) = self {
            return csv::line([zone.rfc3339(row.at), kind, name, action, object, detail, row.address, row.outcome]);
        }
        let account = if row.tenant_id.is_nil() { String::new() } else { row.tenant_id.to_string() };
        csv::line([
            Zone::UTC.rfc3339(row.at),
            account,
            kind,
            row.actor_id,
            name,
            action,
            object,
            detail,
            row.address,
            row.outcome,
        ])
    }
}

/// Streams every row that matches a query, newest first.
pub async fn audit_csv(app: AppData, query: AuditQuery, reader: ExportReader) -> HttpResponse {
    domain::audit::flush(&app, &app.identity.refusals).await;
    let rows = stream::unfold(Some((app, query, None)), move |state| async move {
        let (app, query, before) = state?;
        match chunk(&app, &query, before, reader).await {
            Ok((text, last)) => Some((Ok(Bytes::from(text)), last.map(|last| (app, query, Some(last))))),
            Err(error) => {
                tracing::error!(%error, "the audit log could not be read to its end");
                Some((Err(error), None))
            }
        }
    });
    let head = stream::iter([Ok::<_, DbErr>(Bytes::from(reader.head()))]);
    csv::file("parom-audit.csv").streaming(head.chain(rows))
}

/// Some lines, and the last row, after which the next lines begin; `None` if these were the last.
async fn chunk(
    app: &PanelContext,
    query: &AuditQuery,
    before: Option<Uuid>,
    reader: ExportReader,
) -> Result<(String, Option<Uuid>), DbErr> {
    let rows = query.rows(app, before, CHUNK).await?;
    let whole = u64::try_from(rows.len()).is_ok_and(|count| count == CHUNK);
    let last = rows.last().filter(|_| whole).map(|row| row.id);
    Ok((rows.into_iter().map(|row| reader.line(row)).collect(), last))
}
