//! What goes wrong slowly: backups that stopped, disks that fill, and vendor's webhooks whose receiver does not answer.

use std::path::Path;

use base::config::Config;
use base::i18n::LocalizedText;
use base::message::day_of;
use base::store::{Store, VENDOR};
use chrono::TimeDelta;
use entity::{account_usage, audit, media, vendor_event};
use sea_orm::sea_query::{Alias, ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Check, because};

/// Age of the last backup from which the check warns: one night was missed.
const OLD: TimeDelta = TimeDelta::hours(49);
/// Days over which growth is averaged.
const WEEK: i32 = 7;
/// Days until a disk is full from which the check warns.
const SOON: i64 = 30;

/// Backups, disks and the vendor's webhooks.
pub async fn look(config: &Config, store: &Store, checks: &mut Vec<Check>) {
    for checked in [backup(store).await, growth(config, store).await] {
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

/// The age of the last `parom backup create`, from the vendor's audit log. PostgreSQL may be backed up by other means, so
/// that none was made is no warning.
async fn backup(store: &Store) -> Result<Option<Check>, DbErr> {
    let last = audit::Entity::of_tenant(VENDOR)
        .filter(audit::Column::Action.eq("backup.created"))
        .order_by_desc(audit::Column::Id)
        .one(store.read())
        .await?;
    let Some(last) = last else {
        return Ok(Some(Check::ok("backup", LocalizedText::new("doctor-backup-none"))));
    };
    let age = store.clock().millis() - last.at;
    let detail = LocalizedText::new("doctor-backup-age").with("hours", age / TimeDelta::hours(1).num_milliseconds());
    Ok(Some(if age > OLD.num_milliseconds() {
        Check::warn("backup", detail, "doctor-backup-fix")
    } else {
        Check::ok("backup", detail)
    }))
}

/// When the disk of the database or of the files is full, at the rate of the last week. What retention removes is not
/// counted, so it is full later or never.
async fn growth(config: &Config, store: &Store) -> Result<Option<Check>, DbErr> {
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
    let detail = LocalizedText::new("doctor-disk-days").with("days", days);
    Ok(Some(if days < SOON { Check::warn("disk", detail, "doctor-disk-fix") } else { Check::ok("disk", detail) }))
}

/// PostgreSQL's sum has another type.
fn whole(column: impl ColumnTrait) -> SimpleExpr {
    ColumnTrait::sum(&column).cast_as(Alias::new("bigint"))
}

/// Days until the disk of a path is full, if this many bytes are added in a week; none if nothing is added.
fn days_left(place: &Path, weekly: i64) -> Option<i64> {
    let whole = std::path::absolute(place).ok()?;
    let standing = whole.ancestors().find(|one| one.exists())?;
    let free = i64::try_from(fs4::available_space(standing).ok()?).ok()?;
    free.checked_mul(i64::from(WEEK))?.checked_div(weekly)
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
