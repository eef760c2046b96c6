//! Counters of attempts, kept in the database so that all instances count together. Keys are hashes, so that the table
//! reveals no e-mail.

use std::time::Duration;

use base::cache::Cache;
use base::store::VENDOR;
use entity::throttle::{self, Column};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};

use crate::identity::IdentityContext;

/// Too many attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Seconds until the window ends.
    pub seconds: i64,
}

impl Wait {
    /// In whole minutes, at least one.
    pub fn minutes(self) -> i64 {
        (self.seconds + 59) / 60
    }
}

/// A number of attempts within a window in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub most: i32,
    pub window: i64,
}

/// Counters that are full, cached by this process so that refusing costs no query. An entry that is evicted costs one
/// read.
#[derive(Clone)]
pub struct FullCounters {
    /// Key → end of its window, milliseconds since 1970, and its count: a limit may grow while it is full.
    full: Cache<String, (i64, i32)>,
}

impl Default for FullCounters {
    fn default() -> Self {
        Self { full: Cache::builder().max_capacity(50_000).time_to_live(Duration::from_secs(3600)).build() }
    }
}

impl FullCounters {
    async fn wait(&self, key: &str, limit: Limit, now: i64) -> Option<Wait> {
        let (until, count) = self.full.get(&key.to_owned()).await?;
        (until > now && count >= limit.most).then_some(Wait { seconds: (until - now + 999) / 1000 })
    }
}

/// Counts one attempt of a key; `Wait` if it exceeds the limit within its window. A refused attempt writes nothing.
pub async fn count(app: &IdentityContext, key: &str, limit: Limit) -> Result<Result<(), Wait>, DbErr> {
    count_all(app, &[(key, limit)]).await
}

/// Counts one attempt of several keys, or of none if one of them is full.
pub async fn count_all(app: &IdentityContext, keys: &[(&str, Limit)]) -> Result<Result<(), Wait>, DbErr> {
    let now = app.clock.millis();
    for (key, limit) in keys {
        if let Some(wait) = full(app, key, *limit, now).await? {
            return Ok(Err(wait));
        }
    }
    for (key, limit) in keys {
        // The counter became full between the check and the count.
        if !add(app, key, *limit, now).await?
            && let Some(wait) = full(app, key, *limit, now).await?
        {
            return Ok(Err(wait));
        }
    }
    Ok(Ok(()))
}

/// Whether a counter is full now.
pub async fn is_full(app: &IdentityContext, key: &str, limit: Limit) -> Result<bool, DbErr> {
    Ok(full(app, key, limit, app.clock.millis()).await?.is_some())
}

/// Resets these keys.
pub async fn forget(app: &IdentityContext, keys: Vec<String>) -> Result<(), DbErr> {
    for key in &keys {
        app.tries.full.invalidate(key).await;
    }
    throttle::Entity::delete_many()
        .filter(Column::TenantId.eq(VENDOR))
        .filter(Column::Key.is_in(keys))
        .exec(app.store.write())
        .await?;
    Ok(())
}

async fn full(app: &IdentityContext, key: &str, limit: Limit, now: i64) -> Result<Option<Wait>, DbErr> {
    if let Some(wait) = app.tries.wait(key, limit, now).await {
        return Ok(Some(wait));
    }
    let row = throttle::Entity::of_tenant(VENDOR).filter(Column::Key.eq(key)).one(app.store.read()).await?;
    let full = row.filter(|row| row.count >= limit.most && row.window_from.saturating_add(limit.window) > now);
    if let Some(row) = full {
        app.tries.full.insert(key.to_owned(), (row.window_from.saturating_add(limit.window), row.count)).await;
    }
    Ok(app.tries.wait(key, limit, now).await)
}

/// False if the counter is full.
async fn add(app: &IdentityContext, key: &str, limit: Limit, now: i64) -> Result<bool, DbErr> {
    let column = |column| Expr::col((throttle::Entity, column));
    let old = || column(Column::WindowFrom).lte(now.saturating_sub(limit.window));
    let row = throttle::Model { tenant_id: VENDOR, key: key.to_owned(), window_from: now, count: 1 };
    let written = throttle::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([Column::TenantId, Column::Key])
                .value(Column::Count, Expr::case(old(), Expr::value(1)).finally(column(Column::Count).add(1)))
                .value(Column::WindowFrom, Expr::case(old(), Expr::value(now)).finally(column(Column::WindowFrom)))
                .action_and_where(old().or(column(Column::Count).lt(limit.most)))
                .to_owned(),
        )
        .exec_without_returning(app.store.write())
        .await?;
    Ok(written > 0)
}
