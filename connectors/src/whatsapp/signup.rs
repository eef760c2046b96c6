//! Connects a number by Meta's Embedded Signup (whatsapp §14): the calls that follow its dialog, which returns a code.
//! The caller stores the token and the PIN encrypted.

use base::i18n::LocalizedText;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::api::{ApiError, GraphApi, Path};
use super::setup::denied;
use super::vendor::MetaApp;
use crate::Denied;

/// The code for a number with another PIN (whatsapp §15).
const OTHER_PIN: u32 = 133_005;

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
    answer.map(|answer| answer.access_token).map_err(|failed| denied(&failed))
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
    done.map_err(|failed| denied(&failed))?;
    if chosen.is_registered {
        return Ok(());
    }
    let register = Path(&[&chosen.phone_number_id, "register"], &[]);
    let body = json!({ "messaging_product": "whatsapp", "pin": pin.expose_secret() });
    let done: Result<IgnoredAny, ApiError> = api.post(token, register, &body).await;
    done.map(|_| ()).map_err(|failed| match failed.refused() {
        Some(refused) if refused.code == OTHER_PIN => Denied::Refused(LocalizedText::new("said-wa-pin")),
        _ => denied(&failed),
    })
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
