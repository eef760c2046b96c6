//! Limits of accounts that are nearly reached, before anything is refused, or reached.

use base::store::finish_tx;
use entity::tenant;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use crate::alert::{self, Alarm, LIMIT_NEAR, LIMIT_REACHED};
use crate::source;
use crate::tenant::TenantStatus;
use crate::usage::{self, LimitLine, UsageContext};
use crate::vendor_events::{self, VendorEventKind};

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
            if let Err(error) = Box::pin(account(app, tenant, most)).await {
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
    // The plan or the configuration no longer has this limit.
    for row in open.iter().filter(|row| [LIMIT_NEAR, LIMIT_REACHED].contains(&row.kind.as_str())) {
        let of = |line: &&LimitLine| alert::key(&row.kind, line.name) == row.key;
        if lines.iter().find(of).and_then(percent).is_none() {
            let object = row.key.strip_prefix(&row.kind).unwrap_or_default().trim_start_matches(':');
            alert::resolve(app, app.store.write(), tenant.tenant_id, &row.kind, object).await?;
        }
    }
    // Files have an alert of their own when they are full.
    for line in lines {
        let Some(percent) = percent(&line) else { continue };
        let [near, reached] =
            [LIMIT_NEAR, LIMIT_REACHED].map(|kind| open.iter().any(|open| open.key == alert::key(kind, line.name)));
        match stage(percent, most, near || reached) {
            LimitStage::Reached if !reached => raise(app, tenant, &line, percent, LIMIT_REACHED, LIMIT_NEAR).await?,
            LimitStage::Near if !near => raise(app, tenant, &line, percent, LIMIT_NEAR, LIMIT_REACHED).await?,
            LimitStage::Free => {
                for kind in [LIMIT_NEAR, LIMIT_REACHED] {
                    alert::resolve(app, app.store.write(), tenant.tenant_id, kind, line.name).await?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// How far a limit is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LimitStage {
    Free,
    /// Too little for an alert, too much to end one.
    Between,
    Near,
    Reached,
}

fn stage(percent: i64, most: i64, is_open: bool) -> LimitStage {
    match percent {
        100.. => LimitStage::Reached,
        percent if percent >= most => LimitStage::Near,
        percent if is_open && percent < most - EASED => LimitStage::Free,
        _ => LimitStage::Between,
    }
}

/// Opens the alert of one kind in place of the other, and reports it to the vendor's webhooks.
async fn raise(
    app: &UsageContext,
    tenant: &tenant::Model,
    line: &LimitLine,
    percent: i64,
    kind: &'static str,
    other: &'static str,
) -> anyhow::Result<()> {
    let tenant_id = tenant.tenant_id;
    let event = if kind == LIMIT_REACHED { VendorEventKind::LimitReached } else { VendorEventKind::LimitNear };
    let tx = app.store.write_tx().await?;
    let done = async {
        alert::end(app, &tx, tenant_id, other, line.name).await?;
        let detail = json!({ "limit": line.name, "percent": percent });
        alert::raise(app, &tx, Alarm { tenant_id, kind, object: line.name, source_id: None, detail }).await?;
        let unit = if line.is_size { "megabytes" } else { "count" };
        let limit =
            json!({ "name": line.name, "used": line.used, "most": line.most, "unit": unit, "percent": percent });
        vendor_events::record(app, &tx, event, tenant_id, json!({ "limit": limit })).await
    };
    let done = done.await;
    finish_tx(tx, done).await?;
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

    #[test]
    fn an_alert_does_not_flicker() {
        assert_eq!(
            (stage(79, 80, false), stage(80, 80, false), stage(100, 80, false)),
            (LimitStage::Between, LimitStage::Near, LimitStage::Reached)
        );
        assert_eq!(
            (stage(75, 80, true), stage(74, 80, true), stage(99, 80, true)),
            (LimitStage::Between, LimitStage::Free, LimitStage::Near)
        );
    }
}
