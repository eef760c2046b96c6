//! Replaces credentials that end soon by those that the messenger issues for them.

use std::sync::Arc;

use base::error::Result;
use chrono::TimeDelta;
use connectors::Denied;
use connectors::poll::Renewed;
use entity::job;
use entity::source::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::facts;
use super::schedule::{self, RENEW_EVERY};
use crate::job::NextRun;
use crate::settings;
use crate::source::{SourceContext, SourceStatus, stopped};

/// When it is asked again after the messenger did not answer.
const AWAY: TimeDelta = TimeDelta::minutes(5);
/// How often new credentials are written, because the old ones may be invalid by now.
const TRIES: usize = 5;

/// The regular question to a messenger whether a source needs new credentials.
pub async fn ask(app: Arc<SourceContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let (app, job) = (&app, &job);
    let now = app.clock.millis();
    let Some(source) = schedule::source_of(app, job).await? else { return Ok(NextRun::Never) };
    let wait = renewed(app, &source).await?;
    Ok(NextRun::At(now + wait.num_milliseconds()))
}

/// Returns when the messenger is asked again.
async fn renewed(app: &Arc<SourceContext>, source: &source::Model) -> Result<TimeDelta> {
    let Some(connector) = app.connectors.get(&source.kind).filter(|_| source.secrets.is_some()) else {
        return Ok(RENEW_EVERY);
    };
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
    secrets.extend(new.secrets);
    let sealed = settings::seal(app, source.tenant_id, source.id, &secrets)?;
    let mut tries = 0;
    let kept = loop {
        let done = source::Entity::update_many()
            .col_expr(Column::Secrets, Expr::value(sealed.clone()))
            .filter(Column::TenantId.eq(source.tenant_id))
            .filter(Column::Id.eq(source.id))
            .filter(Column::Secrets.eq(source.secrets.clone()))
            .exec(app.store.write())
            .await;
        tries += 1;
        match done {
            Err(error) if tries < TRIES => {
                tracing::warn!(source.id = %source.id, %error, "renewed credentials could not be stored yet");
            }
            done => break done?.rows_affected == 1,
        }
    };
    if kept {
        app.lookup.forget();
        facts::extend(app, source, new.facts).await?;
        tracing::info!(tenant.id = %source.tenant_id, source.id = %source.id, "the credentials of a source were renewed");
    }
    Ok(())
}
