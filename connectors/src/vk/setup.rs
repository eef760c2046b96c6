//! A community's settings, the rights of its token, and its callback server (vk §2, §3).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base::cache::Cache;
use base::error::FieldError;
use base::i18n::LocalizedText;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::TOKEN;
use super::api::{UNREADABLE, VERSION, VkApi, is_missing};
use crate::call::{ApiError, Refusal, messenger_answered};
use crate::incoming::{IncomingCall, NotReceived};
use crate::line::host;
use crate::{
    Check, Denied, Field, HOOK_SECRET, HookTarget, Identity, Input, Probe, Receiver, Settings, Setup, SwitchOff,
    Watched, error_catalog, field,
};

pub(super) const FIELDS: &[Field] = &[
    Field::required("group_id", Input::Text, "wizard-vk-group").with_hint("wizard-vk-group-hint"),
    Field { secret: true, ..Field::required(TOKEN, Input::Text, "wizard-vk-token").with_hint("wizard-vk-token-hint") },
];
/// Rights that are required.
pub(super) const RIGHTS: [&str; 4] = ["messages", "manage", "photos", "docs"];
/// The right to answer comments.
const COMMENTS: &str = "wall";

/// The entered settings. `facts` is Parom's own data, accepted because clients may send back what they read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsInput {
    group_id: Option<Value>,
    #[serde(default)]
    access_token: Option<String>,
    #[serde(default, rename = "facts")]
    _facts: Option<Value>,
}

/// A source's community.
#[derive(Clone, Copy, Debug)]
pub struct Community<'a> {
    pub id: i64,
    pub token: &'a SecretString,
}

impl<'a> Community<'a> {
    /// None if there is no usable id or token.
    pub fn of(settings: &'a Settings) -> Option<Self> {
        let id = group_id(settings.public.get("group_id")?)?;
        Some(Self { id, token: settings.secrets.get(TOKEN)? })
    }

    /// The same; missing settings are a refusal.
    pub fn required(settings: &'a Settings) -> Result<Self, Denied> {
        Self::of(settings).ok_or_else(|| Denied::Access(LocalizedText::new("said-vk-token")))
    }
}

/// A community's description of itself (`groups.getById`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub id: i64,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub screen_name: String,
}

impl Group {
    /// `@acme`.
    pub(super) fn called(&self) -> String {
        if self.screen_name.is_empty() { format!("@club{}", self.id) } else { format!("@{}", self.screen_name) }
    }
}

/// The answer: newer versions return an object, older ones a list.
#[derive(Deserialize)]
#[serde(untagged)]
enum Groups {
    Object { groups: Vec<Group> },
    List(Vec<Group>),
}

#[derive(Deserialize)]
struct Permissions {
    #[serde(default)]
    permissions: Vec<Permission>,
}

#[derive(Deserialize)]
struct Permission {
    #[serde(default)]
    name: String,
}

/// The number of a community from what people enter: `223344556`, `club223344556`, `vk.com/public223344556`.
fn group_id(entered: &Value) -> Option<i64> {
    let text = match entered {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().trim_end_matches('/').to_owned(),
        _ => return None,
    };
    let last = text.rsplit('/').next()?;
    let digits = ["club", "public", "event", "-"].into_iter().find_map(|start| last.strip_prefix(start));
    digits.unwrap_or(last).parse().ok().filter(|id: &i64| *id > 0)
}

/// Validates the entered settings. A missing or still masked token is kept.
pub(super) fn setup(settings: Value) -> Result<Setup, Vec<FieldError>> {
    let typed: SettingsInput = field::read(settings)?;
    let wrong =
        |name: &str, key: &'static str| vec![FieldError::new(format!("/settings/{name}"), LocalizedText::new(key))];
    let id = typed.group_id.as_ref().and_then(group_id).ok_or_else(|| wrong("group_id", "wizard-vk-bad-group"))?;
    let mut secrets = BTreeMap::new();
    if let Some(token) = field::credential(typed.access_token.as_deref()) {
        let fits = (10..=512).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic());
        if !fits {
            return Err(wrong(TOKEN, "wizard-vk-bad-token"));
        }
        secrets.insert(TOKEN.to_owned(), SecretString::from(token));
    }
    // As text, like all ids from outside.
    Ok(Setup { public: json!({ "group_id": id.to_string() }), secrets })
}

/// The community, if VK says that the token is its own. Asked without ids: with them VK describes any community to any
/// token (vk §2).
pub(super) async fn group(api: &VkApi, community: Community<'_>) -> Result<Group, Denied> {
    let parameters = vec![("fields", Some("screen_name".to_owned()))];
    let answer: Result<Groups, ApiError> = api.call(community.token, "groups.getById", parameters).await;
    let (Groups::Object { groups } | Groups::List(groups)) = answer.map_err(|failed| denied(&failed))?;
    let own = groups.into_iter().find(|group| group.id == community.id);
    own.ok_or_else(|| Denied::Foreign(LocalizedText::new("said-vk-other-group")))
}

