//! Checks of the database itself and of the queue.

use std::path::Path;

use base::config::Config;
use base::fault::Faults;
use base::i18n::LocalizedText;
use base::message::day_of;
use base::store::{self, MigrateError, Store, VENDOR};
use base::vault::Vault;
use chrono::TimeDelta;
use entity::{account_usage, audit, media, tenant, vendor_event};
use queue::Queue;
use sea_orm::sea_query::{Alias, ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Check, because, reasons};
use crate::delivery::gauges::{WAITED, Waiting};
use crate::delivery::read::dead;
use crate::delivery::read::figures::hours_begin;
use crate::rotation;

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

/// What waits in the queue and since when, and how many messages are undelivered, as the admin's first page has it.
pub async fn queue(store: &Store, checks: &mut Vec<Check>) {
    match look_at_queue(store).await {
        Ok((waiting, undelivered)) => {
            let age = waiting.age(store.clock().millis());
            let detail = LocalizedText::new("doctor-queue-waiting").with("count", waiting.letters);
            checks.push(match waiting.letters {
                0 => Check::ok("queue", LocalizedText::new("doctor-queue-empty")),
                _ if age > WAITED[0].num_milliseconds() => {
                    Check::warn("queue", detail.with("seconds", age / 1000), "doctor-queue-fix")
                }
                _ => Check::ok("queue", detail.with("seconds", age / 1000)),
            });
            if waiting.held > 0 {
                checks.push(Check::ok("queue", LocalizedText::new("doctor-queue-held").with("count", waiting.held)));
            }
            if undelivered > 0 {
                let detail = LocalizedText::new("doctor-undelivered").with("count", undelivered);
                checks.push(Check::warn("undelivered", detail, "doctor-undelivered-fix"));
            }
        }
        Err(error) => {
            let text = because("doctor-queue-wrong", error.to_string());
            checks.push(Check::warn("queue", text, "doctor-migrate-fix"));
        }
    }
}

async fn look_at_queue(store: &Store) -> Result<(Waiting, i64), DbErr> {
    let standing = queue_of(store).standing().await?;
    let since = hours_begin(store.clock().millis());
    let undelivered = dead::undelivered_of_all(store.read(), since, i64::MAX).await?.messages;
    Ok((Waiting::of(&standing), undelivered))
}

fn queue_of(store: &Store) -> Queue {
    Queue::new(store.clone(), Uuid::nil(), Faults::default())
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
    Ok(queue_of(store).gaps(tenants, 0).await?.iter().map(|gap| gap.missing().abs()).sum())
}

// Checks whether everything is encrypted with the first key.

/// Counts per table what is encrypted with another key than the first.
pub async fn look_at_keys(config: &Config, store: &Store, checks: &mut Vec<Check>) {
    let opened = Vault::open(&config.secrets, false).ok();
    let keys = opened.map(|vault| vault.key_ids()).unwrap_or_default();
    // A missing key is reported by the machine's check, unless there is something that it would have to open.
    match rotation::sealed_by(store).await {
        Ok(sealed) if !sealed.is_empty() && !keys.iter().any(|key| sealed.contains(key)) => {
            let detail = LocalizedText::new("doctor-vault-lost").with("keys", rotation::list(&sealed));
            checks.push(Check::fail("vault", detail, "doctor-secrets-wrong-fix"));
            return;
        }
        _ => {}
    }
    let Some(first) = keys.first() else { return };
    let under = match rotation::look(store, *first).await {
        Ok(under) => under,
        Err(error) => {
            let detail = because("doctor-vault-wrong", error.to_string());
            checks.push(Check::fail("vault", detail, "doctor-database-down-fix"));
            return;
        }
    };
    let tables: Vec<String> = under.iter().map(|under| format!("{} {}", under.table, under.values)).collect();
    checks.push(if !tables.is_empty() {
        let values: u64 = under.iter().map(|under| under.values).sum();
        let detail = LocalizedText::new("doctor-vault-old").with("count", values).with("tables", tables.join(", "));
        Check::warn("vault", detail, "doctor-vault-old-fix")
    } else if keys.len() > 1 {
        let detail = LocalizedText::new("doctor-vault-several").with("count", keys.len());
        Check::warn("vault", detail, "doctor-vault-old-fix")
    } else {
        Check::ok("vault", LocalizedText::new("doctor-vault-ok").with("key", first.to_string()))
    });
}

