//! Missed hooks: whether chats are compared with amoCRM's history, and what was found there.

use base::i18n::LocalizedText;
use base::millis::MINUTE;
use base::store::Store;
use chrono::TimeDelta;
use entity::{dead_letter, history_look, tenant};
use queue::accept_batch::HistoryMessage;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::{Check, because};

/// Chats are compared hourly; the check warns if that did not happen for this long.
const LATE: TimeDelta = TimeDelta::hours(3);

/// Checks all accounts, or one.
pub async fn look(store: &Store, only: Option<Uuid>, checks: &mut Vec<Check>) {
    if let Err(error) = look_at(store, only, checks).await {
        let detail = because("doctor-accounts-wrong", error.to_string());
        checks.push(Check::warn("history", detail, "doctor-migrate-fix"));
    }
}

async fn look_at(store: &Store, only: Option<Uuid>, checks: &mut Vec<Check>) -> Result<(), DbErr> {
    let db = store.read();
    let now = store.clock().millis();
    let (mut late, mut held) = (Vec::new(), Vec::new());
    let (mut oldest, mut found) = (None::<i64>, 0);
    for tenant in only.map_or_else(tenant::Entity::find, tenant::Entity::of_tenant).all(db).await? {
        for row in history_look::Entity::of_tenant(tenant.tenant_id).all(db).await? {
            found += row.found;
            if let Some(ended_at) = row.ended_at {
                oldest = Some(oldest.map_or(ended_at, |oldest| oldest.min(ended_at)));
            }
            if now - row.ended_at.unwrap_or(tenant.created_at) > LATE.num_milliseconds() && tenant.status == "active" {
                late.push(LocalizedText::quoted(tenant.host.clone()));
            }
        }
        let waiting = dead_letter::Entity::of_tenant(tenant.tenant_id)
            .filter(dead_letter::Column::Reason.eq(HistoryMessage::REASON))
            .count(db)
            .await?;
        if waiting > 0 {
            held.push(LocalizedText::quoted(format!("{} ({waiting})", tenant.host)));
        }
    }
    checks.push(match oldest {
        _ if !late.is_empty() => Check::warn(
            "history",
            LocalizedText::new("doctor-history-late").with("items", late),
            "doctor-history-late-fix",
        ),
        Some(oldest) => {
            let detail = LocalizedText::new("doctor-history-ok").with("minutes", (now - oldest).max(0) / MINUTE);
            Check::ok("history", detail.with("found", found))
        }
        None => Check::ok("history", LocalizedText::new("doctor-history-never")),
    });
    if !held.is_empty() {
        let detail = LocalizedText::new("doctor-history-held").with("items", held);
        checks.push(Check::warn("found", detail, "doctor-history-held-fix"));
    }
    Ok(())
}
