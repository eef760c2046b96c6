//! The storage used by an account. Counted every 30 seconds and incremented in between, so several instances together
//! may exceed the quota by what they fetch in that time.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base::message::Direction;
use base::store::VENDOR;
use connectors::kinds;
use entity::media::{self, Column};
use entity::source;
use sea_orm::sea_query::{Alias, ExprTrait, Query};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QuerySelect, Select};
use serde_json::json;
use uuid::Uuid;

use super::{MediaContext, MediaState};
use crate::alert::{self, Alarm};

/// The kind of the alert of an account whose quota is full.
const ALARM: &str = "media_full";
/// Percent of the quota below which the alert ends.
const EASED: i64 = 90;

/// Bytes left in the quota.
pub(super) async fn room(app: &MediaContext, tenant_id: Uuid) -> Result<u64, Arc<DbErr>> {
    let used = used(app, tenant_id).await?.load(Ordering::Relaxed);
    Ok(u64::try_from(most(app) - used).unwrap_or(0))
}

/// Bytes that visitors of the account's web chats may still send: the rest of their share, and of the account's
/// storage.
pub(super) async fn visitors_room(app: &MediaContext, tenant_id: Uuid) -> Result<u64, Arc<DbErr>> {
    let percent = i64::from(app.config.limits.visitors_percent);
    let room = room(app, tenant_id).await?;
    if percent == 0 {
        return Ok(room);
    }
    let used = visitors_used(app, tenant_id).await?.load(Ordering::Relaxed);
    let share = u64::try_from(most(app) / 100 * percent - used).unwrap_or(0);
    Ok(std::cmp::min(room, share))
}

/// Bytes stored by an account, as last counted.
pub async fn kept_bytes(app: &MediaContext, tenant_id: Uuid) -> Result<i64, DbErr> {
    let used = used(app, tenant_id).await.map_err(|error| DbErr::Custom(error.to_string()))?;
    Ok(used.load(Ordering::Relaxed))
}

/// Those of them sent by visitors of web chats, as last counted.
pub async fn visitors_bytes(app: &MediaContext, tenant_id: Uuid) -> Result<i64, DbErr> {
    let used = visitors_used(app, tenant_id).await.map_err(|error| DbErr::Custom(error.to_string()))?;
    Ok(used.load(Ordering::Relaxed))
}

/// Adds a stored file of a visitor.
pub(super) async fn add_visitors(app: &MediaContext, tenant_id: Uuid, bytes: u64) {
    if let Some(used) = app.media.visitors.get(&tenant_id).await {
        used.fetch_add(i64::try_from(bytes).unwrap_or(i64::MAX), Ordering::Relaxed);
    }
}

fn most(app: &MediaContext) -> i64 {
    i64::from(app.config.media.tenant_mb) * 1024 * 1024
}

/// Adds a stored file.
pub(super) async fn add(app: &MediaContext, tenant_id: Uuid, bytes: u64) {
    if let Some(used) = app.media.used.get(&tenant_id).await {
        used.fetch_add(i64::try_from(bytes).unwrap_or(i64::MAX), Ordering::Relaxed);
    }
}

/// Alerts the account's people, once, that a file was not stored because the quota is full. Never fails.
pub(super) async fn is_full(app: &MediaContext, tenant_id: Uuid) {
    let detail = json!({ "most": app.config.media.tenant_mb });
    let alarm = Alarm { tenant_id, kind: ALARM, object: "", source_id: None, detail };
    if let Err(error) = alert::raise(app, app.store.write(), alarm).await {
        tracing::warn!(tenant.id = %tenant_id, %error, "the alert that an account's files reached media.tenant_mb could not be stored");
    }
}

