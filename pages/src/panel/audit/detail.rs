//! The details of an action as readable text: without keys and machine times, and with links instead of ids. The export
//! contains everything as stored.

use domain::identity::member;
use std::collections::HashMap;

use base::i18n::Words;
use entity::{audit, source};
use sea_orm::DbErr;
use serde_json::Value;
use uuid::Uuid;

use crate::panel::PanelContext;
use crate::panel::sign_in::named;

/// Fields that only programs use, to compare rows.
const INTERNAL: &[&str] = &[
    "webhook_id",
    "replay",
    "erasure",
    "crm_user",
    "conversation_id",
    "external_id",
    "from_external_id",
    "letter",
    "tenant_id",
];

/// What a row is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditObject {
    pub text: String,
    /// A page of the panel, or of the admin; empty if there is none.
    pub href: String,
}

impl AuditObject {
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), href: String::new() }
    }
}

/// Names for ids.
pub(super) struct Names {
    sources: HashMap<String, String>,
    people: HashMap<String, String>,
    account: (String, String),
}

impl Names {
    pub async fn read(app: &PanelContext, tenant: &entity::tenant::Model) -> Result<Self, DbErr> {
        let sources = source::Entity::of_tenant(tenant.tenant_id).all(app.store.read()).await?;
        let people = member::all(app.store.read(), tenant.tenant_id).await?;
        Ok(Self {
            sources: sources.into_iter().map(|row| (row.id.to_string(), row.name)).collect(),
            people: people.into_iter().map(|(_, person)| (person.id.to_string(), named(&person))).collect(),
            account: (tenant.tenant_id.to_string(), tenant.host.clone()),
        })
    }

    /// The object of an action.
    pub fn object(&self, row: &audit::Model, detail: &Value, words: Words) -> AuditObject {
        let object = row.object.as_str();
        if let Some(name) = self.sources.get(object) {
            return AuditObject { text: name.clone(), href: format!("/panel/sources/{object}") };
        }
        if let Some(name) = self.people.get(object) {
            return AuditObject::plain(name);
        }
        if object == self.account.0 {
            return AuditObject::plain(&self.account.1);
        }
        if Uuid::try_parse(object).is_err() {
            return AuditObject::plain(object);
        }
        if row.action.starts_with("message.") || row.action.starts_with("text.") {
            let text = words.text("audit-object-message").to_string();
            return AuditObject { text, href: format!("/panel/messages/{object}") };
        }
        // For a key, a template or an import, the name is in the details.
        AuditObject::plain(detail.get("name").and_then(Value::as_str).unwrap_or(object))
    }
}

/// The details as `label: value`. `day`: how the reader sees the day of a moment.
pub fn of(detail: &Value, words: Words, crm: &'static str, day: impl Fn(i64) -> String) -> String {
    let fields = detail.as_object().into_iter().flatten();
    let shown = fields.filter(|(name, value)| !INTERNAL.contains(&name.as_str()) && !value.is_null());
    let shown: Vec<String> =
        shown.map(|(name, value)| one(name, value, words, crm, &day)).filter(|text| !text.is_empty()).collect();
    shown.join(" · ")
}

fn one(name: &str, value: &Value, words: Words, crm: &'static str, day: &impl Fn(i64) -> String) -> String {
    let value = match (name, value) {
        ("expires_at", Value::Number(at)) => day(at.as_i64().unwrap_or_default()),
        ("fields", Value::Array(fields)) => fields
            .iter()
            .filter_map(Value::as_str)
            .map(|field| worded(words, "audit-field-", field))
            .collect::<Vec<_>>()
            .join(", "),
        ("scope", Value::String(scope)) => worded(words, "keys-scope-", scope),
        ("role", Value::String(role)) => worded(words, "team-role-", role),
        ("kind", Value::String(kind)) => worded(words, "connector-", kind),
        ("via", Value::String(via)) => return worded_for(words, crm, "session-via-", via),
        ("why", Value::String(why)) => worded_for(words, crm, "audit-why-", why),
        (_, Value::Bool(yes)) => words.text(if *yes { "answer-yes" } else { "answer-no" }).to_string(),
        _ => plain(value),
    };
    let label = format!("audit-detail-{name}");
    if words.has(&label) { format!("{}: {value}", words.text(label).with("crm", crm)) } else { value }
}

/// The text for a value, otherwise the value.
fn worded(words: Words, beginning: &str, value: &str) -> String {
    let key = format!("{beginning}{value}");
    if words.has(&key) { words.text(key).to_string() } else { value.to_owned() }
}

fn worded_for(words: Words, crm: &'static str, beginning: &str, value: &str) -> String {
    let key = format!("{beginning}{value}");
    if words.has(&key) { words.text(key).with("crm", crm).to_string() } else { value.to_owned() }
}

/// A value without a text of its own.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
