//! Step 3: name, pipeline, default mark; then the source is created, once.

use actix_web::http::StatusCode;
use actix_web::{ResponseError, web};
use askama::Template;
use base::error::{Error, Result};
use base::i18n::Sentence;
use base::message::{Body, State};
use chrono::TimeDelta;
use connectors::kinds::has_own_server;
use domain::delivery::read::activity;
use domain::source::{EmbedCode, NewSource, SourceKind};
use entity::{message, source};
use sea_orm::{ColumnTrait, QueryFilter};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::{SourceDraft, Steps, address, draft_of, kind_of, steps, too_old};
use crate::panel::choice::{SelectOption, pipelines, pipelines_age};
use crate::panel::sources::{EnteredByHand, HistoryView, Secrets, error_in_words, history_view, rule_of, sees};
use crate::panel::{self, Answer, AppData, Form, Member, Nav, Notice, PageContext, PanelContext, Right, reasons};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoutingForm {
    name: String,
    pipeline: Option<String>,
    default: Option<String>,
    contact_rule: Option<String>,
    channel: Option<String>,
    shadow: Option<String>,
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
    /// What a second receiver sees; none if the messenger has one receiver.
    shadow: Option<Sentence>,
    is_shadow: bool,
}

/// `GET /panel/sources/new/{kind}/routing`.
pub async fn routing(app: AppData, member: Member, name: web::Path<String>) -> Answer {
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
        draft.name = free_name(&wanted, &domain::source::all(&app.sources, member.tenant_id).await?);
        draft.default = default_now(&app, &member).await?.is_none();
    }
    let page = member.page("wizard-title", Nav::Sources);
    show(&app, &member, page, &kind, &draft, StatusCode::OK, Vec::new()).await
}

/// `POST /panel/sources/new/{kind}/routing`: creates the source. Submitting twice creates one; if amoCRM refuses,
/// nothing remains half-created and the form keeps its input.
pub async fn post_routing(app: AppData, member: Member, name: web::Path<String>, form: Form<RoutingForm>) -> Answer {
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
    draft.shadow = fields.shadow.is_some();
    draft.default = fields.default.is_some() && !draft.shadow;
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
        shadow: draft.shadow,
    };
    let by = member.by();
    let page = || member.page("wizard-title", Nav::Sources).with_error();
    match domain::source::create(&app.sources, member.tenant_id, wanted, &by).await {
        Ok(created) => {
            draft.created = Some(created.source.id);
            draft.secret = created.webhook_secret.map(|secret| secret.expose_secret().to_owned());
            // They are now stored with the source.
            draft.settings = Value::Null;
            draft.lines.clear();
            draft.keep(&app, &member).await?;
            let key = if draft.shadow { "wizard-shadow-created" } else { "wizard-created" };
            let done = member.words.text(key).with("source", draft.name.as_str()).with("crm", member.crm());
            member.see_other(&app, &test, Notice::done(done)).await
        }
        // The form was sent twice; the first request creates the source.
        Err(Error::Conflict { problem: "external_id_taken", .. }) if is_made(&app, &member, &draft).await? => {
            Ok(panel::to(&test))
        }
        Err(Error::Invalid(wrong)) => {
            let errors = wrong.iter().map(|error| error_in_words(&member, &draft.name, error)).collect();
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
    let all = domain::source::all(&app.sources, member.tenant_id).await?;
    Ok(all.into_iter().find(|source| source.is_default).map(|source| source.name))
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
    let age = pipelines_age(&page, known.as_ref());
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
        shadow: sees(app, words, kind.kind),
        is_shadow: draft.shadow,
        errors,
        page: page.clone(),
    };
    panel::html_as(status, &page, &routing)
}

/// After this long without a message the page lists what to check.
const SLOW: TimeDelta = TimeDelta::minutes(2);

/// A stage of the message's route.
struct Tick {
    tone: &'static str,
    state: Sentence,
    text: Sentence,
}

#[derive(Template)]
#[template(path = "panel/wizard/test.html")]
struct Test {
    page: PageContext,
    steps: Steps,
    /// `None` while it is being created.
    source: Option<String>,
    sentence: Sentence,
    arrived: bool,
    ticks: Vec<Tick>,
    /// What to check; empty unless the message takes long.
    points: Vec<Sentence>,
    embed: Option<EmbedCode>,
    curl: Option<String>,
    secret: Option<String>,
    to_enter: Option<EnteredByHand>,
    history: Option<HistoryView>,
}

