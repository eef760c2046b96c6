//! Creates a source: validated, reserved, created at amoCRM, and only then visible. A failed creation leaves nothing
//! behind.

mod ask;
mod make;

use std::sync::Arc;

use amocrm::rest;
use anyhow::Context;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use connectors::kinds::has_own_server;
use connectors::{HOOK_SECRET, Identity, custom};
use entity::{source, tenant, tenant_channel};
use sea_orm::{ColumnTrait, QueryFilter};
use secrecy::SecretString;
use serde_json::Value;
use uuid::Uuid;

use super::check::{WrongFields, addresses};
use super::{By, ContactRule, SourceStatus, line, mirror, setup_of};
use crate::settings;
use crate::source::SourceContext;
use crate::tenant::token::TokenError;
use crate::tenant::{self as tenants, ChannelStatus, TenantStatus};

pub(super) use make::clear_default;

/// Input for a new source.
#[derive(Clone, Debug)]
pub struct NewSource {
    /// The connector.
    pub kind: String,
    pub name: String,
    /// 1 to 36 printable ASCII characters; none to generate one.
    pub external_id: Option<String>,
    /// None: amoCRM chooses.
    pub pipeline_id: Option<i64>,
    /// True makes it the account's only default source.
    pub default: bool,
    /// None: the only channel that serves the kind.
    pub channel_id: Option<Uuid>,
    pub contact_rule: ContactRule,
    /// Whether customers' origins are written into their leads.
    pub lead_origin: bool,
    /// As in amoCRM's Sources API.
    pub services: Option<Value>,
    /// With credentials, as the kind requires.
    pub settings: Value,
    /// The person who creates it has seen what the messenger says of its rights and its webhook, and goes on.
    pub is_checked: bool,
}

/// A created source.
#[derive(Clone, Debug)]
pub struct Created {
    pub source: source::Model,
    /// Set for kind `custom`; not returned again.
    pub webhook_secret: Option<SecretString>,
}

/// A validated request.
struct CreatePlan {
    row: source::Model,
    mirror: rest::NewSource,
    webhook_secret: Option<SecretString>,
    /// The line's identity at the messenger, for kinds that have one.
    identity: Option<Identity>,
    /// The source that loses the line to this one.
    from: Option<source::Model>,
}

/// Creates a source at amoCRM and here. Errors: wrong fields (422); the plan has no such kind, the account is not active, unpaid or blocked at
/// amoCRM, its limit is reached, the external id is taken, or amoCRM refuses with its own text (409); amoCRM is not
/// reachable (503, nothing is left behind). Completes even if the caller goes away.
pub async fn create(app: &Arc<SourceContext>, tenant_id: Uuid, wanted: NewSource, by: &By) -> Result<Created> {
    let tenant = tenants::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    let pipeline_id = wanted.pipeline_id;
    let (asks_for_services, is_checked) = (wanted.services.is_some(), wanted.is_checked);
    plan_allows(app, &tenant, &wanted.kind)?;
    let mut plan = plan(app, &tenant, wanted)?;
    let public: Value = serde_json::from_str(&plan.row.settings).context("settings as JSON")?;
    let wrong = addresses(app, &plan.row.kind, &public, &Value::Null).await;
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let tenant = served(app, tenant).await?;
    active(&tenant)?;
    channel_connected(app, tenant_id, plan.row.channel_id).await?;
    if let Some(pipeline_id) = pipeline_id {
        pipeline_exists(app, tenant_id, pipeline_id).await?;
    }
    ask::find_line(app, &mut plan, asks_for_services).await?;
    if !is_checked {
        ask::check(app, &plan).await?;
    }
    let making = base::supervisor::detach("source_create", make::make(app.clone(), tenant, plan, by.clone()));
    making.await.map_err(|error| anyhow::anyhow!("creating a source broke off: {error}"))?
}

/// The account's current state: a refused one is checked again, so that someone who has just paid is not turned away.
/// Its own retries are hours apart.
pub async fn served(app: &Arc<SourceContext>, tenant: tenant::Model) -> Result<tenant::Model> {
    if !matches!(TenantStatus::shown(&tenant), TenantStatus::Unpaid | TenantStatus::Blocked) {
        return Ok(tenant);
    }
    mirror::pipelines(app, tenant.tenant_id).await?;
    tenants::load(app.store.read(), tenant.tenant_id).await?.ok_or(Error::NotFound)
}

/// Fails unless the account is active; for the reason that amoCRM gave another call, if it refuses the account.
pub(super) fn active(tenant: &tenant::Model) -> Result<()> {
    match TenantStatus::shown(tenant) {
        TenantStatus::Active => Ok(()),
        TenantStatus::Unpaid => Err(mirror::as_error(TokenError::Unpaid.into())),
        TenantStatus::Blocked => Err(mirror::as_error(TokenError::Blocked.into())),
        status => Err(Error::Conflict {
            problem: "tenant_inactive",
            detail: LocalizedText::new("said-account-is")
                .with("account", tenant.account_id.to_string())
                .with("status", tenants::status_text(status.as_str())),
        }),
    }
}

/// Fails with the field's error if the account has no such pipeline.
pub(super) async fn pipeline_exists(app: &Arc<SourceContext>, tenant_id: Uuid, pipeline_id: i64) -> Result<()> {
    let pipelines = mirror::pipelines(app, tenant_id).await?;
    if pipelines.iter().any(|pipeline| pipeline.id == pipeline_id) {
        return Ok(());
    }
    let known: Vec<_> = pipelines.iter().map(|pipeline| pipeline.id.to_string()).collect();
    Err(Error::field("/pipeline_id", LocalizedText::new("said-pipeline-unknown").with("known", known.join(", "))))
}

