//! The tokens that people of an account gave: several grants per tenant, one in use. An administrator's is preferred,
//! because sources and webhooks need an administrator's rights and such a grant remains valid after its user left.

use amocrm::oauth::Tokens;
use base::vault::{Place, Vault, VaultError};
use entity::oauth_grant::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, ExprTrait, QueryFilter,
    QueryOrder,
};
use secrecy::SecretString;
use uuid::Uuid;

use crate::tenant::TenantContext;

/// A newly issued pair of tokens. `Debug` hides both.
#[derive(Clone, Debug)]
pub struct Grant {
    pub access_token: SecretString,
    pub refresh_token: SecretString,
    /// By our clock: milliseconds since 1970.
    pub expires_at: i64,
}

impl Grant {
    /// Converts the answer to a token call started at `asked_at`. The expiry is counted by our own clock, so that
    /// clock skew never makes a dead token look valid.
    pub fn of(tokens: Tokens, asked_at: i64) -> Self {
        let life = i64::try_from(tokens.expires_in.as_millis()).unwrap_or(i64::MAX);
        Self {
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            expires_at: asked_at.saturating_add(life),
        }
    }
}

/// A grant's primary key.
pub type Key = (Uuid, i64);

/// The two sealed tokens of a pair, in their stored form.
pub(super) struct Sealed {
    pub access: Vec<u8>,
    pub refresh: Vec<u8>,
}

pub(super) fn seal(vault: &Vault, key: Key, fresh: &Grant) -> Sealed {
    let row = key.1.to_string();
    Sealed {
        access: vault.seal_text(key.0, Place::OauthAccess, &row, &fresh.access_token),
        refresh: vault.seal_text(key.0, Place::OauthRefresh, &row, &fresh.refresh_token),
    }
}

pub(super) fn open_access(vault: &Vault, grant: &oauth_grant::Model) -> Result<SecretString, VaultError> {
    vault.open_text(grant.tenant_id, Place::OauthAccess, &grant.crm_user_id.to_string(), &grant.access_token)
}

/// The newest refresh token, or the one before it.
pub(super) fn open_refresh(
    vault: &Vault,
    grant: &oauth_grant::Model,
    sealed: &[u8],
) -> Result<SecretString, VaultError> {
    vault.open_text(grant.tenant_id, Place::OauthRefresh, &grant.crm_user_id.to_string(), sealed)
}

/// The grant that calls use.
pub async fn in_use(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Option<oauth_grant::Model>, DbErr> {
    oauth_grant::Entity::of_tenant(tenant_id).filter(Column::InUse.eq(true)).one(db).await
}

pub(super) async fn by_key(db: &impl ConnectionTrait, key: Key) -> Result<Option<oauth_grant::Model>, DbErr> {
    oauth_grant::Entity::of_tenant(key.0).filter(Column::CrmUserId.eq(key.1)).one(db).await
}

/// The user who gave a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Giver {
    /// 0 if the token does not contain it.
    pub crm_user_id: i64,
    pub is_admin: bool,
    /// Empty if unknown.
    pub name: String,
}

