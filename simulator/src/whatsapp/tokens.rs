//! Access tokens; how an app gets one: Embedded Signup's code.

use std::collections::BTreeSet;

use serde_json::json;

use super::options::{App, Token, WhatsApp};
use crate::graph::{Answered, Params, Refusal, ensure, invalid_token, no_token, unreadable_token};
use crate::kit::{Code, Id};

/// Milliseconds for which a code of Embedded Signup is valid.
const CODE: i64 = 30_000;
pub(super) const SCOPES: [&str; 2] = ["whatsapp_business_management", "whatsapp_business_messaging"];

/// A validated token: its app, and what it may do.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) app: String,
    /// `None` for the app's own token, which has access only to the app.
    pub(super) wabas: Option<BTreeSet<String>>,
}

impl Grant {
    pub(super) fn reaches(&self, waba: &str) -> bool {
        self.wabas.as_ref().is_some_and(|wabas| wabas.contains(waba))
    }

    pub(super) fn reaches_phone(&self, state: &WhatsApp, phone: &str) -> bool {
        state.own.phones.get(&Id::from(phone)).is_some_and(|phone| self.reaches(&phone.waba))
    }
}

pub(super) fn check(state: &WhatsApp, params: &Params) -> Result<Grant, Refusal> {
    let token = &params.token;
    ensure(!token.is_empty(), || {
        Refusal::new(401, 104, None, "An access token is required to request this resource.")
    })?;
    grant(state, token)
}

pub(super) fn grant(state: &WhatsApp, token: &str) -> Result<Grant, Refusal> {
    // The app's own token consists of its id and its secret.
    if let Some((id, secret)) = token.split_once('|') {
        let is_known = state.own.apps.get(id).is_some_and(|app| app.secret == secret);
        ensure(is_known, || Refusal::new(400, 190, None, "Invalid OAuth access token signature."))?;
        return Ok(Grant { app: id.to_owned(), wabas: None });
    }
    let known = state.own.tokens.get(token).ok_or_else(unreadable_token)?;
    match ended(state, known) {
        Some(refusal) => Err(refusal),
        None => {
            let Token { app, wabas, .. } = known.clone();
            Ok(Grant { app, wabas: Some(wabas) })
        }
    }
}

/// Why a token is no longer valid.
fn ended(state: &WhatsApp, token: &Token) -> Option<Refusal> {
    if token.is_revoked {
        let words = "Error validating access token: The session is invalid because the user logged out.";
        return Some(invalid_token(Some(467), words));
    }
    let until = token.expires_at.filter(|until| *until <= state.now)?;
    let until = chrono::DateTime::from_timestamp_millis(until).unwrap_or_default();
    let moment = until.format("%A, %d-%b-%y %H:%M:%S UTC");
    let words = format!("Error validating access token: Session has expired on {moment}.");
    Some(invalid_token(Some(463), &words))
}

/// `GET /debug_token`: information about a token for its app.
pub(super) fn debug(state: &WhatsApp, grant: &Grant, params: &Params) -> Answered {
    let input = params.needed("input_token")?;
    let Some(token) = state.own.tokens.get(&input).filter(|token| token.app == grant.app) else {
        let error = json!({"code": 190, "message": "Invalid OAuth access token - Cannot parse access token"});
        return Ok(json!({"data": {"error": error, "is_valid": false, "scopes": []}}));
    };
    let granular = SCOPES.map(|scope| json!({"scope": scope, "target_ids": token.wabas}));
    let mut data = json!({
        "app_id": token.app, "type": "SYSTEM_USER",
        "application": state.own.apps.get(&token.app).map(|app| app.name.as_str()), "data_access_expires_at": 0,
        "expires_at": token.expires_at.map_or(0, |at| at.div_euclid(1000)), "is_valid": true,
        "issued_at": token.issued_at.div_euclid(1000), "scopes": SCOPES, "granular_scopes": granular,
        "user_id": "122100000000001",
    });
    if let Some(Refusal { message, subcode, .. }) = ended(state, token) {
        data["is_valid"] = json!(false);
        data["error"] = json!({"code": 190, "message": message, "subcode": subcode});
    }
    Ok(json!({"data": data}))
}

/// `/oauth/access_token`: the app's own token, or a token for a code.
pub(super) fn access_token(state: &mut WhatsApp, params: &Params) -> Answered {
    let id = params.text("client_id").unwrap_or_default();
    let unknown = "Error validating application. Cannot get application info due to a system error.";
    let App { secret, .. } = state.own.apps.get(&id).cloned().ok_or_else(|| Refusal::new(400, 101, None, unknown))?;
    ensure(params.text("client_secret").is_some_and(|given| given == secret), || {
        Refusal::new(400, 1, None, "Error validating client secret.")
    })?;
    match params.text("grant_type").as_deref() {
        Some("client_credentials") => Ok(json!({"access_token": format!("{id}|{secret}"), "token_type": "bearer"})),
        _ => {
            let waba = used(state, params, &id)?;
            let token = state.issue(&id, [waba].into(), None);
            Ok(json!({"access_token": token, "token_type": "bearer"}))
        }
    }
}

/// Uses a code up; returns its account.
fn used(state: &mut WhatsApp, params: &Params, app: &str) -> Result<String, Refusal> {
    let given = params.text("code").ok_or_else(|| Refusal::new(400, 1, None, "Missing authorization code"))?;
    let (now, redirect_uri) = (state.now, params.text("redirect_uri").unwrap_or_default());
    Code::exchange(state.own.codes.get_mut(&given), app, &redirect_uri, now).map_err(no_token)
}

impl WhatsApp {
    /// Ends a token, or all tokens that reach a number. None if there is neither.
    pub(super) fn revoke(&mut self, revoked: &str) -> Option<()> {
        if let Some(token) = self.own.tokens.get_mut(revoked) {
            token.is_revoked = true;
            return Some(());
        }
        let phone = Id::from(revoked);
        let waba = self.own.phones.get(&phone)?.waba.clone();
        self.own
            .tokens
            .values_mut()
            .filter(|token| token.wabas.contains(&waba))
            .for_each(|token| token.is_revoked = true);
        self.lines.get_mut(&phone)?.is_revoked = true;
        Some(())
    }

    /// Issues another token for the number's account, to the app that had one.
    pub(super) fn renew(&mut self, phone: &Id) -> Option<()> {
        let waba = self.own.phones.get(phone)?.waba.clone();
        let Token { app, wabas, .. } = self.own.tokens.values().find(|token| token.wabas.contains(&waba))?.clone();
        let token = self.issue(&app, wabas, None);
        let line = self.lines.get_mut(phone)?;
        (line.is_revoked, line.token) = (false, token);
        Some(())
    }

    /// A code of Embedded Signup, valid for 30 seconds and exchanged once.
    pub(super) fn make_code(&mut self, app: &str, waba: &str, redirect_uri: &str) -> String {
        let text = format!("AQ{:030}", self.next_serial());
        let (app, gives, redirect_uri) = (app.to_owned(), waba.to_owned(), redirect_uri.to_owned());
        let code = Code { app, gives, expires_at: self.now + CODE, is_used: false, redirect_uri };
        self.own.codes.insert(text.clone(), code);
        text
    }
}