/// Fails with 409 if the account's plan has no sources of this kind. Existing ones go on.
fn plan_allows(app: &SourceContext, tenant: &tenant::Model, kind: &str) -> Result<()> {
    if tenants::plan::allows(&app.config, tenant, kind) {
        return Ok(());
    }
    let detail = LocalizedText::new("said-plan-kind")
        .with("plan", tenant.plan.as_deref().unwrap_or_default())
        .with("kind", kind);
    Err(Error::Conflict { problem: "plan_kind", detail })
}

/// Fails if the channel cannot carry messages.
pub(super) async fn channel_connected(app: &SourceContext, tenant_id: Uuid, channel_id: Uuid) -> Result<()> {
    let channel = tenant_channel::Entity::of_tenant(tenant_id)
        .filter(tenant_channel::Column::ChannelId.eq(channel_id))
        .one(app.store.read())
        .await?;
    let (status, words) =
        channel.map_or(("disconnected".into(), String::new()), |channel| (channel.status, channel.detail));
    if status == ChannelStatus::Connected.as_str() {
        return Ok(());
    }
    let detail = if words.is_empty() {
        LocalizedText::new("said-channel-is")
    } else {
        LocalizedText::new("said-channel-is-because").with("reason", LocalizedText::stored(&words))
    };
    let detail = detail.with("channel", channel_id.to_string()).with("status", tenants::status_text(&status));
    Err(Error::Conflict { problem: "channel_not_connected", detail })
}

fn plan(app: &SourceContext, tenant: &tenant::Model, wanted: NewSource) -> Result<CreatePlan> {
    let integration = tenants::integration(&app.tenants, tenant)?;
    let mut wrong = WrongFields::default();
    wrong.name(&wanted.name);
    if let Some(external_id) = &wanted.external_id {
        wrong.external_id(external_id);
    }
    if let Some(pipeline_id) = wanted.pipeline_id {
        wrong.pipeline_id(pipeline_id);
    }
    let services = wanted.services.as_ref().map(|services| wrong.services(services)).unwrap_or_default();
    let mut found = None;
    if let Some(connector) = wrong.kind(app, &wanted.kind) {
        let channel = wrong.channel(&integration, &wanted.kind, wanted.channel_id);
        match setup_of(app, connector.as_ref(), wanted.settings) {
            Ok(setup) => found = channel.map(|channel| (channel, setup)),
            Err(errors) => wrong.0.extend(errors),
        }
    }
    let (Some(((channel_id, channel), setup)), true) = (found, wrong.0.is_empty()) else {
        return Err(Error::Invalid(wrong.0));
    };
    let mut secrets = setup.secrets;
    let webhook_secret = has_own_server(&wanted.kind).then(custom::new_secret);
    if let Some(secret) = &webhook_secret {
        secrets.insert(custom::SECRET.to_owned(), secret.clone());
    }
    let has_webhook = app.connectors.get(&wanted.kind).is_some_and(|connector| connector.has_webhook());
    if has_webhook {
        secrets.insert(HOOK_SECRET.to_owned(), line::new_secret());
    }
    let now = app.clock.millis();
    let id = app.clock.uuid_v7();
    let row = source::Model {
        tenant_id: tenant.tenant_id,
        id,
        external_id: wanted.external_id.unwrap_or_else(|| new_external_id(&wanted.kind)),
        kind: wanted.kind,
        name: wanted.name.trim().to_owned(),
        channel_id,
        amocrm_source_id: 0,
        pipeline_id: 0,
        is_default: false,
        status: SourceStatus::Checking.as_str().to_owned(),
        status_reason: String::new(),
        paused: false,
        contact_rule: wanted.contact_rule.as_str().to_owned(),
        lead_origin: wanted.lead_origin,
        logo: String::new(),
        services: written(&services)?,
        settings: setup.public.to_string(),
        secrets: settings::seal(app, tenant.tenant_id, id, &secrets)?,
        created_at: now,
        updated_at: now,
        deleted_at: None,
        status_since: now,
        paused_by: String::new(),
        proved_at: None,
        services_sent: written(&services)?,
        facts: "{}".to_owned(),
    };
    let mirror = rest::NewSource {
        name: row.name.clone(),
        external_id: row.external_id.clone(),
        pipeline_id: wanted.pipeline_id,
        default: Some(wanted.default),
        origin_code: Some(channel.code.clone()),
        services: (!services.is_empty()).then_some(services),
    };
    Ok(CreatePlan { row, mirror, webhook_secret, identity: None, from: None })
}

/// Services in their stored form.
pub(super) fn written(services: &[rest::Service]) -> Result<String> {
    Ok(serde_json::to_string(services).context("services as JSON")?)
}

/// A new external id: the first letters of the kind and eight unambiguous letters and digits. A form that contains
/// one can be sent twice: the second creation is refused with `external_id_taken`.
pub fn new_external_id(kind: &str) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let kind: String = kind.chars().filter(char::is_ascii_alphanumeric).take(3).collect();
    let random: [u8; 8] = rand::random();
    let tail: String = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect();
    format!("{kind}-{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_external_ids_fit_amocrm_and_differ() {
        let mut wrong = WrongFields::default();
        let ids: std::collections::BTreeSet<String> = (0..200).map(|_| new_external_id("webchat")).collect();
        assert_eq!(ids.len(), 200);
        for id in &ids {
            wrong.external_id(id);
            assert!(id.starts_with("web-") && id.len() == 12, "{id}");
        }
        assert!(wrong.0.is_empty());
    }
}