// What goes wrong slowly: backups that stopped, disks that fill, and vendor's webhooks whose receiver does not answer.

/// Age of the last backup from which the check warns: one night was missed.
const OLD_BACKUP: TimeDelta = TimeDelta::hours(49);
/// Days over which growth is averaged.
const WEEK: i32 = 7;
/// Days until a disk is full from which the check warns, and beyond which a forecast says nothing.
const SOON: i64 = 30;
const FAR: i64 = 365;

/// Backups, disks and the vendor's webhooks.
pub async fn look_at_upkeep(config: &Config, store: &Store, checks: &mut Vec<Check>) {
    for checked in [backup(store).await, disk(config, store).await] {
        match checked {
            Ok(check) => checks.extend(check),
            Err(error) => checks.push(unreadable(&error)),
        }
    }
    for webhook in &config.vendor_webhooks {
        checks.push(vendor_webhook(store, &webhook.name).await.unwrap_or_else(|error| unreadable(&error)));
    }
}

fn unreadable(error: &DbErr) -> Check {
    Check::warn("upkeep", because("doctor-queue-wrong", error.to_string()), "doctor-migrate-fix")
}

/// The age of the last `parom backup create`, from the vendor's audit log. That none was made is a warning once there is
/// something to lose, but not on PostgreSQL, which may be backed up by other means.
async fn backup(store: &Store) -> Result<Option<Check>, DbErr> {
    let last = audit::Entity::of_tenant(VENDOR)
        .filter(audit::Column::Action.eq("backup.created"))
        .order_by_desc(audit::Column::Id)
        .one(store.read())
        .await?;
    let now = store.clock().millis();
    let Some(last) = last else {
        let detail = LocalizedText::new("doctor-backup-none");
        let old = tenant::Entity::find().filter(tenant::Column::CreatedAt.lt(now - OLD_BACKUP.num_milliseconds()));
        return Ok(Some(if store.is_sqlite() && old.one(store.read()).await?.is_some() {
            Check::warn("backup", detail, "doctor-backup-none-fix")
        } else {
            Check::ok("backup", detail)
        }));
    };
    let age = now - last.at;
    let detail = LocalizedText::new("doctor-backup-age").with("hours", age / TimeDelta::hours(1).num_milliseconds());
    Ok(Some(if age > OLD_BACKUP.num_milliseconds() {
        Check::warn("backup", detail, "doctor-backup-fix")
    } else {
        Check::ok("backup", detail)
    }))
}

