//! Limits of accounts that are nearly reached, before anything is refused, or reached; and what accounts have, for the
//! month's invoice.

use base::millis::HOUR;
use base::store::in_transaction;
use entity::tenant;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use crate::alert::{self, Alarm, CHATS_FLOODED, LIMIT_NEAR, LIMIT_REACHED};
use crate::source;
use crate::tenant::TenantStatus;
use crate::usage::{self, LimitLine, LimitStage, SOURCES, UsageContext};
use crate::vendor_events::{self, VendorEventKind};

const PAGE: u64 = 200;

/// Checks all accounts that are in use.
pub(super) async fn round(app: &UsageContext) -> anyhow::Result<()> {
    let near = i64::from(app.config.alerts.limit_percent);
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
        // What accounts have now is noted for the month's invoice.
        if let Err(error) = Box::pin(usage::note_month(app, &page)).await {
            tracing::warn!(%error, "the month's usage of accounts could not be noted; it will be noted again");
        }
        for tenant in page.iter().filter(|tenant| TenantStatus::stored(tenant).was_connected()) {
            if let Err(error) = Box::pin(account(app, tenant, near)).await {
                tracing::warn!(tenant.id = %tenant.tenant_id, error = format!("{error:#}"), "the limits of an account could not be checked; they will be checked again");
            }
        }
    }
}

async fn account(app: &UsageContext, tenant: &tenant::Model, near: i64) -> anyhow::Result<()> {
    let mut lines = usage::shown(app, tenant).await?;
    let sources = source::usage(&app.sources, tenant.tenant_id).await?;
    let used = i64::try_from(sources.used).unwrap_or(i64::MAX);
    lines.push(LimitLine {
        name: SOURCES,
        used: Some(used),
        most: i64::from(sources.limit),
        is_size: false,
        bytes: None,
    });
    let open = alert::open(app.store.read(), tenant.tenant_id).await?;
    // The plan or the configuration no longer has this limit, or no longer warns before it.
    for row in open.iter().filter(|row| [LIMIT_NEAR, LIMIT_REACHED].contains(&row.kind.as_str())) {
        let of = |line: &&LimitLine| alert::key(&row.kind, line.name) == row.key;
        let is_limited = lines.iter().find(of).and_then(LimitLine::percent).is_some();
        if !is_limited || (near == 0 && row.kind == LIMIT_NEAR) {
            let object = row.key.strip_prefix(&row.kind).unwrap_or_default().trim_start_matches(':');
            alert::resolve(app, app.store.write(), tenant.tenant_id, &row.kind, object).await?;
        }
    }
    // A flood of new chats is over when none was refused for an hour.
    let before = app.clock.millis() - HOUR;
    for row in open.iter().filter(|row| row.kind == CHATS_FLOODED && row.last_at < before) {
        let object = row.source_id.unwrap_or_default().to_string();
        alert::resolve(app, app.store.write(), tenant.tenant_id, CHATS_FLOODED, &object).await?;
    }
    // Files have an alert of their own when they are full.
    for line in lines {
        let Some(percent) = line.percent() else { continue };
        let [is_near, is_reached] =
            [LIMIT_NEAR, LIMIT_REACHED].map(|kind| open.iter().find(|open| open.key == alert::key(kind, line.name)));
        match LimitStage::of(percent, near, is_near.or(is_reached).is_some()) {
            LimitStage::Reached if is_reached.is_none() => {
                raise(app, tenant, &line, percent, LIMIT_REACHED, LIMIT_NEAR).await?;
            }
            LimitStage::Near if is_near.is_none() => {
                raise(app, tenant, &line, percent, LIMIT_NEAR, LIMIT_REACHED).await?;
            }
            LimitStage::Free => {
                for kind in [LIMIT_NEAR, LIMIT_REACHED] {
                    alert::resolve(app, app.store.write(), tenant.tenant_id, kind, line.name).await?;
                }
            }
            // As open as before: what is shown of it is the last figure.
            _ => {
                let detail = usage::limit_detail(&line, percent, app.clock.millis());
                let text = detail.to_string();
                for row in [is_near, is_reached].into_iter().flatten().filter(|row| row.detail != text) {
                    let db = app.store.write();
                    alert::describe(db, tenant.tenant_id, &row.kind, line.name, &detail).await?;
                }
            }
        }
    }
    Ok(())
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
    in_transaction(&app.store, async |tx| {
        alert::end(app, tx, tenant_id, other, line.name).await?;
        let detail = usage::limit_detail(line, percent, app.clock.millis());
        alert::raise(app, tx, Alarm { tenant_id, kind, object: line.name, source_id: None, detail }).await?;
        let unit = if line.is_size { "megabytes" } else { "count" };
        let limit =
            json!({ "name": line.name, "used": line.used, "most": line.most, "unit": unit, "percent": percent });
        vendor_events::record(app, tx, event, tenant_id, json!({ "limit": limit })).await
    })
    .await?;
    Ok(())
}
