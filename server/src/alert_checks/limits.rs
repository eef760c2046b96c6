//! Limits of `[limits]` that are nearly reached, before anything is refused.

use entity::tenant;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use crate::alert::{self, Alarm};
use crate::source;
use crate::tenant::TenantStatus;
use crate::usage::{self, LimitLine, UsageContext};

const PAGE: u64 = 200;
/// Of this many percent less an alert is over, so that it does not flicker.
const EASED: i64 = 5;

/// Checks all accounts that are in use.
pub(super) async fn round(app: &UsageContext) -> anyhow::Result<()> {
    let most = i64::from(app.config.alerts.limit_percent);
    if most == 0 {
        return Ok(());
    }
    let mut after = uuid::Uuid::nil();
    loop {
        let page = tenant::Entity::find()
            .filter(tenant::Column::TenantId.gt(after))
            .order_by_asc(tenant::Column::TenantId)
            .limit(PAGE)
            .all(app.store.read())
            .await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.tenant_id;
        for tenant in page.iter().filter(|tenant| TenantStatus::stored(tenant).was_connected()) {
            if let Err(error) = account(app, tenant, most).await {
                tracing::warn!(tenant.id = %tenant.tenant_id, error = format!("{error:#}"), "the limits of an account could not be checked; they will be checked again");
            }
        }
    }
}

async fn account(app: &UsageContext, tenant: &tenant::Model, most: i64) -> anyhow::Result<()> {
    let mut lines = usage::shown(app, tenant).await?;
    let sources = source::usage(app, tenant.tenant_id).await?;
    let used = i64::try_from(sources.used).unwrap_or(i64::MAX);
    lines.push(LimitLine { name: "sources", used: Some(used), most: i64::from(sources.limit), is_size: false });
    let open = alert::open(app.store.read(), tenant.tenant_id).await?;
    // Files have an alert of their own when they are full.
    for line in lines {
        let Some(percent) = percent(&line) else { continue };
        let known = open.iter().find(|open| open.key == alert::key(alert::LIMIT_NEAR, line.name));
        let (tenant_id, kind, object) = (tenant.tenant_id, alert::LIMIT_NEAR, line.name);
        match known {
            None if percent >= most => {
                let detail = json!({ "limit": line.name, "percent": percent });
                let alarm = Alarm { tenant_id, kind, object, source_id: None, detail };
                alert::raise(app, app.store.write(), alarm).await?;
            }
            Some(_) if percent < most - EASED => {
                alert::resolve(app, app.store.write(), tenant_id, kind, object).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// How much of a limit is used; none if it is none, or is not measured.
fn percent(line: &LimitLine) -> Option<i64> {
    let used = line.used.filter(|_| line.most > 0)?;
    Some(used.saturating_mul(100) / line.most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_limited_and_measured_can_be_near_its_limit() {
        let line = |used, most| LimitLine { name: "stored", used, most, is_size: true };
        assert_eq!(percent(&line(Some(81), 100)), Some(81));
        assert_eq!(percent(&line(Some(81), 0)), None);
        assert_eq!(percent(&line(None, 100)), None);
    }
}