/// Whether the disk of the database or of the files is nearly full, else when it will be, at the rate of the last week.
/// What retention removes is not counted, so it is full later or never.
async fn disk(config: &Config, store: &Store) -> Result<Option<Check>, DbErr> {
    if let Some(check) = nearly_full(config, store.file()) {
        return Ok(Some(check));
    }
    let today = day_of(store.clock().millis());
    let db = store.read();
    let (messages, hooks): (Option<i64>, Option<i64>) = account_usage::Entity::find()
        .select_only()
        .column_as(whole(account_usage::Column::Messages), "messages")
        .column_as(whole(account_usage::Column::Hooks), "hooks")
        .filter(account_usage::Column::Day.gte(today - WEEK))
        .filter(account_usage::Column::Day.lt(today))
        .into_tuple()
        .one(db)
        .await?
        .unwrap_or_default();
    let since = store.clock().millis() - i64::from(WEEK) * TimeDelta::days(1).num_milliseconds();
    let files: Option<Option<i64>> = media::Entity::find()
        .select_only()
        .column_as(whole(media::Column::Size), "files")
        .filter(media::Column::CreatedAt.gte(since))
        .into_tuple()
        .one(db)
        .await?;
    let texts = messages.unwrap_or(0).saturating_add(hooks.unwrap_or(0));
    let of_files = if config.media.url.is_none() { files.flatten().unwrap_or(0) } else { 0 };
    let mut ends = Vec::new();
    if let Some(file) = store.file() {
        // Both are usually on one disk.
        ends.extend(days_left(file, texts.saturating_add(of_files)));
    } else if config.media.url.is_none() {
        ends.extend(days_left(&config.media.dir, of_files));
    }
    let Some(days) = ends.into_iter().min() else { return Ok(None) };
    if days > FAR {
        return Ok(Some(Check::ok("disk", LocalizedText::new("doctor-disk-far"))));
    }
    let detail = LocalizedText::new("doctor-disk-days").with("days", days);
    Ok(Some(if days < SOON { Check::warn("disk", detail, "doctor-disk-fix") } else { Check::ok("disk", detail) }))
}

/// The disk of the database's file or of the files with less space than the vendor's alert asks for.
fn nearly_full(config: &Config, database: Option<&Path>) -> Option<Check> {
    let files = config.media.url.is_none().then_some(config.media.dir.as_path());
    database.into_iter().chain(files).find_map(|place| {
        let free = free_bytes(place)? / (1024 * 1024);
        let detail = LocalizedText::new("doctor-disk-low").with("free", free);
        let detail = detail.with("place", place.display().to_string());
        (free < i64::from(config.media.disk_free_mb)).then(|| Check::warn("disk", detail, "doctor-disk-fix"))
    })
}

/// PostgreSQL's sum has another type.
fn whole(column: impl ColumnTrait) -> SimpleExpr {
    ColumnTrait::sum(&column).cast_as(Alias::new("bigint"))
}

/// Days until the disk of a path is full, if this many bytes are added in a week; none if nothing is added.
fn days_left(place: &Path, weekly: i64) -> Option<i64> {
    free_bytes(place)?.checked_mul(i64::from(WEEK))?.checked_div(weekly)
}

fn free_bytes(place: &Path) -> Option<i64> {
    let whole = std::path::absolute(place).ok()?;
    let standing = whole.ancestors().find(|one| one.exists())?;
    i64::try_from(fs4::available_space(standing).ok()?).ok()
}

/// Whether the vendor's own program takes its events.
async fn vendor_webhook(store: &Store, name: &str) -> Result<Check, DbErr> {
    use vendor_event::Column;
    let of_it = vendor_event::Entity::of_tenant(VENDOR).filter(Column::Webhook.eq(name));
    let failed = of_it.clone().filter(Column::State.eq("failed")).count(store.read()).await?;
    let stuck = of_it.filter(Column::State.eq("waiting")).filter(Column::Tries.gt(0)).count(store.read()).await?;
    let text = |key| LocalizedText::new(key).with("name", name.to_owned());
    Ok(if failed + stuck == 0 {
        Check::ok("webhook", text("doctor-webhook-ok"))
    } else {
        let detail = text("doctor-webhook-refused").with("waiting", stuck).with("failed", failed);
        Check::warn("webhook", detail, "doctor-webhook-fix")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_is_nearly_full_is_named() {
        let found = |least: u32| {
            let config =
                Config::from_toml(&format!("[media]\ndir = \"/nowhere/yet\"\ndisk_free_mb = {least}\n")).unwrap();
            nearly_full(&config, None).map(|check| check.detail.to_string())
        };
        let said = found(u32::MAX).unwrap();
        assert!(said.starts_with("only ") && said.contains(" MB are free at /nowhere/yet"), "{said}");
        assert_eq!(found(0), None);
    }
}
