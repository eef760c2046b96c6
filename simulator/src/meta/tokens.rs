//! Access tokens: whom they speak for, and how long they live.

use serde_json::json;

use super::options::{App, DAY, Meta, Platform, Token};
use crate::graph::{Answered, Params, Refusal, bad, ensure, invalid_token, no_object, unreadable_token};
use crate::kit::{Dialog, Id, Message};

/// Lifetime of a long-lived Instagram token in milliseconds.
pub(super) const LIFE: i64 = 60 * DAY;

/// The caller: an app on behalf of an account.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) app: String,
    pub(super) account: Id,
    pub(super) platform: Platform,
}

impl Caller {
    /// The owner of the call's token; none for an app's own token `ID|SECRET`.
    pub(super) fn of(state: &Meta, params: &Params) -> Result<Self, Refusal> {
        let Token { app, account, .. } = valid(state, &params.token)?.clone();
        Ok(Self { app, platform: state.platform(&account), account })
    }

    /// Whether `node` names the token's account.
    pub(super) fn is(&self, state: &Meta, node: &str) -> bool {
        let known = state.own.accounts.get(&self.account);
        node == "me" || self.account == node || known.is_some_and(|known| known.app_scoped == node)
    }

    /// Returns an error unless `node` names the token's account.
    pub(super) fn own(&self, state: &Meta, node: &str) -> Result<(), Refusal> {
        ensure(self.is(state, node), || no_object(node))
    }

    /// A post of the account, or a comment on one.
    pub(super) fn in_post<'a>(&self, state: &'a Meta, id: &Id) -> Option<(&'a Dialog, &'a Message)> {
        let dialog = state.dialog_with(id).filter(|dialog| dialog.person.is_none() && dialog.line == self.account)?;
        Some((dialog, dialog.message(id)?))
    }
}

/// The app of a token `ID|SECRET`.
pub(super) fn app_of<'a>(state: &'a Meta, token: &str) -> Result<&'a App, Refusal> {
    let unreadable = || invalid_token(None, "Invalid OAuth access token signature.");
    let (id, secret) = token.split_once('|').ok_or_else(unreadable)?;
    let app = state.own.apps.get(id).ok_or_else(|| {
        Refusal::new(400, 101, None, "Error validating application. Cannot get application info due to a system error.")
    })?;
    if app.secret == secret { Ok(app) } else { Err(unreadable()) }
}

pub(super) fn valid<'a>(state: &'a Meta, text: &str) -> Result<&'a Token, Refusal> {
    ensure(!text.is_empty(), || Refusal::new(400, 104, None, "An access token is required to request this resource."))?;
    let token = state.own.tokens.get(text).ok_or_else(unreadable_token)?;
    let over = "Error validating access token: The session has been invalidated because the user changed their \
                password or the session was changed for security reasons.";
    ensure(!token.is_revoked, || invalid_token(Some(460), over))?;
    ensure(token.expires_at.is_none_or(|at| state.now < at), || {
        invalid_token(Some(463), "Error validating access token: Session has expired.")
    })?;
    Ok(token)
}

/// `GET /refresh_access_token`: 60 more days for an Instagram token that is at least a day old.
pub(super) fn refresh(state: &mut Meta, params: &Params) -> Answered {
    ensure(params.text("grant_type").as_deref() == Some("ig_refresh_token"), || {
        bad("grant_type must be ig_refresh_token")
    })?;
    let token = valid(state, &params.token)?.clone();
    let is_old_enough = state.now - token.issued_at >= DAY && token.expires_at.is_some();
    ensure(state.is_instagram(&token.account) && is_old_enough, || {
        Refusal::new(400, 10, None, "(#10) The access token must be at least 24 hours old to be refreshed")
    })?;
    issue(state, &token)
}

/// A new token of the same owner; the old one stays valid until it expires.
fn issue(state: &mut Meta, token: &Token) -> Answered {
    let text = state.new_token(&token.app, &token.account, Some(LIFE));
    Ok(json!({ "access_token": text, "token_type": "bearer", "expires_in": LIFE / 1000 }))
}
