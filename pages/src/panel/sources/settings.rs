//! `/panel/sources/{id}/settings`: the settings of one source that are common to all kinds. Only fields that the person
//! edited are changed, compared with the values the form was rendered with.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, ResponseError, web};
use askama::Template;
use base::error::{ChangedMeanwhile, Error, FieldError, Result};
use base::i18n::Sentence;
use domain::identity::realm::LIVE;
use domain::settings;
use domain::source::check::has_services;
use domain::source::crm_copy::Known;
use domain::source::{ContactRule, KnownPipeline, SourceChange, version};
use entity::source;
use serde::Deserialize;
use uuid::Uuid;

use super::{SourceStateView, find, state_view};
use crate::panel::choice::{SelectOption, pipeline_name, pipelines, pipelines_age};
use crate::panel::{self, Answer, AppData, Form, Member, Nav, Notice, PageContext, PanelContext, Right, Tone};

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
    new_chats_error: String,
    is_default: bool,
    wants_default: bool,
    wants_lead_origin: bool,
    /// How many new chats are passed on within an hour; empty: all.
    new_chats: String,
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
pub async fn settings(app: AppData, member: Member, id: web::Path<String>, request: HttpRequest) -> Answer {
    let source = find(&app, &member, Right::Look, &id).await?;
    let page = member.page(source.name.clone(), Nav::Sources);
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
    let done = domain::source::change(&app.sources, member.tenant_id, source.id, change, expected, &member.by()).await;
    let page = |member: &Member| member.page(source.name.clone(), Nav::Sources).with_error();
    match done {
        Ok(_) => member.see_other(&app, &path, Notice::done(member.words.text("common-saved"))).await,
        Err(Error::Invalid(wrong)) => {
            let errors = wrong.iter().map(|error| error_in_words(&member, typed.name.trim(), error)).collect();
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

/// What is wrong with a field, and its name in the form. `name`: the source's name as typed.
pub fn error_in_words(member: &Member, name: &str, error: &FieldError) -> (String, String) {
    let words = member.words;
    let field = words.text("source-edit-name").with("crm", member.crm()).to_string();
    let length = name.chars().count();
    match error.pointer.as_str() {
        "/name" if length == 0 => ("name".into(), words.text("form-empty").with("field", field).to_string()),
        "/name" if length > 255 => {
            let said = words.text("form-too-long").with("field", field).with("length", length).with("limit", 255);
            ("name".into(), said.to_string())
        }
        "/new_chats_per_hour" => {
            let label = words.text("source-edit-new-chats").to_string();
            ("new_chats".into(), panel::fields::refused(words, &label, &error.detail))
        }
        "/pipeline_id" => ("pipeline".into(), words.text("form-pipeline-gone").with("crm", member.crm()).to_string()),
        pointer => (pointer.trim_start_matches('/').to_owned(), error.detail.sentence(words, member.crm())),
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
    let state = domain::source::state(&app.sources, source).await?;
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
        state: state_view(&page, source, &state),
        paused: source.paused,
        messenger: words.text_of("connector-", &source.kind),
        name_error: error_of("name"),
        pipeline_error: error_of("pipeline"),
        new_chats_error: error_of("new_chats"),
        pipeline: pipeline_name(&page, pipelines.as_ref(), source.pipeline_id),
        age: pipelines_age(&page, pipelines.as_ref()),
        pipelines: choices(pipelines.as_ref(), source, &wanted, &page),
        is_default: source.is_default,
        wants_default: source.is_default || typed.default.is_some(),
        default_now,
        rules: rules.into(),
        has_services: has_services(&app.sources, source),
        wants_lead_origin: typed.lead_origin.is_some(),
        new_chats: typed.new_chats.clone().unwrap_or_else(|| Was::of(source).new_chats),
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
    pipelines: Option<&Known<KnownPipeline>>,
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
    pipelines: Option<&Known<KnownPipeline>>,
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
        "new_chats_per_hour" => Some((say("source-edit-new-chats"), source.new_chats_per_hour.to_string())),
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
    let all = domain::source::all(&app.sources, member.tenant_id).await?;
    Ok(all.into_iter().find(|source| source.is_default && source.id != but).map(|source| source.name))
}

/// The form of a source. Each field has a hidden copy of the value with which the page was rendered; without it the
/// source's current value is used for comparison.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceForm {
    pub name: String,
    /// Absent if amoCRM did not return its pipelines.
    pub pipeline: Option<String>,
    /// Present if the box is ticked. The default source's box cannot be unticked.
    pub default: Option<String>,
    pub contact_rule: Option<String>,
    /// Present if the box is ticked.
    pub lead_origin: Option<String>,
    pub new_chats: Option<String>,
    pub version: i64,
    was_name: Option<String>,
    was_pipeline: Option<String>,
    was_default: Option<String>,
    was_contact_rule: Option<String>,
    was_lead_origin: Option<String>,
    was_new_chats: Option<String>,
}

/// The values the form was rendered with, from its hidden fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Was {
    pub name: String,
    pub pipeline: String,
    pub default: bool,
    pub contact_rule: String,
    pub lead_origin: bool,
    /// Empty: all new chats are passed on.
    pub new_chats: String,
}

impl Was {
    fn of(source: &source::Model) -> Self {
        Self {
            name: source.name.clone(),
            pipeline: source.pipeline_id.to_string(),
            default: source.is_default,
            contact_rule: source.contact_rule.clone(),
            lead_origin: source.lead_origin,
            new_chats: Some(source.new_chats_per_hour)
                .filter(|most| *most > 0)
                .map(|most| most.to_string())
                .unwrap_or_default(),
        }
    }
}

/// The submitted value if it differs from the rendered one.
fn touched<'typed>(typed: Option<&'typed str>, was: &str) -> Option<&'typed str> {
    typed.filter(|typed| *typed != was)
}

