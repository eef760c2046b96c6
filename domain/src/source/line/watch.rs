//! Regularly checks where messengers deliver customers' messages: another service may have taken the line, or calls
//! to us may fail.

use std::sync::Arc;

use base::error::{Error, Result};
use base::i18n::{Language, LocalizedText, Words};
use chrono::TimeDelta;
use connectors::kinds::has_own_server;
use connectors::poll::Renewed;
use connectors::{Connector, Denied, HookTarget, Settings, Shadow, Watched};
use entity::job;
use entity::source::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::claim::{self, WebhookCheck, away, saw, webhook};
use super::hook_of;
use crate::alert::{self, Alarm};
use crate::job::{NewJob, NextRun, schedule_new};
use crate::settings::{self, facts};
use crate::source::{By, SourceContext, SourceStatus, StateReason, find, observations, stopped};
use crate::tenant as tenants;

/// Interval between checks of a line, plus or minus the jitter.
const EVERY: TimeDelta = TimeDelta::minutes(5);
const JITTER: TimeDelta = TimeDelta::seconds(30);

/// The regular check of a line.
pub async fn check(app: Arc<SourceContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let (app, job) = (&app, &job);
    let jitter = rand::random_range(-JITTER.num_milliseconds()..=JITTER.num_milliseconds());
    let next = app.clock.millis() + EVERY.num_milliseconds() + jitter;
    let Some(source) = source_of(app, job).await? else { return Ok(NextRun::Never) };
    look_at(app, &source).await?;
    Ok(NextRun::At(next))
}

async fn look_at(app: &Arc<SourceContext>, source: &source::Model) -> Result<()> {
    let Some(connector) = app.connectors.get(&source.kind) else { return Ok(()) };
    let settings = settings::open(app, source)?;
    let Some(hook) = hook_of(app, source, &settings) else { return Ok(()) };
    let entered = claim::entered(app, source).await?;
    if let Some(other) = entered.as_ref().filter(|entry| entry.id != source.id) {
        // The process that gave the line to the other source may have ended before it notified the account of this one.
        if other.expires_at.is_none() {
            claim::lost(app, source, &other.note).await?;
            claim::leave(app, app.store.write(), source).await?;
        }
        return Ok(());
    }
    let seen = connector.watch(&settings, &hook, app.clock.now()).await;
    if let Err(Denied::Away(_)) = seen {
        // It does not answer: nothing is known, and its letters report it themselves.
        return Ok(());
    }
    let whose = connector.identity(&settings).await;
    if let Some(said) = claim::foreign(source, &whose) {
        return Ok(claim::disown(app, source, &said).await?);
    }
    match &whose {
        Ok(Some(identity)) => {
            claim::proved(app, source, identity, entered.is_some()).await?;
            claim::prove(app, source, connector.as_ref(), &settings, identity).await?;
        }
        Ok(None) | Err(Denied::Away(_)) => {}
        Err(_) => claim::unproved(app, source).await?,
    }
    match &seen {
        Err(denied) => {
            if source.status != SourceStatus::Stopped.as_str() {
                stopped(app, source.tenant_id, source.id, &denied.to_string()).await?;
            }
            return Ok(());
        }
        Ok(_) if was_refused(source) => observations::passed(app, source).await?,
        Ok(_) => {}
    }
    let since = app.clock.millis();
    match seen {
        // Registering would take the line.
        Ok(Watched::Elsewhere { .. } | Watched::Unset) if is_unregistered(source, connector.as_ref()) => {
            saw(app, source, WebhookCheck::Fine).await
        }
        // A shadow is one receiver of several, so that others exist is no loss.
        Ok(Watched::Elsewhere { .. }) if source.is_shadow() => connect(app, source).await.map(|_| ()),
        Ok(Watched::Unset) => connect(app, source).await.map(|_| ()),
        Ok(Watched::Fine) => {
            saw(app, source, WebhookCheck::Fine).await?;
            alert::resolve(app, app.store.write(), source.tenant_id, MOVED, &source.id.to_string()).await?;
            Ok(())
        }
        Ok(Watched::Failing { words, waiting }) => {
            saw(app, source, WebhookCheck::Failing { words, waiting, since }).await
        }
        Ok(Watched::Elsewhere { host }) => {
            let is_new = !matches!(webhook(&facts(source)), WebhookCheck::Elsewhere { .. });
            saw(app, source, WebhookCheck::Elsewhere { host: host.clone(), since }).await?;
            if is_new { raise(app, source, &host).await } else { Ok(()) }
        }
        Err(_) => Ok(()),
    }
}

/// A shadow that is not registered, because the line's only receiver is the other service.
fn is_unregistered(source: &source::Model, connector: &dyn Connector) -> bool {
    source.is_shadow() && connector.shadow() == Shadow::Nothing
}

/// The messenger refused access the last time.
fn was_refused(source: &source::Model) -> bool {
    source.status == SourceStatus::Stopped.as_str()
        && source.status_reason.starts_with(StateReason::AccessRefused.as_str())
}

