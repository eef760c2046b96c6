//! Connects a number by Meta's Embedded Signup (whatsapp §14): the calls that follow its dialog, which returns a code.
//! The caller stores the token and the PIN encrypted.

use base::i18n::LocalizedText;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::api::{ApiError, GraphApi, Path};
use super::setup::{denied, explain, is_vague};
use super::vendor::MetaApp;
use crate::Denied;
use crate::error_catalog::WHATSAPP;

/// The code for a number with another PIN (whatsapp §15).
const OTHER_PIN: u32 = 133_005;
/// Meta's general code: of a code that has expired or was used, and of many other things.
const WRONG_PARAMETER: u32 = 100;
/// The app's id or secret is wrong.
const WRONG_APP: [u32; 2] = [1, 101];

/// A number that a person chose in the dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenNumber {
    pub waba_id: String,
    pub phone_number_id: String,
    /// It is already registered, or it stays in the phone app and is never registered (whatsapp §13).
    pub is_registered: bool,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: SecretString,
}

/// Exchanges the code, which is valid for 30 seconds, for the account's token. `back`: the address to which the code
/// was sent.
pub async fn exchange(api: &GraphApi, app: &MetaApp, code: &str, back: &str) -> Result<SecretString, Denied> {
    let secret = app.secret.expose_secret();
    let query = [("client_id", app.id.as_str()), ("client_secret", secret), ("redirect_uri", back), ("code", code)];
    let answer: Result<TokenAnswer, ApiError> = api.get_openly(Path(&["oauth", "access_token"], &query)).await;
    answer.map(|answer| answer.access_token).map_err(|failed| match failed.refused().map(|refused| refused.code) {
        Some(WRONG_PARAMETER) => {
            tracing::info!(reason = %explain(&failed), "Meta refused the code of its dialog");
            Denied::Refused(LocalizedText::new("said-wa-code"))
        }
        Some(code) if WRONG_APP.contains(&code) => Denied::Refused(LocalizedText::new("said-wa-vendor")),
        _ => denied(&failed),
    })
}

/// Subscribes the vendor's app to the account and prepares the number. `pin`: six digits, the number's two-step PIN
/// from now on. Each step may be repeated.
pub async fn connect(
    api: &GraphApi,
    token: &SecretString,
    chosen: &ChosenNumber,
    pin: &SecretString,
) -> Result<(), Denied> {
    let subscribe = Path(&[&chosen.waba_id, "subscribed_apps"], &[]);
    let done: Result<IgnoredAny, ApiError> = api.post(token, subscribe, &json!({})).await;
    done.map_err(|failed| refused(&failed, is_permission, "said-wa-subscribe"))?;
    if chosen.is_registered {
        return Ok(());
    }
    let register = Path(&[&chosen.phone_number_id, "register"], &[]);
    let body = json!({ "messaging_product": "whatsapp", "pin": pin.expose_secret() });
    let done: Result<IgnoredAny, ApiError> = api.post(token, register, &body).await;
    done.map(|_| ()).map_err(|failed| match failed.refused() {
        Some(refused) if refused.code == OTHER_PIN => Denied::Refused(LocalizedText::new("said-wa-pin")),
        _ => refused(&failed, |_| false, "said-wa-register"),
    })
}

/// Why a step was refused: with Meta's words and what to do, where the error passport has none.
fn refused(failed: &ApiError, is_ours: fn(u32) -> bool, key: &'static str) -> Denied {
    let Some(refused) = failed.refused() else { return denied(failed) };
    let is_vague = WHATSAPP.known(refused.code).is_none_or(|row| is_vague(row.id));
    let denied = denied(failed);
    if !(is_ours(refused.code) || is_vague && matches!(denied, Denied::Refused(_))) {
        return denied;
    }
    let text = if refused.text.is_empty() { refused.status.to_string() } else { refused.text.clone() };
    Denied::Refused(LocalizedText::new(key).with("text", text.trim_end_matches('.')))
}

/// Whether the person did not give what the step needs.
const fn is_permission(code: u32) -> bool {
    matches!(code, 3 | 10 | 200..=299)
}

/// Requests, once, the contacts and messages of a number that stays in the phone app; they arrive by webhook. Possible
/// only in the first 24 hours.
pub async fn ask_for_history(api: &GraphApi, token: &SecretString, phone_number_id: &str) -> Result<(), Denied> {
    for kind in ["smb_app_state_sync", "history"] {
        let body = json!({ "messaging_product": "whatsapp", "sync_type": kind });
        let done: Result<IgnoredAny, ApiError> =
            api.post(token, Path(&[phone_number_id, "smb_app_data"], &[]), &body).await;
        done.map_err(|failed| denied(&failed))?;
    }
    Ok(())
}
