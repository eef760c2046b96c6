//! Authentication: access tokens and their proofs.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{
    call::Call,
    error::{Answered, GraphError, ensure},
};
use crate::whatsapp::state::{Grant, State, Token};

/// Hex of HMAC-SHA256: `X-Hub-Signature-256` after `sha256=`, and `appsecret_proof`.
pub fn sign(secret: &str, message: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(message);
    hex::encode(mac.finalize().into_bytes())
}

/// The caller, or error 190.
pub(super) fn check(state: &State, call: &Call) -> Result<Grant, GraphError> {
    let Some(token) = call.token.as_deref().filter(|token| !token.is_empty()) else {
        return Err(GraphError::new(401, 104, "An access token is required to request this resource."));
    };
    let grant = grant(state, token)?;
    prove(state, call, token, &grant)?;
    Ok(grant)
}

/// The objects that a token has access to.
pub(super) fn grant(state: &State, token: &str) -> Result<Grant, GraphError> {
    // The app's own token consists of its id and its secret.
    if let Some((id, secret)) = token.split_once('|') {
        let app = state.apps.get(id).filter(|app| app.secret == secret);
        let app = app.ok_or_else(|| GraphError::new(400, 190, "Invalid OAuth access token signature."))?;
        return Ok(Grant { app: app.id.clone(), wabas: None, scopes: Default::default() });
    }
    let Some(known) = state.tokens.get(token) else {
        return Err(GraphError::new(401, 190, "Invalid OAuth access token - Cannot parse access token"));
    };
    if let Some((subcode, words)) = ended(state, known) {
        return Err(GraphError { subcode: Some(subcode), ..GraphError::new(401, 190, words) });
    }
    Ok(Grant { app: known.app.clone(), wabas: Some(known.wabas.clone()), scopes: known.scopes.clone() })
}

/// Why a token is no longer valid: subcode and text.
pub(super) fn ended(state: &State, token: &Token) -> Option<(i64, String)> {
    let until = token.expires_at.filter(|until| *until <= state.now);
    if token.is_revoked {
        let words = "Error validating access token: The session is invalid because the user logged out.";
        return Some((467, words.to_owned()));
    }
    let until = chrono::DateTime::from_timestamp_millis(until?).unwrap_or_default();
    let moment = until.format("%A, %d-%b-%y %H:%M:%S UTC");
    Some((463, format!("Error validating access token: Session has expired on {moment}.")))
}

/// Checks `appsecret_proof` if the app requires it; a wrong one is always refused.
fn prove(state: &State, call: &Call, token: &str, grant: &Grant) -> Result<(), GraphError> {
    let Some(app) = state.apps.get(&grant.app) else {
        return Ok(());
    };
    let wrong = |words: &str| GraphError { kind: "GraphMethodException", ..GraphError::new(400, 100, words) };
    match call.text("appsecret_proof") {
        Some(proof) => ensure(proof == sign(&app.secret, token.as_bytes()), || {
            wrong("Invalid appsecret_proof provided in the API argument")
        }),
        None => ensure(!app.wants_proof, || wrong("API calls from the server require an appsecret_proof argument")),
    }
}

/// `GET /debug_token`: information about a token for an app.
pub(super) fn debug(state: &State, grant: &Grant, call: &Call) -> Answered {
    let input = call.needed("input_token")?;
    let Some(token) = state.tokens.get(&input).filter(|token| token.app == grant.app) else {
        let error = json!({"code": 190, "message": "Invalid OAuth access token - Cannot parse access token"});
        return Ok(json!({"data": {"error": error, "is_valid": false, "scopes": []}}));
    };
    let name = state.apps.get(&token.app).map(|app| app.name.clone()).unwrap_or_default();
    let seconds = |millis: i64| millis.div_euclid(1000);
    let granular: Vec<Value> =
        token.scopes.iter().map(|scope| json!({"scope": scope, "target_ids": token.wabas})).collect();
    let mut data = json!({
        "app_id": token.app,
        "type": token.kind,
        "application": name,
        "data_access_expires_at": 0,
        "expires_at": token.expires_at.map_or(0, seconds),
        "is_valid": true,
        "issued_at": seconds(token.issued_at),
        "scopes": token.scopes,
        "granular_scopes": granular,
        "user_id": "122100000000001",
    });
    if let Some((subcode, words)) = ended(state, token) {
        data["is_valid"] = json!(false);
        data["error"] = json!({"code": 190, "message": words, "subcode": subcode});
    }
    Ok(json!({"data": data}))
}
