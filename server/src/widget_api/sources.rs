//! An account's sources in the widget: the public API's shapes with additional fields for the window, the sources in
//! amoCRM that Parom does not know, and what a form for a new source offers.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use amocrm::rest::Pipeline;
use anyhow::Context;
use askama::Template;
use base::error::Error;
use base::i18n::{Language, When, Words};
use chrono::TimeDelta;
use connectors::Field;
use connectors::kinds::is_web_chat;
use domain::source::{self as sources, By, SourceState, SourceStatus, StateReason, preview_texts_in};
use entity::{conversation, source, stray_source};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::account::WidgetTenantOut;
use super::door::{Caller, Result, WidgetCall, WidgetReader};
use crate::api::sources::{SourceIn, SourcePatchIn, StepOut, shown_as};
use crate::widget_api::{Answer, AppData, WidgetContext};

#[derive(Debug, Serialize)]
struct WidgetListOut {
    items: Vec<Value>,
    used: u64,
    limit: u32,
    tenant: WidgetTenantOut,
    strays: Vec<WidgetStrayOut>,
    /// Always null: an account has at most a hundred sources.
    next_cursor: Option<String>,
}

/// One step of a test.
#[derive(Debug, Serialize)]
struct WidgetStepOut {
    title: String,
    #[serde(flatten)]
    step: StepOut,
}

/// All sources at once, for all users of the account.
pub(super) async fn list(app: AppData, caller: Caller) -> Answer {
    let app = app.into_inner();
    let tenant_id = caller.tenant.tenant_id;
    let sources = sources::all(&app.sources, tenant_id).await?;
    let items = items(&app, &caller, &sources).await?;
    let usage = sources::usage(&app.sources, tenant_id).await?;
    let strays = sources::strays(&app.sources, tenant_id).await?;
    Ok(HttpResponse::Ok().json(WidgetListOut {
        items,
        used: usage.used,
        limit: usage.limit,
        tenant: WidgetTenantOut::of(&app, &caller.tenant, &caller.reader).await?,
        strays: strays.into_iter().map(|row| WidgetStrayOut::of(row, &caller.reader)).collect(),
        next_cursor: None,
    }))
}

/// Creates a source here and in amoCRM: 201 means that it works.
pub(super) async fn create(mut call: WidgetCall) -> Answer {
    call.caller.needs_admin()?;
    let input = call.read::<SourceIn>().await?;
    call.once(async |by: By| {
        let made = sources::create(&call.app.sources, call.caller.tenant.tenant_id, input.into(), &by).await?;
        let item = created_item(&call.app, &call.caller, &made).await?;
        Ok(HttpResponse::Created().json(item))
    })
    .await
}

/// Changes, pauses or resumes a source. With `If-Match`, 412 if it has changed since.
pub(super) async fn patch(mut call: WidgetCall, request: HttpRequest, source_id: web::Path<Uuid>) -> Answer {
    call.caller.needs_admin()?;
    let tenant_id = call.caller.tenant.tenant_id;
    sources::find(&call.app.sources, tenant_id, *source_id).await?;
    let expected = if_match(&request);
    let change = call.read::<SourcePatchIn>().await?;
    call.once(async |by: By| {
        let changed = sources::change(&call.app.sources, tenant_id, *source_id, change.into(), expected, &by).await?;
        answer(&call.app, &call.caller, &changed).await
    })
    .await
}

/// Deletes a source here and in amoCRM. Messages stay.
pub(super) async fn delete(call: WidgetCall, source_id: web::Path<Uuid>) -> Answer {
    call.caller.needs_admin()?;
    call.once(async |by: By| {
        sources::delete(&call.app.sources, call.caller.tenant.tenant_id, *source_id, &by).await?;
        Ok(HttpResponse::NoContent().finish())
    })
    .await
}

/// Recreates a source in amoCRM that a user deleted there.
pub(super) async fn restore(call: WidgetCall, source_id: web::Path<Uuid>) -> Answer {
    call.caller.needs_admin()?;
    call.once(async |by: By| {
        let restored = sources::restore(&call.app.sources, call.caller.tenant.tenant_id, *source_id, &by).await?;
        answer(&call.app, &call.caller, &restored).await
    })
    .await
}

/// Tests a source live, step by step. A failed step is reported, not an error.
pub(super) async fn test(app: AppData, caller: Caller, source_id: web::Path<Uuid>) -> Answer {
    let app: Arc<WidgetContext> = app.into_inner();
    caller.needs_admin()?;
    let by = caller.by(&app).await?;
    let steps = sources::test(&app.sources, caller.tenant.tenant_id, *source_id, &by).await?;
    let WidgetReader { words, crm, .. } = caller.reader;
    let shown = |step: sources::TestStep| WidgetStepOut {
        title: words.text_of("source-test-", step.name).with("crm", crm).to_string(),
        step: StepOut::of(step, |text| text.in_words(words, crm)),
    };
    let steps: Vec<WidgetStepOut> = steps.into_iter().map(shown).collect();
    Ok(HttpResponse::Ok().json(json!({ "steps": steps })))
}

