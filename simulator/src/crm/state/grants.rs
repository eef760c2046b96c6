//! Codes and tokens.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// Lifetime of an authorization code.
const CODE_MINUTES: i64 = 20;
/// Lifetime of a refresh token.
const REFRESH_DAYS: i64 = 90;
/// Lifetime of an access token in seconds.
pub(crate) const ACCESS_SECONDS: i64 = 86_400;

/// The grant behind an authorization code.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) client_id: String,
    pub(crate) account_id: i64,
    pub(crate) user_id: i64,
    expires_at: DateTime<Utc>,
    used: bool,
}

/// The grant behind an access token.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(crate) client_id: String,
    pub(crate) account_id: i64,
    pub(crate) user_id: i64,
    expires_at: DateTime<Utc>,
    used: bool,
}

#[derive(Clone, Debug)]
struct Refresh {
    client_id: String,
    account_id: i64,
    user_id: i64,
    expires_at: DateTime<Utc>,
    /// Access token of the pair this one was exchanged for.
    replaced_by: Option<String>,
}

/// A new pair of tokens, not yet sent.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

/// All codes and tokens of all accounts.
#[derive(Default)]
pub(crate) struct Grants {
    codes: HashMap<String, Code>,
    access: HashMap<String, Access>,
    refresh: HashMap<String, Refresh>,
    /// The reading of some documents: an old refresh token works until the new pair was used.
    pub(crate) lenient: bool,
}

fn opaque(parts: usize) -> String {
    let mut text = "def50200".to_owned();
    for _ in 0..parts {
        text.push_str(&Uuid::new_v4().simple().to_string());
    }
    text
}

impl Grants {
    /// A new code, valid for twenty minutes and one use.
    pub(crate) fn issue_code(&mut self, client_id: &str, account_id: i64, user_id: i64, now: DateTime<Utc>) -> String {
        let code = opaque(6);
        self.codes.insert(
            code.clone(),
            Code {
                client_id: client_id.to_owned(),
                account_id,
                user_id,
                expires_at: now + TimeDelta::minutes(CODE_MINUTES),
                used: false,
            },
        );
        code
    }

    /// Consumes a code; the error is amoCRM's hint.
    pub(crate) fn use_code(
        &mut self,
        code: &str,
        client_id: &str,
        account_id: i64,
        now: DateTime<Utc>,
    ) -> Result<Code, &'static str> {
        let found = self
            .codes
            .get_mut(code)
            .filter(|found| found.client_id == client_id && found.account_id == account_id)
            .ok_or("Cannot decrypt the authorization code")?;
        if found.used {
            return Err("Authorization code has been revoked");
        }
        if found.expires_at <= now {
            return Err("Authorization code has expired");
        }
        found.used = true;
        Ok(found.clone())
    }

    /// Stores a new pair for this grant. The caller creates `access`, because it looks like a JWT.
    pub(crate) fn keep_pair(&mut self, access: String, of: (&str, i64, i64), now: DateTime<Utc>) -> Pair {
        let (client_id, account_id, user_id) = of;
        let refresh = opaque(8);
        self.access.insert(
            access.clone(),
            Access {
                client_id: client_id.to_owned(),
                account_id,
                user_id,
                expires_at: now + TimeDelta::seconds(ACCESS_SECONDS),
                used: false,
            },
        );
        self.refresh.insert(
            refresh.clone(),
            Refresh {
                client_id: client_id.to_owned(),
                account_id,
                user_id,
                expires_at: now + TimeDelta::days(REFRESH_DAYS),
                replaced_by: None,
            },
        );
        Pair { access, refresh }
    }

    /// The grant of this refresh token, if it may be exchanged; the error is the hint.
    pub(crate) fn check_refresh(
        &self,
        token: &str,
        client_id: &str,
        account_id: i64,
        now: DateTime<Utc>,
    ) -> Result<i64, &'static str> {
        let found = self
            .refresh
            .get(token)
            .filter(|found| found.client_id == client_id && found.account_id == account_id)
            .ok_or("Invalid refresh token")?;
        if found.expires_at <= now {
            return Err("Invalid refresh token");
        }
        match &found.replaced_by {
            None => Ok(found.user_id),
            Some(next) if self.lenient && self.access.get(next).is_some_and(|next| !next.used) => Ok(found.user_id),
            Some(_) => Err("Token has been revoked"),
        }
    }

    /// Marks a refresh token as exchanged for the pair with this access token.
    pub(crate) fn replace_refresh(&mut self, token: &str, next_access: &str) {
        if let Some(found) = self.refresh.get_mut(token) {
            found.replaced_by = Some(next_access.to_owned());
        }
    }

    /// The account of a valid refresh token, which is not used up.
    pub(crate) fn refresh_owner(&self, token: &str, now: DateTime<Utc>) -> Option<i64> {
        self.refresh
            .get(token)
            .filter(|found| found.expires_at > now && found.replaced_by.is_none())
            .map(|found| found.account_id)
    }

    /// The grant of a valid access token; records its use.
    pub(crate) fn use_access(&mut self, token: &str, now: DateTime<Utc>) -> Option<Access> {
        let found = self.access.get_mut(token).filter(|found| found.expires_at > now)?;
        found.used = true;
        Some(found.clone())
    }

    /// Expires every access token of an account, but no refresh tokens.
    pub(crate) fn drop_access(&mut self, account_id: i64) {
        self.access.retain(|_, one| one.account_id != account_id);
    }

    /// Expires every refresh token of an account, but no access tokens.
    pub(crate) fn drop_refresh(&mut self, account_id: i64) {
        self.refresh.retain(|_, one| one.account_id != account_id);
    }

    /// Revokes every grant of an integration in an account.
    pub(crate) fn revoke(&mut self, client_id: &str, account_id: i64) {
        let other = |client: &str, account: i64| client != client_id || account != account_id;
        self.codes.retain(|_, one| other(&one.client_id, one.account_id));
        self.access.retain(|_, one| other(&one.client_id, one.account_id));
        self.refresh.retain(|_, one| other(&one.client_id, one.account_id));
    }
}
