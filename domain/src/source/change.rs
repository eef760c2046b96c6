//! Changes of a source: mirrored to amoCRM where it stores them, then stored here, then the turn is updated.
//!
//! ```text
//! claim the version (one UPDATE decides between two people) ─▶ mirror ─▶ row and audit in one commit ─▶ turn
//!                                                            └─ refused ─▶ the version goes back: nothing changed
//! ```

use std::sync::Arc;

use amocrm::rest;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::message::Direction;
use base::store::in_transaction;
use chrono::TimeDelta;
use connectors::{Field, HOOK_SECRET, Identity, Setup};
use entity::source;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DatabaseTransaction, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::by::{CHANGED, ChangeGuard, TRIES, busy, changed_meanwhile, next_version, step_back};
use super::check::{WrongFields, addresses};
use super::create::{channel_connected, clear_default, pipeline_exists, written};
use super::{By, ContactRule, SourceContext, SourceStatus, find, line, mirror, outbox, reconcile, restore, setup_of};
use crate::alert::{self, WEBHOOK_SUSPENDED};
use crate::audit::Actor;
use crate::tenant::token::CallError;
use crate::{settings, tenant as tenants};

/// The highest limit of new chats within an hour.
const MOST_NEW_CHATS: i32 = 100_000;

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
    /// How many chats that customers begin are passed on within an hour; 0: all.
    pub new_chats_per_hour: Option<i32>,
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
        if change.default == Some(true) {
            super::sends(&source)?;
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
                carry_out(app.clone(), source, claimed, plan, by.clone(), guard),
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
    let done = source::Entity::update_by_id((source.tenant_id, source.id))
        .col_expr(source::Column::UpdatedAt, Expr::value(to))
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
    if change.new_chats_per_hour.is_some_and(|most| !(0..=MOST_NEW_CHATS).contains(&most)) {
        wrong.add("/new_chats_per_hour", LocalizedText::new("said-new-chats").with("most", i64::from(MOST_NEW_CHATS)));
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
        ("new_chats_per_hour", change.new_chats_per_hour.is_some_and(|most| most != source.new_chats_per_hour)),
        ("paused", change.paused.is_some_and(|paused| paused != source.paused)),
    ];
    let fields = fields.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect();
    Ok(ChangePlan { mirror, setup, channel_id: channel.map(|(id, _)| id), fields, change, identity: None })
}

// The change itself, after its version was claimed.

/// Reason for holding a paused source's letters.
const PAUSED: &str = "paused";
/// Spreads the restart of turns.
const JITTER: TimeDelta = TimeDelta::milliseconds(250);

/// Runs to its end even if the caller goes away; later changes of the source wait for that.
async fn carry_out(
    app: Arc<SourceContext>,
    source: source::Model,
    version: i64,
    plan: ChangePlan,
    by: By,
    _guard: ChangeGuard,
) -> Result<source::Model> {
    let done = mirror_and_store(&app, &source, version, &plan, &by).await;
    if done.is_err() {
        // Nothing changed, so the version is put back, unless the row has changed since.
        if let Err(error) = set_version(&app, &source, version, source.updated_at).await {
            tracing::warn!(tenant.id = %source.tenant_id, source.id = %source.id, %error, "the version of an unchanged source could not be restored");
        }
    }
    let changed = done?;
    app.lookup.forget();
    if let Some(identity) = &plan.identity {
        line::known(&app, &changed, identity).await?;
        let known = find(&app, changed.tenant_id, changed.id).await?;
        line::join(&app, app.store.write(), &known, None).await?;
    }
    if plan.setup.is_some() {
        let _ = line::connect(&app, &changed).await?;
    }
    let repaired = plan.setup.is_some() && !changed.paused;
    if plan.change.paused == Some(false) || repaired {
        go_on(&app, &changed, plan.change.drop_before).await?;
    }
    tracing::info!(tenant.id = %changed.tenant_id, source.id = %changed.id, fields = ?plan.fields, "a source was changed");
    Ok(changed)
}

async fn mirror_and_store(
    app: &Arc<SourceContext>,
    source: &source::Model,
    version: i64,
    plan: &ChangePlan,
    by: &By,
) -> Result<source::Model> {
    let mirrored = if source.is_shadow() || plan.mirror == rest::SourceChange::default() {
        None
    } else {
        Some(mirror_it(app, source, &plan.mirror).await?)
    };
    if plan.change.paused == Some(true) {
        // Held before it is stored, so that a stored "paused" can be relied on.
        let connector = app.connectors.get(&source.kind);
        let pool = connector.map_or(source.kind.clone(), |connector| connector.pool().to_owned());
        app.queue.hold(source.tenant_id, source.id, &pool, PAUSED).await?;
    }
    let row = row(app, source, plan, mirrored.as_ref(), by)?;
    in_transaction(&app.store, async |tx| store(app, tx, (source, version), row, plan, by).await).await
}

