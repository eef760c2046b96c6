//! Origins that are not in their leads yet: a job of each conversation, so that a crash does not lose them.

use std::sync::Arc;

use base::i18n::Words;
use chrono::TimeDelta;
use entity::{conversation, job, source};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Origin, lead, write};
use crate::job::{NewJob, NextRun, remember, schedule};
use crate::tenant::TenantContext;

/// The kind's name.
pub const KIND: &str = "lead_origins";
/// The first look: by then amoCRM has usually made the lead.
const FIRST: TimeDelta = TimeDelta::seconds(10);
/// Time between checks for a lead that is not accepted yet: a quarter of the time waited so far.
const LOOKS: [TimeDelta; 2] = [TimeDelta::seconds(15), TimeDelta::hours(6)];
/// How long a lead is waited for.
const PATIENCE: TimeDelta = TimeDelta::days(30);
/// Delays after the first, second, … failure in a row; after these the origin is in the panel only.
pub const BACK_OFF: [TimeDelta; 6] = [
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(12),
    TimeDelta::days(1),
];

/// Stores that a conversation has a new origin, if its source writes origins into leads. To be called in the transaction
/// that stores the origin, and only if it changed: what is written once is not written again.
pub async fn plan(
    db: &impl ConnectionTrait,
    now: i64,
    source: &source::Model,
    conversation_id: Uuid,
) -> Result<(), DbErr> {
    if !source.lead_origin {
        return Ok(());
    }
    let first = now + FIRST.num_milliseconds();
    schedule(db, now, NewJob::new(source.tenant_id, KIND, conversation_id, first)).await
}

/// A job, as what writes into a lead sees it.
pub(super) struct OriginTask<'job> {
    job: &'job job::Model,
    /// Writing a note was started: it may exist even if no answer confirmed it.
    pub noting: bool,
}

impl OriginTask<'_> {
    pub fn tenant_id(&self) -> Uuid {
        self.job.tenant_id
    }

    /// Records that a note is about to be written: from here on it may exist, whatever the answer.
    pub async fn note_noting(&self, app: &TenantContext) -> Result<(), DbErr> {
        remember(app.store.write(), self.job, &json!({ "noting": true })).await.map(drop)
    }
}

/// An attempt: the lead may not exist yet.
pub async fn write_origin(app: Arc<TenantContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let (app, job) = (&app, &job);
    let id: Uuid = job.key.parse()?;
    let known = conversation::Entity::of_tenant(job.tenant_id).filter(conversation::Column::Id.eq(id));
    let known = known.one(app.store.read()).await?;
    let source = match &known {
        Some(known) => app.lookup.source(known.source_id).await?,
        None => None,
    };
    let wanted = known.zip(source.filter(|source| source.lead_origin));
    let Some((origin, known)) = wanted.and_then(|(known, _)| Some((Origin::stored(&known.visit)?, known))) else {
        return Ok(NextRun::Never);
    };
    let noting = serde_json::from_str::<Value>(&job.payload)?["noting"] == true;
    if into_lead(app, &OriginTask { job, noting }, &known, &origin).await? {
        return Ok(NextRun::Never);
    }
    let now = app.clock.millis();
    let age = now - job.created_at;
    if age > PATIENCE.num_milliseconds() {
        tracing::info!(tenant.id = %job.tenant_id, conversation.id = %id, "no lead was made or accepted for a chat; its customer's origin is in the panel only");
        return Ok(NextRun::Never);
    }
    let [least, most] = LOOKS.map(|look| look.num_milliseconds());
    Ok(NextRun::At(now + (age / 4).clamp(least, most)))
}

/// False if there is no lead yet.
async fn into_lead(
    app: &Arc<TenantContext>,
    task: &OriginTask<'_>,
    known: &conversation::Model,
    origin: &Origin,
) -> anyhow::Result<bool> {
    let Some(lead) = lead::find(app, known).await? else { return Ok(false) };
    let Some(tenant) = app.lookup.tenant(known.tenant_id).await? else { return Ok(false) };
    let words = Words::new(crate::tenant::language(&app.integrations, &tenant));
    write::write(app, task, &lead, origin, words).await?;
    Ok(true)
}
