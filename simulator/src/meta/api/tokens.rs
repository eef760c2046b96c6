//! Access tokens: the caller, and the lifetime of tokens.

use serde_json::{Value, json};

use super::{
    answer::{Answered, Refusal, ensure, invalid_token, no_object, not_permitted},
    params::Params,
};
use crate::meta::state::{Account, DAY, Platform, State, Token};

/// Lifetime of a long-lived Instagram token in milliseconds, and the minimum age for a refresh.
pub(crate) const LIFE: i64 = 60 * DAY;
const YOUNGEST: i64 = DAY;

/// The caller: an app on behalf of an account.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) app: String,
    pub(super) account: String,
    pub(super) platform: Platform,
    without: Vec<String>,
}

impl Caller {
    /// The owner of the call's token; none for an app's own token `ID|SECRET`.
    pub(super) fn of(state: &State, params: &Params, now: i64) -> Result<Self, Refusal> {
        let token = valid(state, &params.token, now)?;
        let account = state.accounts.get(&token.account).ok_or_else(|| no_object(&token.account))?;
        Ok(Self {
            app: token.app.clone(),
            account: account.id.clone(),
            platform: account.platform,
            without: token.without.iter().cloned().collect(),
        })
    }

    /// The account named by `node`, which must be the token's.
    pub(super) fn own<'a>(&self, state: &'a State, node: &str) -> Result<&'a Account, Refusal> {
        let own = state.accounts.get(&self.account).ok_or_else(|| no_object(node))?;
        let is_own = node == "me" || node == own.id || node == own.app_scoped;
        ensure(is_own, || no_object(node))?;
        Ok(own)
    }

    /// Returns an error unless the token has the permission `messages` or `comments` of its platform.
    pub(super) fn may(&self, what: &str) -> Result<(), Refusal> {
        ensure(!self.without.iter().any(|one| one == what), not_permitted)
    }
}

fn valid<'a>(state: &'a State, text: &str, now: i64) -> Result<&'a Token, Refusal> {
    ensure(!text.is_empty(), || Refusal::new(400, 104, None, "An access token is required to request this resource."))?;
    let unreadable = || invalid_token(None, "Invalid OAuth access token - Cannot parse access token");
    let token = state.tokens.get(text).ok_or_else(unreadable)?;
    let over = "Error validating access token: The session has been invalidated because the user changed their \
                password or the session was changed for security reasons.";
    ensure(!token.is_revoked, || invalid_token(Some(460), over))?;
    ensure(token.expires_at.is_none_or(|at| now < at), || {
        invalid_token(Some(463), "Error validating access token: Session has expired.")
    })?;
    Ok(token)
}

/// `GET /refresh_access_token`: 60 more days for an Instagram token that is at least a day old.
pub(super) fn refresh(state: &mut State, params: &Params) -> Answered {
    let grant = params.text("grant_type").unwrap_or_default();
    ensure(grant == "ig_refresh_token", || super::answer::bad("grant_type must be ig_refresh_token"))?;
    let now = state.now;
    let token = valid(state, &params.token, now)?.clone();
    let is_instagrams = state.accounts.get(&token.account).is_some_and(|one| one.platform == Platform::Instagram);
    let is_old_enough = now - token.issued_at >= YOUNGEST && token.expires_at.is_some();
    ensure(is_instagrams && is_old_enough, || {
        Refusal::new(400, 10, None, "(#10) The access token must be at least 24 hours old to be refreshed")
    })?;
    Ok(issue(state, &token))
}

/// `GET /access_token`: a long-lived token for a short-lived one.
pub(super) fn exchange(state: &mut State, params: &Params) -> Answered {
    let token = valid(state, &params.token, state.now)?.clone();
    let secret = params.text("client_secret").unwrap_or_default();
    let is_right = state.apps.get(&token.app).is_some_and(|app| app.secret == secret);
    ensure(is_right, || Refusal::new(400, 101, None, "Error validating client secret."))?;
    Ok(issue(state, &token))
}

/// A new token of the same owner; the old one stays valid until it expires.
fn issue(state: &mut State, token: &Token) -> Value {
    let text = state.new_token(&token.app, &token.account, Some(LIFE));
    json!({ "access_token": text, "token_type": "bearer", "expires_in": LIFE / 1000 })
}

/// `GET /debug_token` with the token of an app: a token's owner and lifetime.
pub(super) fn debug(state: &mut State, params: &Params) -> Answered {
    let app = super::apps::app_of(state, &params.token)?;
    let asked = params.text("input_token").unwrap_or_default();
    let found = state.tokens.get(&asked).filter(|token| token.app == app);
    let is_valid = valid(state, &asked, state.now).is_ok();
    Ok(json!({ "data": {
        "app_id": app,
        "is_valid": is_valid && found.is_some(),
        "expires_at": found.and_then(|token| token.expires_at).unwrap_or(0) / 1000,
    }}))
}

impl State {
    /// A new token; `life` in milliseconds.
    pub(crate) fn new_token(&mut self, app: &str, account: &str, life: Option<i64>) -> String {
        let prefix = match self.accounts.get(account).map(|one| one.platform) {
            Some(Platform::Facebook) => "EAA",
            _ => "IGAA",
        };
        let text = format!("{prefix}{:032x}ZD", self.next_serial() * 7_919 + 0x00c0_ffee);
        let token = Token {
            app: app.to_owned(),
            account: account.to_owned(),
            issued_at: self.now,
            expires_at: life.map(|life| self.now + life),
            is_revoked: false,
            without: Default::default(),
        };
        self.tokens.insert(text.clone(), token);
        text
    }
}