async fn mirror_it(
    app: &Arc<SourceContext>,
    source: &source::Model,
    change: &rest::SourceChange,
) -> Result<rest::Source> {
    match mirror::update(app, source.tenant_id, source.amocrm_source_id, change).await {
        Err(CallError::Crm(error)) if error.status() == Some(404) => {
            // Deleted here meanwhile, by another process: then it is no source any more.
            find(app, source.tenant_id, source.id).await?;
            reconcile::note_missing(app, source).await?;
            Err(Error::Conflict { problem: "deleted_in_crm", detail: LocalizedText::new("said-deleted-in-crm") })
        }
        other => other.map_err(mirror::as_error),
    }
}

fn row(
    app: &SourceContext,
    source: &source::Model,
    plan: &ChangePlan,
    mirrored: Option<&rest::Source>,
    by: &By,
) -> Result<source::ActiveModel> {
    let (change, now) = (&plan.change, app.clock.millis());
    let mut row = source::ActiveModel::default();
    if let Some(name) = &plan.mirror.name {
        row.name = Set(name.clone());
    }
    if let (Some(mirrored), Some(_)) = (mirrored, plan.mirror.pipeline_id) {
        row.pipeline_id = Set(mirrored.pipeline_id.or(plan.mirror.pipeline_id).unwrap_or(source.pipeline_id));
    }
    if let Some(pipeline_id) = plan.mirror.pipeline_id.filter(|_| source.is_shadow()) {
        row.pipeline_id = Set(pipeline_id);
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
    if let Some(on) = change.lead_origin {
        row.lead_origin = Set(on);
    }
    if let Some(most) = change.new_chats_per_hour {
        row.new_chats_per_hour = Set(most);
    }
    if let Some(services) = &plan.mirror.services {
        row.services = Set(written(services)?);
        row.services_sent = Set(written(services)?);
    }
    if let Some(setup) = &plan.setup {
        let mut secrets = settings::open(app, source)?.secrets;
        secrets.extend(setup.secrets.clone());
        row.settings = Set(setup.public.to_string());
        row.secrets = Set(settings::seal(app, source.tenant_id, source.id, &secrets)?);
    }
    if let Some(paused) = change.paused.filter(|paused| *paused != source.paused) {
        row.paused = Set(paused);
        row.paused_by = Set(if paused { who(by) } else { String::new() });
        row.status_since = Set(now);
    } else if change.paused == Some(true) && source.paused_by.is_empty() {
        // A person pauses what Parom had paused: now it holds both directions.
        row.paused_by = Set(who(by));
    }
    if let Some(status) = next_status(source, change, plan) {
        row.status = Set(status.as_str().to_owned());
        row.status_reason = Set(String::new());
        row.status_since = Set(now);
        app.source_observations.doubt(source.id);
    }
    Ok(row)
}

/// Who pauses it; never empty, because that means Parom.
fn who(by: &By) -> String {
    match &by.actor {
        Actor::CrmUser { id, name } if name.is_empty() => format!("amoCRM #{id}"),
        actor if actor.name().is_empty() => actor.kind().to_owned(),
        actor => actor.name().to_owned(),
    }
}

/// The stored status after a change, apart from a pause; none if unchanged. New settings and resuming make a stopped
/// source try again: only a delivered message or a test proves more. A pipeline accepted by amoCRM ends the state of
/// a missing one.
fn next_status(source: &source::Model, change: &SourceChange, plan: &ChangePlan) -> Option<SourceStatus> {
    let status = SourceStatus::parse(&source.status)?;
    let repaired = plan.setup.is_some() || (change.paused == Some(false));
    match status {
        // A pause stored by an older release.
        SourceStatus::Paused => Some(SourceStatus::Working),
        SourceStatus::Stopped | SourceStatus::Blocked | SourceStatus::Unpaid if repaired => {
            Some(SourceStatus::Checking)
        }
        SourceStatus::NeedsAttention if source.status_reason.starts_with(reconcile::PIPELINE_ARCHIVED) => {
            plan.mirror.pipeline_id.map(|_| SourceStatus::Working)
        }
        SourceStatus::NeedsAttention if source.status_reason == restore::DELETED_IN_CRM => None,
        SourceStatus::NeedsAttention if repaired => Some(SourceStatus::Checking),
        _ => None,
    }
}

async fn store(
    app: &SourceContext,
    tx: &DatabaseTransaction,
    (source, version): (&source::Model, i64),
    row: source::ActiveModel,
    plan: &ChangePlan,
    by: &By,
) -> Result<source::Model> {
    if plan.mirror.default == Some(true) {
        clear_default(tx, source.tenant_id).await?;
    }
    let changed = write(tx, source, version, row).await?;
    if plan.setup.is_some() {
        line::join(app, tx, &changed, Some(source)).await?;
    }
    if source.paused && !changed.paused {
        // Whether the endpoint answers again is decided by the first probe.
        alert::resolve(app, tx, source.tenant_id, WEBHOOK_SUSPENDED, &source.id.to_string()).await?;
    }
    if !plan.fields.is_empty() {
        let mut detail = json!({ "fields": plan.fields });
        if let (Some(detail), Some(name)) = (detail.as_object_mut(), &plan.mirror.name) {
            detail.insert("was_named".to_owned(), json!(source.name));
            detail.insert("name".to_owned(), json!(name));
        }
        by.did(app, tx, CHANGED, (source.tenant_id, &source.id.to_string()), detail).await?;
        outbox::changed(app, tx, source).await?;
    }
    Ok(changed)
}

/// Writes the changed fields. Nothing is written to a source that was deleted since it was read. The version is the
/// claimed one, or a new one if another process has claimed the next meanwhile: versions never go back.
async fn write(
    tx: &DatabaseTransaction,
    source: &source::Model,
    version: i64,
    row: source::ActiveModel,
) -> Result<source::Model> {
    let current = || Expr::col(source::Column::UpdatedAt);
    let next = Expr::case(current().eq(version), version).finally(current().add(1));
    let written = source::Entity::update_by_id((source.tenant_id, source.id))
        .set(row)
        .col_expr(source::Column::UpdatedAt, next.into())
        .filter(source::Column::DeletedAt.is_null())
        .exec_with_returning(tx)
        .await?;
    written.into_iter().next().ok_or(Error::NotFound)
}

/// Resumes waiting letters, except those to the messenger older than `drop_before`. Those of an account that is held remain
/// held.
async fn go_on(app: &SourceContext, source: &source::Model, drop_before: Option<i64>) -> Result<()> {
    app.queue.let_go(source.tenant_id, source.id, Direction::ToCrm).await?;
    app.writer.stored().notify_one();
    if let Some(before) = drop_before {
        app.queue.age(source.tenant_id, source.id, before).await?;
    }
    let tenant = tenants::load(app.store.read(), source.tenant_id).await?;
    if tenant.is_some_and(|tenant| tenant.held().is_none()) {
        app.queue.resume(source.tenant_id, source.id, rand::random_range(0..=JITTER.num_milliseconds())).await?;
        app.writer.stored().notify_one();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use connectors::Setup;

    use super::*;
    use crate::source::tests::source;

    fn after(status: &str, reason: &str, change: SourceChange, settings: bool, pipeline: bool) -> Option<SourceStatus> {
        let setup = settings.then(|| Setup { public: json!({}), secrets: Default::default() });
        let mirror = rest::SourceChange { pipeline_id: pipeline.then_some(7), ..Default::default() };
        let plan =
            ChangePlan { change: change.clone(), mirror, setup, channel_id: None, fields: Vec::new(), identity: None };
        let source = source::Model { status_reason: reason.to_owned(), ..source(status, false) };
        next_status(&source, &change, &plan)
    }

    #[test]
    fn a_stopped_source_is_checked_again_when_it_is_repaired_or_resumed() {
        let none = SourceChange::default;
        let resume = || SourceChange { paused: Some(false), ..SourceChange::default() };
        let pause = || SourceChange { paused: Some(true), ..SourceChange::default() };
        assert_eq!(after("stopped", "", none(), true, false), Some(SourceStatus::Checking));
        assert_eq!(after("stopped", "", resume(), false, false), Some(SourceStatus::Checking));
        assert_eq!(after("stopped", "", none(), false, false), None);
        assert_eq!(after("working", "", none(), true, false), None);
        assert_eq!(after("working", "", resume(), false, false), None);
        assert_eq!(after("working", "", pause(), false, false), None, "a pause lies above what is below");
        assert_eq!(after("paused", "", resume(), false, false), Some(SourceStatus::Working));
    }

    #[test]
    fn a_source_missing_in_amocrm_needs_attention_until_it_is_repaired_there() {
        let resume = || SourceChange { paused: Some(false), ..SourceChange::default() };
        assert_eq!(after("needs_attention", restore::DELETED_IN_CRM, resume(), true, true), None);
        assert_eq!(after("needs_attention", reconcile::PIPELINE_ARCHIVED, resume(), true, false), None);
        let moved = after("needs_attention", reconcile::PIPELINE_ARCHIVED, SourceChange::default(), false, true);
        assert_eq!(moved, Some(SourceStatus::Working));
    }
}
