//! Regular work for each line: a job of each kind, from the source's creation to its deletion.

use chrono::TimeDelta;
use entity::{job, source};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::job::{NewJob, schedule};
use crate::source::SourceContext;

/// Where the messenger delivers (`watch.rs`).
pub const WATCH: &str = "lines";
/// New credentials for those that end soon (`renew.rs`).
pub const RENEW: &str = "renewals";
/// Asking for events that the messenger does not report by itself (`intake::messenger::poll`).
pub const POLL: &str = "polls";

/// Interval between questions whether credentials need to be renewed.
pub const RENEW_EVERY: TimeDelta = TimeDelta::hours(1);
/// Schedules the work of a new source, in the commit that creates it.
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
    ];
    for (kind, due) in work.into_iter().flatten() {
        schedule(db, now, NewJob::new(source.tenant_id, kind, source.id, due)).await?;
    }
    Ok(())
}

/// Ends the work of a source, in the commit that deletes it.
pub(in crate::source) async fn end(db: &impl ConnectionTrait, source: &source::Model) -> Result<(), DbErr> {
    job::Entity::delete_many()
        .filter(job::Column::TenantId.eq(source.tenant_id))
        .filter(job::Column::Kind.is_in([WATCH, RENEW, POLL]))
        .filter(job::Column::Key.eq(source.id.to_string()))
        .exec(db)
        .await?;
    Ok(())
}

/// The source of a job; none if it was deleted.
pub async fn source_of(app: &SourceContext, job: &job::Model) -> anyhow::Result<Option<source::Model>> {
    let id: Uuid = job.key.parse()?;
    let found = source::Entity::of_tenant(job.tenant_id).filter(source::Column::Id.eq(id));
    let found = found.filter(source::Column::DeletedAt.is_null());
    Ok(found.one(app.store.write()).await?)
}
