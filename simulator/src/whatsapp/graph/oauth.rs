//! `GET /oauth/access_token`: the app's own token, the code of Embedded Signup, and the renewal of a token.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    call::Call,
    error::{Answered, GraphError, ensure},
};
use crate::whatsapp::state::{DAY, State, Token};

/// Milliseconds for which a renewed token is valid.
const RENEWED: i64 = 60 * DAY;

/// The permissions of a token from Embedded Signup.
pub(crate) fn permissions() -> BTreeSet<String> {
    ["whatsapp_business_management", "whatsapp_business_messaging"].map(str::to_owned).into()
}

/// `/oauth/access_token`.
pub(super) fn access_token(state: &mut State, call: &Call) -> Answered {
    let id = call.text("client_id").unwrap_or_default();
    let app = state.apps.get(&id).cloned().ok_or_else(|| {
        GraphError::new(400, 101, "Error validating application. Cannot get application info due to a system error.")
    })?;
    ensure(call.text("client_secret").is_some_and(|secret| secret == app.secret), || {
        GraphError::new(400, 1, "Error validating client secret.")
    })?;
    match call.text("grant_type").as_deref() {
        Some("client_credentials") => {
            Ok(json!({"access_token": format!("{}|{}", app.id, app.secret), "token_type": "bearer"}))
        }
        Some("fb_exchange_token") => renew(state, call, &app.id),
        _ => exchange(state, call, &app.id),
    }
}

fn exchange(state: &mut State, call: &Call, app: &str) -> Answered {
    let wrong = |subcode, words: &str| GraphError { subcode: Some(subcode), ..GraphError::new(400, 100, words) };
    let given = call.text("code").ok_or_else(|| GraphError::new(400, 1, "Missing authorization code"))?;
    let now = state.now;
    let code = state.codes.get_mut(&given).filter(|code| code.app == app);
    let code = code.ok_or_else(|| wrong(36_008, "Invalid verification code format."))?;
    ensure(code.expires_at > now, || wrong(36_007, "This authorization code has expired."))?;
    ensure(!code.is_used, || wrong(36_009, "This authorization code has been used."))?;
    let is_same = code.redirect_uri.is_none() || code.redirect_uri == call.text("redirect_uri");
    ensure(is_same, || {
        wrong(
            36_008,
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request",
        )
    })?;
    code.is_used = true;
    let wabas = code.wabas.clone();
    Ok(issue(state, app, wabas, None))
}

fn renew(state: &mut State, call: &Call, app: &str) -> Answered {
    let old = call.needed("fb_exchange_token")?;
    super::tokens::grant(state, &old)?;
    let known = state.tokens.get(&old).filter(|token| token.app == app);
    let wabas = known.map(|token| token.wabas.clone()).ok_or_else(|| GraphError::known(190))?;
    Ok(issue(state, app, wabas, Some(RENEWED)))
}

fn issue(state: &mut State, app: &str, wabas: BTreeSet<String>, lasts: Option<i64>) -> Value {
    let token = state.next_token("Biz");
    let made = Token {
        app: app.to_owned(),
        wabas,
        scopes: permissions(),
        issued_at: state.now,
        expires_at: lasts.map(|lasts| state.now + lasts),
        is_revoked: false,
        kind: "SYSTEM_USER",
    };
    state.tokens.insert(token.clone(), made);
    let mut answer = json!({"access_token": token, "token_type": "bearer"});
    if let Some(lasts) = lasts {
        answer["expires_in"] = json!(lasts.div_euclid(1000));
    }
    answer
}
