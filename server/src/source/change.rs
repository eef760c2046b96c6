//! Changes of a source: mirrored to amoCRM where it knows of them, then stored, then the turn follows.

use std::sync::Arc;

use amocrm::rest;
use entity::source;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::Value;
use uuid::Uuid;

use super::check::Wrong;
use super::create::{channel_connected, clear_default, pipeline_exists};
use super::{ContactRule, SourceStatus, live, mirror, settings};
use crate::app::App;
use crate::connector::Setup;
use crate::error::{Error, Result};
use crate::tenant as tenants;
use crate::tenant::token::CallError;

/// Why the letters of a paused source wait.
const PAUSED: &str = "paused";
/// Turns do not all start in the same moment.
const JITTER: i64 = 250;

/// What to change; what is none stays.
#[derive(Clone, Debug, Default)]
pub struct SourceChange {
    pub name: Option<String>,
    pub pipeline_id: Option<i64>,
    pub default: Option<bool>,
    /// All settings of the kind; credentials that are left out keep their value.
    pub settings: Option<Value>,
    /// True: nothing is sent to the messenger, everything is kept. False: it goes on.
    pub paused: Option<bool>,
    /// When it goes on: held messages older than this (milliseconds since 1970) fail instead of being sent.
    pub drop_before: Option<i64>,
    pub contact_rule: Option<ContactRule>,
    pub services: Option<Value>,
    pub channel_id: Option<Uuid>,
}

/// A checked change.
struct Plan {
    mirror: rest::SourceChange,
    setup: Option<Setup>,
    channel_id: Option<Uuid>,
}

/// Changes a source and gives it as it is then. Errors as for [`super::create()`]; nothing is stored unless amoCRM has
/// taken its part. Doing it twice changes nothing more. A caller that goes away does not break it off.
pub async fn change(app: &Arc<App>, source: &source::Model, change: SourceChange) -> Result<source::Model> {
    let found = live(source.tenant_id).filter(source::Column::Id.eq(source.id)).one(app.store.read()).await?;
    let source = found.ok_or(Error::NotFound)?;
    let plan = plan(app, &source, &change).await?;
    if let Some(channel_id) = plan.channel_id {
        channel_connected(app, source.tenant_id, channel_id).await?;
    }
    if let Some(pipeline_id) = plan.mirror.pipeline_id {
        pipeline_exists(app, source.tenant_id, pipeline_id).await?;
    }
    let carrying = tokio::spawn(carry_out(app.clone(), source, change, plan));
    carrying.await.map_err(|error| anyhow::anyhow!("changing a source broke off: {error}"))?
}

async fn plan(app: &App, source: &source::Model, change: &SourceChange) -> Result<Plan> {
    let tenant = tenants::load(app.store.read(), source.tenant_id).await?.ok_or(Error::NotFound)?;
    let integration = tenants::integration(app, &tenant)?;
    let mut wrong = Wrong::default();
    if let Some(name) = &change.name {
        wrong.name(name);
    }
    if let Some(pipeline_id) = change.pipeline_id {
        wrong.pipeline_id(pipeline_id);
    }
    if let Some(services) = &change.services {
        wrong.services(services);
    }
    if change.drop_before.is_some() && change.paused != Some(false) {
        wrong.add("/drop_before", "goes together with \"paused\": false");
    }
    let moved = change.channel_id.filter(|id| *id != source.channel_id);
    let channel = moved.and_then(|id| wrong.channel(integration, &source.kind, Some(id)));
    let mut setup = None;
    if let Some(settings) = &change.settings
        && let Some(connector) = wrong.kind(app, &source.kind)
    {
        match connector.setup(settings.clone()) {
            Ok(checked) => setup = Some(checked),
            Err(errors) => wrong.0.extend(errors),
        }
    }
    if !wrong.0.is_empty() {
        return Err(Error::Invalid(wrong.0));
    }
    let name = change.name.as_deref().map(str::trim);
    let mirror = rest::SourceChange {
        name: name.filter(|name| *name != source.name).map(str::to_owned),
        pipeline_id: change.pipeline_id.filter(|id| *id != source.pipeline_id),
        default: change.default.filter(|default| *default != source.is_default),
        origin_code: channel.map(|(_, channel)| channel.code.clone()),
    };
    Ok(Plan { mirror, setup, channel_id: channel.map(|(id, _)| id) })
}

async fn carry_out(app: Arc<App>, source: source::Model, change: SourceChange, plan: Plan) -> Result<source::Model> {
    let mirrored = if plan.mirror == rest::SourceChange::default() {
        None
    } else {
        Some(mirror_it(&app, &source, &plan.mirror).await?)
    };
    let pool = app.connectors.get(&source.kind).map_or(source.kind.clone(), |connector| connector.pool().to_owned());
    if change.paused == Some(true) {
        // Held before it is shown: whoever reads "paused" can rely on it.
        app.queue.hold(source.tenant_id, source.id, &pool, PAUSED).await?;
    }
    let changed = store(&app, &source, &change, &plan, mirrored.as_ref()).await?;
    app.lookup.forget();
    let repaired = plan.setup.is_some() && !changed.paused;
    if change.paused == Some(false) || repaired {
        go_on(&app, &changed, change.drop_before).await?;
    }
    tracing::info!(tenant.id = %changed.tenant_id, source.id = %changed.id, paused = changed.paused, "a source was changed");
    Ok(changed)
}

