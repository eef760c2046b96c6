//! The string by which VK confirms a callback server (vk §3). It changes from time to time, so it is requested whenever
//! VK asks for it; if VK's API does not answer, the last known one is used.

use std::time::Duration;

use base::cache::Cache;
use secrecy::ExposeSecret;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::api::{ApiError, VkApi};
use super::setup::{Community, explain};
use crate::Settings;
use crate::incoming::NotReceived;

/// Time limit of the request, because VK waits for the answer.
const WITHIN: Duration = Duration::from_secs(3);
/// Maximum number of tokens for which a string is cached.
const TOKENS: u64 = 10_000;

/// The last known string for each token: VK gives a community's string to its own token alone, and so do we.
pub(super) struct Confirmations(Cache<[u8; 32], String>);

#[derive(Deserialize)]
struct Code {
    code: String,
}

impl Default for Confirmations {
    fn default() -> Self {
        Self(Cache::new(TOKENS))
    }
}

impl Confirmations {
    /// Requests the string before VK asks for it.
    pub async fn learn(&self, api: &VkApi, community: Community<'_>) {
        if let Err(failed) = self.ask(api, community).await {
            tracing::info!(reason = %explain(&failed), "the confirmation string could not be asked for in advance");
        }
    }

    /// Makes sure that there is a string to answer with; without one, VK is asked to repeat its call.
    pub async fn prepare(&self, api: &VkApi, settings: &Settings) -> Result<(), NotReceived> {
        let Some(community) = Community::of(settings) else { return Err(NotReceived::Unreadable) };
        match self.ask(api, community).await {
            Err(failed) if !self.0.contains_key(&key(community)) => {
                let said = explain(&failed);
                tracing::warn!(reason = %said, "the confirmation string could not be asked for");
                Err(NotReceived::Later(said))
            }
            _ => Ok(()),
        }
    }

    /// The last known string.
    pub async fn last(&self, settings: &Settings) -> String {
        let community = Community::of(settings);
        let known = match community {
            Some(community) => self.0.get(&key(community)).await,
            None => None,
        };
        known.unwrap_or_default()
    }

    async fn ask(&self, api: &VkApi, community: Community<'_>) -> Result<(), ApiError> {
        let parameters = vec![("group_id", Some(community.id.to_string()))];
        let told: Code =
            api.call_within(WITHIN, community.token, "groups.getCallbackConfirmationCode", parameters).await?;
        self.0.insert(key(community), told.code).await;
        Ok(())
    }
}

/// The token as its SHA-256.
fn key(community: Community<'_>) -> [u8; 32] {
    Sha256::digest(community.token.expose_secret()).into()
}

#[cfg(test)]
mod tests {
    use base::config::Config;
    use base::http_client::HttpClients;
    use serde_json::json;

    use super::*;
    use crate::vk::fake::{Fake, ScriptedAnswer};

    #[tokio::test]
    async fn the_string_is_asked_for_and_remembered() {
        let fake = Fake::start().await;
        let http = HttpClients::new(&Config::from_toml("").unwrap().network).unwrap();
        let api = VkApi::new(&http, &fake.base);
        let secrets = [("access_token".to_owned(), "vk1.a.0123456789abcdef".into())].into();
        let settings = Settings { public: json!({ "group_id": "223344556" }), secrets };
        let all = Confirmations::default();
        let refused = || fake.answers("groups.getCallbackConfirmationCode", ScriptedAnswer::Refused(5, "no"));
        refused();
        assert!(matches!(all.prepare(&api, &settings).await, Err(NotReceived::Later(_))), "there is nothing to answer");
        all.prepare(&api, &settings).await.unwrap();
        assert_eq!(all.last(&settings).await, "b6a7c8d9");
        refused();
        all.prepare(&api, &settings).await.unwrap();
        assert_eq!(all.last(&settings).await, "b6a7c8d9", "VK's API need not answer twice");
        let secrets = [("access_token".to_owned(), "vk1.a.of-another-account".into())].into();
        assert_eq!(all.last(&Settings { secrets, ..settings }).await, "", "only a token that VK told it");
    }
}
