//! `/panel/sources/{id}/settings`: the settings of one source that are common to all kinds.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, ResponseError, web};
use askama::Template;
use base::error::{ChangedMeanwhile, Error, Result};
use base::i18n::Sentence;
use entity::source;
use uuid::Uuid;

use super::by_hand::{EnteredByHand, Secrets};
use super::form::{SourceForm, Was};
use super::state_view::{SourceStateView, shown};
use super::{Pipeline, age, find, pipeline_name, pipelines};
use crate::identity::realm::LIVE;
use crate::panel::PanelContext;
use crate::panel::choice::SelectOption;
use crate::panel::{self, Answer, AppData, Form, Member, Nav, Notice, PageContext, Right, Tone};
use crate::source::crm_copy::Known;
use crate::source::services::has_services;

#[derive(Template)]
#[template(path = "panel/sources/one.html")]
struct SourcePage {
    page: PageContext,
    tab: &'static str,
    id: String,
    may: bool,
    state: SourceStateView,
    paused: bool,
    messenger: Sentence,
    called: String,
    name_error: String,
    errors: Vec<(String, String)>,
    /// `None` if amoCRM has never returned them.
    pipelines: Option<Vec<SelectOption>>,
    /// The age of the pipelines, if relevant.
    age: Option<Sentence>,
    pipeline: String,
    pipeline_error: String,
    is_default: bool,
    wants_default: bool,
    wants_lead_origin: bool,
    /// It may offer more than chats.
    has_services: bool,
    /// Name of the current default source.
    default_now: Option<String>,
    rules: Vec<SelectOption>,
    version: i64,
    was: Was,
    /// Concurrent changes: field and new value.
    changed: Vec<(String, String)>,
    external_id: String,
    amocrm_id: String,
    to_enter: Option<EnteredByHand>,
}

/// What to show in the form, and why.
struct SourceFormState {
    typed: SourceForm,
    errors: Vec<(String, String)>,
    /// Fields that another person changed.
    changed: Vec<String>,
    /// Only the automatically updated parts are needed: no request to amoCRM.
    live: bool,
}

impl From<SourceForm> for SourceFormState {
    fn from(typed: SourceForm) -> Self {
        Self { typed, errors: Vec::new(), changed: Vec::new(), live: false }
    }
}

/// `GET /panel/sources/{id}/settings`.
pub async fn get(app: AppData, member: Member, id: web::Path<String>, request: HttpRequest) -> Answer {
    let source = find(&app, &member, Right::Look, &id).await?;
    let page = member.page(member.words.text("source-title").with("name", source.name.as_str()), Nav::Sources);
    let live = request.headers().contains_key(LIVE);
    let sent = SourceFormState { live, ..SourceForm::of(&source).into() };
    show(&app, &member, page, StatusCode::OK, &source, sent).await
}

/// `POST /panel/sources/{id}`: changes the fields that this person edited. Concurrent changes are kept and reported,
/// and no input is lost.
pub async fn save(app: AppData, member: Member, id: web::Path<String>, form: Form<SourceForm>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    let typed = form.0;
    let (change, expected) = (typed.change(&source), Some(typed.version));
    let path = format!("/panel/sources/{}/settings", source.id);
    let done = crate::source::change(&app.sources, member.tenant_id, source.id, change, expected, &member.by()).await;
    let page = |member: &Member| {
        member.page(member.words.text("source-title").with("name", source.name.as_str()), Nav::Sources).with_error()
    };
    match done {
        Ok(_) => member.see_other(&app, &path, Notice::done(member.words.text("common-saved"))).await,
        Err(Error::Invalid(wrong)) => {
            let errors = wrong.iter().map(|error| in_words(&member, &typed, error)).collect();
            let sent = SourceFormState { errors, ..typed.into() };
            show(&app, &member, page(&member), StatusCode::UNPROCESSABLE_ENTITY, &source, sent).await
        }
        Err(Error::Changed(changed)) => {
            let now = find(&app, &member, Right::EditSources, &id).await?;
            let page = page(&member).with_notice(outrun(&member, &changed));
            let sent = SourceFormState { changed: changed.what, ..typed.over(&now).into() };
            show(&app, &member, page, StatusCode::CONFLICT, &now, sent).await
        }
        Err(error) => {
            let status = error.status_code();
            let page = page(&member).with_notice(member.refused(error)?);
            show(&app, &member, page, status, &source, typed.into()).await
        }
    }
}

/// Names who made the concurrent change, and when.
pub(super) fn outrun(member: &Member, changed: &ChangedMeanwhile) -> Notice {
    let words = member.words;
    let who = if changed.who.is_empty() { words.text("source-someone").to_string() } else { changed.who.clone() };
    let said = words.text("form-changed-meanwhile").with("name", who);
    Notice::of(Tone::Warn, said.with("time", member.when(changed.at).adverb()))
}

