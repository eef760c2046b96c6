//! Codes and tokens.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// Lifetime of an authorization code.
const CODE: TimeDelta = TimeDelta::minutes(20);
/// Lifetime of a refresh token.
const REFRESH: TimeDelta = TimeDelta::days(90);
/// Lifetime of an access token.
pub(crate) const ACCESS: TimeDelta = TimeDelta::days(1);

/// Who may do what where: an integration in an account, in the name of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) client_id: String,
    pub(crate) account_id: i64,
    pub(crate) user_id: i64,
}

#[derive(Clone, Debug)]
struct Token {
    grant: Grant,
    expires_at: DateTime<Utc>,
    used: bool,
    /// Of a refresh token: the access token of the pair it was exchanged for.
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
    codes: HashMap<String, Token>,
    access: HashMap<String, Token>,
    refresh: HashMap<String, Token>,
}

fn opaque(parts: usize) -> String {
    std::iter::once("def50200".to_owned()).chain((0..parts).map(|_| Uuid::new_v4().simple().to_string())).collect()
}

impl Token {
    fn new(grant: Grant, expires_at: DateTime<Utc>) -> Self {
        Self { grant, expires_at, used: false, replaced_by: None }
    }

    fn is_of(&self, client_id: &str, account_id: i64) -> bool {
        self.grant.client_id == client_id && self.grant.account_id == account_id
    }
}

impl Grants {
    /// A new code, valid for twenty minutes and one use.
    pub(crate) fn issue_code(&mut self, grant: Grant, now: DateTime<Utc>) -> String {
        let code = opaque(6);
        self.codes.insert(code.clone(), Token::new(grant, now + CODE));
        code
    }

    /// Consumes a code; the error is amoCRM's hint.
    pub(crate) fn use_code(
        &mut self,
        code: &str,
        client_id: &str,
        account_id: i64,
        now: DateTime<Utc>,
    ) -> Result<Grant, &'static str> {
        let found = self.codes.get_mut(code).filter(|found| found.is_of(client_id, account_id));
        let found = found.ok_or("Cannot decrypt the authorization code")?;
        if found.used {
            return Err("Authorization code has been revoked");
        }
        if found.expires_at <= now {
            return Err("Authorization code has expired");
        }
        found.used = true;
        Ok(found.grant.clone())
    }

    /// Stores a new pair for this grant. The caller creates `access`, because it looks like a JWT.
    pub(crate) fn keep_pair(&mut self, access: String, grant: Grant, now: DateTime<Utc>) -> Pair {
        let refresh = opaque(8);
        self.access.insert(access.clone(), Token::new(grant.clone(), now + ACCESS));
        self.refresh.insert(refresh.clone(), Token::new(grant, now + REFRESH));
        Pair { access, refresh }
    }

    /// The grant of this refresh token, if it may be exchanged; the error is the hint. `lenient`: an old token works until
    /// the new pair was used.
    pub(crate) fn check_refresh(
        &self,
        token: &str,
        client_id: &str,
        account_id: i64,
        now: DateTime<Utc>,
        lenient: bool,
    ) -> Result<Grant, &'static str> {
        let found = self.refresh.get(token).filter(|found| found.is_of(client_id, account_id));
        let found = found.filter(|found| found.expires_at > now).ok_or("Invalid refresh token")?;
        let is_unused = |next: &String| self.access.get(next).is_some_and(|next| !next.used);
        match &found.replaced_by {
            Some(next) if !(lenient && is_unused(next)) => Err("Token has been revoked"),
            _ => Ok(found.grant.clone()),
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
        let found = self.refresh.get(token)?;
        (found.expires_at > now && found.replaced_by.is_none()).then_some(found.grant.account_id)
    }

    /// The grant of a valid access token; records its use.
    pub(crate) fn use_access(&mut self, token: &str, now: DateTime<Utc>) -> Option<Grant> {
        let found = self.access.get_mut(token).filter(|found| found.expires_at > now)?;
        found.used = true;
        Some(found.grant.clone())
    }

    /// Expires every access token of an account, but no refresh tokens.
    pub(crate) fn drop_access(&mut self, account_id: i64) {
        self.access.retain(|_, one| one.grant.account_id != account_id);
    }

    /// Expires every refresh token of an account, but no access tokens.
    pub(crate) fn drop_refresh(&mut self, account_id: i64) {
        self.refresh.retain(|_, one| one.grant.account_id != account_id);
    }

    /// Revokes every grant of an integration in an account.
    pub(crate) fn revoke(&mut self, client_id: &str, account_id: i64) {
        for tokens in [&mut self.codes, &mut self.access, &mut self.refresh] {
            tokens.retain(|_, one| !one.is_of(client_id, account_id));
        }
    }
}
