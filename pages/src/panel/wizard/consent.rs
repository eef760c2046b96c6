//! The messenger's own page instead of entered credentials: redirects there and handles the returned code.
//!
//! ```text
//! access ─▶ start ─▶ the messenger's page ─▶ returned ─▶ line (a person chooses one) ─▶ routing
//! ```
//!
//! The returned code is accepted only with a state that was issued to this session, once and within half an hour.
//! Otherwise another site could connect its own line to this account.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{LocalizedText, Sentence};
use base::store::directory::{self, DirectoryEntry, IdKind};
use chrono::TimeDelta;
use connectors::{ConsentPage, Identity, OfferedLine};
use domain::identity::session;
use domain::source::{SourceChange, SourceKind, line};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{SourceDraft, Steps, address, draft_of, kind_of, steps, too_old};
use crate::panel::fields::{self, Drawn};
use crate::panel::{self, Answer, AppData, Fields, Form, Member, Nav, Notice, PageContext, PanelContext, Right};

const LIFE: TimeDelta = TimeDelta::minutes(30);
/// Maximum number of lines kept from one consent, because a session's size is limited.
const MOST_LINES: usize = 25;

/// The parameters that the messenger's page appends to our address; there may be more.
#[derive(Debug, Deserialize)]
pub struct ConsentQuery {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
}

/// `GET /panel/sources/new/{kind}/consent`: redirects to the messenger's page, or to the form if there is none.
pub async fn start(app: AppData, member: Member, name: web::Path<String>) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &name)?;
    let mut draft = unfinished(&app, &member, kind.kind);
    draft.lines.clear();
    draft.keep(&app, &member).await?;
    let Ok(page) = page_of(&app, kind.kind) else { return Ok(panel::to(&address(kind.kind, "access"))) };
    let state = session::new_token();
    let entry = DirectoryEntry {
        tenant_id: member.tenant_id,
        id: member.session.id,
        note: kind.kind.to_owned(),
        expires_at: Some(app.clock.millis() + LIFE.num_milliseconds()),
    };
    directory::enter(app.store.write(), IdKind::ConsentState, &session::hash(&state), entry).await?;
    let page = page.address(&state, &back(&app, kind.kind)).ok_or(Error::NotFound)?;
    Ok(panel::to(page.as_str()))
}

/// `GET /panel/sources/new/{kind}/consented`: the messenger's page returns the browser to this address.
pub async fn returned(
    app: AppData,
    member: Member,
    name: web::Path<String>,
    query: web::Query<ConsentQuery>,
) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &name)?;
    let page = page_of(&app, kind.kind)?;
    if !take(&app, &member, kind.kind, &query.state).await? {
        return refusal(&app, &member, &kind, member.words.text("wizard-consent-stale")).await;
    }
    let messenger = member.words.text_of("connector-", kind.kind).to_string();
    if query.code.is_empty() {
        let said = member.words.text("wizard-consent-declined").with("messenger", messenger);
        return refusal(&app, &member, &kind, said).await;
    }
    // A code is valid for seconds, so it is exchanged before anything else.
    match page.lines(&query.code, &back(&app, kind.kind), app.clock.now()).await {
        Ok(mut lines) => {
            lines.truncate(MOST_LINES);
            let mut draft = unfinished(&app, &member, kind.kind);
            draft.lines = lines;
            draft.keep(&app, &member).await?;
            Ok(panel::to(&address(kind.kind, "line")))
        }
        Err(denied) => {
            let reason = denied.text().in_words(member.words, member.crm());
            let said = member.words.text("wizard-consent-refused").with("messenger", messenger).with("reason", reason);
            refusal(&app, &member, &kind, said).await
        }
    }
}

/// The page of a kind; 404 if it has none.
pub(super) fn page_of<'app>(app: &'app PanelContext, kind: &str) -> Result<&'app dyn ConsentPage> {
    app.connectors.get(kind).and_then(|connector| connector.consent_page()).ok_or(Error::NotFound)
}

/// Our address, to which the messenger's page returns. The vendor registers it for the application.
fn back(app: &PanelContext, kind: &str) -> String {
    format!("{}{}", app.public_url(), address(kind, "consented"))
}

