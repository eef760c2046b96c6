//! Continuous check of the ledger: accepted = delivered + failed + waiting. A difference means that Parom lost or
//! duplicated a message; the vendor is alerted at once and the account's overview shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use base::message::{Direction, day_of};
use base::store::VENDOR;
use entity::tenant;
use queue::LedgerGap;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use crate::alert::{self, Alarm};
use crate::delivery::DeliveryContext;

/// Kind of the vendor's alert, one per source and direction.
pub const ALARM: &str = "vendor_gap";
/// Accounts checked in one read.
const PAGE: u64 = 200;
/// Pause between two pages, so that a round puts little load on the database.
const BETWEEN_PAGES: Duration = Duration::from_millis(200);
/// Days of acceptance that are checked. No letter waits longer than a week, so older days no longer change.
const DAYS: i32 = 9;

/// A round, unless the server stops meanwhile; an error is left to the next.
pub async fn look(app: Arc<DeliveryContext>) {
    if let Some(Err(error)) = app.stop.run_until_cancelled(round(&app)).await {
        tracing::warn!(%error, "the ledger could not be checked; it will be retried");
    }
}

/// Checks all accounts once and returns how many messages are missing or surplus. Afterwards every difference has an
/// open alert, and alerts of differences that are gone are resolved.
pub async fn round(app: &DeliveryContext) -> anyhow::Result<i64> {
    let since = day_of(app.clock.millis()) - DAYS;
    let mut sums: BTreeMap<i16, i64> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut after = None;
    loop {
        let page = page(app, after).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.tenant_id);
        let ids: Vec<Uuid> = page.iter().map(|tenant| tenant.tenant_id).collect();
        for gap in app.queue.gaps(&ids, since).await? {
            *sums.entry(gap.direction).or_default() += gap.missing().abs();
            seen.insert(alert::key(ALARM, &object(&gap)));
            if let Some(tenant) = page.iter().find(|tenant| tenant.tenant_id == gap.tenant_id) {
                raise(app, tenant, &gap).await?;
            }
        }
        if u64::try_from(page.len()).unwrap_or(0) < PAGE {
            break;
        }
        tokio::time::sleep(BETWEEN_PAGES).await;
    }
    for open in alert::open(app.store.read(), VENDOR).await? {
        if let (Some(object), false) = (open.key.strip_prefix("vendor_gap:"), seen.contains(&open.key)) {
            alert::resolve(app, app.store.write(), VENDOR, ALARM, object).await?;
        }
    }
    for direction in [Direction::ToCrm, Direction::ToMessenger] {
        let missing = sums.get(&direction.number()).copied().unwrap_or(0);
        metrics::gauge!("parom_ledger_gap", "direction" => direction.word())
            .set(f64::from(i32::try_from(missing).unwrap_or(i32::MAX)));
    }
    Ok(sums.values().sum())
}

async fn page(app: &DeliveryContext, after: Option<Uuid>) -> anyhow::Result<Vec<tenant::Model>> {
    let mut page = tenant::Entity::find().order_by_asc(tenant::Column::TenantId).limit(PAGE);
    if let Some(after) = after {
        page = page.filter(tenant::Column::TenantId.gt(after));
    }
    Ok(page.all(app.store.read()).await?)
}

fn object(gap: &LedgerGap) -> String {
    format!("{}:{}", gap.source_id, gap.direction)
}

async fn raise(app: &DeliveryContext, tenant: &tenant::Model, gap: &LedgerGap) -> anyhow::Result<()> {
    let source = app.lookup.source(gap.source_id).await?;
    let source = source.map_or_else(|| gap.source_id.to_string(), |source| source.name.clone());
    let LedgerGap { accepted, delivered, failed, waiting, .. } = *gap;
    let missing = gap.missing();
    tracing::error!(tenant.id = %gap.tenant_id, source.id = %gap.source_id, missing, accepted, delivered, failed, waiting, "the ledger does not add up");
    let detail = json!({
        "gap": missing, "source": source, "host": tenant.host, "tenant_id": gap.tenant_id.to_string(),
        "accepted": accepted, "delivered": delivered, "failed": failed, "waiting": waiting,
    });
    let alarm = Alarm { tenant_id: VENDOR, kind: ALARM, object: &object(gap), source_id: None, detail };
    alert::raise(app, app.store.write(), alarm).await?;
    Ok(())
}
