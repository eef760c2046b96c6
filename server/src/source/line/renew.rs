//! Replaces credentials that end soon by those that the messenger issues for them.

use std::sync::Arc;
use std::time::Duration;

use base::due;
use base::error::Result;
use chrono::TimeDelta;
use connectors::Denied;
use connectors::poll::Renewed;
use entity::source::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tokio_util::sync::CancellationToken;

use super::facts;
use super::schedule::{self, Errand, again_in};
use crate::settings;
use crate::source::{SourceContext, SourceStatus, stopped};

/// Interval between searches for due sources.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Interval between questions for one source.
pub const EVERY: TimeDelta = TimeDelta::hours(1);
/// The same after the messenger did not answer.
const AWAY: TimeDelta = TimeDelta::minutes(5);
/// Maximum sources asked concurrently.
const AT_ONCE: usize = 4;
/// How often new credentials are written, because the old ones may be invalid by now.
const TRIES: usize = 5;

/// The background task. Ends when `stop` is cancelled.
pub async fn run(app: Arc<SourceContext>, stop: CancellationToken) {
    due::every(LOOK_EVERY, &stop, || due_now(&app)).await;
}

/// Asks for one batch of due sources; returns how many.
pub async fn due_now(app: &Arc<SourceContext>) -> usize {
    schedule::due_now(app, Errand::Renew, AT_ONCE, |_| EVERY.num_milliseconds(), |source| renew(app.clone(), source))
        .await
}

async fn renew(app: Arc<SourceContext>, source: source::Model) {
    if let Err(error) = renewed(&app, &source).await {
        tracing::error!(tenant.id = %source.tenant_id, source.id = %source.id, %error, "the credentials of a source could not be renewed; it is tried again in an hour");
    }
}

async fn renewed(app: &Arc<SourceContext>, source: &source::Model) -> Result<()> {
    let Some(connector) = app.connectors.get(&source.kind).filter(|_| source.secrets.is_some()) else { return Ok(()) };
    let settings = settings::open(app, source)?;
    match connector.renew(&settings, app.clock.now()).await {
        Ok(None) => Ok(()),
        Ok(Some(new)) => keep(app, source, new).await,
        Err(Denied::Away(detail)) => {
            tracing::info!(source.id = %source.id, reason = %detail, "the messenger does not answer; credentials are renewed later");
            Ok(again_in(app, Errand::Renew, source, AWAY.num_milliseconds()).await?)
        }
        Err(Denied::Access(detail) | Denied::Foreign(detail) | Denied::Refused(detail)) => {
            if source.status != SourceStatus::Stopped.as_str() {
                stopped(app, source.tenant_id, source.id, &detail.to_string()).await?;
            }
            Ok(())
        }
    }
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
