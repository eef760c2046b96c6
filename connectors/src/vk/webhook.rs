//! The callback server (vk §3): created through the API with our secret, confirmed, checked, removed.

use std::collections::BTreeMap;

use base::i18n::LocalizedText;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use url::Url;

use super::api::{ApiError, VERSION, VkApi};
use super::confirmation::Confirmations;
use super::setup::{self, Community, denied};
use crate::incoming::IncomingCall;
use crate::{Check, Denied, HOOK_SECRET, HookTarget, Identity, Probe, Settings, Watched};

/// Kinds of events that are requested.
pub(super) const KINDS: [&str; 22] = [
    "message_new",
    "message_reply",
    "message_edit",
    "message_allow",
    "message_deny",
    "message_read",
    "message_typing_state",
    "message_event",
    "message_reaction_event",
    "wall_reply_new",
    "wall_reply_edit",
    "wall_reply_delete",
    "photo_comment_new",
    "photo_comment_edit",
    "photo_comment_delete",
    "video_comment_new",
    "video_comment_edit",
    "video_comment_delete",
    "market_comment_new",
    "market_comment_edit",
    "market_comment_delete",
    "wall_reply_restore",
];
/// Kinds that are requested too, but not every version of VK lists them.
const MORE_KINDS: [&str; 3] = ["photo_comment_restore", "video_comment_restore", "market_comment_restore"];
/// The name of our server in the community's settings, at most 14 characters.
const TITLE: &str = "Parom";
/// Maximum servers of one community.
const SERVERS: usize = 10;

/// The fields of a call that authenticate it.
#[derive(Deserialize)]
struct Proof {
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    group_id: Value,
    secret: Option<String>,
}

/// A callback server as reported by VK.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Server {
    id: i64,
    url: String,
    secret_key: String,
    /// `unconfigured`, `failed`, `wait` or `ok`.
    status: String,
}

#[derive(Deserialize)]
struct Servers {
    #[serde(default)]
    items: Vec<Server>,
}

#[derive(Deserialize)]
struct Added {
    server_id: i64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CallbackSettings {
    api_version: String,
    events: BTreeMap<String, Value>,
}

impl Server {
    /// Whether it is this source under a former address of the server.
    fn is_once_ours(&self, ours: &str) -> bool {
        let path = |url: &str| Url::parse(url).map(|url| url.path().to_owned()).ok();
        let (there, here) = (path(&self.url), path(ours));
        there.is_some() && there == here
    }