/// The revision in `If-Match`; an invalid one matches no source.
fn if_match(request: &HttpRequest) -> Option<i64> {
    let text = request.headers().get(header::IF_MATCH)?.to_str().unwrap_or_default();
    let bare = text.trim().trim_start_matches("W/").trim_matches('"');
    (bare != "*").then(|| bare.parse().unwrap_or(-1))
}

/// Sources of one account, in their order.
async fn items(app: &Arc<WidgetContext>, caller: &Caller, rows: &[source::Model]) -> Result<Vec<Value>> {
    let states = sources::states(&app.sources, caller.tenant.tenant_id, rows).await?;
    let chats = chats(app, caller.tenant.tenant_id, rows).await?;
    let pipelines = if rows.is_empty() { Arc::default() } else { pipeline_names(app, caller.tenant.tenant_id).await };
    let mut items = Vec::with_capacity(rows.len());
    for (row, state) in rows.iter().zip(&states) {
        let mut item = item_of(app, &caller.reader, row, state).await?;
        let name = pipelines.iter().find(|one| one.id == row.pipeline_id).map(|one| one.name.as_str());
        put(&mut item, "pipeline_name", json!(name));
        put(&mut item, "chats", json!(chats.get(&row.id).copied().unwrap_or(0)));
        items.push(item);
    }
    Ok(items)
}

/// One source, with its webhook secret if it was just created.
async fn item(
    app: &Arc<WidgetContext>,
    caller: &Caller,
    row: &source::Model,
    webhook_secret: Option<&SecretString>,
) -> Result<Value> {
    let mut item = items(app, caller, std::slice::from_ref(row)).await?.pop().unwrap_or_default();
    if let Some(secret) = webhook_secret {
        put(&mut item, "webhook_secret", json!(secret.expose_secret()));
    }
    Ok(item)
}

/// A source that was just created, with what is shown then and not later: its webhook secret, and what is entered at
/// the messenger by hand.
async fn created_item(app: &Arc<WidgetContext>, caller: &Caller, made: &sources::Created) -> Result<Value> {
    let mut item = item(app, caller, &made.source, made.webhook_secret.as_ref()).await?;
    if let Some(webhook) = sources::line::webhook_to_enter(&app.sources, &made.source)? {
        let say = |key: &'static str| caller.reader.words.text(key).to_string();
        let values = webhook.values.into_iter().map(|one| json!({ "label": say(one.label), "value": one.value }));
        let values: Vec<Value> = values.collect();
        put(&mut item, "to_enter", json!({ "title": say(webhook.title), "hint": say(webhook.hint), "values": values }));
    }
    Ok(item)
}

/// 200 with one source.
async fn answer(app: &Arc<WidgetContext>, caller: &Caller, row: &source::Model) -> Answer {
    Ok(HttpResponse::Ok().json(item(app, caller, row, None).await?))
}

async fn item_of(
    app: &WidgetContext,
    reader: &WidgetReader,
    row: &source::Model,
    state: &SourceState,
) -> Result<Value> {
    let out = shown_as(&app.usage, row, state, None).await?;
    let mut item = serde_json::to_value(&out).map_err(anyhow::Error::from)?;
    put(&mut item, "hint", json!(hint(reader, state)));
    put(&mut item, "is_untested", json!(state.is_untested));
    if !state.detail.is_empty() {
        put(&mut item, "status_detail", json!(state.said().in_words(reader.words, reader.crm)));
    }
    put(&mut item, "deleted_in_crm", json!(state.reason == Some(StateReason::DeletedInCrm)));
    put(&mut item, "revision", json!(sources::version(row).to_string()));
    put(&mut item, "embed", embed(app, row));
    put(&mut item, "link", json!(sources::line::link_of(app, row)));
    Ok(item)
}

