//! Where owners of pages and accounts authorize the vendor's app (instagram-and-facebook §19): Facebook Login for pages,
//! Business Login for Instagram accounts.
//!
//! ```text
//! Facebook   code ─▶ person's token ─▶ for 60 days ─▶ the rights, the pages, each with a token that does not expire
//! Instagram  code ─▶ token for an hour, with its rights ─▶ for 60 days ─▶ the account
//! ```

use async_trait::async_trait;
use base::config::Meta as MetaConfig;
use base::http_client::HttpClients;
use base::i18n::LocalizedText;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;

use super::graph::{VERSION, text_of};
use super::settings::{ACCESS_TOKEN, Network, Platform};
use super::setup::Myself;
use super::{Meta, settings, setup};
use crate::consent::{self, OAuthApp};
use crate::{ConsentPage, Denied, HookTarget, OfferedLine, Returned, Settings};

/// What sources need, and after it what is asked for too: without the last one comments are not answered.
const PAGE_SCOPES: [&str; 5] =
    ["pages_show_list", "pages_messaging", "pages_manage_metadata", "pages_read_engagement", "pages_manage_engagement"];
const ACCOUNT_SCOPES: [&str; 3] =
    ["instagram_business_basic", "instagram_business_manage_messages", "instagram_business_manage_comments"];

/// The dialog of the vendor's app.
pub(super) struct Dialog {
    app: OAuthApp,
    /// The configuration of Facebook Login for Business, which names the rights.
    config_id: Option<String>,
    page: Url,
    /// Where a code is exchanged.
    token: Url,
}

impl Dialog {
    /// None if no app is configured.
    pub fn of(platform: &Platform, http: &HttpClients, config: &MetaConfig) -> Option<Self> {
        let app = OAuthApp::of(http, config.app_id.as_ref(), config.app_secret.as_ref())?;
        let api = &config.api_url;
        let (page, token) = match platform.network {
            Network::Facebook => (
                consent::at(api, &[("graph.facebook.com", "www.facebook.com")], &[VERSION, "dialog", "oauth"])?,
                consent::at(api, &[], &[VERSION, "oauth", "access_token"])?,
            ),
            Network::Instagram => (
                consent::at(api, &[("graph.instagram.com", "www.instagram.com")], &["oauth", "authorize"])?,
                consent::at(api, &[("graph.instagram.com", "api.instagram.com")], &["oauth", "access_token"])?,
            ),
        };
        let config_id = config.config_id.clone().filter(|id| !id.is_empty() && !platform.is_instagram());
        Some(Self { app, config_id, page, token })
    }
}

fn dialog(meta: &Meta) -> Result<&Dialog, Denied> {
    meta.dialog.as_ref().ok_or_else(|| Denied::Refused(LocalizedText::new("said-consent-app")))
}

#[async_trait]
impl ConsentPage for Meta {
    fn address(&self, state: &str, back: &str) -> Option<Url> {
        let Dialog { app, config_id, page, .. } = self.dialog.as_ref()?;
        let (pages, account) = (PAGE_SCOPES.join(","), ACCOUNT_SCOPES.join(","));
        let asks: &[(&str, &str)] = match (self.platform.network, config_id) {
            (Network::Facebook, Some(id)) => &[("config_id", id), ("override_default_response_type", "true")],
            // A right that was declined before is asked for again.
            (Network::Facebook, None) => &[("scope", &pages), ("auth_type", "rerequest")],
            (Network::Instagram, _) => &[("scope", &account)],
        };
        Some(app.address(page.clone(), state, &[[("redirect_uri", back)].as_slice(), asks].concat()))
    }

    async fn lines(&self, returned: &Returned<'_>) -> Result<Vec<OfferedLine>, Denied> {
        match self.platform.network {
            Network::Facebook => pages(self, returned).await,
            Network::Instagram => account(self, returned).await.map(|line| vec![line]),
        }
    }