async fn raise(app: &SourceContext, source: &source::Model, host: &str) -> Result<()> {
    let db = app.store.write();
    let Some(tenant) = tenants::load(db, source.tenant_id).await? else { return Ok(()) };
    let words = Words::new(Language::of_code(&tenant.language).unwrap_or(Language::En));
    let detail = json!({
        "source": source.name,
        "messenger": words.text_of("connector-", &source.kind).to_string(),
        "host": host,
    });
    let object = source.id.to_string();
    let alarm = Alarm { tenant_id: source.tenant_id, kind: MOVED, object: &object, source_id: Some(source.id), detail };
    alert::raise(app, db, alarm).await?;
    Ok(())
}

// Registers our webhook at a messenger; [`crate::unregister`] removes it.

/// Kind of the alert about a line that another service has taken.
pub const MOVED: &str = "source_moved";

/// Registers our address with the messenger of a source. A refusal is stored and retried by the watch: the source
/// exists, and its state shows what it lacks.
pub async fn connect(app: &Arc<SourceContext>, source: &source::Model) -> Result<Result<(), Denied>> {
    let Some(connector) = app.connectors.get(&source.kind).filter(|connector| connector.has_webhook()) else {
        return Ok(Ok(()));
    };
    let settings = settings::open(app, source)?;
    let Some(hook) = hook_of(app, source, &settings) else { return Ok(Ok(())) };
    if is_unregistered(source, connector.as_ref()) {
        saw(app, source, WebhookCheck::Fine).await?;
        return Ok(Ok(()));
    }
    let connected = match may_register(connector.as_ref(), source, &settings, &hook).await {
        Ok(()) => connector.connect_webhook(&settings, &hook).await,
        refused => refused,
    };
    match connected {
        Ok(()) => {
            saw(app, source, WebhookCheck::Fine).await?;
            alert::resolve(app, app.store.write(), source.tenant_id, MOVED, &source.id.to_string()).await?;
            tracing::info!(tenant.id = %source.tenant_id, source.id = %source.id, "the messenger's webhook is registered");
            Ok(Ok(()))
        }
        Err(denied) => {
            let detail = denied.text().to_string();
            tracing::warn!(tenant.id = %source.tenant_id, source.id = %source.id, reason = %detail, "the messenger's webhook could not be registered");
            if let Denied::Access(_) = denied {
                crate::source::stopped(app, source.tenant_id, source.id, &detail).await?;
            } else {
                saw(app, source, WebhookCheck::NotSet { words: detail, since: app.clock.millis() }).await?;
            }
            Ok(Err(denied))
        }
    }
}

/// Refuses to register a shadow's webhook if the line's calls would no longer go to the service that has them.
pub async fn may_register(
    connector: &dyn Connector,
    source: &source::Model,
    settings: &Settings,
    hook: &HookTarget,
) -> Result<(), Denied> {
    if !source.is_shadow() {
        return Ok(());
    }
    match connector.replaces(settings, hook).await? {
        Some(host) => Err(Denied::Refused(LocalizedText::new("said-shadow-replaces").with("host", host))),
        None => Ok(()),
    }
}

/// Why a webhook was not registered, as an answer: a conflict with the messenger's text, unless it does not answer.
pub fn not_connected(denied: Denied) -> Error {
    match denied {
        Denied::Away(said) => away(said),
        denied => Error::Conflict {
            problem: "messenger_refused",
            detail: LocalizedText::new("said-messenger-refused").with("reason", denied.into_text()),
        },
    }
}

/// Takes a line back from the service that has it now. Conflict if the messenger refuses, with its text.
pub async fn take_back(app: &Arc<SourceContext>, tenant_id: Uuid, source_id: Uuid, by: &By) -> Result<source::Model> {
    let source = find(app, tenant_id, source_id).await?;
    match connect(app, &source).await? {
        Ok(()) => {
            let object = (tenant_id, source_id.to_string());
            by.did(app, app.store.write(), "source.taken_back", (object.0, &object.1), json!({})).await?;
            find(app, tenant_id, source_id).await
        }
        Err(denied) => Err(not_connected(denied)),
    }
}

// Replaces credentials that end soon by those that the messenger issues for them.

/// When it is asked again after the messenger did not answer.
const AWAY: TimeDelta = TimeDelta::minutes(5);
/// How often new credentials are written, because the old ones may be invalid by now.
const TRIES: usize = 5;

/// The regular question to a messenger whether a source needs new credentials.
pub async fn ask(app: Arc<SourceContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let (app, job) = (&app, &job);
    let now = app.clock.millis();
    let Some(source) = source_of(app, job).await? else { return Ok(NextRun::Never) };
    let wait = renewed(app, &source).await?;
    Ok(NextRun::At(now + wait.num_milliseconds()))
}

