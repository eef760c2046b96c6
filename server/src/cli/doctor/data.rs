//! What the database tells of itself and of the queue.

use entity::{dead_letter, letter, tenant};
use sea_orm::{DbErr, EntityTrait, PaginatorTrait, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::Check;
use crate::store::{self, Store};

/// An older waiting letter is worth a look.
const OLD_MILLIS: i64 = 15 * 60_000;

/// Durability and schema; true when the tables can be read.
pub async fn database(store: &Store, checks: &mut Vec<Check>) -> bool {
    match store::check_durability(store).await {
        Ok(found) if found.is_safe() => {
            checks.push(Check::ok("database", format!("database keeps what it accepted ({})", found.summary())));
        }
        Ok(found) => checks.push(Check::fail("database", "database may lose accepted messages", found.to_string())),
        Err(error) => {
            checks.push(Check::fail("database", error.to_string(), "check database.url and that the database runs"));
        }
    }
    match store::pending_migrations(store).await {
        Ok(0) => {
            checks.push(Check::ok("migrations", "the schema is up to date"));
            true
        }
        Ok(count) => {
            let detail = if count == 1 { "1 migration is".to_owned() } else { format!("{count} migrations are") };
            let remedy = "make a backup, then run: parom migrate; doctor sees more afterwards";
            checks.push(Check::warn("migrations", format!("{detail} not applied"), remedy));
            false
        }
        Err(error) => {
            checks.push(Check::fail("migrations", error.to_string(), "run: parom migrate"));
            false
        }
    }
}

/// What waits, and since when.
pub async fn queue(store: &Store, checks: &mut Vec<Check>) {
    match look_at_queue(store).await {
        Ok((waiting, age, dead)) => {
            let remedy = "see which remote side is slow: /metrics, GET /api/v1/dead-letters";
            let detail = match age {
                Some(age) => format!("{waiting} wait, the oldest since {} s", age / 1000),
                None => "nothing waits".to_owned(),
            };
            checks.push(if age.is_some_and(|age| age > OLD_MILLIS) {
                Check::warn("queue", detail, remedy)
            } else {
                Check::ok("queue", detail)
            });
            if dead > 0 {
                checks.push(Check::warn("undelivered", format!("{dead} letters were given up"), remedy));
            }
        }
        Err(error) => {
            checks.push(Check::warn("queue", format!("the queue could not be read: {error}"), "run: parom migrate"))
        }
    }
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