/// The rights of a token; none if VK does not return them, which is no reason to refuse a working token.
async fn rights(api: &VkApi, community: Community<'_>) -> Result<Option<BTreeSet<String>>, ApiError> {
    let answer: Result<Permissions, ApiError> =
        api.call(community.token, "groups.getTokenPermissions", Vec::new()).await;
    match answer {
        Ok(answer) if answer.permissions.is_empty() => Ok(None),
        Ok(answer) => Ok(Some(answer.permissions.into_iter().map(|one| one.name).collect())),
        Err(refused @ ApiError::Refused(Refusal { code: 4 | 5 | 27 | 28, .. })) => Err(refused),
        Err(failed) => {
            tracing::info!(reason = %explain(&failed), "the rights of a community's token could not be asked for");
            Ok(None)
        }
    }
}

/// Validates the token and its rights, and returns whose it is.
pub(super) async fn check_access(api: &VkApi, settings: &Settings) -> Check {
    let community = Community::required(settings)?;
    let group = group(api, community).await?;
    let rights = rights(api, community).await.map_err(|failed| denied(&failed))?;
    if let Some(rights) = rights {
        let missing: Vec<&str> = RIGHTS.into_iter().filter(|right| !rights.contains(*right)).collect();
        if !missing.is_empty() {
            return Err(LocalizedText::new("said-vk-rights").with("rights", missing.join(", ")).into());
        }
        if !rights.contains(COMMENTS) {
            return Ok(Some(LocalizedText::new("said-vk-no-wall").with("name", group.name)));
        }
    }
    Ok(Some(LocalizedText::new("said-vk-group").with("name", group.name)))
}

/// Why a call other than sending a message failed, as a text for the account's people.
pub fn explain(failed: &ApiError) -> LocalizedText {
    if *failed == UNREADABLE {
        return LocalizedText::new("said-vk-unreadable");
    }
    failed.explained(|refusal| match error_catalog::VK.find(refusal.code, &refusal.text) {
        _ if refusal.is_gateways => messenger_answered(refusal.status),
        Some(row) if refusal.word.is_empty() && !row.id.starts_with("other") => LocalizedText::new(row.key()),
        _ => LocalizedText::new("said-vk-refused").with("text", refusal.text.as_str()),
    })
}

/// What a failed call other than sending a message means for the source.
pub(super) fn denied(failed: &ApiError) -> Denied {
    let ApiError::Refused(Refusal { code, text, is_gateways: false, .. }) = failed else {
        return Denied::Away(explain(failed));
    };
    // The catalog's texts name the settings of a source, which does not exist yet in the wizard.
    match (code, error_catalog::VK.find(*code, text).map(|row| row.id)) {
        (4 | 5 | 27 | 28, _) => Denied::Access(LocalizedText::new("wizard-vk-refused")),
        (_, Some("7" | "15")) => Denied::Refused(LocalizedText::new("wizard-vk-no-right")),
        (2000, _) => Denied::Refused(LocalizedText::new("said-vk-servers")),
        (1 | 6 | 9 | 10 | 29, _) => Denied::Away(explain(failed)),
        _ => Denied::Refused(explain(failed)),
    }
}

// The callback server (vk §3): created through the API with our secret, confirmed, checked, removed.

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
    title: String,
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

impl CallbackSettings {
    fn is_on(&self, kind: &str) -> bool {
        self.events.get(kind).is_some_and(|on| on.as_i64() == Some(1) || on.as_bool() == Some(true))
    }
}

impl Server {
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
    let group = group(api, Community::required(settings)?).await?;
    let facts = serde_json::to_value(&group).unwrap_or_default();
    Ok(Some(Identity { key: group.id.to_string(), name: group.called(), facts }))
}

/// Registers or repairs our server, and subscribes to our kinds of events.
pub(super) async fn connect(
    api: &VkApi,
    confirmations: &Confirmations,
    settings: &Settings,
    hook: &HookTarget,
) -> Result<(), Denied> {
    let community = Community::required(settings)?;
    // VK requests the string as soon as the server is registered.
    confirmations.learn(api, community).await;
    let secret = secret_key(&hook.secret);
    let known = servers(api, community).await.map_err(|failed| denied(&failed))?;
    let found = own(known.unwrap_or_default(), hook);
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
        Err(failed) if is_missing(&failed) => {
            tracing::warn!(reason = %explain(&failed), "the kinds of events could not be chosen");
            Ok(())
        }
        done => done.map(|_| ()).map_err(|failed| denied(&failed)),
    }
}

/// Checks that our server exists and receives our events. Other services have servers of their own.
pub(super) async fn watch(api: &VkApi, settings: &Settings, hook: &HookTarget) -> Result<Watched, Denied> {
    let community = Community::required(settings)?;
    let Some(known) = servers(api, community).await.map_err(|failed| denied(&failed))? else {
        return Ok(Watched::Fine);
    };
    let found = own(known, hook);
    let Some(server) = found.filter(|server| server.is_whole(&hook.url, &secret_key(&hook.secret))) else {
        return Ok(Watched::Unset);
    };
    let parameters = of(community, vec![("server_id", Some(server.id.to_string()))]);
    let answer: Result<CallbackSettings, ApiError> =
        api.call(community.token, "groups.getCallbackSettings", parameters).await;
    let answer = match answer {
        Err(failed) if is_missing(&failed) => return Ok(Watched::Fine),
        answer => answer.map_err(|failed| denied(&failed))?,
    };
    let is_version = answer.api_version.is_empty() || answer.api_version == VERSION;
    Ok(if is_version && KINDS.iter().all(|kind| answer.is_on(kind)) { Watched::Fine } else { Watched::Unset })
}

