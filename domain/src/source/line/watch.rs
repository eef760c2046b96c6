//! Regularly checks where messengers deliver customers' messages: another service may have taken the line, or calls
//! to us may fail.

use std::sync::Arc;

use base::error::Result;
use base::i18n::{Language, Words};
use chrono::TimeDelta;
use connectors::{Denied, Watched};
use entity::{job, source};
use serde_json::json;

use super::connect::{MOVED, connect};
use super::facts::{WebhookCheck, saw, webhook};
use super::hook_of;
use super::schedule;
use super::{account, claim};
use crate::alert::{self, Alarm};
use crate::job::NextRun;
use crate::settings;
use crate::settings::facts;
use crate::source::SourceContext;
use crate::source::{SourceStatus, StateReason, observations, stopped};
use crate::tenant as tenants;

/// Interval between checks of a line, plus or minus the jitter.
const EVERY: TimeDelta = TimeDelta::minutes(5);
const JITTER: TimeDelta = TimeDelta::seconds(30);

/// The regular check of a line.
pub async fn check(app: Arc<SourceContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let (app, job) = (&app, &job);
    let jitter = rand::random_range(-JITTER.num_milliseconds()..=JITTER.num_milliseconds());
    let next = app.clock.millis() + EVERY.num_milliseconds() + jitter;
    let Some(source) = schedule::source_of(app, job).await? else { return Ok(NextRun::Never) };
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
            account::leave(app, app.store.write(), source).await?;
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
            account::prove(app, source, connector.as_ref(), &settings, identity).await?;
        }
        Ok(None) | Err(Denied::Away(_)) => {}
        Err(_) => account::unproved(app, source).await?,
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