fn put(item: &mut Value, name: &str, value: Value) {
    if let Some(fields) = item.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

/// The meaning of the state, its start and its cause.
fn hint(reader: &WidgetReader, state: &SourceState) -> String {
    let sentence = state.sentence(reader.words, reader.crm, |at| When::new(at, reader.now, reader.zone, reader.words));
    if state.detail.is_empty() || state.reason.is_none() || state.status != SourceStatus::NeedsAttention {
        return sentence;
    }
    format!("{sentence} ({})", state.said().in_words(reader.words, reader.crm))
}

/// How to embed a web chat.
fn embed(app: &WidgetContext, row: &source::Model) -> Value {
    let embed = sources::embed(&app.sources, row);
    embed.map_or(Value::Null, |embed| json!({ "code": embed.line, "link": embed.link, "nowhere": embed.nowhere }))
}

/// The number of chats of each source.
async fn chats(app: &WidgetContext, tenant_id: Uuid, rows: &[source::Model]) -> Result<HashMap<Uuid, i64>> {
    let counted: Vec<(Uuid, i64)> = conversation::Entity::of_tenant(tenant_id)
        .filter(conversation::Column::SourceId.is_in(rows.iter().map(|row| row.id)))
        .select_only()
        .column(conversation::Column::SourceId)
        .column_as(conversation::Column::Id.count(), "chats")
        .group_by(conversation::Column::SourceId)
        .into_tuple()
        .all(app.store.read())
        .await?;
    Ok(counted.into_iter().collect())
}

/// One such source.
#[derive(Debug, Serialize)]
pub(super) struct WidgetStrayOut {
    amocrm_source_id: String,
    name: String,
    /// Why it exists and what to do.
    hint: String,
}

impl WidgetStrayOut {
    pub fn of(row: stray_source::Model, reader: &WidgetReader) -> Self {
        let say =
            |key: String| reader.words.text(key).with("crm", reader.crm).with("name", row.name.as_str()).to_string();
        let (why, fix) = (say(format!("stray-{}", row.reason)), say(format!("stray-{}-fix", row.reason)));
        Self { amocrm_source_id: row.amocrm_source_id.to_string(), hint: format!("{why} {fix}"), name: row.name }
    }
}

/// Moves its pipeline and default mark to one of the account's sources; returns that source.
pub(super) async fn adopt_stray(call: WidgetCall, id: web::Path<String>) -> Answer {
    call.caller.needs_admin()?;
    let id = numeric(&id)?;
    call.once(async |by: By| {
        let source = sources::adopt(&call.app.sources, call.caller.tenant.tenant_id, id, None, &by).await?;
        answer(&call.app, &call.caller, &source).await
    })
    .await
}

/// Deletes it in amoCRM.
pub(super) async fn remove_stray(call: WidgetCall, id: web::Path<String>) -> Answer {
    call.caller.needs_admin()?;
    let id = numeric(&id)?;
    call.once(async |by: By| {
        sources::remove_stray(&call.app.sources, call.caller.tenant.tenant_id, id, &by).await?;
        Ok(HttpResponse::NoContent().finish())
    })
    .await
}

fn numeric(id: &str) -> Result<i64> {
    Ok(id.parse().ok().filter(|id| *id > 0).ok_or(Error::NotFound)?)
}

#[derive(Debug, Serialize)]
struct KindOut {
    kind: &'static str,
    name: String,
    about: String,
    /// The messenger's own page, which the panel opens; null if credentials are typed.
    consent: Option<ConsentOut>,
    /// The address of a frame that shows a source with the settings sent to it; null if this kind has no preview.
    preview: Option<String>,
    fields: Vec<FieldOut>,
}

#[derive(Debug, Serialize)]
struct ConsentOut {
    label: String,
    hint: String,
}

#[derive(Debug, Serialize)]
struct FieldOut {
    name: &'static str,
    /// `text`, `secret`, `url`, `lines`, `paragraph`, `flag`, `choice` or `choices`.
    #[serde(rename = "type")]
    input: &'static str,
    label: String,
    hint: Option<String>,
    required: bool,
    /// Shown first even if it may be empty.
    essential: bool,
    /// The heading under which it is shown with others; null if it has none.
    section: Option<String>,
    /// The initial value; null if there is none.
    value: Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    options: Vec<OptionOut>,
}

#[derive(Debug, Serialize)]
struct OptionOut {
    value: &'static str,
    label: String,
}

/// Kinds with a built-in connector and a channel of the integration.
pub(super) async fn kinds(app: AppData, caller: Caller) -> Answer {
    let reader = &caller.reader;
    let say = |key: String| reader.words.text(key).with("crm", reader.crm).to_string();
    let consent = |kind: &str| {
        let has_page = app.connectors.get(kind).is_some_and(|connector| connector.consent_page().is_some());
        has_page.then(|| ConsentOut {
            label: say(format!("wizard-consent-{kind}")),
            hint: say(format!("wizard-consent-hint-{kind}")),
        })
    };
    let items: Vec<KindOut> = sources::kinds(&app.sources, &caller.tenant)
        .into_iter()
        .map(|kind| KindOut {
            kind: kind.kind,
            name: say(format!("connector-{}", kind.kind)),
            about: say(format!("connector-{}-about", kind.kind)),
            consent: consent(kind.kind),
            preview: is_web_chat(kind.kind).then(|| preview_url(&app, reader)),
            // A chat is designed in the panel, with a preview and a grid of hours.
            fields: sources::offered(&app, kind.fields, &Value::Null)
                .iter()
                .filter(|field| field.language.is_empty() && (field.essential || !is_web_chat(kind.kind)))
                .map(|field| field_out(field, reader))
                .collect(),
        })
        .collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items })))
}

