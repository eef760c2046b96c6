//! Step 2 after the messenger's own page: choice of one of the authorized lines.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{LocalizedText, Sentence};
use connectors::{ConsentPage, Identity, OfferedLine};
use serde_json::{Map, Value};

use super::SourceDraft;
use super::consent::page_of;
use super::{Steps, steps};
use super::{address, draft_of, kind_of, too_old};
use crate::panel::PanelContext;
use crate::panel::fields::{self, Drawn};
use crate::panel::{self, Answer, AppData, Fields, Form, Member, Nav, Notice, PageContext, Right};
use crate::source::{SourceChange, line};

/// The form's field with the chosen line.
const LINE: &str = "line";

struct LineChoice {
    key: String,
    name: String,
    about: String,
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
pub async fn get(app: AppData, member: Member, name: web::Path<String>) -> Answer {
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
pub async fn post(app: AppData, member: Member, name: web::Path<String>, form: Form<Fields>) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &name)?;
    let page = page_of(&app, kind.kind)?;
    let names: Vec<String> = page.fields().iter().map(fields::name_of).chain([LINE.to_owned()]).collect();
    form.known(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    let Some(mut draft) = draft_of(&app, &member, kind.kind) else { return too_old(&app, &member).await };
    if let Some(step) = next(&draft) {
        return Ok(panel::to(&address(kind.kind, step)));
    }
    let typed = match fields::read(member.words, page.fields(), &form, &Value::Object(Map::new()), true) {
        Ok(typed) => typed,
        Err((typed, errors)) => return show(&member, kind.kind, page, &draft, &typed, errors, None),
    };
    let Some(chosen) = chosen(&draft, form.get(LINE)) else {
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
    match crate::source::find(&app.sources, member.tenant_id, id).await {
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
    let done = crate::source::change(&app.sources, tenant_id, source.id, change, None, &by).await;
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
fn chosen(draft: &SourceDraft, key: &str) -> Option<OfferedLine> {
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
    let choices = draft.lines.iter().map(|line| LineChoice {
        key: line.key.clone(),
        name: line.name.clone(),
        about: line.about.clone(),
        chosen: draft.lines.len() == 1 || line.key == draft.line_key,
    });
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
