//! One source as the widget shows it: the fields of the public API, plus texts.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::HttpResponse;
use base::i18n::{LocalizedText, When};
use entity::{conversation, source};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;

use super::caller::Caller;
use super::pipelines;
use super::refusal::{Result, WidgetReader};
use crate::api::sources::shown_as;
use crate::source::{self as sources, SourceState, SourceStatus, StateReason};
use crate::widget_api::{Answer, WidgetContext};

/// Days for which customers' messages wait for an unpaid account.
const KEPT_UNPAID: i64 = 7;

/// Sources of one account, in their order.
pub(super) async fn items(app: &Arc<WidgetContext>, caller: &Caller, rows: &[source::Model]) -> Result<Vec<Value>> {
    let states = sources::states(&app.sources, caller.tenant.tenant_id, rows).await?;
    let chats = chats(app, caller.tenant.tenant_id, rows).await?;
    let pipelines = if rows.is_empty() { Arc::default() } else { pipelines::names(app, caller.tenant.tenant_id).await };
    let mut items = Vec::with_capacity(rows.len());
    for (row, state) in rows.iter().zip(&states) {
        let mut item = shown(app, &caller.reader, row, state).await?;
        let name = pipelines.iter().find(|one| one.id == row.pipeline_id).map(|one| one.name.as_str());
        put(&mut item, "pipeline_name", json!(name));
        put(&mut item, "chats", json!(chats.get(&row.id).copied().unwrap_or(0)));
        items.push(item);
    }
    Ok(items)
}

/// One source, with its webhook secret if it was just created.
pub(super) async fn item(
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
pub(super) async fn made(app: &Arc<WidgetContext>, caller: &Caller, made: &sources::Created) -> Result<Value> {
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
pub(super) async fn answer(app: &Arc<WidgetContext>, caller: &Caller, row: &source::Model) -> Answer {
    Ok(HttpResponse::Ok().json(item(app, caller, row, None).await?))
}

async fn shown(app: &WidgetContext, reader: &WidgetReader, row: &source::Model, state: &SourceState) -> Result<Value> {
    let out = shown_as(&app.usage, row, state, None).await?;
    let mut item = serde_json::to_value(&out).map_err(anyhow::Error::from)?;
    put(&mut item, "hint", json!(hint(reader, row, state)));
    if !state.detail.is_empty() {
        put(&mut item, "status_detail", json!(LocalizedText::stored(&state.detail).in_words(reader.words, reader.crm)));
    }
    put(&mut item, "deleted_in_crm", json!(state.reason == Some(StateReason::DeletedInCrm)));
    put(&mut item, "revision", json!(sources::version(row).to_string()));
    put(&mut item, "embed", embed(app, row));
    Ok(item)
}

fn put(item: &mut Value, name: &str, value: Value) {
    if let Some(fields) = item.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

/// The meaning of the state, its start and its cause.
fn hint(reader: &WidgetReader, row: &source::Model, state: &SourceState) -> String {
    let words = reader.words;
    let when = |at| When::new(at, reader.now, reader.zone, words);
    let reason = state
        .reason
        .map(|reason| words.text(format!("source-reason-{}", reason.as_str())).with("crm", reader.crm).to_string());
    let detail = if state.detail.is_empty() {
        reason.clone()
    } else {
        Some(LocalizedText::stored(&state.detail).in_words(words, reader.crm))
    };
    let name =
        if state.paused_by.is_empty() { words.text("widget-someone").to_string() } else { state.paused_by.clone() };
    match (&reason, state.status) {
        // The reason is more specific than the state, unless the state's text contains it.
        (Some(reason), status) if status != SourceStatus::NeedsAttention => reason.clone(),
        _ => words
            .text(state.hint_key())
            .with("crm", reader.crm)
            .with("payer", reader.crm)
            .with("days", KEPT_UNPAID)
            .with("time", when(state.proved_at.unwrap_or(state.since)).adverb())
            .with("stamp", when(state.since).stamp())
            .with("name", name)
            .with("source", row.name.as_str())
            .with("reason", detail.unwrap_or_default())
            .to_string(),
    }
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
