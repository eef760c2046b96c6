//! Genuine calls that could not be processed when they came (`parom quarantine`). Each is given to its entrance again
//! after what was missing is there: a newer version, a message, an account's channel. Of a call that is known to belong to
//! no account only that it came is stored, so there is nothing to give.

use std::sync::Arc;

use base::spool::Hook;
use base::store::{Store, VENDOR};
use bytes::Bytes;
use entity::raw_hook;
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::IntakeContext;
use super::crm::{self, account};
use super::door::{QuarantineReason, RawCall, StillUnusable, StoreError};
use super::messenger;

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetryOutcome {
    /// It was processed as if it came now, and left the quarantine. What was stored before is not stored twice.
    Processed,
    /// It, or a part of it, is still unusable for this reason; it stays.
    Unusable(String),
}

/// Kept calls of an account, or of [`VENDOR`] those that belong to none, oldest first. `after`: the last of the previous
/// page.
pub async fn page(
    store: &Store,
    tenant_id: Uuid,
    reason: Option<&str>,
    after: Option<Uuid>,
    most: u64,
) -> Result<Vec<raw_hook::Model>, DbErr> {
    raw_hook::Entity::of_tenant(tenant_id)
        .filter(raw_hook::Column::Quarantine.ne(""))
        .apply_if(reason, |found, reason| found.filter(raw_hook::Column::Quarantine.eq(reason)))
        .apply_if(after, |found, after| found.filter(raw_hook::Column::Id.gt(after)))
        .order_by_asc(raw_hook::Column::Id)
        .limit(most)
        .all(store.read())
        .await
}

/// Gives a kept call to its entrance again. Can be repeated safely.
pub async fn retry(app: &Arc<IntakeContext>, kept: raw_hook::Model) -> Result<RetryOutcome, StoreError> {
    if kept.body.is_empty() {
        return Ok(RetryOutcome::Unusable(kept.quarantine));
    }
    let (tenant_id, id) = (kept.tenant_id, kept.id);
    let still = StillUnusable::default();
    again(app, kept, still.clone()).await?;
    if let Some(why) = still.get() {
        return Ok(RetryOutcome::Unusable(why.word().to_owned()));
    }
    let this = raw_hook::Entity::delete_of(tenant_id);
    this.filter(raw_hook::Column::Id.eq(id)).exec(app.store.write()).await?;
    Ok(RetryOutcome::Processed)
}

async fn again(app: &Arc<IntakeContext>, kept: raw_hook::Model, still: StillUnusable) -> Result<(), StoreError> {
    let body = Bytes::from(kept.body);
    match kept.kind.as_str() {
        crm::KIND => {
            let id = app.clock.uuid_v7();
            let hook = Hook { id, received_at: kept.received_at, scope_id: kept.target, body };
            crm::events::take(app, &hook, Some(still)).await
        }
        account::KIND => {
            let call = account::call(app, kept.tenant_id, body);
            account::take(app, RawCall { again: Some(still), ..call }).await
        }
        kind if kept.tenant_id == VENDOR => messenger::vendor_app::again(app, kind, body, still).await,
        kind => match Uuid::try_parse(&kept.target) {
            Ok(source_id) => messenger::again(app, (kind, source_id), body, still).await,
            Err(_) => {
                still.get_or_init(|| QuarantineReason::UnknownLine);
                Ok(())
            }
        },
    }
}
