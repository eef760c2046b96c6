//! The `state` of an installation: signed, for the browser that began, valid once and for ten minutes. It is stored only
//! when it is used, so that strangers who begin installations leave nothing behind.
//!
//! ```text
//! state = base64url(browser (16) ‖ end in ms (8) ‖ integration's name ‖ HMAC-SHA256 of these (32))
//! ```

use actix_web::HttpRequest;
use base::error::Result;
use base::store::VENDOR;
use base::store::directory::{self, DirectoryEntry, IdKind};
use base::vault;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::page::browser;
use crate::oauth::OauthContext;

/// The purpose from which signatures are derived.
const KIND: &str = "oauth state";
const LIVES: TimeDelta = TimeDelta::minutes(10);
const SIGNATURE: usize = 32;
/// Much longer than any state of ours.
const LONGEST: usize = 1_000;

/// The content of a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OauthState {
    pub integration: String,
    /// The stored part of the browser that began.
    browser: Uuid,
    /// Milliseconds since 1970.
    end: i64,
}

/// A new state of a browser.
pub(super) fn new(app: &OauthContext, integration: &str, browser: Uuid) -> String {
    let end = app.clock.millis() + LIVES.num_milliseconds();
    let mut state = [browser.as_bytes().as_slice(), &end.to_be_bytes(), integration.as_bytes()].concat();
    let signature = app.vault.derive(KIND, &[&hex::encode(&state)]);
    state.extend(signature.as_slice());
    URL_SAFE_NO_PAD.encode(state)
}

/// The content of a state, which stays valid; it may have been used. `None` if it is not ours or older than ten minutes.
pub(super) fn peek(app: &OauthContext, state: &str) -> Option<OauthState> {
    let state = URL_SAFE_NO_PAD.decode(Some(state).filter(|state| state.len() <= LONGEST)?).ok()?;
    let (signed, given) = state.split_at_checked(state.len().checked_sub(SIGNATURE)?)?;
    // A state stays valid after its signing key is replaced.
    let known = app.vault.derived(KIND, &[&hex::encode(signed)]);
    if !known.iter().any(|signature| signature.as_slice().ct_eq(given).into()) {
        return None;
    }
    let (browser, rest) = signed.split_first_chunk::<16>()?;
    let (end, integration) = rest.split_first_chunk::<8>()?;
    let end = i64::from_be_bytes(*end);
    let integration = String::from_utf8(integration.to_vec()).ok()?;
    (end > app.clock.millis()).then_some(OauthState { integration, browser: Uuid::from_bytes(*browser), end })
}

/// Uses a state up: of two callers one gets it.
pub(super) async fn take(app: &OauthContext, state: &str) -> Result<Option<OauthState>> {
    let Some(content) = peek(app, state) else { return Ok(None) };
    let used = DirectoryEntry {
        tenant_id: VENDOR,
        id: content.browser,
        note: content.integration.clone(),
        expires_at: Some(content.end),
    };
    let first = directory::enter(app.store.write(), IdKind::OauthState, &vault::hash(state), used).await?;
    Ok(first.then_some(content))
}

impl OauthState {
    /// Whether this browser began it.
    pub fn began_in(&self, request: &HttpRequest) -> bool {
        !self.browser.is_nil() && self.browser == browser::of(request)
    }
}