/// The session's unfinished draft, or a new one.
fn unfinished(app: &PanelContext, member: &Member, kind: &str) -> SourceDraft {
    let draft = draft_of(app, member, kind).filter(|draft| draft.created.is_none());
    draft.unwrap_or_else(|| SourceDraft::new(kind))
}

/// Whether this session issued this state; consumes it, so that only one of two requests succeeds.
async fn take(app: &PanelContext, member: &Member, kind: &str, state: &str) -> Result<bool> {
    if !session::is_token_shaped(state) {
        return Ok(false);
    }
    let (key, now) = (session::hash(state), app.clock.millis());
    let found = directory::find(app.store.read(), IdKind::ConsentState, &key, now).await?;
    let is_own = |entry: &DirectoryEntry| {
        entry.tenant_id == member.tenant_id && entry.id == member.session.id && entry.note == kind
    };
    // A state of another session stays valid for its owner.
    if !found.as_ref().is_some_and(is_own) {
        return Ok(false);
    }
    Ok(directory::take(app.store.write(), IdKind::ConsentState, &key, now).await?.is_some())
}

/// Redirects to the step that the person came from, which shows the reason.
async fn refusal(app: &PanelContext, member: &Member, kind: &SourceKind, said: Sentence) -> Answer {
    let mut draft = unfinished(app, member, kind.kind);
    draft.keep(app, member).await?;
    let step = if draft.lines.is_empty() { "access" } else { "line" };
    member.see_other(app, &address(kind.kind, step), Notice::failed(said)).await
}

/// The form's field with the chosen line.
const LINE: &str = "line";

struct LineChoice {
    line: OfferedLine,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "panel/wizard/line.html")]
struct WizardLinePage {
    page: PageContext,
    steps: Steps,
    kind: &'static str,
    messenger: Sentence,
    choices: Vec<LineChoice>,
    choice_error: String,
    fields: Vec<Drawn>,
    errors: Vec<(String, String)>,
    /// Why the messenger refused to prepare the line.
    failed: Option<String>,
}

/// `GET /panel/sources/new/{kind}/line`.
pub async fn line(app: AppData, member: Member, name: web::Path<String>) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &name)?;
    let page = page_of(&app, kind.kind)?;
    let Some(draft) = draft_of(&app, &member, kind.kind) else { return too_old(&app, &member).await };
    match next(&draft) {
        Some(step) => Ok(panel::to(&address(kind.kind, step))),
        None => show(&member, kind.kind, page, &draft, &draft.settings, Vec::new(), None),
    }
}

/// `POST /panel/sources/new/{kind}/line`: prepares the chosen line at the messenger.
pub async fn post_line(app: AppData, member: Member, name: web::Path<String>, form: Form<Fields>) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &name)?;
    let page = page_of(&app, kind.kind)?;
    let names: Vec<String> = page.fields().iter().map(fields::name_of).chain([LINE.to_owned()]).collect();
    form.allow_only(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    let Some(mut draft) = draft_of(&app, &member, kind.kind) else { return too_old(&app, &member).await };
    if let Some(step) = next(&draft) {
        return Ok(panel::to(&address(kind.kind, step)));
    }
    let typed = match fields::read(member.words, page.fields(), &form, &Value::Object(Map::new()), true) {
        Ok(typed) => typed,
        Err((typed, errors)) => return show(&member, kind.kind, page, &draft, &typed, errors, None),
    };
    let Some(chosen) = chosen_line(&draft, form.get(LINE)) else {
        let said = member.words.text("wizard-line-choose-one").to_string();
        return show(&member, kind.kind, page, &draft, &typed, vec![(LINE.to_owned(), said)], None);
    };
    draft.line_key = chosen.key.clone();
    let said = |said: &LocalizedText| said.in_words(member.words, member.crm());
    if let Some(source) = own_source(&app, &member, kind.kind, &chosen.key).await? {
        return match page.connect(with(chosen.settings, typed.clone())).await {
            Ok(settings) => renewed(&app, &member, &source, settings, &draft).await,
            Err(denied) => show(&member, kind.kind, page, &draft, &typed, Vec::new(), Some(said(denied.text()))),
        };
    }
    let identity = Identity { key: chosen.key.clone(), name: chosen.name.clone(), facts: Value::Null };
    let connector = app.connectors.get(kind.kind).ok_or(Error::NotFound)?;
    if let Some(taken) = line::is_taken(&app.sources, member.tenant_id, connector.as_ref(), &identity).await? {
        return show(&member, kind.kind, page, &draft, &typed, vec![(LINE.to_owned(), said(&taken))], None);
    }
    match page.connect(with(chosen.settings.clone(), typed.clone())).await {
        Ok(settings) => {
            draft.settings = settings;
            draft.line = chosen.name.clone();
            draft.name = String::new();
            draft.checked = true;
            draft.keep(&app, &member).await?;
            Ok(panel::to(&address(kind.kind, "routing")))
        }
        Err(denied) => {
            let why = said(denied.text());
            show(&member, kind.kind, page, &draft, &typed, Vec::new(), Some(why))
        }
    }
}