    /// Subscribes the app to the page or account, so that one that refuses it is known before its source exists.
    async fn connect(&self, settings: Value) -> Result<Value, Denied> {
        let setup = settings::setup(self.platform, settings.clone());
        let setup = setup.map_err(|_| Denied::Refused(LocalizedText::new("wizard-meta-bad-format")))?;
        let line = Settings { public: setup.public, secrets: setup.secrets };
        setup::connect(self, &line, &HookTarget { url: String::new(), secret: SecretString::default() }).await?;
        Ok(settings)
    }
}

/// The pages whose administrator agreed. Their tokens do not expire, because that of the person is for 60 days.
async fn pages(meta: &Meta, returned: &Returned<'_>) -> Result<Vec<OfferedLine>, Denied> {
    let Dialog { app, token, .. } = dialog(meta)?;
    let short: Value = app.exchange(token.clone(), returned.code, &[("redirect_uri", returned.back)]).await?;
    let short = token_of(&short)?;
    let form = [("grant_type", "fb_exchange_token"), ("fb_exchange_token", short.expose_secret())];
    let person = token_of(&app.ask::<Value>(token.clone(), &form).await?)?;
    let denied = |failed| setup::denied(meta.platform, &failed);
    let granted = meta.graph.get(&person, "me/permissions", &[]).await.map_err(denied)?;
    let granted = granted.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
    let (needed, _) = PAGE_SCOPES.split_at(PAGE_SCOPES.len() - 1);
    let is = |one: &Value, name: &str, value: &str| one.get(name).and_then(Value::as_str) == Some(value);
    consent::missing(needed, |scope| {
        granted.iter().any(|one| is(one, "permission", scope) && is(one, "status", "granted"))
    })?;
    let query = [("fields", "id,name,username,access_token"), ("limit", "100")];
    let all = meta.graph.get(&person, "me/accounts", &query).await.map_err(denied)?;
    let all = all.get("data").and_then(Value::as_array).into_iter().flatten();
    let lines: Vec<_> =
        all.filter_map(|page| Some(offered(meta, Myself::read(page)?, &token_of(page).ok()?))).collect();
    if lines.is_empty() {
        return Err(Denied::Refused(LocalizedText::new("said-consent-none-facebook")));
    }
    Ok(lines)
}

async fn account(meta: &Meta, returned: &Returned<'_>) -> Result<OfferedLine, Denied> {
    let Dialog { app, token, .. } = dialog(meta)?;
    let answer: Value = app.exchange(token.clone(), returned.code, &[("redirect_uri", returned.back)]).await?;
    // Documented as a list of one; observed without it.
    let answer = answer.pointer("/data/0").unwrap_or(&answer);
    if let Some(granted) = answer.get("permissions") {
        let list = granted.as_array().into_iter().flatten().filter_map(Value::as_str);
        let granted: Vec<&str> = granted.as_str().into_iter().flat_map(|text| text.split(',')).chain(list).collect();
        let (needed, _) = ACCOUNT_SCOPES.split_at(ACCOUNT_SCOPES.len() - 1);
        consent::missing(needed, |scope| granted.iter().any(|one| one.trim() == scope))?;
    }
    let denied = |failed| setup::denied(meta.platform, &failed);
    let long = meta.graph.long_lived(&app.secret, &token_of(answer)?).await.map_err(denied)?;
    let token = token_of(&long)?;
    let me = setup::asked(meta, &token).await?;
    let me = me.ok_or_else(|| Denied::Refused(LocalizedText::new("said-meta-no-account")))?;
    Ok(offered(meta, me, &token))
}

fn token_of(answer: &Value) -> Result<SecretString, Denied> {
    let token = text_of(answer, "access_token").filter(|token| !token.is_empty());
    token.map(SecretString::from).ok_or_else(|| Denied::Away(crate::call::messenger_answered(200)))
}

fn offered(meta: &Meta, me: Myself, token: &SecretString) -> OfferedLine {
    let settings = json!({ meta.platform.account: me.id, ACCESS_TOKEN: token.expose_secret() });
    OfferedLine { name: me.called(), key: me.id, about: me.name, settings }
}

#[cfg(test)]
mod tests;
