//! Meta's dialog for Embedded Signup (whatsapp §14): its address, the numbers behind its code, and the choice of one of
//! them.

use std::collections::BTreeSet;

use async_trait::async_trait;
use base::config::WhatsApp as AppConfig;
use base::http_client::HttpClients;
use base::i18n::LocalizedText;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use url::Url;

use super::api::{GraphApi, Path, VERSION};
use super::health::{Number, Numbers, phone_with_plus};
use super::setup::{MARK_READ, PIN, SIGN, STAYS_IN_APP, TOKEN, denied, is_vague};
use super::wire::{Id, Many, wire};
use crate::call::{ApiError, below};
use crate::consent::{self, OAuthApp};
use crate::error_catalog::WHATSAPP;
use crate::{ConsentPage, Denied, Field, Input, OfferedLine, Returned};

/// Maximum number of accounts read from one consent; people authorize only a few.
const MOST_ACCOUNTS: usize = 20;
/// The requested fields of an account's numbers.
const FIELDS: &str = "id,display_phone_number,verified_name,status,platform_type,is_on_biz_app";
/// The scopes whose targets are the authorized accounts.
const SCOPES: [&str; 2] = ["whatsapp_business_management", "whatsapp_business_messaging"];
/// Whether the number is already registered; Parom's own data, not a setting.
const IS_REGISTERED: &str = "is_registered";
const PIN_FIELD: Field =
    Field { secret: true, ..Field::optional(PIN, Input::Text, "wizard-wa-pin").with_hint("wizard-wa-pin-hint") };

wire! {
    /// Meta's description of the new token.
    Granted {
        data: GrantedData,
    }

    GrantedData {
        granular_scopes: Many<Scope>,
    }

    Scope {
        scope: Id,
        target_ids: Many<Id>,
    }
}

/// The dialog of the vendor's app.
pub struct MetaDialog {
    api: GraphApi,
    app: OAuthApp,
    /// The configuration of Embedded Signup.
    config_id: String,
    page: Url,
    token: Url,
}

impl MetaDialog {
    /// None if the app is not configured for Embedded Signup.
    pub(super) fn of(http: &HttpClients, api: &GraphApi, config: &AppConfig) -> Option<Self> {
        let app = OAuthApp::of(http, config.app_id.as_ref(), config.app_secret.as_ref())?;
        let config_id = config.config_id.clone()?;
        let hosts = [("graph.facebook.com", "www.facebook.com")];
        let page = consent::at(&config.api_url, &hosts, &[VERSION, "dialog", "oauth"])?;
        let token = below(&config.api_url, [VERSION, "oauth", "access_token"], &[]);
        Some(Self { api: api.clone(), app, config_id, page, token })
    }

    /// The accounts that a token gives access to.
    async fn accounts(&self, token: &SecretString) -> Result<BTreeSet<String>, Denied> {
        let own = SecretString::from(format!("{}|{}", self.app.id, self.app.secret.expose_secret()));
        let path = Path(&["debug_token"], &[("input_token", token.expose_secret())]);
        let granted: Granted = self.api.get(&own, path).await.map_err(|failed| denied(&failed))?;
        let scopes = granted.data.granular_scopes;
        consent::missing(&SCOPES, |wanted| scopes.iter().any(|one| &*one.scope == wanted))?;
        let ours = scopes.iter().filter(|one| SCOPES.contains(&&*one.scope));
        let ids = ours.flat_map(|one| one.target_ids.iter()).filter_map(Id::some).map(str::to_owned);
        Ok(ids.take(MOST_ACCOUNTS).collect())
    }

    async fn numbers(&self, token: &SecretString, waba_id: &str) -> Result<Vec<OfferedLine>, Denied> {
        let path = Path(&[waba_id, "phone_numbers"], &[("fields", FIELDS), ("limit", "100")]);
        let numbers: Numbers = self.api.get(token, path).await.map_err(|failed| denied(&failed))?;
        let known = numbers.data.iter().filter(|number| number.id.some().is_some());
        Ok(known.map(|number| offered(number, token, waba_id)).collect())
    }
}