/// Stores what a user has just granted, and puts it to use unless an administrator's grant is in use and this is not
/// one. True if it is now in use. The caller holds the lock of the tenant's row.
///
/// A user who was once an administrator and no longer is one changes nothing: the earlier grant has more rights and
/// remains valid.
pub(super) async fn keep(
    app: &TenantContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    giver: &Giver,
    fresh: &Grant,
) -> Result<bool, DbErr> {
    let now = app.clock.millis();
    let key = (tenant_id, giver.crm_user_id);
    let used = in_use(db, tenant_id).await?;
    let known = by_key(db, key).await?;
    let goes_into_use = replaces(used.as_ref(), giver.is_admin);
    if !giver.is_admin && known.as_ref().is_some_and(|known| known.is_admin && has_tokens(known)) {
        return Ok(false);
    }
    if goes_into_use {
        oauth_grant::Entity::update_many()
            .col_expr(Column::InUse, Expr::value(false))
            .filter(Column::TenantId.eq(key.0))
            .filter(Column::CrmUserId.ne(key.1))
            .exec(db)
            .await?;
    }
    let sealed = seal(&app.vault, key, fresh);
    let row = oauth_grant::ActiveModel {
        tenant_id: Set(key.0),
        crm_user_id: Set(key.1),
        is_admin: Set(giver.is_admin),
        in_use: Set(goes_into_use),
        version: Set(1),
        access_token: Set(sealed.access),
        refresh_token: Set(sealed.refresh),
        previous_refresh_token: Set(None),
        expires_at: Set(fresh.expires_at),
        refreshed_at: Set(now),
        intent_at: Set(None),
        dead: Set(false),
        lease_owner: Set(None),
        leased_until: Set(0),
        created_at: Set(now),
        user_name: Set(giver.name.clone()),
    };
    if let Some(known) = known {
        // A concurrent renewal sees that the version changed and drops its own pair.
        let row = oauth_grant::ActiveModel { version: Set(known.version + 1), ..row };
        oauth_grant::Entity::update(row).exec(db).await?;
    } else {
        oauth_grant::Entity::insert(row).exec_without_returning(db).await?;
    }
    Ok(goes_into_use)
}

/// Whether a new grant replaces the one in use. An administrator's, even a dead one, is replaced only by an
/// administrator's: otherwise calls that need those rights would be refused while the account looked connected.
fn replaces(used: Option<&oauth_grant::Model>, is_admin: bool) -> bool {
    used.is_none_or(|used| is_admin || !used.is_admin)
}

fn has_tokens(grant: &oauth_grant::Model) -> bool {
    !grant.refresh_token.is_empty()
}

/// Replaces a dead grant by another administrator's valid one. True if there was one. The caller holds the lock of
/// the tenant's row.
pub(super) async fn stand_in(tx: &DatabaseTransaction, tenant_id: Uuid) -> Result<bool, DbErr> {
    let grants = oauth_grant::Entity::of_tenant(tenant_id).order_by_desc(Column::RefreshedAt).all(tx).await?;
    let next = grants.iter().find(|grant| grant.is_admin && !grant.dead && !grant.in_use && has_tokens(grant));
    let Some(next) = next else { return Ok(false) };
    for (user, used) in
        [(Column::CrmUserId.ne(next.crm_user_id), false), (Column::CrmUserId.eq(next.crm_user_id), true)]
    {
        oauth_grant::Entity::update_many()
            .col_expr(Column::InUse, Expr::value(used))
            .filter(Column::TenantId.eq(tenant_id))
            .filter(user)
            .exec(tx)
            .await?;
    }
    Ok(true)
}

/// Wipes every token of a tenant; the rows stay as a record of who had consented.
pub(super) async fn wipe(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<(), DbErr> {
    oauth_grant::Entity::update_many()
        .col_expr(Column::AccessToken, Expr::value(Vec::<u8>::new()))
        .col_expr(Column::RefreshToken, Expr::value(Vec::<u8>::new()))
        .col_expr(Column::PreviousRefreshToken, Expr::value(Option::<Vec<u8>>::None))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::InUse, Expr::value(false))
        .col_expr(Column::Dead, Expr::value(true))
        .filter(Column::TenantId.eq(tenant_id))
        .exec(db)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(is_admin: bool, dead: bool) -> oauth_grant::Model {
        oauth_grant::Model {
            tenant_id: Uuid::nil(),
            crm_user_id: 1,
            is_admin,
            in_use: true,
            version: 1,
            access_token: vec![],
            refresh_token: vec![],
            previous_refresh_token: None,
            expires_at: 0,
            refreshed_at: 0,
            intent_at: None,
            dead,
            lease_owner: None,
            leased_until: 0,
            created_at: 0,
            user_name: String::new(),
        }
    }

    #[test]
    fn an_administrators_grant_is_replaced_by_an_administrators_only() {
        assert!(replaces(None, false));
        for dead in [false, true] {
            assert!(!replaces(Some(&used(true, dead)), false));
            assert!(replaces(Some(&used(true, dead)), true));
            assert!(replaces(Some(&used(false, dead)), false));
            assert!(replaces(Some(&used(false, dead)), true));
        }
    }
}