impl SourceForm {
    /// The form with the source's current values.
    pub fn of(source: &source::Model) -> Self {
        let was = Was::of(source);
        Self {
            name: was.name.clone(),
            pipeline: Some(was.pipeline.clone()),
            default: ticked(was.default),
            contact_rule: Some(was.contact_rule.clone()),
            lead_origin: ticked(was.lead_origin),
            new_chats: Some(was.new_chats.clone()),
            version: version(source),
            was_name: Some(was.name),
            was_pipeline: Some(was.pipeline),
            was_default: Some(if was.default { "1" } else { "" }.to_owned()),
            was_contact_rule: Some(was.contact_rule),
            was_lead_origin: Some(if was.lead_origin { "1" } else { "" }.to_owned()),
            was_new_chats: Some(was.new_chats),
        }
    }

    /// The values the form was rendered with.
    pub fn was(&self, source: &source::Model) -> Was {
        let now = Was::of(source);
        Was {
            name: self.was_name.clone().unwrap_or(now.name),
            pipeline: self.was_pipeline.clone().unwrap_or(now.pipeline),
            default: self.was_default.as_ref().map_or(now.default, |was| was == "1"),
            contact_rule: self.was_contact_rule.clone().unwrap_or(now.contact_rule),
            lead_origin: self.was_lead_origin.as_ref().map_or(now.lead_origin, |was| was == "1"),
            new_chats: self.was_new_chats.clone().unwrap_or(now.new_chats),
        }
    }

    /// The box of origins, if the person changed it. A form without its hidden copy does not have the box.
    fn edited_lead_origin(&self, was: &Was) -> Option<bool> {
        let is_ticked = self.lead_origin.is_some();
        (self.was_lead_origin.is_some() && is_ticked != was.lead_origin).then_some(is_ticked)
    }

    /// The changes that this person wants.
    pub fn change(&self, source: &source::Model) -> SourceChange {
        let was = self.was(source);
        SourceChange {
            name: touched(Some(self.name.trim()), &was.name).map(str::to_owned),
            pipeline_id: touched(self.pipeline.as_deref(), &was.pipeline).and_then(|id| id.parse().ok()),
            // The default mark can be moved to another source, but not removed.
            default: (self.default.is_some() && !was.default).then_some(true),
            contact_rule: touched(self.contact_rule.as_deref(), &was.contact_rule).and_then(rule_of),
            lead_origin: self.edited_lead_origin(&was),
            new_chats_per_hour: touched(self.new_chats.as_deref(), &was.new_chats).map(|most| match most.trim() {
                "" => 0,
                // What is no number is refused like one that is out of range.
                most => most.parse().unwrap_or(-1),
            }),
            ..SourceChange::default()
        }
    }

    /// Rebases the person's edits on a concurrent change: fields that they did not edit get the new values; otherwise
    /// saving again would undo the other change.
    pub fn over(&self, source: &source::Model) -> Self {
        let (was, now) = (self.was(source), Self::of(source));
        let kept = |typed: Option<&str>, was: &str| touched(typed, was).map(str::to_owned);
        Self {
            name: kept(Some(self.name.trim()), &was.name).unwrap_or(now.name),
            pipeline: kept(self.pipeline.as_deref(), &was.pipeline).or(now.pipeline),
            default: self.default.clone().filter(|_| !was.default).or(now.default),
            contact_rule: kept(self.contact_rule.as_deref(), &was.contact_rule).or(now.contact_rule),
            lead_origin: self.edited_lead_origin(&was).map_or(now.lead_origin.clone(), ticked),
            new_chats: kept(self.new_chats.as_deref(), &was.new_chats).or(now.new_chats),
            ..now
        }
    }
}

/// The value of a box in a form.
fn ticked(on: bool) -> Option<String> {
    on.then(|| "1".to_owned())
}

/// A rule by its word.
pub fn rule_of(word: &str) -> Option<ContactRule> {
    [ContactRule::Leave, ContactRule::Link, ContactRule::Create].into_iter().find(|rule| rule.as_str() == word)
}

/// How much of a secret value is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    /// All of it, while the source is being connected.
    Whole,
    /// The last characters.
    Masked,
}

/// Values with their labels, and where they are entered.
pub struct EnteredByHand {
    pub title: Sentence,
    pub hint: Sentence,
    pub values: Vec<EnteredValue>,
}

/// One of the values.
pub struct EnteredValue {
    pub label: Sentence,
    pub value: String,
    /// Only its end is shown, so it cannot be copied.
    pub is_masked: bool,
}

impl EnteredByHand {
    /// None if the messenger needs nothing entered by hand.
    pub fn of(
        app: &PanelContext,
        page: &PageContext,
        source: &source::Model,
        secrets: Secrets,
    ) -> Result<Option<Self>> {
        let words = page.words;
        let webhook = domain::source::line::webhook_to_enter(&app.sources, source)?;
        Ok(webhook.map(|webhook| {
            let values = webhook.values.into_iter().map(|one| {
                let is_masked = one.is_secret && secrets == Secrets::Masked;
                let value = if is_masked { settings::mask(&one.value) } else { one.value };
                EnteredValue { label: words.text(one.label), value, is_masked }
            });
            Self { title: words.text(webhook.title), hint: words.text(webhook.hint), values: values.collect() }
        }))
    }
}
