//! Deletes a source at amoCRM and keeps a deleted row here, so that hooks and waiting letters recognise it.

use std::sync::Arc;

use base::error::{Error, Result};
use base::message::Direction;
use base::store::in_transaction;
use entity::source;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::by::{ChangeGuard, busy};
use super::observations::STOPPED;
use super::outbox::report_event;
use super::restore::GONE;
use super::{By, SourceStatus, find, line, mirror, outbox, takeover};
use crate::alert::WEBHOOK_SUSPENDED;
use crate::source::SourceContext;
use crate::tenant::token::{CallError, TokenError};
use crate::unregister;
use crate::vendor_events::VendorEventKind;

/// The result of a deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// The account now has no default source: no other becomes it automatically (crm-api §4.4), so someone should
    /// choose one.
    pub was_default: bool,
}

/// Deletes a source at amoCRM (one already gone there is fine) and here. Its credentials are wiped, its name is free
/// again; managers' waiting and later messages to it fail with 902. An account that lost its access can delete too:
/// amoCRM then keeps its part until access is given again. Completes even if the caller goes away. Waits for a change of
/// the source that is under way.
pub async fn delete(app: &Arc<SourceContext>, tenant_id: Uuid, source_id: Uuid, by: &By) -> Result<Deleted> {
    let guard = app.source_changes.lock(source_id).await?;
    let source = find(app, tenant_id, source_id).await?;
    if takeover::is_under_way(app, &source).await? {
        return Err(busy());
    }
    let deleting = base::supervisor::detach("source_delete", carry_out(app.clone(), source, by.clone(), guard));
    deleting.await.map_err(|error| anyhow::anyhow!("deleting a source broke off: {error}"))?
}

async fn carry_out(app: Arc<SourceContext>, source: source::Model, by: By, _guard: ChangeGuard) -> Result<Deleted> {
    let gone = match source.is_shadow() {
        true => Ok(()),
        false => mirror::delete(&app, source.tenant_id, source.amocrm_source_id).await,
    };
    match gone {
        Ok(()) => {}
        Err(CallError::Token(error @ (TokenError::NoGrant | TokenError::NeedsReauth))) => {
            tracing::warn!(tenant.id = %source.tenant_id, source.id = %source.id, %error, "a source was deleted in Parom only");
        }
        Err(error) => return Err(mirror::as_error(error)),
    }
    in_transaction(&app.store, async |tx| store(&app, tx, &source, &by).await).await?;
    unregister::at_once(&app.platform, source.tenant_id, Some(source.id));
    app.lookup.forget();
    // The delivery engine now picks up what waits, held or not, and buries it.
    app.queue.resume(source.tenant_id, source.id, 0).await?;
    // What customers wrote while it was paused still goes to amoCRM.
    app.queue.let_go(source.tenant_id, source.id, Direction::ToCrm).await?;
    app.writer.stored().notify_one();
    tracing::info!(tenant.id = %source.tenant_id, source.id = %source.id, connector = source.kind, "a source was deleted");
    Ok(Deleted { was_default: source.is_default })
}

async fn store(app: &SourceContext, tx: &DatabaseTransaction, source: &source::Model, by: &By) -> Result<()> {
    let now = app.clock.millis();
    let row = source::ActiveModel {
        is_default: Set(false),
        status: Set(SourceStatus::Stopped.as_str().to_owned()),
        status_reason: Set("deleted".to_owned()),
        status_since: Set(now),
        secrets: Set(None),
        updated_at: Set(now.max(source.updated_at)),
        deleted_at: Set(Some(now)),
        ..Default::default()
    };
    let done = source::Entity::update_by_id((source.tenant_id, source.id))
        .set(row)
        .filter(source::Column::DeletedAt.is_null())
        .exec(tx)
        .await?;
    // Another call has deleted it since it was read, and has sent all notices.
    if done.rows_affected == 0 {
        return Err(Error::NotFound);
    }
    outbox::deleted(app, tx, source).await?;
    unregister::plan(app, tx, source).await?;
    let id = source.id.to_string();
    line::release(tx, source, now).await?;
    line::leave(app, tx, source).await?;
    line::watch::end(tx, source).await?;
    for kind in [GONE, STOPPED, WEBHOOK_SUSPENDED, line::MOVED] {
        crate::alert::end(app, tx, source.tenant_id, kind, &id).await?;
    }
    let detail = json!({ "name": source.name, "kind": source.kind, "external_id": source.external_id, "was_default": source.is_default });
    by.did(app, tx, "source.deleted", (source.tenant_id, &id), detail).await?;
    report_event(app, tx, VendorEventKind::SourceStopped, source, Some("deleted")).await?;
    Ok(())
}