fn offered(number: &Number, token: &SecretString, waba_id: &str) -> OfferedLine {
    let phone = phone_with_plus(&number.display_phone_number);
    OfferedLine {
        key: number.id.to_string(),
        name: if phone.is_empty() { number.id.to_string() } else { phone },
        about: number.verified_name.to_string(),
        settings: json!({
            "phone_number_id": *number.id,
            "waba_id": waba_id,
            TOKEN: token.expose_secret(),
            // Generated here, so that repeating an interrupted registration uses the same PIN.
            PIN: format!("{:06}", rand::random_range(0..1_000_000)),
            STAYS_IN_APP: number.is_on_biz_app,
            IS_REGISTERED: &*number.status == "CONNECTED" && &*number.platform_type == "CLOUD_API",
        }),
    }
}

#[async_trait]
impl ConsentPage for MetaDialog {
    fn address(&self, state: &str, back: &str) -> Option<Url> {
        let more = [
            ("config_id", self.config_id.as_str()),
            ("redirect_uri", back),
            ("override_default_response_type", "true"),
            ("extras", r#"{"setup":{}}"#),
        ];
        Some(self.app.address(self.page.clone(), state, &more))
    }

    /// The code is valid for 30 seconds.
    async fn lines(&self, returned: &Returned<'_>) -> Result<Vec<OfferedLine>, Denied> {
        let back = [("redirect_uri", returned.back)];
        let TokenAnswer { access_token: token } = self.app.exchange(self.token.clone(), returned.code, &back).await?;
        let mut lines = Vec::new();
        for waba_id in self.accounts(&token).await? {
            lines.extend(self.numbers(&token, &waba_id).await?);
        }
        if lines.is_empty() {
            return Err(Denied::Refused(LocalizedText::new("said-wa-no-numbers")));
        }
        Ok(lines)
    }

    fn fields(&self) -> &'static [Field] {
        const { &[PIN_FIELD, MARK_READ, SIGN] }
    }

    /// Subscribes the vendor's app to the account and prepares the number. Each step may be repeated.
    async fn connect(&self, mut settings: Value) -> Result<Value, Denied> {
        let text = |name: &str| settings.get(name).and_then(Value::as_str).unwrap_or_default();
        let flag = |name: &str| settings.get(name).and_then(Value::as_bool).unwrap_or_default();
        let (token, pin) = (SecretString::from(text(TOKEN)), text(PIN));
        if !super::setup::is_pin(pin) {
            return Err(Denied::Refused(LocalizedText::new("wizard-wa-bad-pin")));
        }
        let subscribe = Path(&[text("waba_id"), "subscribed_apps"], &[]);
        let done: Result<IgnoredAny, ApiError> = self.api.post(&token, subscribe, &json!({})).await;
        done.map_err(|failed| refused(&failed, is_permission, "said-wa-subscribe"))?;
        // One that stays in the phone app is never registered (whatsapp §13).
        let is_new = !flag(IS_REGISTERED) && !flag(STAYS_IN_APP);
        if is_new {
            // The PIN is the number's two-step PIN from now on.
            let register = Path(&[text("phone_number_id"), "register"], &[]);
            let body = json!({ "messaging_product": "whatsapp", "pin": pin });
            let done: Result<IgnoredAny, ApiError> = self.api.post(&token, register, &body).await;
            done.map_err(|failed| match failed.refusal() {
                Some(refused) if refused.code == OTHER_PIN => Denied::Refused(LocalizedText::new("said-wa-pin")),
                _ => refused(&failed, |_| false, "said-wa-register"),
            })?;
        }
        if let Some(settings) = settings.as_object_mut() {
            settings.remove(IS_REGISTERED);
            // The PIN of a number that was registered before is unknown to us.
            if !is_new {
                settings.remove(PIN);
            }
        }
        Ok(settings)
    }
}

/// The code for a number with another PIN (whatsapp §15).
const OTHER_PIN: u32 = 133_005;

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: SecretString,
}

/// Why a step was refused: with Meta's words and what to do, where the error passport has none.
fn refused(failed: &ApiError, is_ours: fn(u32) -> bool, key: &'static str) -> Denied {
    let Some(refused) = failed.refusal() else { return denied(failed) };
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

#[cfg(test)]
mod tests;
