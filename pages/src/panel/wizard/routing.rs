//! Step 3: name, pipeline, default mark; then the source is created, once.

use actix_web::ResponseError;
use actix_web::http::StatusCode;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{Sentence, Words};
use base::message::{Body, State};
use chrono::TimeDelta;
use connectors::Shadow;
use connectors::kinds::has_own_server;
use domain::delivery::read::activity;
use domain::source::{EmbedCode, NewSource, SourceKind};
use entity::{message, source};
use sea_orm::{ColumnTrait, QueryFilter};
use secrecy::ExposeSecret;
use serde_json::Value;
use uuid::Uuid;

use super::{SourceDraft, Steps, address, steps};
use crate::panel::choice::{SelectOption, pipelines, pipelines_age};
use crate::panel::sources::{
    EnteredByHand, Entrance, HistoryView, Secrets, entrance, error_in_words, history_view, offer, rule_of,
};
use crate::panel::{self, Answer, AppData, Fields, Member, Nav, Notice, PageContext, PanelContext, reasons};

/// The form's fields besides names: what several sources share.
pub(super) const SHARED: [&str; 4] = ["pipeline", "contact_rule", "channel", "default"];

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
    /// The choice that another service keeps the line for now, and what the source then sees.
    shadow: Option<(Sentence, Sentence)>,
    is_shadow: bool,
    failures: Vec<(String, String)>,
}

/// `GET /panel/sources/new/{kind}/routing`, of one source.
pub(super) async fn routing(app: AppData, member: Member, kind: SourceKind, mut draft: SourceDraft) -> Answer {
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
        draft.name = free_name(&wanted, &names(&app, &member).await?);
        draft.default = default_now(&app, &member).await?.is_none();
    }
    let page = member.page("wizard-title", Nav::Sources);
    show(&app, &member, page, &kind, &draft, StatusCode::OK, Vec::new()).await
}

impl SourceDraft {
    /// Takes what the form says about all sources of a consent.
    pub(super) fn read_shared(&mut self, form: &Fields) {
        self.pipeline = form.get("pipeline").to_owned();
        self.contact_rule = form.get("contact_rule").to_owned();
        self.channel_id = Uuid::try_parse(form.get("channel")).ok();
    }

    /// The source of one line of this draft.
    pub(super) fn wanted(&self, name: &str, external_id: &str, settings: Value) -> NewSource {
        NewSource {
            kind: self.kind.clone(),
            name: name.to_owned(),
            external_id: Some(external_id.to_owned()),
            pipeline_id: self.pipeline.parse().ok(),
            default: self.default,
            channel_id: self.channel_id,
            contact_rule: rule_of(&self.contact_rule).unwrap_or_default(),
            lead_origin: true,
            services: None,
            settings,
            is_checked: true,
            shadow: self.shadow,
        }
    }
}

