//! Meta's dialog for Embedded Signup (whatsapp §14): its address, the numbers behind its code, and the choice of one of
//! them.

use std::collections::BTreeSet;

use async_trait::async_trait;
use base::config::WhatsApp as AppConfig;
use base::i18n::LocalizedText;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;

use super::api::{GraphApi, Path, VERSION};
use super::health::phone_with_plus;
use super::setup::{MARK_READ, PIN, SIGN, STAYS_IN_APP, TOKEN, denied};
use super::signup::{self, ChosenNumber};
use super::vendor::MetaApp;
use super::wire::{Id, Many, wire};
use crate::{ConsentPage, Denied, Field, Input, OfferedLine};

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

    Numbers {
        data: Many<Offered>,
    }

    Offered {
        id: Id,
        display_phone_number: Id,
        verified_name: Id,
        status: Id,
        platform_type: Id,
        is_on_biz_app: bool,
    }
}

/// The dialog of the vendor's app.
pub struct MetaDialog {
    api: GraphApi,
    app: MetaApp,
    config_id: String,
    page: Url,
}

impl MetaDialog {
    /// None if the app is not configured for Embedded Signup.
    pub(super) fn of(api: &GraphApi, config: &AppConfig) -> Option<Self> {
        let app = MetaApp::of(config)?;
        let config_id = app.config_id.clone()?;
        let mut page = config.api_url.clone();
        if page.host_str() == Some("graph.facebook.com") {
            page.set_host(Some("www.facebook.com")).ok()?;
        }
        page.path_segments_mut().ok()?.pop_if_empty().extend([VERSION, "dialog", "oauth"]);
        Some(Self { api: api.clone(), app, config_id, page })
    }

    /// The accounts that a token gives access to.
    async fn accounts(&self, token: &SecretString) -> Result<BTreeSet<String>, Denied> {
        let own = SecretString::from(format!("{}|{}", self.app.id, self.app.secret.expose_secret()));
        let path = Path(&["debug_token"], &[("input_token", token.expose_secret())]);
        let granted: Granted = self.api.get(&own, path).await.map_err(|failed| denied(&failed))?;
        let scopes = granted.data.granular_scopes;
        let ours = scopes.iter().filter(|one| SCOPES.contains(&&*one.scope));
        let ids = ours.flat_map(|one| one.target_ids.iter()).filter_map(Id::some).map(str::to_owned);
        Ok(ids.take(MOST_ACCOUNTS).collect())
    }

    async fn numbers(&self, token: &SecretString, waba_id: &str) -> Result<Vec<OfferedLine>, Denied> {
        let path = Path(&[waba_id, "phone_numbers"], &[("fields", FIELDS), ("limit", "100")]);
        let numbers: Numbers = self.api.get(token, path).await.map_err(|failed| denied(&failed))?;
        let known = numbers.data.iter().filter(|number| number.id.some().is_some());
        Ok(known.map(|number| number.offered(token, waba_id)).collect())
    }
}

impl Offered {
    fn offered(&self, token: &SecretString, waba_id: &str) -> OfferedLine {
        let phone = phone_with_plus(&self.display_phone_number);
        OfferedLine {
            key: self.id.to_string(),
            name: if phone.is_empty() { self.id.to_string() } else { phone },
            about: self.verified_name.to_string(),
            settings: json!({
                "phone_number_id": *self.id,
                "waba_id": waba_id,
                TOKEN: token.expose_secret(),
                // Generated here, so that repeating an interrupted registration uses the same PIN.
                PIN: new_pin(),
                STAYS_IN_APP: self.is_on_biz_app,
                IS_REGISTERED: &*self.status == "CONNECTED" && &*self.platform_type == "CLOUD_API",
            }),
        }
    }
}

#[async_trait]
impl ConsentPage for MetaDialog {
    fn address(&self, state: &str, back: &str) -> Option<Url> {
        let mut page = self.page.clone();
        page.query_pairs_mut()
            .append_pair("client_id", &self.app.id)
            .append_pair("config_id", &self.config_id)
            .append_pair("redirect_uri", back)
            .append_pair("response_type", "code")
            .append_pair("override_default_response_type", "true")
            .append_pair("extras", r#"{"setup":{}}"#)
            .append_pair("state", state);
        Some(page)
    }

    async fn lines(&self, code: &str, back: &str, _now: DateTime<Utc>) -> Result<Vec<OfferedLine>, Denied> {
        let token = signup::exchange(&self.api, &self.app, code, back).await?;
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

    async fn connect(&self, mut settings: Value) -> Result<Value, Denied> {
        let text = |name: &str| settings.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let flag = |name: &str| settings.get(name).and_then(Value::as_bool).unwrap_or_default();
        let (token, pin) = (SecretString::from(text(TOKEN)), SecretString::from(text(PIN)));
        if !super::setup::is_pin(pin.expose_secret()) {
            return Err(Denied::Refused(LocalizedText::new("wizard-wa-bad-pin")));
        }
        let chosen = ChosenNumber {
            waba_id: text("waba_id"),
            phone_number_id: text("phone_number_id"),
            is_registered: flag(IS_REGISTERED) || flag(STAYS_IN_APP),
        };
        let registered = !chosen.is_registered;
        signup::connect(&self.api, &token, &chosen, &pin).await?;
        if let Some(settings) = settings.as_object_mut() {
            settings.remove(IS_REGISTERED);
            // The PIN of a number that was registered before is unknown to us.
            if !registered {
                settings.remove(PIN);
            }
        }
        Ok(settings)
    }
}

/// Six random digits.
fn new_pin() -> String {
    format!("{:06}", rand::random_range(0..1_000_000))
}

#[cfg(test)]
mod tests;
