//! One source: its state, and the settings that every kind has.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use entity::source;
use serde::Deserialize;
use uuid::Uuid;

use super::shown::{Shown, shown};
use super::{Pipeline, by, find, pipeline_name, pipelines};
use crate::app::App;
use crate::delivery::dead;
use crate::error::{Error, Result};
use crate::panel::choice::Choice;
use crate::panel::{self, Form, Member, Nav, Notice, PageContext, Right, Tone};
use crate::source::{ContactRule, SourceChange, version};
use crate::words::Sentence;

/// What the form sends.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    name: String,
    /// Absent while amoCRM does not tell its pipelines.
    pipeline: Option<String>,
    default: Option<String>,
    contact_rule: Option<String>,
    version: i64,
}

#[derive(Template)]
#[template(path = "panel/sources/one.html")]
struct One {
    page: PageContext,
    tab: &'static str,
    id: String,
    may: bool,
    state: Shown,
    paused: bool,
    messenger: Sentence,
    held: Option<Sentence>,
    called: String,
    name_error: String,
    errors: Vec<(String, String)>,
    /// None: amoCRM does not tell; the name that is known is shown.
    pipelines: Option<Vec<Choice>>,
    pipeline: String,
    pipeline_error: String,
    is_default: bool,
    wants_default: bool,
    /// Who is the default now.
    default_now: Option<String>,
    rules: Vec<Choice>,
    version: i64,
    /// What somebody else changed, field and value.
    changed: Vec<(String, String)>,
    external_id: String,
    amocrm_id: String,
    link: Option<String>,
}

/// What stands in the form and why.
#[derive(Default)]
struct Sent {
    fields: Option<Fields>,
    errors: Vec<(String, String)>,
    /// The fields that somebody else changed.
    changed: Vec<String>,
}

/// `GET /panel/sources/{id}`.
pub async fn get(app: web::Data<App>, member: Member, id: web::Path<String>) -> Result<HttpResponse> {
    member.require(Right::Look)?;
    let source = find(&app, &member, &id).await?;
    let page = member.page(member.words.say("source-title").with("name", source.name.as_str()), Nav::Sources);
    show(&app, &member, page, StatusCode::OK, &source, Sent::default()).await
}

/// `POST /panel/sources/{id}`: changes what differs; what somebody else changed meanwhile is told and nothing is lost.
pub async fn save(
    app: web::Data<App>,
    member: Member,
    id: web::Path<String>,
    form: Form<Fields>,
) -> Result<HttpResponse> {
    member.require(Right::EditSources)?;
    let source = find(&app, &member, &id).await?;
    let fields = form.0;
    let change = SourceChange {
        name: Some(fields.name.trim().to_owned()).filter(|name| *name != source.name),
        pipeline_id: fields.pipeline.as_deref().and_then(|id| id.parse().ok()).filter(|id| *id != source.pipeline_id),
        // The mark is given to another source, never only taken away.
        default: fields.default.is_some().then_some(true).filter(|_| !source.is_default),
        contact_rule: fields
            .contact_rule
            .as_deref()
            .and_then(rule_of)
            .filter(|rule| rule.as_str() != source.contact_rule),
        ..SourceChange::default()
    };
    let path = format!("/panel/sources/{}", source.id);
    let done =
        crate::source::change(&app, member.tenant.tenant_id, source.id, change, Some(fields.version), &by(&member))
            .await;
    let page = |member: &Member| {
        member.page(member.words.say("source-title").with("name", source.name.as_str()), Nav::Sources).with_error()
    };
    let (status, page, sent) = match done {
        Ok(_) => return member.see_other(&app, &path, Notice::done(member.words.say("common-saved"))).await,
        Err(Error::Invalid(wrong)) => {
            let errors = wrong.iter().map(|error| in_words(&member, &fields, error)).collect();
            (StatusCode::UNPROCESSABLE_ENTITY, page(&member), Sent { fields: Some(fields), errors, ..Sent::default() })
        }
        Err(Error::Changed(changed)) => {
            let who =
                if changed.who.is_empty() { member.words.say("source-somebody").to_string() } else { changed.who };
            let said = member.words.say("form-changed-meanwhile").with("name", who);
            let said = said.with("time", member.when(changed.at).adverb());
            let page = page(&member).with_notice(Notice::of(Tone::Warn, said));
            (StatusCode::CONFLICT, page, Sent { fields: Some(fields), changed: changed.what, ..Sent::default() })
        }
        Err(error @ (Error::Conflict { .. } | Error::Unavailable { .. })) => {
            let page = page(&member).with_notice(refused(&member, &error));
            let status = actix_web::ResponseError::status_code(&error);
            (status, page, Sent { fields: Some(fields), ..Sent::default() })
        }
        Err(error) => return Err(error),
    };
    let now = find(&app, &member, &id).await?;
    show(&app, &member, page, status, &now, sent).await
}

fn rule_of(word: &str) -> Option<ContactRule> {
    [ContactRule::Leave, ContactRule::Link, ContactRule::Create].into_iter().find(|rule| rule.as_str() == word)
}

fn in_words(member: &Member, fields: &Fields, error: &crate::error::FieldError) -> (String, String) {
    let words = member.words;
    let name = words.say("source-edit-name").with("crm", member.crm()).to_string();
    let length = fields.name.trim().chars().count();
    match error.pointer.as_str() {
        "/name" if length == 0 => ("name".into(), words.say("form-empty").with("field", name).to_string()),
        "/name" if length > 255 => {
            let said = words.say("form-too-long").with("field", name).with("length", length).with("limit", 255);
            ("name".into(), said.to_string())
        }
        "/pipeline_id" => ("pipeline".into(), words.say("form-pipeline-gone").with("crm", member.crm()).to_string()),
        pointer => {
            let said = words.say("form-refused").with("reason", error.detail.in_words(words, member.crm()));
            (pointer.trim_start_matches('/').to_owned(), said.to_string())
        }
    }
}

