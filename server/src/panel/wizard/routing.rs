//! Step 3: name, pipeline, default mark; then the source is created, once.

use actix_web::http::StatusCode;
use actix_web::{ResponseError, web};
use askama::Template;
use base::error::{Error, FieldError, Result};
use base::i18n::Sentence;
use sea_orm::{ColumnTrait, QueryFilter};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::SourceDraft;
use super::{Steps, steps};
use super::{address, draft_of, kind_of, too_old};
use crate::panel::PanelContext;
use crate::panel::choice::SelectOption;
use crate::panel::sources::{age, pipelines, rule_of};
use crate::panel::{self, Answer, AppData, Form, Member, Nav, Notice, PageContext, Right};
use crate::source::{NewSource, SourceKind};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoutingForm {
    name: String,
    pipeline: Option<String>,
    default: Option<String>,
    contact_rule: Option<String>,
    channel: Option<String>,
}

#[derive(Template)]
#[template(path = "panel/wizard/routing.html")]
struct Routing {
    page: PageContext,
    steps: Steps,
    kind: &'static str,
    errors: Vec<(String, String)>,
    called: String,
    name_error: String,
    pipeline_error: String,
    /// `None` if amoCRM has never returned them.
    pipelines: Option<Vec<SelectOption>>,
    /// The age of the pipelines, if relevant.
    age: Option<Sentence>,
    default: bool,
    default_now: Option<String>,
    rules: Vec<SelectOption>,
    /// Shown only if there are several.
    channels: Vec<SelectOption>,
}

/// `GET /panel/sources/new/{kind}/routing`.
pub async fn get(app: AppData, member: Member, name: web::Path<String>) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &name)?;
    let Some(mut draft) = draft_of(&app, &member, kind.kind) else { return too_old(&app, &member).await };
    if draft.created.is_some() {
        return Ok(panel::to(&address(kind.kind, "test")));
    }
    if draft.settings.as_object().is_none_or(|settings| settings.is_empty())
        && kind.fields.iter().any(|field| field.required)
    {
        return Ok(panel::to(&address(kind.kind, "access")));
    }
    if draft.name.is_empty() {
        // Texts have no-break spaces, names that people type have not.
        let wanted = suggested(&member, &kind, &draft).replace('\u{a0}', " ");
        draft.name = free_name(&wanted, &crate::source::all(&app.sources, member.tenant_id).await?);
        draft.default = default_now(&app, &member).await?.is_none();
    }
    let page = member.page("wizard-title", Nav::Sources);
    show(&app, &member, page, &kind, &draft, StatusCode::OK, Vec::new()).await
}

/// `POST /panel/sources/new/{kind}/routing`: creates the source. Submitting twice creates one; if amoCRM refuses,
/// nothing remains half-created and the form keeps its input.
pub async fn post(app: AppData, member: Member, name: web::Path<String>, form: Form<RoutingForm>) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &name)?;
    let Some(mut draft) = draft_of(&app, &member, kind.kind) else { return too_old(&app, &member).await };
    let test = address(kind.kind, "test");
    if draft.created.is_some() {
        return Ok(panel::to(&test));
    }
    let fields = form.0;
    draft.name = fields.name.trim().to_owned();
    draft.pipeline = fields.pipeline.unwrap_or_default();
    draft.default = fields.default.is_some();
    draft.contact_rule = fields.contact_rule.unwrap_or_default();
    draft.channel_id = fields.channel.as_deref().and_then(|id| Uuid::try_parse(id).ok());
    draft.keep(&app, &member).await?;
    let wanted = NewSource {
        kind: kind.kind.to_owned(),
        name: draft.name.clone(),
        external_id: Some(draft.external_id.clone()),
        pipeline_id: draft.pipeline.parse().ok(),
        default: draft.default,
        channel_id: draft.channel_id,
        contact_rule: rule_of(&draft.contact_rule).unwrap_or_default(),
        lead_origin: true,
        services: None,
        settings: draft.settings.clone(),
        is_checked: true,
    };
    let by = member.by();
    let page = || member.page("wizard-title", Nav::Sources).with_error();
    match crate::source::create(&app.sources, member.tenant_id, wanted, &by).await {
        Ok(created) => {
            draft.created = Some(created.source.id);
            draft.secret = created.webhook_secret.map(|secret| secret.expose_secret().to_owned());
            // They are now stored with the source.
            draft.settings = Value::Null;
            draft.lines.clear();
            draft.keep(&app, &member).await?;
            let done =
                member.words.text("wizard-created").with("source", draft.name.as_str()).with("crm", member.crm());
            member.see_other(&app, &test, Notice::done(done)).await
        }
        // The form was sent twice; the first request creates the source.
        Err(Error::Conflict { problem: "external_id_taken", .. }) if is_made(&app, &member, &draft).await? => {
            Ok(panel::to(&test))
        }
        Err(Error::Invalid(wrong)) => {
            let errors = wrong.iter().map(|error| in_words(&member, &draft, error)).collect();
            show(&app, &member, page(), &kind, &draft, StatusCode::UNPROCESSABLE_ENTITY, errors).await
        }
        Err(error) => {
            let status = error.status_code();
            let page = page().with_notice(member.refused(error)?);
            show(&app, &member, page, &kind, &draft, status, Vec::new()).await
        }
    }
}

