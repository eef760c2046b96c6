//! The tokens that people of an account gave: several grants per tenant, one in use. An administrator's is preferred,
//! because sources and webhooks need an administrator's rights and such a grant remains valid after its user left.

use amocrm::oauth::Tokens;
use base::millis::DAY;
use base::vault::{Place, Vault, VaultError};
use chrono::TimeDelta;
use entity::oauth_grant::{self, Column};
use entity::tenant;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
};
use secrecy::SecretString;
use uuid::Uuid;

use super::TenantContext;

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

pub(crate) fn open_access(vault: &Vault, grant: &oauth_grant::Model) -> Result<SecretString, VaultError> {
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
        oauth_grant::Entity::update_of(key.0)
            .col_expr(Column::InUse, Expr::value(false))
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
        oauth_grant::Entity::update_of(tenant_id)
            .col_expr(Column::InUse, Expr::value(used))
            .filter(user)
            .exec(tx)
            .await?;
    }
    Ok(true)
}

/// Wipes every token of a tenant; the rows stay as a record of who had consented.
pub(super) async fn wipe(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<(), DbErr> {
    oauth_grant::Entity::update_of(tenant_id)
        .col_expr(Column::AccessToken, Expr::value(Vec::<u8>::new()))
        .col_expr(Column::RefreshToken, Expr::value(Vec::<u8>::new()))
        .col_expr(Column::PreviousRefreshToken, Expr::value(Option::<Vec<u8>>::None))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::InUse, Expr::value(false))
        .col_expr(Column::Dead, Expr::value(true))
        .exec(db)
        .await?;
    Ok(())
}

// The access that an account gave, in the form shown to people.

/// A refresh token is valid for three months from its issue (crm-api §1.8).
pub(super) const REFRESH_LIVES: TimeDelta = TimeDelta::days(90);
/// An unused grant is renewed after this time, so that the three months never pass.
pub(super) const IDLE: TimeDelta = TimeDelta::days(30);
/// From this many remaining days on people are warned.
pub const EXPIRING_DAYS: i64 = 14;

base::worded! {
    /// State of the access; text keys are `token-state-{word}`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum AccessState, as_str {
        Valid = "valid",
        /// A renewal is running; the old token is still used.
        Refreshing = "refreshing",
        /// Two weeks or less are left.
        Expiring = "expiring",
        /// A renewal was started and its outcome is unknown; it is retried.
        RefreshFailing = "refresh_failing",
        /// Its three months have passed.
        Expired = "expired",
        /// amoCRM refused it, or it was wiped by an uninstallation.
        Revoked = "revoked",
        /// No access was given.
        Missing = "missing",
    }
}

/// Who gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantedBy {
    /// 0 if the token did not contain it.
    pub crm_user_id: i64,
    /// Empty if unknown.
    pub name: String,
    pub is_admin: bool,
}

/// The access in use. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    pub state: AccessState,
    /// None if no one gave access.
    pub by: Option<GrantedBy>,
    pub given_at: Option<i64>,
    pub refreshed_at: Option<i64>,
    /// When it ends unless renewed.
    pub expires_at: Option<i64>,
    /// Whole days until then; 0 on the last one.
    pub days_left: Option<i64>,
    /// When it is renewed at the latest.
    pub next_refresh_at: Option<i64>,
    /// How many people of the account have given access, including this one.
    pub grants: usize,
}

/// A tenant's current access.
pub async fn of(app: &TenantContext, tenant_id: Uuid) -> Result<Access, DbErr> {
    let grants = oauth_grant::Entity::of_tenant(tenant_id).all(app.store.read()).await?;
    Ok(shown(&grants, app.clock.millis(), app.store.now().await?))
}

/// Link for allowing access again with one click, relative to our public address. Sources and chats are not affected.
pub fn reconnect_url(tenant: &tenant::Model) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("integration", &tenant.integration);
    format!("/oauth/install?{}", query.finish())
}