fn preview_url(app: &WidgetContext, reader: &WidgetReader) -> String {
    format!("{}/widget/preview?lang={}", app.public_url(), reader.words.language().code())
}

fn field_out(field: &Field, reader: &WidgetReader) -> FieldOut {
    let say = |key: &'static str| reader.words.text(key).with("crm", reader.crm).to_string();
    let options = field.input.choices().iter().map(|(value, label)| OptionOut { value, label: say(label) }).collect();
    FieldOut {
        name: field.name,
        input: if field.secret { "secret" } else { field.input.as_str() },
        label: say(field.label),
        hint: field.hint.map(say),
        // The panel may leave a chat without a site, for its link alone; here the site could not be added later.
        required: field.required || field.name == "allowed_origins",
        essential: field.essential,
        section: (!field.section.is_empty())
            .then(|| reader.words.text(format!("source-tab-{}", field.section)).to_string()),
        value: if field.on { Value::Bool(true) } else { Value::Null },
        options,
    }
}

// `GET /widget/preview`: a frame for the form of a new web chat, which draws the settings that the page around it sends.
//
// It needs no session, because it has nothing of an account: its own texts, and what the form in the same page has. Only
// pages of account hosts may frame it.

#[derive(Template)]
#[template(path = "widget/preview.html")]
struct Preview {
    words: Words,
    /// Parom's own texts of a chat, as JSON.
    texts: String,
}

pub(super) async fn preview(app: AppData, request: HttpRequest) -> Answer {
    let words = Words::new(Language::of_request(&request));
    let page = Preview { words, texts: preview_texts_in(words).to_string() };
    let html = page.render().context("the preview of a web chat").map_err(Error::Internal)?;
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors {}",
        app.integrations.ancestors()
    );
    let mut answer = HttpResponse::Ok();
    answer.content_type("text/html; charset=utf-8").insert_header((header::CONTENT_SECURITY_POLICY, policy));
    Ok(answer.body(html))
}

/// Age at which a list is read again.
const FRESH: TimeDelta = TimeDelta::minutes(1);
/// Names in the list of sources may be this old, and are not waited for long.
const NAMES_FRESH: TimeDelta = TimeDelta::minutes(10);
const NAMES_PATIENCE: Duration = Duration::from_secs(2);

#[derive(Debug, Serialize)]
struct WidgetPipelineOut<'pipeline> {
    id: String,
    name: &'pipeline str,
    is_main: bool,
}

/// The account's pipelines, at most a minute old.
pub(super) async fn pipelines(app: AppData, caller: Caller) -> Answer {
    let pipelines = read_pipelines(&app.into_inner(), caller.tenant.tenant_id, FRESH.num_milliseconds()).await?;
    let items: Vec<_> = pipelines
        .iter()
        .map(|one| WidgetPipelineOut { id: one.id.to_string(), name: &one.name, is_main: one.is_main })
        .collect();
    Ok(HttpResponse::Ok().json(serde_json::json!({ "items": items })))
}

/// The pipelines known without a long wait: for display only.
async fn pipeline_names(app: &Arc<WidgetContext>, tenant_id: Uuid) -> Arc<Vec<Pipeline>> {
    match tokio::time::timeout(NAMES_PATIENCE, read_pipelines(app, tenant_id, NAMES_FRESH.num_milliseconds())).await {
        Ok(Ok(pipelines)) => pipelines,
        _ => {
            // Caches the failure, so that not every poll repeats the request.
            let none = Arc::new(Vec::new());
            app.widget.pipelines.insert(tenant_id, (app.clock.millis(), none.clone())).await;
            none
        }
    }
}

async fn read_pipelines(app: &Arc<WidgetContext>, tenant_id: Uuid, fresh: i64) -> Result<Arc<Vec<Pipeline>>> {
    let now = app.clock.millis();
    // An empty list is a cached failure: usable for names only.
    let known = app
        .widget
        .pipelines
        .get(&tenant_id)
        .await
        .filter(|(at, known)| at + fresh > now && (fresh == NAMES_FRESH.num_milliseconds() || !known.is_empty()));
    if let Some((_, pipelines)) = known {
        return Ok(pipelines);
    }
    let pipelines = Arc::new(sources::pipelines(&app.sources, tenant_id).await?);
    app.widget.pipelines.insert(tenant_id, (now, pipelines.clone())).await;
    Ok(pipelines)
}