/// Whether the draft's source exists or is being created.
pub(super) async fn is_made(app: &PanelContext, member: &Member, draft: &SourceDraft) -> Result<bool> {
    Ok(made(app, member, draft).await?.is_some())
}

/// The draft's source, whether completely created or not.
pub(super) async fn made(
    app: &PanelContext,
    member: &Member,
    draft: &SourceDraft,
) -> Result<Option<entity::source::Model>> {
    let row = entity::source::Entity::of_tenant(member.tenant_id)
        .filter(entity::source::Column::ExternalId.eq(draft.external_id.as_str()))
        .filter(entity::source::Column::DeletedAt.is_null())
        .one(app.store.read())
        .await?;
    Ok(row)
}

/// The suggested name: the chat's title or the bot's name, otherwise the messenger's.
fn suggested(member: &Member, kind: &SourceKind, draft: &SourceDraft) -> String {
    let title = draft.settings.get("title").and_then(Value::as_str).filter(|title| !title.trim().is_empty());
    let title = title.or(Some(draft.line.as_str())).filter(|title| !title.is_empty());
    title.map_or_else(|| member.words.text_of("connector-", kind.kind).to_string(), str::to_owned)
}

/// The first of `wanted`, `wanted 2`, `wanted 3` … that no source has, because managers distinguish sources by name.
fn free_name(wanted: &str, sources: &[entity::source::Model]) -> String {
    let is_free = |name: &String| !sources.iter().any(|source| source.name.eq_ignore_ascii_case(name));
    let numbered = (2..).map(|number| format!("{wanted} {number}"));
    std::iter::once(wanted.to_owned()).chain(numbered).find(is_free).unwrap_or_else(|| wanted.to_owned())
}

async fn default_now(app: &PanelContext, member: &Member) -> Result<Option<String>> {
    let all = crate::source::all(&app.sources, member.tenant_id).await?;
    Ok(all.into_iter().find(|source| source.is_default).map(|source| source.name))
}

fn in_words(member: &Member, draft: &SourceDraft, error: &FieldError) -> (String, String) {
    let words = member.words;
    let field = words.text("source-edit-name").with("crm", member.crm()).to_string();
    let length = draft.name.chars().count();
    match error.pointer.as_str() {
        "/name" if draft.name.is_empty() => ("name".into(), words.text("form-empty").with("field", field).to_string()),
        "/name" if length > 255 => {
            let said = words.text("form-too-long").with("field", field).with("length", length).with("limit", 255);
            ("name".into(), said.to_string())
        }
        "/pipeline_id" => ("pipeline".into(), words.text("form-pipeline-gone").with("crm", member.crm()).to_string()),
        pointer => {
            let said = words.text("form-refused").with("reason", error.detail.in_words(words, member.crm()));
            (pointer.trim_start_matches('/').to_owned(), said.to_string())
        }
    }
}

/// To which contact a new chat is linked.
fn rules(page: &PageContext, draft: &SourceDraft) -> Vec<SelectOption> {
    let chosen = rule_of(&draft.contact_rule).unwrap_or_default();
    let option = |word| {
        SelectOption::new(word, page.words.text_of("contact-rule-", word).with("crm", page.crm), chosen.as_str())
    };
    ["leave", "link", "create"].map(option).into()
}

async fn show(
    app: &AppData,
    member: &Member,
    page: PageContext,
    kind: &SourceKind,
    draft: &SourceDraft,
    status: StatusCode,
    errors: Vec<(String, String)>,
) -> Answer {
    let words = page.words;
    let known = pipelines(app, member.tenant_id, true).await?;
    let age = age(&page, known.as_ref());
    let pipelines = known.map(|known| {
        let first = SelectOption::new("", words.text("wizard-pipeline-main"), &draft.pipeline);
        let offered = known.items.into_iter().filter(|pipeline| !pipeline.archived);
        let rest = offered.map(|pipeline| SelectOption::new(pipeline.id.to_string(), pipeline.name, &draft.pipeline));
        std::iter::once(first).chain(rest).collect()
    });
    let chosen = draft.channel_id.map(|id| id.to_string()).unwrap_or_default();
    let channels: Vec<_> =
        kind.channels.iter().map(|(id, title)| SelectOption::new(id.to_string(), title, &chosen)).collect();
    let error_of =
        |of: &str| errors.iter().find(|(name, _)| name == of).map(|(_, text)| text.clone()).unwrap_or_default();
    let routing = Routing {
        steps: steps(&page, 3),
        kind: kind.kind,
        called: draft.name.clone(),
        name_error: error_of("name"),
        pipeline_error: error_of("pipeline"),
        pipelines,
        age,
        default: draft.default,
        default_now: default_now(app, member).await?,
        rules: rules(&page, draft),
        channels: if channels.len() > 1 { channels } else { Vec::new() },
        errors,
        page: page.clone(),
    };
    panel::html_as(status, &page, &routing)
}
