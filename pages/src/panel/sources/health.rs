//! A source's health (the last 24 hours, the latest failures, where customers write to, its latest changes), the import of
//! the messenger's own history, and what the source offers in amoCRM besides chats.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::Sentence;
use domain::delivery::read::MessageStatus;
use domain::delivery::read::figures::{self, Span};
use domain::delivery::read::list::{self, Ground, MessageFilter, Reached};
use domain::identity::second_step;
use domain::source::SourceChange;
use domain::source::check::{ServiceChoice, has_services};
use domain::{import as imports, tenant};
use entity::{audit, source};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;

use super::find;
use crate::panel::audit::{what, who};
use crate::panel::messages::{MessageRow, row};
use crate::panel::overview::{Tile, chart, tiles};
use crate::panel::{
    self, Answer, AppData, Chart, EmptyForm, Form, Member, Nav, Notice, PageContext, PanelContext, Right,
    import as import_pages, to,
};

/// Maximum number of listed failures and changes.
const LISTED: u64 = 5;

/// Where customers write to.
pub(in crate::panel) struct Entrance {
    pub link: String,
    /// The line's public name; empty if it has none.
    pub name: String,
    /// The link as a QR code, an `<svg>` element that we generated.
    pub qr: String,
}

/// A change of the source.
pub(super) struct Change {
    /// `<time>`.
    pub time: String,
    pub who: String,
    pub what: String,
}

pub(super) struct Health {
    pub tiles: Vec<Tile>,
    pub chart: Chart,
    pub failures: Vec<MessageRow>,
    /// Link to all failures of the last 24 hours.
    pub failures_href: String,
    pub entrance: Option<Entrance>,
    /// Newest first; empty for people who may not see the audit log.
    pub changes: Vec<Change>,
}

pub(super) async fn of(
    app: &PanelContext,
    member: &Member,
    page: &PageContext,
    source: &source::Model,
) -> Result<Health> {
    let (db, tenant_id) = (app.store.read(), source.tenant_id);
    let figures = figures::read(&app.delivery, tenant_id, Some(source.id), None).await?;
    let flow = figures.of_source(source.id, Span::Hours);
    let failures = if flow.failed > 0 {
        let wanted = MessageFilter {
            reached: Some(Reached::Status(MessageStatus::Failed)),
            source_id: Some(source.id),
            from: Some(figures::hours_begin(page.now)),
            ..MessageFilter::default()
        };
        let ground = Ground::of_tenant(db, tenant_id).await?;
        let lines = list::page(db, tenant_id, &wanted, &ground, None, LISTED).await?;
        lines.iter().map(|line| row(page, &ground, line, None)).collect()
    } else {
        Vec::new()
    };
    let id = source.id.to_string();
    Ok(Health {
        tiles: tiles(page, &figures, &id),
        chart: chart(page, &figures, Span::Hours),
        failures,
        failures_href: format!("/panel/messages?state=failed&source={id}&period=24h"),
        entrance: entrance(app, source)?,
        changes: if member.may(Right::SeeAudit) { changes(app, page, source).await? } else { Vec::new() },
    })
}

/// None for a line without a link.
pub(in crate::panel) fn entrance(app: &PanelContext, source: &source::Model) -> Result<Option<Entrance>> {
    let name = domain::source::line::name_of(source);
    let embedded = || domain::source::embed(&app.sources, source).map(|embed| embed.link);
    let Some(link) = domain::source::line::link_of(app, source).or_else(embedded) else { return Ok(None) };
    let qr = second_step::qr_picture(&link)?;
    Ok(Some(Entrance { link, name: name.unwrap_or_default(), qr }))
}

async fn changes(app: &PanelContext, page: &PageContext, source: &source::Model) -> Result<Vec<Change>> {
    let rows = audit::Entity::of_tenant(source.tenant_id)
        .filter(audit::Column::Object.eq(source.id.to_string()))
        .filter(audit::Column::Outcome.eq("done"))
        .order_by_desc(audit::Column::Id)
        .limit(LISTED)
        .all(app.store.read())
        .await?;
    let change = |row: &audit::Model| Change {
        time: page.time(&row.at),
        who: who(row, page.words, page.crm),
        what: what(&row.action, page.words, page.crm),
    };
    Ok(rows.iter().map(change).collect())
}

/// What the page of a source and the wizard's last step show.
pub(in crate::panel) struct HistoryView {
    pub about: Sentence,
    /// The target of the button; none while an import is in progress.
    pub begin: Option<String>,
    pub button: Sentence,
    pub last: Option<LastImport>,
}

