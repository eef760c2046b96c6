//! Changes of a source: mirrored to amoCRM where it stores them, then stored here, then the turn is updated.
//!
//! ```text
//! claim the version (one UPDATE decides between two people) ─▶ mirror ─▶ row and audit in one commit ─▶ turn
//!                                                            └─ refused ─▶ the version goes back: nothing changed
//! ```

mod apply;

use std::sync::Arc;

use amocrm::rest;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use connectors::{Field, HOOK_SECRET, Identity, Setup};
use entity::source;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::Value;
use uuid::Uuid;

use super::by::{changed_meanwhile, next_version};
use super::change_locks::{TRIES, busy, step_back};
use super::check::{WrongFields, addresses};
use super::create::{channel_connected, pipeline_exists, written};
use super::{By, ContactRule, find, line, setup_of};
use crate::settings;
use crate::source::SourceContext;
use crate::tenant as tenants;

/// The fields to change; none leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct SourceChange {
    pub name: Option<String>,
    pub pipeline_id: Option<i64>,
    pub default: Option<bool>,
    /// All settings of the kind; missing credentials keep their value.
    pub settings: Option<Value>,
    /// True: nothing is sent in either direction, everything is kept. False: sending resumes.
    pub paused: Option<bool>,
    /// On resuming: managers' held messages older than this (milliseconds since 1970) fail instead of being sent.
    pub drop_before: Option<i64>,
    pub contact_rule: Option<ContactRule>,
    pub lead_origin: Option<bool>,
    /// The complete new list of services, as in amoCRM's Sources API.
    pub services: Option<Value>,
    pub channel_id: Option<Uuid>,
}

/// A validated change.
struct ChangePlan {
    change: SourceChange,
    mirror: rest::SourceChange,
    setup: Option<Setup>,
    channel_id: Option<Uuid>,
    /// API names of the changed fields.
    fields: Vec<&'static str>,
    /// The identity that the messenger reported, if it was asked.
    identity: Option<Identity>,
}

/// Changes a source and returns its new state. Errors as for [`super::create()`]; nothing is stored unless amoCRM
/// accepted its part. `expected` is the [`super::version`] known to the caller: if the source was changed since,
/// nothing is done and [`Error::Changed`] says by whom. Idempotent. Completes even if the caller goes away. Waits for
/// changes of the same source that came before.
pub async fn change(
    app: &Arc<SourceContext>,
    tenant_id: Uuid,
    source_id: Uuid,
    change: SourceChange,
    expected: Option<i64>,
    by: &By,
) -> Result<source::Model> {
    let guard = app.source_changes.lock(source_id).await?;
    for number in 0..TRIES {
        let source = find(app, tenant_id, source_id).await?;
        if expected.is_some_and(|expected| expected != source.updated_at) {
            return Err(changed_meanwhile(app, &source).await?);
        }
        let mut plan = plan(app, &source, change.clone()).await?;
        if let Some(channel_id) = plan.channel_id {
            channel_connected(app, tenant_id, channel_id).await?;
        }
        if let Some(pipeline_id) = plan.mirror.pipeline_id {
            pipeline_exists(app, tenant_id, pipeline_id).await?;
        }
        same_line(app, &source, &mut plan).await?;
        if let Some(claimed) = claim(app, &source).await? {
            let carrying = base::supervisor::detach(
                "source_change",
                apply::carry_out(app.clone(), source, claimed, plan, by.clone(), guard),
            );
            return carrying.await.map_err(|error| anyhow::anyhow!("changing a source broke off: {error}"))?;
        }
        // Another process changed it: a caller with a version gets the error in the next round.
        step_back(number).await;
    }
    Err(busy())
}

/// Checks new settings with the messenger: rejected credentials are an error, and so are those of another line.
async fn same_line(app: &SourceContext, source: &source::Model, plan: &mut ChangePlan) -> Result<()> {
    let (Some(setup), Some(connector)) = (&mut plan.setup, app.connectors.get(&source.kind)) else { return Ok(()) };
    let mut settings = settings::open(app, source)?;
    if let (Some(now), Some(new)) = (settings.public.as_object_mut(), setup.public.as_object()) {
        now.extend(new.clone());
    }
    settings.secrets.extend(setup.secrets.clone());
    if connector.has_webhook() && !settings.secrets.contains_key(HOOK_SECRET) {
        setup.secrets.insert(HOOK_SECRET.to_owned(), line::new_secret());
    }
    // Only new credentials can change the line, and settings that must be given: they may name another one.
    let before = serde_json::from_str::<Value>(&source.settings).unwrap_or_default();
    let is_other = |field: &Field| {
        let changes = field.required && before.get(field.name) != setup.public.get(field.name);
        if field.secret { setup.secrets.contains_key(field.name) } else { changes }
    };
    if connector.has_webhook() && connector.fields().iter().any(is_other) {
        plan.identity = line::require_same_line(app, source, connector.as_ref(), &settings).await?;
    }
    Ok(())
}

