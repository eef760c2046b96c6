//! Checks of the database itself and of the queue.

use base::fault::Faults;
use base::i18n::LocalizedText;
use base::store::{self, MigrateError, Store};
use chrono::TimeDelta;
use entity::{dead_letter, letter, tenant};
use queue::Queue;
use sea_orm::{DbErr, EntityTrait, PaginatorTrait, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Check, because, reasons};

/// Age of a waiting letter from which the check warns.
const OLD: TimeDelta = TimeDelta::minutes(15);

/// Checks durability and schema; true if the tables can be read.
pub async fn database(store: &Store, checks: &mut Vec<Check>) -> bool {
    match store::check_durability(store).await {
        Ok(found) if found.is_safe() => {
            checks.push(Check::ok("database", LocalizedText::new("doctor-database-ok").with("mode", found.summary())));
        }
        Ok(found) => {
            let check =
                Check::fail("database", LocalizedText::new("doctor-database-unsafe"), "doctor-database-unsafe-fix");
            checks.push(check.remedied("wanted", reasons::of_durability(&found)));
        }
        Err(error) => {
            let detail = because("doctor-database-down", error.to_string());
            checks.push(Check::fail("database", detail, "doctor-database-down-fix"));
        }
    }
    match store::pending_migrations(store).await {
        Ok(0) => {
            checks.push(Check::ok("migrations", LocalizedText::new("doctor-migrations-ok")));
            true
        }
        Ok(count) => {
            let detail = LocalizedText::new("doctor-migrations-behind").with("count", count);
            checks.push(Check::warn("migrations", detail, "doctor-migrations-behind-fix"));
            false
        }
        Err(error) => {
            let detail = LocalizedText::new("doctor-migrations-wrong").with("reason", reasons::of_migration(&error));
            let remedy = match error {
                MigrateError::Database(_) => "doctor-migrate-fix",
                MigrateError::BeforeFirstRelease | MigrateError::Newer(_) => "doctor-migrations-foreign-fix",
            };
            checks.push(Check::fail("migrations", detail, remedy));
            false
        }
    }
}

/// Waiting letters, and since when they wait.
pub async fn queue(store: &Store, checks: &mut Vec<Check>) {
    match look_at_queue(store).await {
        Ok((waiting, age, dead)) => {
            let remedy = "doctor-queue-fix";
            let detail = match age {
                Some(age) => {
                    LocalizedText::new("doctor-queue-waiting").with("count", waiting).with("seconds", age / 1000)
                }
                None => LocalizedText::new("doctor-queue-empty"),
            };
            checks.push(if age.is_some_and(|age| age > OLD.num_milliseconds()) {
                Check::warn("queue", detail, remedy)
            } else {
                Check::ok("queue", detail)
            });
            if dead > 0 {
                checks.push(Check::warn(
                    "undelivered",
                    LocalizedText::new("doctor-undelivered").with("count", dead),
                    "doctor-undelivered-fix",
                ));
            }
        }
        Err(error) => {
            let text = because("doctor-queue-wrong", error.to_string());
            checks.push(Check::warn("queue", text, "doctor-migrate-fix"));
        }
    }
}

/// Checks that accepted = delivered + failed + waiting since the first message, for all accounts or for one.
pub async fn ledger(store: &Store, only: Option<Uuid>, checks: &mut Vec<Check>) {
    let gaps = match only {
        Some(tenant_id) => gaps_of(store, &[tenant_id]).await,
        None => gaps(store).await,
    };
    checks.push(match gaps {
        Ok(0) => Check::ok("ledger", LocalizedText::new("doctor-ledger-ok")),
        Ok(missing) => Check::fail(
            "ledger",
            LocalizedText::new("doctor-ledger-gap").with("count", missing),
            "doctor-ledger-gap-fix",
        ),
        Err(error) => Check::warn("ledger", because("doctor-queue-wrong", error.to_string()), "doctor-migrate-fix"),
    });
}

async fn gaps(store: &Store) -> Result<i64, DbErr> {
    let tenants: Vec<Uuid> =
        tenant::Entity::find().select_only().column(tenant::Column::TenantId).into_tuple().all(store.read()).await?;
    let mut missing = 0;
    for some in tenants.chunks(100) {
        missing += gaps_of(store, some).await?;
    }
    Ok(missing)
}

async fn gaps_of(store: &Store, tenants: &[Uuid]) -> Result<i64, DbErr> {
    let queue = Queue::new(store.clone(), Uuid::nil(), Faults::default());
    Ok(queue.gaps(tenants, 0).await?.iter().map(|gap| gap.missing().abs()).sum())
}

async fn look_at_queue(store: &Store) -> Result<(u64, Option<i64>, u64), DbErr> {
    let db = store.read();
    let tenants: Vec<Uuid> =
        tenant::Entity::find().select_only().column(tenant::Column::TenantId).into_tuple().all(db).await?;
    let (mut waiting, mut dead, mut oldest) = (0, 0, None::<i64>);
    for tenant_id in tenants {
        waiting += letter::Entity::of_tenant(tenant_id).count(db).await?;
        dead += dead_letter::Entity::of_tenant(tenant_id).count(db).await?;
        let first = letter::Entity::of_tenant(tenant_id).order_by_asc(letter::Column::AcceptedAt).one(db).await?;
        if let Some(first) = first {
            oldest = Some(oldest.map_or(first.accepted_at, |oldest| oldest.min(first.accepted_at)));
        }
    }
    let now = store.clock().millis();
    Ok((waiting, oldest.map(|oldest| now - oldest), dead))
}