/// The account's own source for a line, which its owner reconnects because access was lost.
async fn own_source(
    app: &PanelContext,
    member: &Member,
    kind: &str,
    key: &str,
) -> Result<Option<entity::source::Model>> {
    let Some(id) = line::source_of(&app.sources, kind, key).await? else { return Ok(None) };
    match domain::source::find(&app.sources, member.tenant_id, id).await {
        Ok(source) => Ok(Some(source)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Gives a source its new credentials; its options and everything else stay the same.
async fn renewed(
    app: &PanelContext,
    member: &Member,
    source: &entity::source::Model,
    settings: Value,
    draft: &SourceDraft,
) -> Answer {
    let stored: Value = serde_json::from_str(&source.settings).unwrap_or_default();
    let change = SourceChange { settings: Some(with(stored, settings)), ..SourceChange::default() };
    let by = member.by();
    let tenant_id = member.tenant_id;
    let done = domain::source::change(&app.sources, tenant_id, source.id, change, None, &by).await;
    match done {
        Ok(_) => {
            SourceDraft::forget(app, member).await?;
            let said = member.words.text("wizard-line-renewed").with("source", source.name.as_str());
            member.see_other(app, &format!("/panel/sources/{}", source.id), Notice::done(said)).await
        }
        Err(error) => member.see_other(app, &address(&draft.kind, "line"), member.refused(error)?).await,
    }
}

/// The page to redirect to if there is nothing to choose here.
fn next(draft: &SourceDraft) -> Option<&'static str> {
    match draft {
        SourceDraft { created: Some(_), .. } => Some("test"),
        SourceDraft { lines, .. } if lines.is_empty() => Some("access"),
        _ => None,
    }
}

/// The chosen line. A single line needs no choice.
fn chosen_line(draft: &SourceDraft, key: &str) -> Option<OfferedLine> {
    match draft.lines.as_slice() {
        [only] if key.is_empty() => Some(only.clone()),
        lines => lines.iter().find(|line| line.key == key).cloned(),
    }
}

/// The line's settings with the entered ones.
fn with(mut settings: Value, typed: Value) -> Value {
    if let (Some(settings), Value::Object(typed)) = (settings.as_object_mut(), typed) {
        settings.extend(typed);
    }
    settings
}

fn show(
    member: &Member,
    kind: &'static str,
    consent: &dyn ConsentPage,
    draft: &SourceDraft,
    typed: &Value,
    errors: Vec<(String, String)>,
    failed: Option<String>,
) -> Answer {
    let is_refused = !errors.is_empty() || failed.is_some();
    let page = member.page("wizard-title", Nav::Sources);
    let page = if is_refused { page.with_error() } else { page };
    let choices = draft
        .lines
        .iter()
        .map(|line| LineChoice { line: line.clone(), chosen: draft.lines.len() == 1 || line.key == draft.line_key });
    let shown = WizardLinePage {
        steps: steps(&page, 2),
        kind,
        messenger: page.words.text_of("connector-", kind),
        choices: choices.collect(),
        choice_error: errors.iter().find(|(of, _)| of == LINE).map(|(_, text)| text.clone()).unwrap_or_default(),
        fields: fields::draw(page.words, consent.fields(), typed, None, &errors),
        errors,
        failed,
        page: page.clone(),
    };
    let status = if is_refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    panel::html_as(status, &page, &shown)
}
