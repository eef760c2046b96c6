//! What the database tells: itself, accounts, channels, sources, quarantine, queue.

use std::collections::BTreeMap;

use entity::{dead_letter, letter, oauth_grant, raw_hook, source, tenant, tenant_channel};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::Check;
use crate::store::{self, Store, VENDOR};

/// An older waiting letter is worth a look.
const OLD_MILLIS: i64 = 15 * 60_000;
/// So many accounts are named in one line.
const NAMED: usize = 5;

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

/// Accounts with their tokens, channels, sources and what was put aside.
pub async fn accounts(store: &Store, only: Option<Uuid>, checks: &mut Vec<Check>) {
    if let Err(error) = look_at_accounts(store, only, checks).await {
        checks.push(Check::warn("accounts", format!("the accounts could not be read: {error}"), "run: parom migrate"));
    }
}

async fn look_at_accounts(store: &Store, only: Option<Uuid>, checks: &mut Vec<Check>) -> Result<(), DbErr> {
    let db = store.read();
    let mut all = tenant::Entity::find();
    if let Some(only) = only {
        all = tenant::Entity::of_tenant(only);
    }
    let all = all.all(db).await?;
    let mut dead = Vec::new();
    let mut channels = Vec::new();
    let mut sources = Vec::new();
    let mut aside = BTreeMap::new();
    for tenant in &all {
        let id = tenant.tenant_id;
        let grants = oauth_grant::Entity::of_tenant(id).filter(oauth_grant::Column::InUse.eq(true)).all(db).await?;
        if grants.iter().any(|grant| grant.dead) {
            dead.push(tenant.host.clone());
        }
        let broken = tenant_channel::Entity::of_tenant(id).filter(tenant_channel::Column::Status.ne("connected"));
        channels.extend(broken.all(db).await?.into_iter().map(|row| format!("{} ({})", tenant.host, row.status)));
        let broken = source::Entity::of_tenant(id)
            .filter(source::Column::DeletedAt.is_null())
            .filter(source::Column::Status.eq("needs_attention"));
        sources.extend(
            broken
                .all(db)
                .await?
                .into_iter()
                .map(|row| format!("{} at {}: {}", row.name, tenant.host, row.status_reason)),
        );
        quarantined(store, id, &mut aside).await?;
    }
    if only.is_none() {
        quarantined(store, VENDOR, &mut aside).await?;
    }
    checks.push(Check::ok("accounts", format!("{} installed", all.len())));
    say(
        checks,
        "tokens",
        "every account's access works",
        &dead,
        "these accounts must allow access again",
        "send their administrators the address /oauth/install of this server",
    );
    say(
        checks,
        "channels",
        "every channel is connected",
        &channels,
        "these channels are not connected",
        "switch the integration off and on in amoCRM; for `not_allowed` ask amoCRM to add the account to the channel",
    );
    say(
        checks,
        "sources",
        "every source works",
        &sources,
        "these sources need attention",
        "correct the source's settings, then resume it",
    );
    checks.push(if aside.is_empty() {
        Check::ok("quarantine", "no hook was put aside")
    } else {
        let named = aside.iter().map(|(reason, count)| format!("{count} × {reason}")).collect::<Vec<_>>().join(", ");
        let detail = format!("genuine hooks that could not be worked on are kept: {named}");
        Check::warn("quarantine", detail, "version_1: connect the account again; foreign_account, unknown_scope: is another server using this channel?")
    });
    Ok(())
}

/// Hooks put aside, by reason.
async fn quarantined(store: &Store, tenant_id: Uuid, aside: &mut BTreeMap<String, i64>) -> Result<(), DbErr> {
    let found: Vec<(String, i64)> = raw_hook::Entity::of_tenant(tenant_id)
        .filter(raw_hook::Column::Quarantine.ne(""))
        .select_only()
        .column(raw_hook::Column::Quarantine)
        .column_as(raw_hook::Column::Id.count(), "count")
        .group_by(raw_hook::Column::Quarantine)
        .into_tuple()
        .all(store.read())
        .await?;
    for (reason, count) in found {
        *aside.entry(reason).or_default() += count;
    }
    Ok(())
}

fn say(checks: &mut Vec<Check>, name: &'static str, good: &str, bad: &[String], what: &str, remedy: &str) {
    if bad.is_empty() {
        checks.push(Check::ok(name, good));
        return;
    }
    let named = bad.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = bad.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    checks.push(Check::warn(name, format!("{what}: {named}{more}"), remedy));
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
