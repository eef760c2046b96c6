//! The access that an account gave, in the form shown to people.

use base::millis::DAY;
use chrono::TimeDelta;
use entity::{oauth_grant, tenant};
use sea_orm::DbErr;
use uuid::Uuid;

use crate::tenant::TenantContext;

/// A refresh token is valid for three months from its issue (crm-api §1.8).
pub(super) const REFRESH_LIVES: TimeDelta = TimeDelta::days(90);
/// An unused grant is renewed after this time, so that the three months never pass.
pub(super) const IDLE: TimeDelta = TimeDelta::days(30);
/// From this many remaining days on people are warned.
pub const EXPIRING_DAYS: i64 = 14;

/// State of the access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessState {
    Valid,
    /// A renewal is running; the old token is still used.
    Refreshing,
    /// Two weeks or less are left.
    Expiring,
    /// A renewal was started and its outcome is unknown; it is retried.
    RefreshFailing,
    /// Its three months have passed.
    Expired,
    /// amoCRM refused it, or it was wiped by an uninstallation.
    Revoked,
    /// No access was given.
    Missing,
}

impl AccessState {
    /// Its part of the text key: `token-state-…`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Refreshing => "refreshing",
            Self::Expiring => "expiring",
            Self::RefreshFailing => "refresh_failing",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Missing => "missing",
        }
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
    (grant.refreshed_at.saturating_add(REFRESH_LIVES.num_milliseconds()) - now).max(0) / DAY
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

    fn grant() -> oauth_grant::Model {
        oauth_grant::Model {
            tenant_id: Uuid::nil(),
            crm_user_id: 7,
            is_admin: true,
            in_use: true,
            version: 1,
            access_token: vec![],
            refresh_token: vec![],
            previous_refresh_token: None,
            expires_at: DAY,
            refreshed_at: 0,
            intent_at: None,
            dead: false,
            lease_owner: None,
            leased_until: 0,
            created_at: 0,
            user_name: "Olga".into(),
        }
    }

    #[test]
    fn days_run_down_to_a_warning_and_an_end() {
        let at = |now| {
            let access = shown(&[grant()], now, now);
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
            let mut grant = grant();
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