fn in_words(member: &Member, typed: &SourceForm, error: &base::error::FieldError) -> (String, String) {
    let words = member.words;
    let name = words.text("source-edit-name").with("crm", member.crm()).to_string();
    let length = typed.name.trim().chars().count();
    match error.pointer.as_str() {
        "/name" if length == 0 => ("name".into(), words.text("form-empty").with("field", name).to_string()),
        "/name" if length > 255 => {
            let said = words.text("form-too-long").with("field", name).with("length", length).with("limit", 255);
            ("name".into(), said.to_string())
        }
        "/pipeline_id" => ("pipeline".into(), words.text("form-pipeline-gone").with("crm", member.crm()).to_string()),
        pointer => {
            let said = words.text("form-refused").with("reason", error.detail.in_words(words, member.crm()));
            (pointer.trim_start_matches('/').to_owned(), said.to_string())
        }
    }
}

async fn show(
    app: &AppData,
    member: &Member,
    page: PageContext,
    status: StatusCode,
    source: &source::Model,
    sent: SourceFormState,
) -> Answer {
    let words = page.words;
    let state = crate::source::state(&app.sources, source).await?;
    let pipelines = pipelines(app, member.tenant_id, !sent.live).await?;
    let default_now = default_now(app, member, source.id).await?;
    let SourceFormState { typed, errors, changed, live: _ } = sent;
    let wanted = typed.pipeline.clone().unwrap_or_else(|| source.pipeline_id.to_string());
    let rule = typed.contact_rule.as_deref().unwrap_or(&source.contact_rule);
    let error_of =
        |of: &str| errors.iter().find(|(name, _)| name == of).map(|(_, text)| text.clone()).unwrap_or_default();
    let rules = ["leave", "link", "create"]
        .map(|one| SelectOption::new(one, words.text_of("contact-rule-", one).with("crm", page.crm), rule));
    let one = SourcePage {
        tab: "settings",
        id: source.id.to_string(),
        may: member.may(Right::EditSources),
        state: shown(&page, source, &state),
        paused: source.paused,
        messenger: words.text_of("connector-", &source.kind),
        name_error: error_of("name"),
        pipeline_error: error_of("pipeline"),
        pipeline: pipeline_name(&page, pipelines.as_ref(), source.pipeline_id),
        age: age(&page, pipelines.as_ref()),
        pipelines: choices(pipelines.as_ref(), source, &wanted, &page),
        is_default: source.is_default,
        wants_default: source.is_default || typed.default.is_some(),
        default_now,
        rules: rules.into(),
        has_services: has_services(&app.sources, source),
        wants_lead_origin: typed.lead_origin.is_some(),
        version: typed.version,
        was: typed.was(source),
        called: typed.name,
        changed: values_now(&page, source, pipelines.as_ref(), &changed),
        external_id: source.external_id.clone(),
        amocrm_id: source.amocrm_source_id.to_string(),
        to_enter: EnteredByHand::of(app, &page, source, Secrets::Masked)?,
        errors,
        page: page.clone(),
    };
    panel::html_as(status, &page, &one)
}

fn choices(
    pipelines: Option<&Known<Pipeline>>,
    source: &source::Model,
    wanted: &str,
    page: &PageContext,
) -> Option<Vec<SelectOption>> {
    let pipelines = pipelines?;
    let offered = || pipelines.items.iter().filter(|pipeline| !pipeline.archived);
    let mut choices: Vec<_> =
        offered().map(|pipeline| SelectOption::new(pipeline.id.to_string(), &pipeline.name, wanted)).collect();
    if !offered().any(|pipeline| pipeline.id == source.pipeline_id) {
        let label = pipeline_name(page, Some(pipelines), source.pipeline_id);
        choices.insert(0, SelectOption::new(source.pipeline_id.to_string(), label, wanted));
    }
    Some(choices)
}

/// The current values of concurrently changed fields, for display.
fn values_now(
    page: &PageContext,
    source: &source::Model,
    pipelines: Option<&Known<Pipeline>>,
    changed: &[String],
) -> Vec<(String, String)> {
    let say = |key: &'static str| page.words.text(key).with("crm", page.crm).to_string();
    let value = |field: &String| match field.as_str() {
        "name" => Some((say("source-edit-name"), source.name.clone())),
        "pipeline_id" => Some((say("source-edit-pipeline"), pipeline_name(page, pipelines, source.pipeline_id))),
        "default" => {
            let word = if source.is_default { "answer-yes" } else { "answer-no" };
            Some((say("source-edit-default"), say(word)))
        }
        "contact_rule" => {
            let rule = page.words.text_of("contact-rule-", &source.contact_rule).with("crm", page.crm).to_string();
            Some((say("source-edit-contact"), rule))
        }
        "lead_origin" => {
            let word = if source.lead_origin { "answer-yes" } else { "answer-no" };
            Some((say("source-edit-lead-origin"), say(word)))
        }
        "settings" => Some((say("source-tab-access"), say("source-changed-settings"))),
        "paused" => Some((
            say("sources-col-state"),
            page.words.text_of("source-state-", &source.status).with("crm", page.crm).to_string(),
        )),
        _ => None,
    };
    changed.iter().filter_map(value).collect()
}

async fn default_now(app: &PanelContext, member: &Member, but: Uuid) -> Result<Option<String>> {
    let all = crate::source::all(&app.sources, member.tenant_id).await?;
    Ok(all.into_iter().find(|source| source.is_default && source.id != but).map(|source| source.name))
}
