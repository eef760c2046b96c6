//! Reports what was found: to the account's people, the vendor and the metrics.

use base::store::VENDOR;
use entity::dead_letter;
use entity::history_look::Model;
use queue::accept_batch::HistoryMessage;
use sea_orm::{ColumnTrait, DbErr, PaginatorTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::channel::ComparedChannel;
use crate::alert::{self, Alarm};
use crate::intake::IntakeContext;
use crate::intake::crm::recovered::TakenIn;

/// Kind of the account's alert.
pub const KIND: &str = "found_in_history";
/// Kind of the vendor's alert, one per account.
pub const VENDOR_KIND: &str = "hooks_lost";

/// Counts and reports the messages missing in a chat. They are already stored; errors here are only logged.
pub(super) async fn found(place: &ComparedChannel<'_>, row: &Model, taken: TakenIn) {
    if taken == TakenIn::default() {
        return;
    }
    let (sent, held) = (taken.sent, taken.held);
    for (what, count) in [("sent", sent), ("held", held)] {
        metrics::counter!("parom_found_in_history_total", "what" => what).increment(u64::try_from(count).unwrap_or(0));
    }
    tracing::warn!(tenant.id = %row.tenant_id, sent, held, "managers' messages were found in amoCRM's history: their hooks were missed");
    if let Err(error) = raise(place, row).await {
        tracing::error!(tenant.id = %row.tenant_id, %error, "the alert about messages found in amoCRM's history could not be stored");
    }
}

/// Raises alerts with the counts of the round.
async fn raise(place: &ComparedChannel<'_>, row: &Model) -> Result<(), DbErr> {
    let (app, tenant) = (place.app, &place.scope.tenant);
    let count = row.sent + row.held;
    let own = Alarm {
        tenant_id: row.tenant_id,
        kind: KIND,
        object: "",
        source_id: None,
        detail: json!({ "count": count, "held": row.held }),
    };
    alert::raise(app, app.store.write(), own).await?;
    let object = row.tenant_id.to_string();
    let detail = json!({
        "count": count, "held": row.held, "host": tenant.host, "account_id": tenant.account_id.to_string(),
        "tenant_id": object,
    });
    let vendors = Alarm { tenant_id: VENDOR, kind: VENDOR_KIND, object: &object, source_id: None, detail };
    alert::raise(app, app.store.write(), vendors).await?;
    Ok(())
}

/// After a round without findings: ends the alerts once no found message waits for a person.
pub(super) async fn over(app: &IntakeContext, tenant_id: Uuid) -> Result<(), DbErr> {
    if held(app, tenant_id).await? > 0 {
        return Ok(());
    }
    alert::end(app, app.store.write(), tenant_id, KIND, "").await?;
    alert::end(app, app.store.write(), VENDOR, VENDOR_KIND, &tenant_id.to_string()).await?;
    Ok(())
}

/// Found messages of an account that wait for a person.
pub(super) async fn held(app: &IntakeContext, tenant_id: Uuid) -> Result<u64, DbErr> {
    dead_letter::Entity::of_tenant(tenant_id)
        .filter(dead_letter::Column::Reason.eq(HistoryMessage::REASON))
        .count(app.store.read())
        .await
}
