//! Storage used by accounts. Messages and hooks are counted where they are written and summed by account and day every
//! few seconds; a crash loses the counts of these seconds. Files and imports are summed from their rows.

use std::sync::Arc;
use std::time::Duration;

use base::cache::Cache;
use base::message::day_of;
use entity::account_usage::{self, Column};
use queue::writer::Sums;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::tenant;
use crate::usage::UsageContext;

/// How long a sum is cached: other processes store too.
const FRESH: Duration = Duration::from_secs(30);

/// Cached sums.
pub struct StorageSums {
    of_accounts: Cache<Uuid, i64>,
    /// The average over accounts that have stored anything.
    average: Cache<(), i64>,
}

impl Default for StorageSums {
    fn default() -> Self {
        Self {
            of_accounts: Cache::builder().max_capacity(20_000).time_to_live(FRESH).build(),
            average: Cache::builder().max_capacity(1).time_to_live(FRESH).build(),
        }
    }
}

impl StorageSums {
    /// Reads all sums from the database the next time.
    pub fn forget(&self) {
        self.of_accounts.invalidate_all();
        self.average.invalidate_all();
    }
}

/// Writes the counts since the last time; what cannot be written stays for the next.
pub async fn write_sums(app: Arc<UsageContext>) {
    if let Err(error) = write_down(&app).await {
        tracing::warn!(%error, "the usage of accounts could not be stored; it will be retried");
    }
}

/// The same; the error is the caller's.
pub async fn write_down(app: &UsageContext) -> Result<(), DbErr> {
    let mut sums = app.writer.tally.take().into_iter();
    while let Some((key, sum)) = sums.next() {
        if let Err(error) = note(app, key, sum).await {
            app.writer.tally.put(key, sum);
            sums.for_each(|(key, sum)| app.writer.tally.put(key, sum));
            return Err(error);
        }
        app.stored.of_accounts.invalidate(&key.0).await;
    }
    Ok(())
}

async fn note(app: &UsageContext, (tenant_id, day): (Uuid, i32), sums: Sums) -> Result<(), DbErr> {
    let Sums { messages, hooks } = sums;
    let row = account_usage::Model { tenant_id, day, messages, hooks };
    let more = |column: Column, bytes: i64| Expr::col((account_usage::Entity, column)).add(bytes);
    let known = OnConflict::columns([Column::TenantId, Column::Day])
        .value(Column::Messages, more(Column::Messages, messages))
        .value(Column::Hooks, more(Column::Hooks, hooks))
        .to_owned();
    account_usage::Entity::insert(row.into_active_model())
        .on_conflict(known)
        .exec_without_returning(app.store.write())
        .await?;
    Ok(())
}

/// Bytes that an account has stored, at most half a minute old.
pub(super) async fn of_account(app: &UsageContext, tenant_id: Uuid) -> Result<i64, Arc<DbErr>> {
    app.stored.of_accounts.try_get_with(tenant_id, sum(app, tenant_id)).await
}

async fn sum(app: &UsageContext, tenant_id: Uuid) -> Result<i64, DbErr> {
    let today = day_of(app.clock.millis());
    let days = |days: u32| today.saturating_sub(i32::try_from(days).unwrap_or(i32::MAX));
    let configured = &app.config.retention;
    let (texts_days, hooks_days) = match tenant::load(app.store.read(), tenant_id).await? {
        Some(tenant) => (tenant::texts_days(&app.tenants, &tenant), tenant::retention(configured, &tenant).hooks_days),
        None => (configured.texts_days, configured.hooks_days),
    };
    let summed = async |column: Column, since: i32| {
        let sum = account_usage::Entity::of_tenant(tenant_id)
            .select_only()
            .column_as(column.sum().cast_as(Alias::new("bigint")), "bytes")
            .filter(Column::Day.gte(since))
            .into_tuple::<Option<i64>>()
            .one(app.store.read())
            .await?;
        Ok::<_, DbErr>(sum.flatten().unwrap_or(0))
    };
    let texts = summed(Column::Messages, days(texts_days)).await?;
    let hooks = summed(Column::Hooks, days(hooks_days)).await?;
    let imports = super::imports(app, tenant_id).await?.bytes;
    let files = crate::media::kept_bytes(&app.files, tenant_id).await?;
    Ok(texts + hooks + imports + files)
}

/// The average of messages and hooks within their retention, over the accounts that stored any.
pub(super) async fn average(app: &UsageContext) -> Result<i64, Arc<DbErr>> {
    let counted = async {
        let retention = &app.config.retention;
        let days = i32::try_from(std::cmp::Ord::max(retention.texts_days, retention.hooks_days)).unwrap_or(i32::MAX);
        let since = day_of(app.clock.millis()).saturating_sub(days);
        let accounts: Vec<Uuid> = account_usage::Entity::find()
            .select_only()
            .column(Column::TenantId)
            .distinct()
            .filter(Column::Day.gte(since))
            .into_tuple()
            .all(app.store.read())
            .await?;
        let mut all = 0_i64;
        for account in &accounts {
            all = all.saturating_add(sum(app, *account).await?);
        }
        let count = i64::try_from(accounts.len()).unwrap_or(i64::MAX);
        Ok::<_, DbErr>(all.checked_div(count).unwrap_or(0))
    };
    app.stored.average.try_get_with((), counted).await
}
