//! A source's connection to its messenger: addresses and credentials. Stored credentials are never shown.

use actix_web::http::StatusCode;
use actix_web::{ResponseError, web};
use askama::Template;
use base::error::Error;
use base::i18n::Sentence;
use connectors::Field;
use connectors::kinds::{has_own_server, is_web_chat};
use connectors::webchat::WebChatSettings;
use entity::source;
use serde::Deserialize;
use serde_json::Value;

use super::chat_tabs::{self, ChatTab};
use super::find;
use super::state_view::{SourceStateView, shown};
use crate::panel::PanelContext;
use crate::panel::fields::{self, Drawn};
use crate::panel::{self, Answer, AppData, ConsentButton, Fields, Form, Member, Nav, Notice, PageContext, Right};
use crate::source::{ChatSite, EmbedCode, SourceChange, version};

#[derive(Template)]
#[template(path = "panel/sources/access.html")]
struct SourceAccessPage {
    page: PageContext,
    tab: &'static str,
    id: String,
    may: bool,
    state: SourceStateView,
    /// The button for the messenger's own page, to restore lost access.
    consent: Option<ConsentButton>,
    fields: Vec<Drawn>,
    /// The settings in tabs; empty if the kind has none.
    sections: Vec<ChatTab>,
    /// The input of the tabs' script, as JSON.
    given: String,
    embed: Option<EmbedCode>,
    sites: Vec<ChatSite>,
    /// The address of the chat's logo; empty if there is none.
    logo: String,
    errors: Vec<(String, String)>,
    version: i64,
    /// The settings when the page was rendered, as JSON.
    was: String,
    /// It has a signing secret for webhooks that can be changed.
    webhook: bool,
    /// It has a secret with which a site signs its customers' identities.
    site: bool,
    /// A warning if white text is unreadable on the chosen colour.
    color_low: Option<Sentence>,
}

#[derive(Deserialize)]
pub struct TabQuery {
    #[serde(default)]
    tab: String,
}

/// The source when the page was rendered: its version, its settings as JSON, and the open tab.
struct RenderedSource {
    version: i64,
    was: String,
    tab: String,
}

impl RenderedSource {
    fn of(source: &source::Model) -> Self {
        Self { version: version(source), was: source.settings.clone(), tab: String::new() }
    }

    fn sent(form: &Fields) -> Option<Self> {
        Some(Self { version: form.get("version").parse().ok()?, was: form.get("was").to_owned(), tab: String::new() })
    }
}

fn fields_of(app: &PanelContext, source: &source::Model) -> &'static [Field] {
    app.connectors.get(&source.kind).map_or(&[], |connector| connector.fields())
}

/// The kind's name; empty if it is not built in.
fn kind_of(app: &PanelContext, source: &source::Model) -> &'static str {
    app.connectors.get(&source.kind).map_or("", |connector| connector.kind())
}

/// `GET /panel/sources/{id}/access`.
pub async fn get(app: AppData, member: Member, id: web::Path<String>, asked: web::Query<TabQuery>) -> Answer {
    let source = find(&app, &member, Right::Look, &id).await?;
    let page = member.page(member.words.text("source-title").with("name", source.name.as_str()), Nav::Sources);
    let seen = RenderedSource { tab: asked.into_inner().tab, ..RenderedSource::of(&source) };
    show(&app, &member, page, StatusCode::OK, (&source, seen), &stored(&source), Vec::new()).await
}

