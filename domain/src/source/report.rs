//! The vendor's events about sources.

use entity::source;
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::json;

use crate::source::SourceContext;
use crate::vendor_events::{self, VendorEventKind};

/// Records an event about a source in the transaction of its change. `reason`: a word of the API, why it stopped.
pub(super) async fn report(
    app: &SourceContext,
    db: &impl ConnectionTrait,
    kind: VendorEventKind,
    source: &source::Model,
    reason: Option<&str>,
) -> Result<(), DbErr> {
    let mut data = json!({ "source": {
        "id": source.id, "kind": source.kind, "name": source.name, "external_id": source.external_id,
    } });
    if let Some(reason) = reason {
        data["reason"] = json!(reason);
    }
    vendor_events::record(app, db, kind, source.tenant_id, data).await
}