/// Whole days until a grant ends unless renewed; 0 on the last one.
pub fn days_left(grant: &oauth_grant::Model, now: i64) -> i64 {
    std::cmp::Ord::max(grant.refreshed_at.saturating_add(REFRESH_LIVES.num_milliseconds()) - now, 0) / DAY
}

/// The access of one tenant from its grants. `now` by our clock, `lease_now` by the database's.
pub fn shown(grants: &[oauth_grant::Model], now: i64, lease_now: i64) -> Access {
    let Some(used) = grants.iter().find(|grant| grant.in_use) else {
        let state = if grants.is_empty() { AccessState::Missing } else { AccessState::Revoked };
        return Access {
            state,
            by: None,
            given_at: None,
            refreshed_at: None,
            expires_at: None,
            days_left: None,
            next_refresh_at: None,
            grants: grants.len(),
        };
    };
    let ends = used.refreshed_at.saturating_add(REFRESH_LIVES.num_milliseconds());
    let days_left = days_left(used, now);
    let state = if now >= ends {
        AccessState::Expired
    } else if used.dead {
        AccessState::Revoked
    } else if used.lease_owner.is_some() && used.leased_until > lease_now {
        AccessState::Refreshing
    } else if days_left <= EXPIRING_DAYS {
        AccessState::Expiring
    } else if used.intent_at.is_some() {
        AccessState::RefreshFailing
    } else {
        AccessState::Valid
    };
    let name = used.user_name.clone();
    Access {
        state,
        by: Some(GrantedBy { crm_user_id: used.crm_user_id, name, is_admin: used.is_admin }),
        given_at: Some(used.created_at),
        refreshed_at: Some(used.refreshed_at),
        expires_at: Some(ends),
        days_left: Some(days_left),
        next_refresh_at: (!used.dead).then(|| used.refreshed_at.saturating_add(IDLE.num_milliseconds())),
        grants: grants.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use entity::fixture::grant;

    #[test]
    fn an_administrators_grant_is_replaced_by_an_administrators_only() {
        assert!(replaces(None, false));
        for dead in [false, true] {
            let used = |is_admin| oauth_grant::Model { is_admin, dead, ..grant() };
            assert!(!replaces(Some(&used(true)), false));
            assert!(replaces(Some(&used(true)), true));
            assert!(replaces(Some(&used(false)), false));
            assert!(replaces(Some(&used(false)), true));
        }
    }

    #[test]
    fn days_run_down_to_a_warning_and_an_end() {
        let at = |now| {
            let access = shown(&[oauth_grant::Model { expires_at: DAY, ..grant() }], now, now);
            (access.state, access.days_left)
        };
        assert_eq!(at(0), (AccessState::Valid, Some(90)));
        assert_eq!(at(75 * DAY), (AccessState::Valid, Some(15)));
        assert_eq!(at(75 * DAY + 1), (AccessState::Expiring, Some(14)));
        assert_eq!(at(90 * DAY - 1), (AccessState::Expiring, Some(0)));
        assert_eq!(at(90 * DAY), (AccessState::Expired, Some(0)));
    }

    #[test]
    fn each_state_has_its_sign() {
        let state = |change: fn(&mut oauth_grant::Model)| {
            let mut grant = oauth_grant::Model { expires_at: DAY, ..grant() };
            change(&mut grant);
            shown(&[grant], DAY, DAY).state
        };
        assert_eq!(state(|grant| grant.dead = true), AccessState::Revoked);
        assert_eq!(state(|grant| grant.in_use = false), AccessState::Revoked);
        assert_eq!(state(|grant| grant.intent_at = Some(1)), AccessState::RefreshFailing);
        let leased = |grant: &mut oauth_grant::Model| {
            (grant.lease_owner, grant.leased_until, grant.intent_at) = (Some(Uuid::nil()), DAY + 1, Some(1));
        };
        assert_eq!(state(leased), AccessState::Refreshing);
        assert_eq!(shown(&[], 0, 0).state, AccessState::Missing);
    }
}