/// Ends the alerts of accounts that have room again; returns their number.
pub(super) async fn ease(app: &MediaContext) -> Result<usize, DbErr> {
    let mut over = 0;
    for tenant_id in alert::whose(&app.store, ALARM).await? {
        let used = count(app, tenant_id).await?;
        if used / EASED < most(app) / 100 && alert::resolve(app, app.store.write(), tenant_id, ALARM, "").await? {
            app.media.used.invalidate(&tenant_id).await;
            over += 1;
        }
    }
    Ok(over)
}

async fn used(app: &MediaContext, tenant_id: Uuid) -> Result<Arc<AtomicI64>, Arc<DbErr>> {
    let count = async { Ok::<_, DbErr>(Arc::new(AtomicI64::new(count(app, tenant_id).await?))) };
    app.media.used.try_get_with(tenant_id, count).await
}

async fn visitors_used(app: &MediaContext, tenant_id: Uuid) -> Result<Arc<AtomicI64>, Arc<DbErr>> {
    let count = async { Ok::<_, DbErr>(Arc::new(AtomicI64::new(count_visitors(app, tenant_id).await?))) };
    app.media.visitors.try_get_with(tenant_id, count).await
}

async fn count_visitors(app: &MediaContext, tenant_id: Uuid) -> Result<i64, DbErr> {
    let chats = Query::select()
        .column(source::Column::Id)
        .from(source::Entity)
        .and_where(source::Column::TenantId.eq(tenant_id))
        .and_where(source::Column::Kind.is_in(kinds::names(|kind| kind.web_chat)))
        .to_owned();
    let of_visitors = Column::Direction.eq(Direction::ToCrm.number()).and(Column::SourceId.in_subquery(chats));
    sum(app, media::Entity::of_tenant(tenant_id).filter(of_visitors)).await
}

async fn count(app: &MediaContext, tenant_id: Uuid) -> Result<i64, DbErr> {
    sum(app, media::Entity::of_tenant(tenant_id)).await
}

/// The bytes of those of these files that are stored.
async fn sum(app: &MediaContext, files: Select<media::Entity>) -> Result<i64, DbErr> {
    let sum = files
        .select_only()
        .column_as(Column::Size.sum().cast_as(Alias::new("bigint")), "used")
        .filter(Column::State.eq(MediaState::Kept.number()))
        .into_tuple::<Option<i64>>()
        .one(app.store.read())
        .await?;
    Ok(sum.flatten().unwrap_or(0))
}

/// The kind of the vendor's alert.
const DISK_ALARM: &str = "disk_full";

/// Checks the disk; raises the alert below `media.disk_free_mb`, ends it above 1.5 times that. Does nothing with a
/// bucket.
pub(super) async fn look_at_disk(app: &MediaContext) -> Result<(), DbErr> {
    if app.config.media.url.is_some() || app.config.media.disk_free_mb == 0 {
        return Ok(());
    }
    let Some(dir) = existing_folder(&app.config.media.dir) else { return Ok(()) };
    let place = app.config.media.dir.display().to_string();
    let free = match tokio::task::spawn_blocking(move || fs4::available_space(dir)).await {
        Ok(Ok(free)) => free / (1024 * 1024),
        Ok(Err(error)) => {
            tracing::debug!(%error, "the free space on the disk of media.dir could not be read");
            return Ok(());
        }
        Err(_) => return Ok(()),
    };
    let least = u64::from(app.config.media.disk_free_mb);
    if free < least {
        let detail = json!({ "free": free, "place": place });
        let alarm = Alarm { tenant_id: VENDOR, kind: DISK_ALARM, object: "", source_id: None, detail };
        alert::raise(app, app.store.write(), alarm).await?;
    } else if free >= least + least / 2 {
        alert::resolve(app, app.store.write(), VENDOR, DISK_ALARM, "").await?;
    }
    Ok(())
}

/// The folder, or its nearest existing parent: it is created with the first file.
fn existing_folder(dir: &std::path::Path) -> Option<PathBuf> {
    let whole = std::path::absolute(dir).ok()?;
    whole.ancestors().find(|one| one.exists()).map(std::path::Path::to_owned)
}
