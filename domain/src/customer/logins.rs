//! Our own logins (mode `password`), created by `parom customer`.

use base::clock::Clock;
use base::store::{Store, VENDOR, directory};
use entity::customer::{self, Column};
use entity::tenant;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{Credentials, VerificationOutcome};
use crate::identity::IdentityContext;
use crate::identity::password;

/// Longest login.
pub const LONGEST: usize = 200;

/// Why a login was not found or not created.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    #[error("a login has 1 to {LONGEST} characters without spaces around them")]
    Form,
    #[error("the login {0} is there already; parom customer password {0} gives it another password")]
    Taken(String),
    #[error("there is no login {0}; parom customer list shows all")]
    Unknown(String),
}

/// The normalised form in which logins are compared.
pub fn key(login: &str) -> String {
    login.trim().to_lowercase()
}

/// Creates a login with the hash of its password.
pub async fn add(store: &Store, clock: &Clock, login: &str, hash: String) -> anyhow::Result<customer::Model> {
    let fits = login.trim() == login && !login.is_empty() && login.chars().count() <= LONGEST;
    anyhow::ensure!(fits && !login.contains(char::is_control), LoginError::Form);
    let row = customer::Model {
        tenant_id: VENDOR,
        id: clock.uuid_v7(),
        login: login.to_owned(),
        password_hash: hash,
        created_at: clock.millis(),
        disabled_at: None,
    };
    let tx = store.write_tx().await?;
    let entry = directory::DirectoryEntry { tenant_id: VENDOR, id: row.id, note: String::new(), expires_at: None };
    let is_new = directory::enter(&tx, directory::IdKind::Customer, &key(login), entry).await?;
    anyhow::ensure!(is_new, LoginError::Taken(login.to_owned()));
    customer::Entity::insert(row.clone().into_active_model()).exec_without_returning(&tx).await?;
    tx.commit().await?;
    Ok(row)
}

/// A login, including disabled ones.
pub async fn find(store: &Store, login: &str) -> anyhow::Result<Option<customer::Model>> {
    let now = store.clock().millis();
    let db = store.read();
    let Some(entry) = directory::find(db, directory::IdKind::Customer, &key(login), now).await? else {
        return Ok(None);
    };
    Ok(customer::Entity::of_tenant(VENDOR).filter(Column::Id.eq(entry.id)).one(db).await?)
}

/// All logins, the oldest first.
pub async fn list(store: &Store) -> anyhow::Result<Vec<customer::Model>> {
    Ok(customer::Entity::of_tenant(VENDOR).order_by_asc(Column::Id).all(store.read()).await?)
}

/// The accounts that a login connected.
pub async fn accounts(store: &Store, id: Uuid) -> anyhow::Result<Vec<tenant::Model>> {
    let connected = tenant::Entity::find().filter(tenant::Column::CustomerId.eq(id));
    Ok(connected.order_by_asc(tenant::Column::TenantId).all(store.read()).await?)
}

/// Sets another password; a disabled login is enabled again.
pub async fn set_password(store: &Store, login: &str, hash: String) -> anyhow::Result<()> {
    let row = find(store, login).await?.ok_or_else(|| LoginError::Unknown(login.to_owned()))?;
    customer::Entity::update_many()
        .col_expr(Column::PasswordHash, Expr::value(hash))
        .col_expr(Column::DisabledAt, Expr::value(Option::<i64>::None))
        .filter(Column::TenantId.eq(VENDOR))
        .filter(Column::Id.eq(row.id))
        .exec(store.write())
        .await?;
    Ok(())
}

/// Disables a login and returns it. The caller, who can call amoCRM, disconnects its accounts.
pub async fn disable(store: &Store, clock: &Clock, login: &str) -> anyhow::Result<customer::Model> {
    let row = find(store, login).await?.ok_or_else(|| LoginError::Unknown(login.to_owned()))?;
    customer::Entity::update_many()
        .col_expr(Column::DisabledAt, Expr::value(Some(clock.millis())))
        .filter(Column::TenantId.eq(VENDOR))
        .filter(Column::Id.eq(row.id))
        .filter(Column::DisabledAt.is_null())
        .exec(store.write())
        .await?;
    Ok(row)
}

/// Whether login and password are right. Unknown and disabled logins take as long as a wrong password.
pub(super) async fn check(app: &IdentityContext, given: Credentials) -> anyhow::Result<VerificationOutcome> {
    let found = find(&app.store, &given.login).await?.filter(|row| row.disabled_at.is_none());
    let hash = found.as_ref().map(|row| row.password_hash.as_str());
    let right = password::check(app, given.password, hash).await?;
    Ok(found.filter(|_| right).map_or(VerificationOutcome::No, |row| VerificationOutcome::Yes(Some(row.id))))
}