/// A refusal in words: what it means and what to do, with the other side's words after it.
pub(in crate::panel) fn refused(member: &Member, error: &Error) -> Notice {
    let (words, crm) = (member.words, member.crm());
    let said = match error {
        Error::Unavailable { .. } => words.say("source-crm-away").with("crm", crm).to_string(),
        Error::Conflict { problem, detail } => {
            let key = format!("source-refused-{problem}");
            let key = if words.has(&key) { key } else { "source-refused-other".to_owned() };
            words.say(key).with("crm", crm).with("reason", detail.in_words(words, crm)).to_string()
        }
        other => other.said().in_words(words, crm),
    };
    Notice::failed(said)
}

async fn show(
    app: &web::Data<App>,
    member: &Member,
    page: PageContext,
    status: StatusCode,
    source: &source::Model,
    sent: Sent,
) -> Result<HttpResponse> {
    let words = page.words;
    let state = crate::source::state(app, source).await?;
    let pipelines = pipelines(app, member.tenant.tenant_id).await;
    let (count, oldest) = dead::held(app, source).await?;
    let held = (count > 0 && source.paused).then(|| {
        let stamp = page.when(&oldest.unwrap_or_default()).stamp();
        words.say("source-held").with("count", count).with("stamp", stamp)
    });
    let default_now = default_now(app, member, source.id).await?;
    let Sent { fields, errors, changed } = sent;
    let called = fields.as_ref().map_or_else(|| source.name.clone(), |fields| fields.name.clone());
    let wanted =
        fields.as_ref().and_then(|fields| fields.pipeline.clone()).unwrap_or_else(|| source.pipeline_id.to_string());
    let rule =
        fields.as_ref().and_then(|fields| fields.contact_rule.clone()).unwrap_or_else(|| source.contact_rule.clone());
    let error_of =
        |of: &str| errors.iter().find(|(name, _)| name == of).map(|(_, text)| text.clone()).unwrap_or_default();
    let rules = ["leave", "link", "create"]
        .map(|one| Choice::new(one, words.say_of("contact-rule-", one).with("crm", page.crm), &rule));
    let one = One {
        tab: "settings",
        id: source.id.to_string(),
        may: member.may(Right::EditSources),
        state: shown(&page, source, &state),
        paused: source.paused,
        messenger: words.say_of("connector-", &source.kind),
        held,
        called,
        name_error: error_of("name"),
        pipeline_error: error_of("pipeline"),
        pipeline: pipeline_name(&page, pipelines.as_deref(), source.pipeline_id),
        pipelines: choices(pipelines.as_deref(), source, &wanted, &page),
        is_default: source.is_default,
        wants_default: source.is_default || fields.as_ref().is_some_and(|fields| fields.default.is_some()),
        default_now,
        rules: rules.into(),
        version: version(source),
        changed: values_now(&page, source, pipelines.as_deref(), &changed),
        external_id: source.external_id.clone(),
        amocrm_id: source.amocrm_source_id.to_string(),
        link: (source.kind == "webchat").then(|| format!("{}/chat/{}", app.public_url(), source.id)),
        errors,
        page: page.clone(),
    };
    panel::html_as(status, &page, &one)
}

fn choices(
    pipelines: Option<&[Pipeline]>,
    source: &source::Model,
    wanted: &str,
    page: &PageContext,
) -> Option<Vec<Choice>> {
    let pipelines = pipelines?;
    let offered = || pipelines.iter().filter(|pipeline| !pipeline.archived);
    let mut choices: Vec<_> =
        offered().map(|pipeline| Choice::new(pipeline.id.to_string(), &pipeline.name, wanted)).collect();
    if !offered().any(|pipeline| pipeline.id == source.pipeline_id) {
        let label = pipeline_name(page, Some(pipelines), source.pipeline_id);
        choices.insert(0, Choice::new(source.pipeline_id.to_string(), label, wanted));
    }
    Some(choices)
}

/// The values that somebody else has given, for who looks at them now.
fn values_now(
    page: &PageContext,
    source: &source::Model,
    pipelines: Option<&[Pipeline]>,
    changed: &[String],
) -> Vec<(String, String)> {
    let say = |key: &'static str| page.words.say(key).with("crm", page.crm).to_string();
    let value = |field: &String| match field.as_str() {
        "name" => Some((say("source-edit-name"), source.name.clone())),
        "pipeline_id" => Some((say("source-edit-pipeline"), pipeline_name(page, pipelines, source.pipeline_id))),
        "default" => {
            let word = if source.is_default { "answer-yes" } else { "answer-no" };
            Some((say("source-edit-default"), say(word)))
        }
        "contact_rule" => {
            let rule = page.words.say_of("contact-rule-", &source.contact_rule).with("crm", page.crm).to_string();
            Some((say("source-edit-contact"), rule))
        }
        "settings" => Some((say("source-tab-access"), say("source-changed-settings"))),
        "paused" => Some((
            say("sources-col-state"),
            page.words.say_of("source-state-", &source.status).with("crm", page.crm).to_string(),
        )),
        _ => None,
    };
    changed.iter().filter_map(value).collect()
}

async fn default_now(app: &App, member: &Member, but: Uuid) -> Result<Option<String>> {
    let all = crate::source::all(app, member.tenant.tenant_id).await?;
    Ok(all.into_iter().find(|source| source.is_default && source.id != but).map(|source| source.name))
}