/// `POST /panel/sources/new/{kind}/routing`: creates the source. Submitting twice creates one; if amoCRM refuses,
/// nothing remains half-created and the form keeps its input.
pub(super) async fn post_routing(
    app: AppData,
    member: Member,
    kind: SourceKind,
    mut draft: SourceDraft,
    form: &Fields,
) -> Answer {
    form.allow_only(&[SHARED.as_slice(), &["name", "shadow"]].concat())?;
    let test = address(kind.kind, "test");
    if draft.created.is_some() {
        return Ok(panel::to(&test));
    }
    draft.name = form.get("name").trim().to_owned();
    draft.shadow = form.has("shadow");
    draft.default = form.has("default") && !draft.shadow;
    draft.read_shared(form);
    draft.keep(&app, &member).await?;
    let wanted = draft.wanted(&draft.name, &draft.external_id, draft.settings.clone());
    let by = member.by();
    let page = || member.page("wizard-title", Nav::Sources).with_error();
    match domain::source::create(&app.sources, member.tenant_id, wanted, &by).await {
        Ok(created) => {
            draft.created = Some(created.source.id);
            draft.secret = created.webhook_secret.map(|secret| secret.expose_secret().to_owned());
            // They are now stored with the source.
            draft.settings = Value::Null;
            draft.forget_lines();
            draft.keep(&app, &member).await?;
            let key = match draft.shadow {
                true if is_blind(&app, &created.source) => "wizard-shadow-waits",
                true => "wizard-shadow-created",
                false => "wizard-created",
            };
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

/// A shadow that sees nothing has a plan to show, and no days to compare.
fn is_blind(app: &PanelContext, source: &source::Model) -> bool {
    app.connectors.get(&source.kind).is_some_and(|connector| connector.shadow() == Shadow::Nothing)
}

/// Whether the draft's source exists or is being created.
pub(super) async fn is_made(app: &PanelContext, member: &Member, draft: &SourceDraft) -> Result<bool> {
    Ok(made(app, member, &draft.external_id).await?.is_some())
}

/// The account's source with this id at amoCRM, whether completely created or not.
pub(super) async fn made(
    app: &PanelContext,
    member: &Member,
    external_id: &str,
) -> Result<Option<entity::source::Model>> {
    let row = entity::source::Entity::of_tenant(member.tenant_id)
        .filter(entity::source::Column::ExternalId.eq(external_id))
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

/// The first of `wanted`, `wanted 2`, `wanted 3` … that is not taken, because managers distinguish sources by name.
pub(super) fn free_name(wanted: &str, taken: &[String]) -> String {
    let is_free = |name: &String| !taken.iter().any(|taken| taken.eq_ignore_ascii_case(name));
    let numbered = (2..).map(|number| format!("{wanted} {number}"));
    std::iter::once(wanted.to_owned()).chain(numbered).find(is_free).unwrap_or_else(|| wanted.to_owned())
}

/// The names of the account's sources.
pub(super) async fn names(app: &PanelContext, member: &Member) -> Result<Vec<String>> {
    let all = domain::source::all(&app.sources, member.tenant_id).await?;
    Ok(all.into_iter().map(|source| source.name).collect())
}

pub(super) async fn default_now(app: &PanelContext, member: &Member) -> Result<Option<String>> {
    let all = domain::source::all(&app.sources, member.tenant_id).await?;
    Ok(all.into_iter().find(|source| source.is_default).map(|source| source.name))
}

/// To which contact a new chat is linked.
pub(super) fn rules(page: &PageContext, draft: &SourceDraft) -> Vec<SelectOption> {
    let chosen = rule_of(&draft.contact_rule).unwrap_or_default();
    let option = |word| {
        SelectOption::new(word, page.words.text_of("contact-rule-", word).with("crm", page.crm), chosen.as_str())
    };
    ["leave", "link", "create"].map(option).into()
}

/// The pipelines, and their age if relevant; none if amoCRM has never returned them.
pub(super) async fn offered_pipelines(
    app: &AppData,
    member: &Member,
    page: &PageContext,
    draft: &SourceDraft,
) -> Result<(Option<Vec<SelectOption>>, Option<Sentence>)> {
    let known = pipelines(app, member.tenant_id, true).await?;
    let age = pipelines_age(page, known.as_ref());
    let pipelines = known.map(|known| {
        let first = SelectOption::new("", page.words.text("wizard-pipeline-main"), &draft.pipeline);
        let offered = known.items.into_iter().filter(|pipeline| !pipeline.archived);
        let rest = offered.map(|pipeline| SelectOption::new(pipeline.id.to_string(), pipeline.name, &draft.pipeline));
        std::iter::once(first).chain(rest).collect()
    });
    Ok((pipelines, age))
}

/// The channels to choose from; empty if there is only one.
pub(super) fn channels(kind: &SourceKind, draft: &SourceDraft) -> Vec<SelectOption> {
    let chosen = draft.channel_id.map(|id| id.to_string()).unwrap_or_default();
    let all = kind.channels.iter().map(|(id, title)| SelectOption::new(id.to_string(), title, &chosen));
    if kind.channels.len() > 1 { all.collect() } else { Vec::new() }
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
    let (pipelines, age) = offered_pipelines(app, member, &page, draft).await?;
    let error_of =
        |of: &str| errors.iter().find(|(name, _)| name == of).map(|(_, text)| text.clone()).unwrap_or_default();
    let routing = Routing {
        steps: steps(&page, 3, Some(kind.kind)),
        kind: kind.kind,
        called: draft.name.clone(),
        name_error: error_of("name"),
        pipeline_error: error_of("pipeline"),
        pipelines,
        age,
        default: draft.default,
        default_now: default_now(app, member).await?,
        rules: rules(&page, draft),
        channels: channels(kind, draft),
        shadow: offer(app, words, kind.kind, draft.moves),
        is_shadow: draft.shadow,
        failures: draft.named_failures().map(|(name, why)| (name.to_owned(), why.to_owned())).collect(),
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
    /// Where to write the test message; none once it has come.
    entrance: Option<Entrance>,
    /// The messenger's other way to connect, in a sentence; empty if there is none.
    note: String,
}

/// `GET /panel/sources/new/{kind}/test`, of one source.
pub(super) async fn test(app: AppData, member: Member, kind: SourceKind, mut draft: SourceDraft) -> Answer {
    let source = made(&app, &member, &draft.external_id).await?;
    if source.is_none() {
        return Ok(panel::to(&super::address(kind.kind, "routing")));
    }
    let source = source.filter(|source| source.is_made());
    if let Some(source) = source.as_ref().filter(|source| source.is_shadow()) {
        let tab = if is_blind(&app, source) { "takeover" } else { "shadow" };
        return Ok(panel::to(&format!("/panel/sources/{}/{tab}", source.id)));
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
        shown.entrance = entrance(&app, source)?.filter(|_| shown.embed.is_none());
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
        steps: steps(page, 4, Some(kind)),
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
        entrance: None,
        note: own_note(words, kind),
        page: page.clone(),
    }
}

/// What the kind says under its test, if it has something to say.
fn own_note(words: Words, kind: &str) -> String {
    let key = format!("wizard-test-note-{kind}");
    if words.has(&key) { words.text(key).to_string() } else { String::new() }
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