/// `POST /panel/sources/{id}/access`.
pub async fn change(app: AppData, member: Member, id: web::Path<String>, form: Form<Fields>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    let kind = fields_of(&app, &source);
    let names: Vec<String> =
        kind.iter().map(fields::name_of).chain(["version", "was", "tab"].map(str::to_owned)).collect();
    form.known(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    let seen = RenderedSource::sent(&form).unwrap_or_else(|| RenderedSource::of(&source));
    let seen = RenderedSource { tab: form.get("tab").to_owned(), ..seen };
    let tab = chat_tabs::current(&seen.tab, kind, &[]);
    let words = member.words;
    let before = stored(&source);
    let page = || member.page(words.text("source-title").with("name", source.name.as_str()), Nav::Sources).with_error();
    let settings = match fields::read(words, kind, &form, &before, source.secrets.is_some()) {
        Ok(settings) => settings,
        Err((settings, errors)) => {
            return show(&app, &member, page(), StatusCode::UNPROCESSABLE_ENTITY, (&source, seen), &settings, errors)
                .await;
        }
    };
    let change = SourceChange { settings: Some(settings.clone()), ..SourceChange::default() };
    let done =
        crate::source::change(&app.sources, member.tenant_id, source.id, change, Some(seen.version), &member.by())
            .await;
    match done {
        Ok(_) => {
            let tab = if is_web_chat(&source.kind) { format!("?tab={tab}") } else { String::new() };
            let path = format!("/panel/sources/{}/access{tab}", source.id);
            member.see_other(&app, &path, Notice::done(words.text("common-saved"))).await
        }
        Err(Error::Invalid(wrong)) => {
            let errors = fields::wrong(words, kind, &settings, &wrong);
            show(&app, &member, page(), StatusCode::UNPROCESSABLE_ENTITY, (&source, seen), &settings, errors).await
        }
        Err(Error::Changed(changed)) => {
            let now = find(&app, &member, Right::EditSources, &id).await?;
            let was = serde_json::from_str(&seen.was).unwrap_or(before);
            let settings = fields::over(kind, &settings, &was, &stored(&now));
            let page = page().with_notice(super::one::outrun(&member, &changed));
            let seen = RenderedSource { tab: seen.tab, ..RenderedSource::of(&now) };
            show(&app, &member, page, StatusCode::CONFLICT, (&now, seen), &settings, Vec::new()).await
        }
        Err(error) => {
            let status = error.status_code();
            let page = page().with_notice(member.refused(error)?);
            show(&app, &member, page, status, (&source, seen), &settings, Vec::new()).await
        }
    }
}

/// The stored settings without credentials.
fn stored(source: &source::Model) -> Value {
    serde_json::from_str(&source.settings).unwrap_or_default()
}

async fn show(
    app: &PanelContext,
    member: &Member,
    page: PageContext,
    status: StatusCode,
    (source, seen): (&source::Model, RenderedSource),
    settings: &Value,
    errors: Vec<(String, String)>,
) -> Answer {
    let state = crate::source::state(&app.sources, source).await?;
    let masked = crate::source::masked(app, source)?;
    let kind = crate::source::offered(app, fields_of(app, source), settings);
    let drawn = fields::draw(page.words, &kind, settings, Some(&masked), &errors);
    let current = chat_tabs::current(&seen.tab, &kind, &errors);
    let sections = chat_tabs::of(&kind, &drawn, current);
    let chat = WebChatSettings::stored(&source.settings);
    let access = SourceAccessPage {
        tab: if sections.is_empty() { "access" } else { current },
        given: chat_tabs::given(&page, &chat, &member.here.tenant.time_zone).to_string(),
        embed: crate::source::embed(&app.sources, source),
        sites: if is_web_chat(&source.kind) { crate::source::sites(&app.sources, source).await? } else { Vec::new() },
        logo: match source.logo.as_str() {
            "" => String::new(),
            version => format!("/chat/{}/logo?v={version}", source.id),
        },
        sections,
        id: source.id.to_string(),
        may: member.may(Right::EditSources),
        state: shown(&page, source, &state),
        consent: match member.may(Right::EditSources) {
            true => ConsentButton::of(app, member, kind_of(app, source)).await?,
            false => None,
        },
        fields: drawn,
        version: seen.version,
        was: seen.was,
        webhook: has_own_server(&source.kind),
        site: is_web_chat(&source.kind),
        color_low: color_low(&page, source),
        errors,
        page: page.clone(),
    };
    panel::html_as(status, &page, &access)
}

fn color_low(page: &PageContext, source: &source::Model) -> Option<Sentence> {
    let chat = is_web_chat(&source.kind).then(|| WebChatSettings::stored(&source.settings))?;
    let ratio = page.decimal(&chat.color().low_contrast()?, 1);
    Some(page.words.text("wizard-web-color-low").with("ratio", ratio))
}