/// The latest import of this history.
pub(in crate::panel) struct LastImport {
    pub href: String,
    pub badge: String,
    pub said: Sentence,
}

/// None if the messenger provides no history, or this person may not import.
pub(in crate::panel) async fn history_view(
    app: &PanelContext,
    member: &Member,
    page: &PageContext,
    source: &source::Model,
) -> Result<Option<HistoryView>> {
    if !member.may(Right::Import) || !imports::has_history(&app.usage, source) {
        return Ok(None);
    }
    let words = page.words;
    let last = imports::latest_history(&app.usage, source).await?;
    let under_way = last.as_ref().is_some_and(imports::is_under_way);
    let button = if last.is_some() { "import-history-again" } else { "import-history-begin" };
    let messenger = words.text_of("connector-", &source.kind).to_string();
    Ok(Some(HistoryView {
        about: words.text("import-history-about").with("messenger", messenger).with("days", imports::HISTORY_DAYS),
        begin: (!under_way).then(|| format!("/panel/sources/{}/history", source.id)),
        button: words.text(button).with("days", imports::HISTORY_DAYS),
        last: last.map(|row| LastImport {
            href: format!("/panel/import/{}", row.id),
            badge: import_pages::badge(page, &row),
            said: import_pages::progress(app, page, &row, &source.kind),
        }),
    }))
}

/// `POST /panel/sources/{id}/history`: starts the import, or redirects to the one in progress.
pub async fn bring_history(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let source = find(&app, &member, Right::Import, &id).await?;
    match imports::begin_history(&app.usage, &source, &member.by()).await {
        Ok(row) => Ok(to(&format!("/panel/import/{}", row.id))),
        Err(error @ Error::TooMany { .. }) => {
            let said = error.first_text().sentence(member.words, member.crm());
            let said = member.words.text("said-quoted").with("text", said);
            member.see_other(&app, &format!("/panel/sources/{}", source.id), Notice::failed(said)).await
        }
        Err(error) => Err(error),
    }
}

#[derive(Template)]
#[template(path = "panel/sources/services.html")]
struct ServicesPage {
    page: PageContext,
    id: String,
    typed: ServiceChoice,
    error: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServicesForm {
    waba: Option<String>,
    list: Option<String>,
    numbers: String,
}

/// The source, if amoCRM can offer anything for it.
async fn offering(app: &PanelContext, member: &Member, id: &str) -> Result<source::Model> {
    let source = find(app, member, Right::EditSources, id).await?;
    if has_services(&app.sources, &source) { Ok(source) } else { Err(Error::NotFound) }
}

fn title(member: &Member, source: &source::Model) -> Sentence {
    member.words.text("source-services-title").with("name", source.name.as_str())
}

/// `GET /panel/sources/{id}/services`.
pub async fn services(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let source = offering(&app, &member, &id).await?;
    let page = member.page(title(&member, &source), Nav::Sources);
    let typed = ServiceChoice::of(&source);
    let shown = ServicesPage { id: source.id.to_string(), typed, error: String::new(), page: page.clone() };
    panel::html(&page, &shown)
}

/// `POST /panel/sources/{id}/services`.
pub async fn save_services(app: AppData, member: Member, id: web::Path<String>, form: Form<ServicesForm>) -> Answer {
    let source = offering(&app, &member, &id).await?;
    let typed = ServiceChoice { waba: form.waba.is_some(), lists: form.list.is_some(), numbers: form.numbers.clone() };
    let Some(services) = typed.services(&source, tenant::country(&app.integrations, &member.here.tenant)) else {
        let page = member.page(title(&member, &source), Nav::Sources).with_error();
        let error = page.words.text("source-services-wrong").to_string();
        let shown = ServicesPage { id: source.id.to_string(), typed, error, page: page.clone() };
        return panel::html_as(StatusCode::UNPROCESSABLE_ENTITY, &page, &shown);
    };
    let change = SourceChange { services: Some(services), ..SourceChange::default() };
    let tenant_id = member.tenant_id;
    let notice = match domain::source::change(&app.sources, tenant_id, source.id, change, None, &member.by()).await {
        Ok(_) => Notice::done(member.words.text("common-saved")),
        Err(Error::Invalid(wrong)) => {
            let said = Error::Invalid(wrong).first_text().sentence(member.words, member.crm());
            Notice::failed(member.words.text("said-quoted").with("text", said))
        }
        Err(error) => member.refused(error)?,
    };
    member.see_other(&app, &format!("/panel/sources/{}/services", source.id), notice).await
}
