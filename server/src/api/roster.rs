//! Reads the directory as a list: which tenants exist, and in which of them a vendor's look-up by id alone has to
//! search. The directory is the only table that is read without a tenant.

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::store::Search;
use base::store::directory::IdKind;
use entity::{directory, tenant};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::request::Call;

/// Ids of tenants older than `after`, newest first.
pub async fn tenants(db: &impl ConnectionTrait, after: Option<Uuid>, limit: u64) -> Result<Vec<Uuid>, DbErr> {
    let mut select = directory::Entity::find().filter(directory::Column::Kind.eq(IdKind::Account.name()));
    if let Some(after) = after {
        select = select.filter(directory::Column::TenantId.lt(after));
    }
    let rows = select.order_by_desc(directory::Column::TenantId).limit(limit).all(db).await?;
    Ok(rows.into_iter().map(|row| row.tenant_id).collect())
}

/// The tenants in which an id is searched: a tenant key's own tenant; for a vendor key the named tenant, otherwise all
/// of them, newest first, with one primary-key look-up each.
pub async fn searched(call: &Call, named: Option<Uuid>) -> Result<Vec<Uuid>> {
    match (call.key.tenant, named) {
        (_, Some(named)) => call.key.in_tenant(named).map(|()| vec![named]),
        (Some(own), None) => Ok(vec![own]),
        (None, None) => Ok(tenants(call.app.store.read(), None, u64::MAX / 2).await?),
    }
}

/// The tenants in which a row of `E` has this id: a tenant key's own tenant and a named one without looking; for a
/// vendor key those that have it, by one statement, which looks into the primary key once for each tenant. Of a
/// distributed database those of the nodes that answer.
pub async fn having<E: EntityTrait>(call: &Call, named: Option<Uuid>, id: Uuid) -> Result<Vec<Uuid>> {
    if call.key.tenant.is_some() || named.is_some() {
        return searched(call, named).await;
    }
    let store = &call.app.store;
    let column = |name: &str| (E::default(), Alias::new(name));
    let of_tenant = Expr::col(column("tenant_id")).eq(Expr::col((tenant::Entity, tenant::Column::TenantId)));
    let mut has_it = Query::select();
    has_it.expr(Expr::val(1)).from(E::default()).and_where(of_tenant).and_where(Expr::col(column("id")).eq(id));
    let tenants = tenant::Entity::find().select_only().column(tenant::Column::TenantId).filter(Expr::exists(has_it));
    let search = Search { tables: &["tenant", E::default().table_name()], columns: Some("tenant_id uuid") };
    let rows = store.search(store.read(), tenants.build(store.backend()), search).await?;
    Ok(rows.iter().map(|row| row.try_get("", "tenant_id")).collect::<Result<_, DbErr>>()?)
}

/// Parses a tenant id from a query string.
pub fn named(text: Option<&str>) -> Result<Option<Uuid>> {
    id_of("/tenant_id", text)
}

/// Parses one of our ids from a query string.
pub fn id_of(pointer: &str, text: Option<&str>) -> Result<Option<Uuid>> {
    text.map(|text| Uuid::try_parse(text).map_err(|_| Error::field(pointer, LocalizedText::new("said-uuid"))))
        .transpose()
}