async fn mirror_it(app: &Arc<App>, source: &source::Model, change: &rest::SourceChange) -> Result<rest::Source> {
    match mirror::update(app, source.tenant_id, source.amocrm_source_id, change).await {
        Err(CallError::Crm(error)) if error.status() == Some(404) => {
            let row = source::ActiveModel {
                status: Set(SourceStatus::NeedsAttention.as_str().to_owned()),
                status_reason: Set("deleted_in_amocrm".to_owned()),
                ..key(source)
            };
            source::Entity::update(row).exec(app.store.write()).await?;
            app.lookup.forget();
            Err(Error::Conflict {
                problem: "crm_refused",
                detail:
                    "amoCRM no longer has this source: somebody deleted it there. Delete it here and make a new one"
                        .into(),
            })
        }
        other => other.map_err(mirror::as_error),
    }
}

fn key(source: &source::Model) -> source::ActiveModel {
    source::ActiveModel { tenant_id: Set(source.tenant_id), id: Set(source.id), ..Default::default() }
}

async fn store(
    app: &App,
    source: &source::Model,
    change: &SourceChange,
    plan: &Plan,
    mirrored: Option<&rest::Source>,
) -> Result<source::Model> {
    let mut row = source::ActiveModel { updated_at: Set(app.clock.millis()), ..key(source) };
    if let Some(name) = &plan.mirror.name {
        row.name = Set(name.clone());
    }
    if let (Some(mirrored), Some(_)) = (mirrored, plan.mirror.pipeline_id) {
        row.pipeline_id = Set(mirrored.pipeline_id.or(plan.mirror.pipeline_id).unwrap_or(source.pipeline_id));
    }
    if let Some(default) = plan.mirror.default {
        row.is_default = Set(default);
    }
    if let Some(channel_id) = plan.channel_id {
        row.channel_id = Set(channel_id);
    }
    if let Some(rule) = change.contact_rule {
        row.contact_rule = Set(rule.as_str().to_owned());
    }
    if let Some(services) = &change.services {
        row.services = Set(services.to_string());
    }
    if let Some(setup) = &plan.setup {
        let mut secrets = settings::open(app, source)?.secrets;
        secrets.extend(setup.secrets.clone());
        row.settings = Set(setup.public.to_string());
        row.secrets = Set(settings::seal(app, source.tenant_id, source.id, &secrets)?);
    }
    if let Some((status, paused)) = next_status(source, change, plan.setup.is_some()) {
        row.status = Set(status.as_str().to_owned());
        row.status_reason = Set(String::new());
        row.paused = Set(paused);
    }
    let tx = app.store.write_tx().await?;
    let stored = async {
        if plan.mirror.default == Some(true) {
            clear_default(&tx, source.tenant_id).await?;
        }
        source::Entity::update(row).exec(&tx).await
    };
    match stored.await {
        Ok(changed) => {
            tx.commit().await?;
            Ok(changed)
        }
        Err(error) => {
            let _ = tx.rollback().await;
            Err(error.into())
        }
    }
}

/// The state after a change and whether it is paused then; none: as before. New settings make a source that had
/// stopped try again; only a message that passes proves more.
fn next_status(source: &source::Model, change: &SourceChange, new_settings: bool) -> Option<(SourceStatus, bool)> {
    match change.paused {
        Some(true) => Some((SourceStatus::Paused, true)),
        Some(false) => Some((SourceStatus::Working, false)),
        None if new_settings && !source.paused && source.status != SourceStatus::Working.as_str() => {
            Some((SourceStatus::Checking, false))
        }
        None => None,
    }
}

/// Lets waiting letters go, without those that are too old to be wanted. A suspended account's stay where they are.
async fn go_on(app: &App, source: &source::Model, drop_before: Option<i64>) -> Result<()> {
    if let Some(before) = drop_before {
        app.queue.age(source.tenant_id, source.id, before).await?;
    }
    let tenant = tenants::load(app.store.read(), source.tenant_id).await?;
    if tenant.is_some_and(|tenant| !tenant.suspended) {
        app.queue.resume(source.tenant_id, source.id, rand::random_range(0..=JITTER)).await?;
        app.writer.stored().notify_one();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(status: &str, paused: bool) -> source::Model {
        source::Model {
            tenant_id: Uuid::nil(),
            id: Uuid::nil(),
            kind: "custom".into(),
            name: "Support".into(),
            external_id: "support".into(),
            channel_id: Uuid::nil(),
            amocrm_source_id: 1,
            pipeline_id: 1,
            is_default: false,
            status: status.into(),
            status_reason: String::new(),
            paused,
            contact_rule: "leave".into(),
            services: "[]".into(),
            settings: "{}".into(),
            secrets: None,
            created_at: 0,
            updated_at: 0,
            deleted_at: None,
        }
    }

    #[test]
    fn new_settings_wake_what_had_stopped_and_leave_a_pause_alone() {
        let none = SourceChange::default();
        assert_eq!(next_status(&source("stopped", false), &none, true), Some((SourceStatus::Checking, false)));
        assert_eq!(next_status(&source("working", false), &none, true), None);
        assert_eq!(next_status(&source("paused", true), &none, true), None);
        assert_eq!(next_status(&source("stopped", false), &none, false), None);
        let pause = SourceChange { paused: Some(true), ..SourceChange::default() };
        assert_eq!(next_status(&source("working", false), &pause, true), Some((SourceStatus::Paused, true)));
        let resume = SourceChange { paused: Some(false), ..SourceChange::default() };
        assert_eq!(next_status(&source("paused", true), &resume, false), Some((SourceStatus::Working, false)));
    }
}