/// Claims the next version. None if the source has changed since it was read.
async fn claim(app: &SourceContext, source: &source::Model) -> Result<Option<i64>> {
    let next = next_version(source, app.clock.millis());
    let taken = set_version(app, source, source.updated_at, next).await?;
    Ok(taken.then_some(next))
}

/// Changes the version from `from` to `to`; false if it was not `from`.
async fn set_version(app: &SourceContext, source: &source::Model, from: i64, to: i64) -> Result<bool> {
    let done = source::Entity::update_many()
        .col_expr(source::Column::UpdatedAt, Expr::value(to))
        .filter(source::Column::TenantId.eq(source.tenant_id))
        .filter(source::Column::Id.eq(source.id))
        .filter(source::Column::UpdatedAt.eq(from))
        .filter(source::Column::DeletedAt.is_null())
        .exec(app.store.write())
        .await?;
    Ok(done.rows_affected == 1)
}

async fn plan(app: &SourceContext, source: &source::Model, change: SourceChange) -> Result<ChangePlan> {
    let tenant = tenants::load(app.store.read(), source.tenant_id).await?.ok_or(Error::NotFound)?;
    let integration = tenants::integration(&app.tenants, &tenant)?;
    let mut wrong = WrongFields::default();
    if let Some(name) = &change.name {
        wrong.name(name);
    }
    if let Some(pipeline_id) = change.pipeline_id {
        wrong.pipeline_id(pipeline_id);
    }
    let services = change.services.as_ref().map(|services| wrong.services(services));
    if change.drop_before.is_some() && change.paused != Some(false) {
        wrong.add("/drop_before", LocalizedText::new("said-drop_before"));
    }
    let moved = change.channel_id.filter(|id| *id != source.channel_id);
    let channel = moved.and_then(|id| wrong.channel(&integration, &source.kind, Some(id)));
    let mut setup = None;
    if let Some(settings) = &change.settings
        && let Some(connector) = wrong.kind(app, &source.kind)
    {
        match setup_of(app, connector.as_ref(), settings.clone()) {
            Ok(checked) => {
                let before = serde_json::from_str(&source.settings).unwrap_or_default();
                wrong.0.extend(addresses(app, &source.kind, &checked.public, &before).await);
                setup = Some(checked);
            }
            Err(errors) => wrong.0.extend(errors),
        }
    }
    if !wrong.0.is_empty() {
        return Err(Error::Invalid(wrong.0));
    }
    let name = change.name.as_deref().map(str::trim);
    let services = match services {
        Some(services) if written(&services)? != source.services_sent => Some(services),
        _ => None,
    };
    let mirror = rest::SourceChange {
        name: name.filter(|name| *name != source.name).map(str::to_owned),
        pipeline_id: change.pipeline_id.filter(|id| *id != source.pipeline_id),
        default: change.default.filter(|default| *default != source.is_default),
        origin_code: channel.map(|(_, channel)| channel.code.clone()),
        services,
    };
    let fields = [
        ("name", mirror.name.is_some()),
        ("pipeline_id", mirror.pipeline_id.is_some()),
        ("default", mirror.default.is_some()),
        ("channel_id", channel.is_some()),
        ("services", mirror.services.is_some()),
        ("settings", setup.is_some()),
        ("contact_rule", change.contact_rule.is_some_and(|rule| rule.as_str() != source.contact_rule)),
        ("lead_origin", change.lead_origin.is_some_and(|on| on != source.lead_origin)),
        ("paused", change.paused.is_some_and(|paused| paused != source.paused)),
    ];
    let fields = fields.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect();
    Ok(ChangePlan { mirror, setup, channel_id: channel.map(|(id, _)| id), fields, change, identity: None })
}