/// Returns when the messenger is asked again.
async fn renewed(app: &Arc<SourceContext>, source: &source::Model) -> Result<TimeDelta> {
    let Some(connector) = app.connectors.get(&source.kind).filter(|_| source.secrets.is_some()) else {
        return Ok(RENEW_EVERY);
    };
    if let Some(new) = app.unsaved.take(source) {
        keep(app, source, new).await?;
        return Ok(AWAY);
    }
    let settings = settings::open(app, source)?;
    match connector.renew(&settings, app.clock.now()).await {
        Ok(None) => {}
        Ok(Some(new)) => keep(app, source, new).await?,
        Err(Denied::Away(detail)) => {
            tracing::info!(source.id = %source.id, reason = %detail, "the messenger does not answer; credentials are renewed later");
            return Ok(AWAY);
        }
        Err(Denied::Access(detail) | Denied::Foreign(detail) | Denied::Refused(detail)) => {
            if source.status != SourceStatus::Stopped.as_str() {
                stopped(app, source.tenant_id, source.id, &detail.to_string()).await?;
            }
        }
    }
    Ok(RENEW_EVERY)
}

/// Stores new credentials. Those that a person entered meanwhile are newer and stay.
async fn keep(app: &Arc<SourceContext>, source: &source::Model, new: Renewed) -> Result<()> {
    let mut secrets = settings::open(app, source)?.secrets;
    secrets.extend(new.secrets.clone());
    let sealed = settings::seal(app, source.tenant_id, source.id, &secrets)?;
    let mut tries = 0;
    let kept = loop {
        let done = source::Entity::update_by_id((source.tenant_id, source.id))
            .col_expr(Column::Secrets, Expr::value(sealed.clone()))
            .filter(Column::Secrets.eq(source.secrets.clone()))
            .exec(app.store.write())
            .await;
        tries += 1;
        match done {
            Err(error) if tries < TRIES => {
                tracing::warn!(source.id = %source.id, %error, "renewed credentials could not be stored yet");
            }
            Ok(done) => break done.rows_affected == 1,
            Err(error) => {
                app.unsaved.put(source, new);
                return Err(error.into());
            }
        }
    };
    if kept {
        app.lookup.forget();
        claim::extend(app, source, new.facts).await?;
        tracing::info!(tenant.id = %source.tenant_id, source.id = %source.id, "the credentials of a source were renewed");
    }
    Ok(())
}

// Regular work for each line: a job of each kind, from the source's creation to its deletion.

/// Where the messenger delivers.
pub const WATCH: &str = "lines";
/// New credentials for those that end soon.
pub const RENEW: &str = "renewals";
/// Asking for events that the messenger does not report by itself (`intake::messenger::poll`).
pub const POLL: &str = "polls";
/// Comparing the messenger's templates with amoCRM's (`template::daily`).
pub const TEMPLATES: &str = "template_lists";
/// Taking the line over from another service (`takeover::go_on`).
pub const TAKEOVER: &str = "takeovers";

/// Interval between questions whether credentials need to be renewed.
pub const RENEW_EVERY: TimeDelta = TimeDelta::hours(1);
/// Schedules the work that a source does not have yet: all of a new one, in the commit that creates it; daily what a
/// source made by an earlier version lacks.
pub(in crate::source) async fn begin(
    app: &SourceContext,
    db: &impl ConnectionTrait,
    source: &source::Model,
) -> Result<(), DbErr> {
    let Some(connector) = app.connectors.get(&source.kind) else { return Ok(()) };
    let now = app.clock.millis();
    let (has_webhook, polls) = (connector.has_webhook(), connector.poll_interval().is_some());
    let work = [
        has_webhook.then_some((WATCH, now)),
        (has_webhook || polls).then_some((RENEW, now + RENEW_EVERY.num_milliseconds())),
        polls.then_some((POLL, now)),
        (connector.reviews_templates() && !has_own_server(&source.kind) && !source.is_shadow())
            .then_some((TEMPLATES, now)),
    ];
    for (kind, due) in work.into_iter().flatten() {
        schedule_new(db, now, NewJob::new(source.tenant_id, kind, source.id, due)).await?;
    }
    Ok(())
}

/// Ends the work of a source, in the commit that deletes it.
pub(in crate::source) async fn end(db: &impl ConnectionTrait, source: &source::Model) -> Result<(), DbErr> {
    job::Entity::delete_of(source.tenant_id)
        .filter(job::Column::Kind.is_in([WATCH, RENEW, POLL, TEMPLATES, TAKEOVER]))
        .filter(job::Column::Key.eq(source.id.to_string()))
        .exec(db)
        .await?;
    Ok(())
}

/// Ends the comparison of templates, of a source that sends nothing any more.
pub(in crate::source) async fn end_templates(db: &impl ConnectionTrait, source: &source::Model) -> Result<(), DbErr> {
    crate::job::cancel(db, source.tenant_id, TEMPLATES, &source.id.to_string()).await.map(drop)
}

/// The source of a job; none if it was deleted.
pub async fn source_of(app: &SourceContext, job: &job::Model) -> anyhow::Result<Option<source::Model>> {
    let id: Uuid = job.key.parse()?;
    let found = source::Entity::of_tenant(job.tenant_id).filter(source::Column::Id.eq(id));
    let found = found.filter(source::Column::DeletedAt.is_null());
    Ok(found.one(app.store.write()).await?)
}