/// `GET /panel/sources/new/{kind}/test`.
pub async fn test(app: AppData, member: Member, name: web::Path<String>) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &name)?;
    let Some(mut draft) = draft_of(&app, &member, kind.kind) else { return too_old(&app, &member).await };
    let source = made(&app, &member, &draft).await?;
    if source.is_none() {
        return Ok(panel::to(&super::address(kind.kind, "routing")));
    }
    let source = source.filter(|source| source.is_made());
    if let Some(source) = source.as_ref().filter(|source| source.is_shadow()) {
        return Ok(panel::to(&format!("/panel/sources/{}/shadow", source.id)));
    }
    let secret = draft.secret.take();
    if secret.is_some() || (draft.created.is_none() && source.is_some()) {
        draft.created = source.as_ref().map(|source| source.id);
        draft.keep(&app, &member).await?;
    }
    let page = member.page("wizard-title", Nav::Sources);
    let first = match &source {
        Some(source) => {
            activity::first_in_since(app.store.read(), source.tenant_id, source.id, source.created_at).await?
        }
        None => None,
    };
    let mut shown = view(&app, &page, kind.kind, source.as_ref(), first.as_ref(), secret);
    if let Some(source) = source.as_ref().filter(|_| first.is_none()) {
        shown.to_enter = EnteredByHand::of(&app, &page, source, Secrets::Whole)?;
    }
    if let Some(source) = &source {
        shown.history = history_view(&app, &member, &page, source).await?;
    }
    panel::html(&page, &shown)
}

fn view(
    app: &PanelContext,
    page: &PageContext,
    kind: &'static str,
    source: Option<&source::Model>,
    first: Option<&message::Model>,
    secret: Option<String>,
) -> Test {
    let words = page.words;
    let arrived = first.is_some_and(|first| first.state == State::Delivered.number());
    // The line that customers write to: the bot if there is one.
    let line = source.and_then(domain::source::line::name_of);
    let name = line.as_deref().or(source.map(|source| source.name.as_str())).unwrap_or_default();
    let slow = source
        .is_some_and(|source| first.is_none() && app.clock.millis() - source.created_at > SLOW.num_milliseconds());
    let sentence = match (source, first) {
        (None, _) => words.text("wizard-being-made"),
        (Some(_), Some(first)) if arrived => {
            let took = (first_taken(first) - first.sent_at).max(0);
            let seconds = words_seconds(page, took);
            let sender = serde_json::from_str::<Body>(&first.body).map(|body| body.sender).unwrap_or_default();
            let customer = reasons::customer(&sender, words);
            words.text("wizard-test-arrived").with("customer", customer).with("seconds", seconds).with("crm", page.crm)
        }
        (Some(_), Some(_)) => words.text("wizard-test-on-its-way").with("crm", page.crm),
        (Some(_), None) if slow => words.text("wizard-test-slow"),
        (Some(_), None) => words.text("wizard-waiting-test").with("name", name),
    };
    let tick = |done: bool, running: bool, key: &'static str| {
        let (tone, state) = match (done, running) {
            (true, _) => ("ok", "letter-state-done"),
            (false, true) => ("wait", "letter-state-sending"),
            (false, false) => ("off", "hop-not-reached"),
        };
        let messenger = words.text_of("connector-", kind).to_string();
        Tick {
            tone,
            state: words.text(state),
            text: words.text(key).with("messenger", messenger).with("crm", page.crm),
        }
    };
    let came = first.is_some();
    Test {
        steps: steps(page, 4),
        source: source.map(|source| source.id.to_string()),
        sentence,
        arrived,
        ticks: vec![
            tick(came, source.is_some(), "wizard-tick-messenger"),
            tick(came, false, "wizard-tick-stored"),
            tick(arrived, came, "wizard-tick-crm"),
            tick(arrived, false, "wizard-tick-visible"),
        ],
        points: if slow {
            (1..=3).map(|number| words.text(format!("wizard-slow-{kind}-{number}"))).collect()
        } else {
            Vec::new()
        },
        embed: source.and_then(|source| domain::source::embed(&app.sources, source)),
        curl: source.filter(|_| has_own_server(kind)).map(|source| curl(app, source)),
        secret,
        to_enter: None,
        history: None,
        page: page.clone(),
    }
}

/// When amoCRM accepted it. This is not stored with the message; its acceptance is the best known time.
fn first_taken(first: &message::Model) -> i64 {
    first.accepted_at
}

fn words_seconds(page: &PageContext, millis: i64) -> String {
    let tenths = (millis + 50) / 100;
    let whole = i32::try_from(tenths).map_or(f64::from(i32::MAX), f64::from) / 10.0;
    page.decimal(&whole, 1)
}

/// A command that sends a message from any terminal.
fn curl(app: &PanelContext, source: &source::Model) -> String {
    let body = r#"{"id":"test-1","conversation":{"id":"test"},"sender":{"role":"client","id":"test","name":"Test"},"content":{"type":"text","text":"Hello"}}"#;
    let base = app.public_url();
    format!(
        "curl -X POST {base}/api/v1/sources/{}/messages -H 'Authorization: Bearer API_KEY' -H 'Content-Type: application/json' -d '{body}'",
        source.id
    )
}