    fn is_whole(&self, url: &str, secret: &str) -> bool {
        // Some versions return neither the secret nor the status.
        let secret = self.secret_key.is_empty() || self.secret_key == secret;
        self.url == url && secret && matches!(self.status.as_str(), "ok" | "wait" | "")
    }
}

/// The secret in the form that VK accepts: at most 50 letters and digits.
fn secret_key(secret: &SecretString) -> String {
    let digest = hex::encode(Sha256::digest(secret.expose_secret()));
    digest.get(..48).unwrap_or_default().to_owned()
}

/// Whether a call names the source's community and contains the secret that we gave to VK. The request for the
/// confirmation string may lack the secret: its answer is useful only to people who can change the community's
/// settings.
pub(super) fn authenticate(settings: &Settings, call: &IncomingCall<'_>) -> bool {
    let (Some(community), Some(secret)) = (Community::of(settings), settings.secrets.get(HOOK_SECRET)) else {
        return false;
    };
    let Ok(proof) = serde_json::from_slice::<Proof>(call.body) else { return false };
    let named = match &proof.group_id {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let is_group = bool::from(named.as_bytes().ct_eq(community.id.to_string().as_bytes()));
    let is_secret = match proof.secret {
        Some(given) => bool::from(given.as_bytes().ct_eq(secret_key(secret).as_bytes())),
        None => proof.r#type == "confirmation",
    };
    is_group & is_secret
}

/// Whether VK requests the confirmation string.
pub(super) fn asks_for_confirmation(body: &[u8]) -> bool {
    serde_json::from_slice::<Proof>(body).is_ok_and(|proof| proof.r#type == "confirmation")
}

/// The community's identity.
pub(super) async fn identity(api: &VkApi, settings: &Settings) -> Result<Option<Identity>, Denied> {
    let group = setup::group(api, community(settings)?).await?;
    let screen_name =
        if group.screen_name.is_empty() { format!("club{}", group.id) } else { group.screen_name.clone() };
    let facts = serde_json::to_value(&group).unwrap_or_default();
    Ok(Some(Identity { key: group.id.to_string(), name: format!("@{screen_name}"), facts }))
}

/// Registers or repairs our server, and subscribes to our kinds of events.
pub(super) async fn connect(
    api: &VkApi,
    confirmations: &Confirmations,
    settings: &Settings,
    hook: &HookTarget,
) -> Result<(), Denied> {
    let community = community(settings)?;
    // VK requests the string as soon as the server is registered.
    confirmations.learn(api, community).await;
    let secret = secret_key(&hook.secret);
    let known = servers(api, community).await.map_err(|failed| denied(&failed))?;
    let found = own(known.unwrap_or_default(), &hook.url);
    let about = |more: Params| {
        let mut all = of(community, more);
        all.extend([
            ("url", Some(hook.url.clone())),
            ("title", Some(TITLE.to_owned())),
            ("secret_key", Some(secret.clone())),
        ]);
        all
    };
    let id = match found {
        Some(server) if server.is_whole(&hook.url, &secret) => server.id,
        Some(server) => {
            let parameters = about(vec![("server_id", Some(server.id.to_string()))]);
            let done: Result<Value, ApiError> =
                api.call(community.token, "groups.editCallbackServer", parameters).await;
            done.map_err(|failed| denied(&failed))?;
            server.id
        }
        None => {
            let added: Result<Added, ApiError> =
                api.call(community.token, "groups.addCallbackServer", about(Vec::new())).await;
            added.map_err(|failed| denied(&failed))?.server_id
        }
    };
    let mut wanted = vec![("server_id", Some(id.to_string())), ("api_version", Some(VERSION.to_owned()))];
    wanted.extend(KINDS.into_iter().chain(MORE_KINDS).map(|kind| (kind, Some("1".to_owned()))));
    let done: Result<Value, ApiError> =
        api.call(community.token, "groups.setCallbackSettings", of(community, wanted)).await;
    match done {
        Err(failed) if failed.is_missing() => {
            tracing::warn!(reason = %setup::explain(&failed), "the kinds of events could not be chosen");
            Ok(())
        }
        done => done.map(|_| ()).map_err(|failed| denied(&failed)),
    }
}

/// Checks that our server exists and receives our events. Other services have servers of their own.
pub(super) async fn watch(api: &VkApi, settings: &Settings, hook: &HookTarget) -> Result<Watched, Denied> {
    let community = community(settings)?;
    let Some(known) = servers(api, community).await.map_err(|failed| denied(&failed))? else {
        return Ok(Watched::Fine);
    };
    let found = own(known, &hook.url);
    let Some(server) = found.filter(|server| server.is_whole(&hook.url, &secret_key(&hook.secret))) else {
        return Ok(Watched::Unset);
    };
    let parameters = of(community, vec![("server_id", Some(server.id.to_string()))]);
    let told: Result<CallbackSettings, ApiError> =
        api.call(community.token, "groups.getCallbackSettings", parameters).await;
    let told = match told {
        Err(failed) if failed.is_missing() => return Ok(Watched::Fine),
        told => told.map_err(|failed| denied(&failed))?,
    };
    let is_on =
        |kind: &&str| told.events.get(*kind).is_some_and(|on| on.as_i64() == Some(1) || on.as_bool() == Some(true));
    let is_version = told.api_version.is_empty() || told.api_version == VERSION;
    Ok(if is_version && KINDS.iter().all(is_on) { Watched::Fine } else { Watched::Unset })
}

/// Removes our server and no other.
pub(super) async fn remove(api: &VkApi, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
    let community = community(settings)?;
    let all = servers(api, community).await.map_err(|failed| denied(&failed))?;
    for server in all.into_iter().flatten().filter(|server| server.url == hook.url) {
        let parameters = of(community, vec![("server_id", Some(server.id.to_string()))]);
        let done: Result<Value, ApiError> = api.call(community.token, "groups.deleteCallbackServer", parameters).await;
        match done {
            // It was already removed.
            Ok(_) | Err(ApiError::Refused { code: 104, .. }) => {}
            Err(failed) => return Err(denied(&failed)),
        }
    }
    Ok(())
}

/// Reads back where events are sent; before the source exists, checks whether another server can be added.
pub(super) async fn check(api: &VkApi, settings: &Settings, probe: &Probe) -> Check {
    let community = community(settings)?;
    let Some(all) = servers(api, community).await.map_err(|failed| denied(&failed))? else { return Ok(None) };
    if probe.is_new {
        return if all.len() < SERVERS { Ok(None) } else { Err(LocalizedText::new("said-vk-servers").into()) };
    }
    match all.iter().find(|server| server.url == probe.hook_url) {
        None => Err(LocalizedText::new("said-vk-unset").into()),
        Some(server) if server.status == "failed" => Err(LocalizedText::new("said-vk-failed").into()),
        Some(_) => Ok(None),
    }
}

/// The community's servers; none if VK does not return them.
async fn servers(api: &VkApi, community: Community<'_>) -> Result<Option<Vec<Server>>, ApiError> {
    let told: Result<Servers, ApiError> =
        api.call(community.token, "groups.getCallbackServers", of(community, Vec::new())).await;
    match told {
        Ok(servers) => Ok(Some(servers.items)),
        Err(failed) if failed.is_missing() => Ok(None),
        Err(failed) => Err(failed),
    }
}

/// Our server, at its current address or a former one.
fn own(all: Vec<Server>, url: &str) -> Option<Server> {
    let mut ours: Vec<Server> =
        all.into_iter().filter(|server| server.url == url || server.is_once_ours(url)).collect();
    ours.sort_by_key(|server| server.url != url);
    ours.into_iter().next()
}

type Params = super::api::Params;

/// Adds the community to parameters.
fn of(community: Community<'_>, mut more: Params) -> Params {
    more.insert(0, ("group_id", Some(community.id.to_string())));
    more
}

fn community(settings: &Settings) -> Result<Community<'_>, Denied> {
    Community::of(settings).ok_or_else(|| Denied::Access(LocalizedText::new("said-vk-token")))
}

#[cfg(test)]
mod tests;
