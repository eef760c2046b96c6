//! The directory read as a list: which tenants there are, and in which tenants a vendor's look-up by id alone must
//! search. The directory is the one table that is read without a tenant.

use base::error::{Error, Result};
use base::store::directory::Kind;
use base::words::Said;
use entity::{directory, tenant};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::key::ApiKey;
use crate::app::App;

/// Ids of tenants, newest first, older than `after`.
pub async fn tenants(db: &impl ConnectionTrait, after: Option<Uuid>, limit: u64) -> Result<Vec<Uuid>, DbErr> {
    let mut select = directory::Entity::find().filter(directory::Column::Kind.eq(Kind::Account.name()));
    if let Some(after) = after {
        select = select.filter(directory::Column::TenantId.lt(after));
    }
    let rows = select.order_by_desc(directory::Column::TenantId).limit(limit).all(db).await?;
    Ok(rows.into_iter().map(|row| row.tenant_id).collect())
}

/// One tenant as it is stored now, not as it was kept in memory.
pub async fn tenant(app: &App, tenant_id: Uuid) -> Result<tenant::Model> {
    tenant::Entity::of_tenant(tenant_id).one(app.store.read()).await?.ok_or(Error::NotFound)
}

/// Where an id of unknown tenant is searched: a tenant's key in its own, a vendor's in the named one, else in all,
/// newest first, by one look at a primary key each.
pub async fn searched(app: &App, key: &ApiKey, named: Option<Uuid>) -> Result<Vec<Uuid>> {
    match (key.tenant, named) {
        (_, Some(named)) => key.in_tenant(named).map(|()| vec![named]),
        (Some(own), None) => Ok(vec![own]),
        (None, None) => Ok(tenants(app.store.read(), None, u64::MAX / 2).await?),
    }
}

/// A tenant's id from a query string.
pub fn named(text: Option<&str>) -> Result<Option<Uuid>> {
    id_of("/tenant_id", text)
}

/// An id of ours from a query string.
pub fn id_of(pointer: &str, text: Option<&str>) -> Result<Option<Uuid>> {
    text.map(|text| Uuid::try_parse(text).map_err(|_| Error::field(pointer, Said::new("said-uuid")))).transpose()
}