/// The community's other servers that get messages, each with the kinds of events among ours that it gets.
pub(super) async fn receivers(api: &VkApi, settings: &Settings, hook: &HookTarget) -> Result<Vec<Receiver>, Denied> {
    let community = Community::required(settings)?;
    let all = servers(api, community).await.map_err(|failed| denied(&failed))?;
    let mut receivers = Vec::new();
    for server in all.into_iter().flatten().filter(|one| one.url != hook.url && !hook.was_once(&one.url)) {
        let asked = of(community, vec![("server_id", Some(server.id.to_string()))]);
        let set: CallbackSettings =
            api.call(community.token, "groups.getCallbackSettings", asked).await.map_err(|failed| denied(&failed))?;
        let kinds: Vec<&str> = KINDS.into_iter().chain(MORE_KINDS).filter(|kind| set.is_on(kind)).collect();
        if !kinds.contains(&"message_new") {
            continue;
        }
        let name = Some(host(&server.url)).filter(|host| !host.is_empty()).unwrap_or(server.title);
        let was = json!({ "server_id": server.id.to_string(), "kinds": kinds });
        let off = SwitchOff::ByCall;
        receivers.push(Receiver { id: server.id.to_string(), name, off, loses_secret: false, was });
    }
    Ok(receivers)
}

/// Turns the remembered kinds of events of another server off or on; kinds that are not named stay as they are.
pub(super) async fn set_receiver(
    api: &VkApi,
    settings: &Settings,
    receiver: &Receiver,
    is_on: bool,
) -> Result<(), Denied> {
    let community = Community::required(settings)?;
    let text = |name: &str| receiver.was.get(name).and_then(Value::as_str).map(str::to_owned);
    let had: Vec<&str> =
        receiver.was.get("kinds").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let value = if is_on { "1" } else { "0" };
    let kinds = KINDS.into_iter().chain(MORE_KINDS).filter(|kind| had.contains(kind));
    let kinds = kinds.map(|kind| (kind, Some(value.to_owned())));
    let parameters = of(community, std::iter::once(("server_id", text("server_id"))).chain(kinds).collect());
    let done: Result<Value, ApiError> = api.call(community.token, "groups.setCallbackSettings", parameters).await;
    match done {
        // The server was removed meanwhile.
        Err(ApiError::Refused(Refusal { code: 104, .. })) if !is_on => Ok(()),
        done => done.map(drop).map_err(|failed| denied(&failed)),
    }
}

/// Removes our server and no other.
pub(super) async fn remove(api: &VkApi, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
    let community = Community::required(settings)?;
    let all = servers(api, community).await.map_err(|failed| denied(&failed))?;
    for server in all.into_iter().flatten().filter(|server| server.url == hook.url) {
        let parameters = of(community, vec![("server_id", Some(server.id.to_string()))]);
        let done: Result<Value, ApiError> = api.call(community.token, "groups.deleteCallbackServer", parameters).await;
        match done {
            // It was already removed.
            Ok(_) | Err(ApiError::Refused(Refusal { code: 104, .. })) => {}
            Err(failed) => return Err(denied(&failed)),
        }
    }
    Ok(())
}

/// Reads back where events are sent; before the source exists, checks whether another server can be added.
pub(super) async fn check(api: &VkApi, settings: &Settings, probe: &Probe) -> Check {
    let community = Community::required(settings)?;
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
    let answer: Result<Servers, ApiError> =
        api.call(community.token, "groups.getCallbackServers", of(community, Vec::new())).await;
    match answer {
        Ok(servers) => Ok(Some(servers.items)),
        Err(failed) if is_missing(&failed) => Ok(None),
        Err(failed) => Err(failed),
    }
}

/// Our server, at its current address or a former one.
fn own(all: Vec<Server>, hook: &HookTarget) -> Option<Server> {
    let ours = all.into_iter().filter(|server| server.url == hook.url || hook.was_once(&server.url));
    ours.min_by_key(|server| server.url != hook.url)
}

type Params = super::api::Params;

/// Adds the community to parameters.
fn of(community: Community<'_>, mut more: Params) -> Params {
    more.insert(0, ("group_id", Some(community.id.to_string())));
    more
}

// The string by which VK confirms a callback server (vk §3). It changes from time to time, so it is requested whenever
// VK asks for it; if VK's API does not answer, the last known one is used.

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
        let answer: Code =
            api.call_within(WITHIN, community.token, "groups.getCallbackConfirmationCode", parameters).await?;
        self.0.insert(key(community), answer.code).await;
        Ok(())
    }
}

/// The token as its SHA-256.
fn key(community: Community<'_>) -> [u8; 32] {
    Sha256::digest(community.token.expose_secret()).into()
}

#[cfg(test)]
mod tests;
