//! Compares our sources with amoCRM's. There is no webhook for sources (crm-api §4.4), so this happens daily, after
//! an installation, and when a hook names an unknown source.
//!
//! ```text
//! ours ∖ theirs ─▶ needs_attention (deleted_in_crm), restorable
//! ours ∩ theirs ─▶ name, pipeline, default: what a user changed in amoCRM wins; services: ours are sent again
//! theirs ∖ ours ─▶ what we deleted while access was lost: deleted there; else a stray, shown
//! ```

mod apply;
mod compare;
mod due;

use std::sync::Arc;

use amocrm::rest::{self, SourceChange};
use base::error::{Error, Result};
use entity::{source, tenant};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{By, all as all_ours, leftover, mirror, not_deleted, restore};
use crate::source::SourceContext;
use crate::tenant as tenants;
use crate::tenant::token::CallError;
use compare::{Difference, Theirs};

pub use due::due_now;

/// Stored reason of a source that amoCRM no longer has.
pub(super) const DELETED_IN_CRM: &str = "deleted_in_crm";
/// Stored reason of a source whose pipeline is archived.
pub(super) const PIPELINE_ARCHIVED: &str = "pipeline_archived";
/// Kind of the alert about a source that amoCRM no longer has.
pub(super) const GONE: &str = "source_gone";

/// The most that amoCRM lists; sources missing from a full list are requested by name.
const LISTED: usize = 100;
/// External ids in one request.
const NAMES: usize = 25;

/// The result of a comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Sources of ours that amoCRM no longer has, including those already known.
    pub missing: usize,
    /// Sources that a user changed in amoCRM.
    pub changed: usize,
    /// Sources at amoCRM that are not ours.
    pub strays: usize,
}

/// Compares an account's sources with amoCRM's now and stores the differences. If a call fails, its error is returned
/// and nothing is stored. Safe to call at any time and from several instances.
pub async fn reconcile(app: &Arc<SourceContext>, tenant_id: Uuid) -> Result<Reconciled> {
    let tenant = tenants::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    note_compared(app, tenant_id, app.clock.millis()).await?;
    leftover::mark_abandoned(app.store.write(), tenant_id, app.clock.millis()).await?;
    // Ours first: everything read here was at amoCRM before amoCRM is asked.
    let ours = all_ours(app, tenant_id).await?;
    let theirs = list(app, tenant_id, &ours).await.map_err(mirror::as_error)?;
    let pipelines = mirror::every_pipeline(app, tenant_id).await.map_err(mirror::as_error)?;
    let reserved: Vec<_> =
        not_deleted(tenant_id).all(app.store.read()).await?.into_iter().map(|source| source.external_id).collect();
    let buried = leftover::buried(app.store.read(), tenant_id).await?;
    let integration = tenants::integration(&app.tenants, &tenant)?;
    let code = integration.widget.as_ref().and_then(|widget| widget.code.clone());
    let theirs = Theirs { sources: &theirs, pipelines: &pipelines };
    let found = compare::compare(&ours, &theirs, &reserved, &buried, code.as_deref());
    let done = found.counts();
    bury(app, tenant_id, &found.buried).await;
    apply::apply(app, &tenant, &ours, &found, &By::parom()).await?;
    send_services(app, &tenant, &ours, &found.differences).await;
    app.lookup.forget();
    if done != Reconciled::default() {
        tracing::info!(
            tenant.id = %tenant_id, missing = done.missing, changed = done.changed, strays = done.strays,
            "an account's sources differ from amoCRM's"
        );
    }
    Ok(done)
}

/// Records that amoCRM no longer has a source, as a refused change showed.
pub(super) async fn note_missing(app: &SourceContext, source: &source::Model) -> Result<()> {
    let tenant = tenants::load(app.store.read(), source.tenant_id).await?.ok_or(Error::NotFound)?;
    let found = compare::SourceDifferences::missing(source);
    apply::apply(app, &tenant, std::slice::from_ref(source), &found, &By::parom()).await?;
    app.lookup.forget();
    Ok(())
}

/// Stores when the account was last compared; also the claim of the process that compares now.
async fn note_compared(app: &SourceContext, tenant_id: Uuid, at: i64) -> Result<(), DbErr> {
    tenant::Entity::update_many()
        .col_expr(tenant::Column::ReconciledAt, Expr::value(Some(at)))
        .filter(tenant::Column::TenantId.eq(tenant_id))
        .exec(app.store.write())
        .await?;
    Ok(())
}

async fn list(
    app: &Arc<SourceContext>,
    tenant_id: Uuid,
    ours: &[source::Model],
) -> Result<Vec<rest::Source>, CallError> {
    let mut theirs = mirror::all(app, tenant_id).await?;
    if theirs.len() < LISTED {
        return Ok(theirs);
    }
    let known = |theirs: &[rest::Source], id: &str| theirs.iter().any(|one| one.external_id.as_deref() == Some(id));
    let missing: Vec<_> =
        ours.iter().map(|source| source.external_id.as_str()).filter(|id| !known(&theirs, id)).collect();
    for names in missing.chunks(NAMES) {
        theirs.extend(mirror::named(app, tenant_id, names).await?);
    }
    Ok(theirs)
}

/// Deletes at amoCRM what was deleted here. Failures are found again the next day.
async fn bury(app: &Arc<SourceContext>, tenant_id: Uuid, ids: &[i64]) {
    if ids.is_empty() {
        return;
    }
    match mirror::delete_many(app, tenant_id, ids).await {
        Ok(()) => {
            tracing::info!(tenant.id = %tenant_id, count = ids.len(), "sources that were deleted in Parom are now deleted in amoCRM too");
        }
        Err(error) => {
            tracing::warn!(tenant.id = %tenant_id, %error, "sources that were deleted in Parom still exist in amoCRM");
        }
    }
}

/// Sends services again where amoCRM has others: people cannot change them there. Failures are found again the next
/// day.
async fn send_services(
    app: &Arc<SourceContext>,
    tenant: &tenant::Model,
    ours: &[source::Model],
    differences: &[Difference],
) {
    for difference in differences.iter().filter(|difference| difference.services) {
        let Some(source) = ours.iter().find(|source| source.id == difference.source_id) else { continue };
        let services = match restore::services(source) {
            Ok(services) => services.unwrap_or_default(),
            Err(error) => {
                tracing::error!(tenant.id = %tenant.tenant_id, source.id = %source.id, error = format!("{error:#}"), "services cannot be sent to amoCRM");
                continue;
            }
        };
        let change = SourceChange { services: Some(services), ..SourceChange::default() };
        if let Err(error) = mirror::update(app, tenant.tenant_id, difference.amocrm_source_id, &change).await {
            tracing::warn!(tenant.id = %tenant.tenant_id, source.id = %source.id, %error, "amoCRM has different services for the source and did not accept ours");
        }
    }
}
