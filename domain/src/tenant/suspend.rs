//! The vendor's decisions about an account: whether it is served, how many sources it may have, and its share.

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use entity::tenant;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::hold::{self, Decision};
use crate::tenant::TenantContext;

/// amoCRM's limit of sources of one integration in one account.
pub const MOST_SOURCES: i32 = 100;

/// The largest share.
pub const MOST_WEIGHT: i32 = 100;

/// Stops or resumes delivery for an account. Incoming messages are still stored. Idempotent. An account whose subscription is
/// over stays held after it was resumed.
pub async fn suspend(app: &TenantContext, tenant_id: Uuid, suspended: bool) -> Result<()> {
    let changed = hold::change(app, tenant_id, false, Decision::Suspended(suspended)).await?;
    let changed = changed.ok_or(Error::NotFound)?;
    if changed.before.suspended != suspended {
        tracing::info!(tenant.id = %tenant_id, suspended, "the vendor suspended or resumed the account");
    }
    Ok(())
}

/// Sets how many sources an account may have; none for the configured number. 422 outside of 0 to [`MOST_SOURCES`].
pub async fn limit_sources(app: &TenantContext, tenant_id: Uuid, limit: Option<i32>) -> Result<()> {
    if limit.is_some_and(|limit| !(0..=MOST_SOURCES).contains(&limit)) {
        return Err(Error::field(
            "/sources_limit",
            LocalizedText::new("said-sources-limit").with("most", MOST_SOURCES),
        ));
    }
    super::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    set(app, tenant_id, tenant::Column::SourcesLimit, Expr::value(limit)).await?;
    app.lookup.forget();
    Ok(())
}

/// Sets an account's share of concurrent calls while others wait as well. 422 outside of 1 to [`MOST_WEIGHT`].
pub async fn weigh(app: &TenantContext, tenant_id: Uuid, weight: i32) -> Result<()> {
    if !(1..=MOST_WEIGHT).contains(&weight) {
        return Err(Error::field("/weight", LocalizedText::new("said-weight").with("most", MOST_WEIGHT)));
    }
    super::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    set(app, tenant_id, tenant::Column::Weight, Expr::value(weight)).await?;
    app.lookup.forget();
    Ok(())
}

async fn set(app: &TenantContext, tenant_id: Uuid, column: tenant::Column, value: Expr) -> Result<()> {
    tenant::Entity::update_many()
        .col_expr(column, value)
        .col_expr(tenant::Column::UpdatedAt, Expr::value(app.clock.millis()))
        .filter(tenant::Column::TenantId.eq(tenant_id))
        .exec(app.store.write())
        .await?;
    Ok(())
}
