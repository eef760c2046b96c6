//! Where administrators of communities authorize the vendor's app (vk §14), in two pages: VK ID names the communities of a
//! person, VK's OAuth gives a token for each chosen one. VK tells the pages apart by `device_id`, which only VK ID returns.
//!
//! ```text
//! VK ID (scope groups) ─▶ code ─▶ person's token ─▶ groups.get ─▶ a person ticks some ─▶ VK (group_ids) ─▶ code ─▶ tokens
//! ```

use async_trait::async_trait;
use base::config::Vk as VkConfig;
use base::http_client::HttpClients;
use base::i18n::LocalizedText;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::TOKEN;
use super::api::{VERSION, VkApi};
use super::setup::{self, Community, Group, RIGHTS, denied};
use crate::consent::{self, OAuthApp};
use crate::{ConsentPage, Denied, OfferedLine, Returned, Settings};

/// The right to see which communities a person manages.
const GROUPS: &str = "groups";
/// VK's own hosts, by that of its API.
const LOGIN: [(&str, &str); 2] = [("api.vk.com", "id.vk.com"), ("api.vk.ru", "id.vk.ru")];
const OAUTH: [(&str, &str); 2] = [("api.vk.com", "oauth.vk.com"), ("api.vk.ru", "oauth.vk.ru")];
/// Maximum number of communities read; few people manage more.
const MOST: &str = "200";

/// The pages of the vendor's app.
pub(super) struct Login {
    app: OAuthApp,
    api: VkApi,
    base: Url,
}

/// VK ID's answer to a code.
#[derive(Deserialize)]
struct Person {
    access_token: SecretString,
    /// What was granted, separated by spaces.
    #[serde(default)]
    scope: Option<String>,
}

/// The answer of VK's OAuth: a token for each community.
#[derive(Deserialize)]
struct Granted {
    groups: Vec<GrantedGroup>,
}

#[derive(Deserialize)]
struct GrantedGroup {
    group_id: i64,
    access_token: SecretString,
}

#[derive(Deserialize)]
struct Managed {
    items: Vec<Group>,
}

impl Login {
    /// None if no app is configured.
    pub fn of(http: &HttpClients, api: &VkApi, config: &VkConfig) -> Option<Self> {
        let app = OAuthApp::of(http, config.app_id.as_ref(), config.app_secret.as_ref())?;
        Some(Self { app, api: api.clone(), base: config.api_url.clone() })
    }

    /// The proof that the exchange comes from who opened the page (RFC 7636). It is made of the state, so that none is stored,
    /// and of the app's secret, so that who sees the address does not know it.
    fn verifier(&self, state: &str) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(self.app.secret.expose_secret().as_bytes());
        let digest = mac.map(|mac| mac.chain_update("VK ID").chain_update(state).finalize().into_bytes());
        URL_SAFE_NO_PAD.encode(digest.unwrap_or_default())
    }

    /// The communities that a person manages, without tokens.
    async fn managed(&self, returned: &Returned<'_>, device_id: &str) -> Result<Vec<OfferedLine>, Denied> {
        let verifier = self.verifier(returned.state);
        let form = [
            ("grant_type", "authorization_code"),
            ("code", returned.code),
            ("code_verifier", &verifier),
            ("client_id", &self.app.id),
            ("device_id", device_id),
            ("redirect_uri", returned.back),
            ("state", returned.state),
        ];
        let at = consent::at(&self.base, &LOGIN, &["oauth2", "auth"]).ok_or_else(no_page)?;
        let person: Person = self.app.post(at, &form).await?;
        if let Some(scope) = &person.scope {
            consent::missing(&[GROUPS], |wanted| scope.split([' ', ',']).any(|one| one == wanted))?;
        }
        let parameters = [("filter", "admin"), ("extended", "1"), ("fields", "screen_name"), ("count", MOST)];
        let parameters = parameters.map(|(name, value)| (name, Some(value.to_owned()))).into();
        let managed: Managed =
            self.api.call(&person.access_token, "groups.get", parameters).await.map_err(|failed| denied(&failed))?;
        if managed.items.is_empty() {
            return Err(Denied::Refused(LocalizedText::new("said-consent-none-vk")));
        }
        Ok(managed.items.iter().map(|group| offered(group, None)).collect())
    }

    /// The communities with their tokens, which do not expire.
    async fn granted(&self, returned: &Returned<'_>) -> Result<Vec<OfferedLine>, Denied> {
        let at = consent::at(&self.base, &OAUTH, &["access_token"]).ok_or_else(no_page)?;
        let granted: Granted = self.app.exchange(at, returned.code, &[("redirect_uri", returned.back)]).await?;
        let mut lines = Vec::new();
        for GrantedGroup { group_id, access_token } in granted.groups {
            let group = setup::group(&self.api, Community { id: group_id, token: &access_token }).await?;
            lines.push(offered(&group, Some(&access_token)));
        }
        Ok(lines)
    }
}

fn no_page() -> Denied {
    Denied::Refused(LocalizedText::new("said-consent-app"))
}

fn offered(group: &Group, token: Option<&SecretString>) -> OfferedLine {
    let mut settings = json!({ "group_id": group.id.to_string() });
    if let Some(token) = token {
        settings[TOKEN] = json!(token.expose_secret());
    }
    OfferedLine { key: group.id.to_string(), name: group.called(), about: group.name.clone(), settings }
}

#[async_trait]
impl ConsentPage for Login {
    fn address(&self, state: &str, back: &str) -> Option<Url> {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier(state)));
        let more = [
            ("redirect_uri", back),
            ("scope", GROUPS),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        Some(self.app.address(consent::at(&self.base, &LOGIN, &["authorize"])?, state, &more))
    }

    async fn lines(&self, returned: &Returned<'_>) -> Result<Vec<OfferedLine>, Denied> {
        match returned.query.get("device_id") {
            Some(device_id) => self.managed(returned, device_id).await,
            None => self.granted(returned).await,
        }
    }

    fn address_for(&self, chosen: &[OfferedLine], state: &str, back: &str) -> Option<Url> {
        if chosen.iter().all(|line| line.settings.get(TOKEN).is_some()) {
            return None;
        }
        let ids: Vec<&str> = chosen.iter().map(|line| line.key.as_str()).collect();
        let (ids, scope) = (ids.join(","), RIGHTS.join(","));
        let more = [("redirect_uri", back), ("group_ids", &ids), ("scope", &scope), ("v", VERSION)];
        Some(self.app.address(consent::at(&self.base, &OAUTH, &["authorize"])?, state, &more))
    }

    /// Refuses a community whose administrator did not grant all rights.
    async fn connect(&self, settings: Value) -> Result<Value, Denied> {
        let setup = setup::setup(settings.clone());
        let setup = setup.map_err(|_| Denied::Refused(LocalizedText::new("wizard-vk-bad-token")))?;
        setup::check_access(&self.api, &Settings { public: setup.public, secrets: setup.secrets }).await?;
        Ok(settings)
    }
}

#[cfg(test)]
mod tests;
