//! MAX's webhook (max §3): subscribed, checked, removed. A bot may have several; only ours is touched.

use base::i18n::LocalizedText;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use subtle::ConstantTimeEq;
use url::Url;

use super::api::{ApiError, Call, MaxApi};
use super::setup;
use crate::incoming::IncomingCall;
use crate::{Check, Denied, HOOK_SECRET, HookTarget, Identity, Probe, Settings, Watched};

/// Update types that are subscribed: those that affect a conversation.
const TYPES: [&str; 13] = [
    "message_created",
    "message_edited",
    "message_removed",
    "message_callback",
    "bot_started",
    "bot_stopped",
    "dialog_removed",
    "bot_added",
    "bot_removed",
    "chat_title_changed",
    "comment_created",
    "comment_edited",
    "comment_removed",
];
/// Those that every version of the Bot API has.
const DOCUMENTED: [&str; 6] =
    ["message_created", "message_edited", "message_removed", "message_callback", "bot_started", "bot_stopped"];
/// Those without which customers' messages would be missed. A server without comments keeps the others.
const NEEDED: [&str; 5] = ["message_created", "message_edited", "message_removed", "message_callback", "bot_started"];

/// The notification shown to the customer after a press; MAX requires one (max §9).
const PRESSED: &str = "✓";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Subscriptions {
    subscriptions: Vec<Subscription>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Subscription {
    url: String,
    /// None or empty means all types.
    update_types: Option<Vec<String>>,
}

impl Subscription {
    fn is_whole(&self) -> bool {
        let types = self.update_types.as_deref().unwrap_or_default();
        types.is_empty() || NEEDED.iter().all(|needed| types.iter().any(|one| one == needed))
    }

    fn host(&self) -> String {
        Url::parse(&self.url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Whether it is this source under a former address of the server.
    fn is_once_ours(&self, ours: &str) -> bool {
        let path = |url: &str| Url::parse(url).map(|url| url.path().to_owned()).ok();
        let (there, here) = (path(&self.url), path(ours));
        self.url != ours && there.is_some() && there == here
    }
}

/// Whether a call contains the secret that we gave to MAX.
pub(super) fn authenticate(settings: &Settings, call: &IncomingCall<'_>) -> bool {
    let given = (call.header)("x-max-bot-api-secret").unwrap_or_default();
    let Some(secret) = settings.secrets.get(HOOK_SECRET).map(ExposeSecret::expose_secret) else { return false };
    !secret.is_empty() && bool::from(given.as_bytes().ct_eq(secret.as_bytes()))
}

/// The bot's identity.
pub(super) async fn identity(api: &MaxApi, settings: &Settings) -> Result<Option<Identity>, Denied> {
    let me = setup::me(api, token(settings)?).await.map_err(|failed| denied(&failed))?;
    Ok(Some(Identity {
        key: me.user_id.to_string(),
        name: me.called(),
        facts: serde_json::to_value(&me).unwrap_or_default(),
    }))
}

/// Subscribes our address, replacing earlier addresses of this source.
pub(super) async fn connect(api: &MaxApi, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
    unreachable_address(api, &hook.url).map_or(Ok(()), |said| Err(Denied::Refused(said)))?;
    let token = token(settings)?;
    let mut done = subscribe(api, token, hook, &TYPES).await;
    if done.as_ref().is_err_and(is_wrong_body) {
        done = subscribe(api, token, hook, &DOCUMENTED).await;
    }
    done.map_err(|failed| denied(&failed))?;
    let all = subscriptions(api, token).await.map_err(|failed| denied(&failed))?;
    for old in all.iter().flatten().filter(|one| one.is_once_ours(&hook.url)) {
        unsubscribe(api, token, &old.url).await.map_err(|failed| denied(&failed))?;
    }
    Ok(())
}

async fn subscribe(api: &MaxApi, token: &SecretString, hook: &HookTarget, types: &[&str]) -> Result<(), ApiError> {
    let body = json!({ "url": hook.url, "update_types": types, "secret": hook.secret.expose_secret() });
    let call = Call { method: Method::POST, path: &["subscriptions"], query: &[], body: Some(&body) };
    api.done(token, call).await
}

/// Whether the server refuses an update type that it does not know.
fn is_wrong_body(failed: &ApiError) -> bool {
    matches!(failed, ApiError::Refused { status: 400 | 404..=428, .. })
}

/// Checks where updates are sent. MAX removes a subscription whose calls failed for eight hours, without a notice.
pub(super) async fn watch(api: &MaxApi, settings: &Settings, hook: &HookTarget) -> Result<Watched, Denied> {
    let told = subscriptions(api, token(settings)?).await.map_err(|failed| denied(&failed))?;
    let Some(all) = told else { return Ok(Watched::Fine) };
    let others = || all.iter().find(|one| !one.is_once_ours(&hook.url));
    Ok(match all.iter().find(|one| one.url == hook.url) {
        Some(ours) if ours.is_whole() => Watched::Fine,
        Some(_) => Watched::Unset,
        None => others().map_or(Watched::Unset, |other| Watched::Elsewhere { host: other.host() }),
    })
}

/// Removes this address.
pub(super) async fn remove(api: &MaxApi, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
    let token = token(settings)?;
    let all = subscriptions(api, token).await.map_err(|failed| denied(&failed))?;
    if all.is_none_or(|all| all.iter().any(|one| one.url == hook.url)) {
        unsubscribe(api, token, &hook.url).await.map_err(|failed| denied(&failed))?;
    }
    Ok(())
}

/// Reads back where updates are sent; before the source exists, reports who else receives them.
pub(super) async fn check(api: &MaxApi, settings: &Settings, probe: &Probe) -> Check {
    unreachable_address(api, &probe.hook_url).map_or(Ok(()), Err)?;
    let told = subscriptions(api, token(settings)?).await;
    let told = told.map_err(|failed| denied(&failed).saying(setup::explain(&failed)))?;
    let Some(all) = told else { return Ok(None) };
    let ours = all.iter().find(|one| one.url == probe.hook_url);
    let other = all.iter().find(|one| one.url != probe.hook_url).map(Subscription::host);
    match (probe.is_new, ours, other) {
        (true, _, None) | (false, Some(_), _) => Ok(None),
        (true, _, Some(host)) => Ok(Some(LocalizedText::new("wizard-max-webhook-elsewhere").with("host", host))),
        (false, None, None) => Err(LocalizedText::new("said-max-unset").into()),
        (false, None, Some(host)) => Err(LocalizedText::new("said-max-elsewhere").with("host", host).into()),
    }
}

/// Acknowledges a press, which ends the loading state of the customer's button.
pub(super) async fn acknowledge(api: &MaxApi, settings: &Settings, callback_id: &str) {
    let Ok(token) = token(settings) else { return };
    let body = json!({ "notification": PRESSED });
    let query = [("callback_id", callback_id)];
    let call = Call { method: Method::POST, path: &["answers"], query: &query, body: Some(&body) };
    if let Err(failed) = api.done(token, call).await {
        // The press or the bot is no longer valid; the press is already stored.
        tracing::debug!(reason = %setup::explain(&failed), "a button press could not be acknowledged");
    }
}

/// Where updates are sent; none if MAX does not return it.
async fn subscriptions(api: &MaxApi, token: &SecretString) -> Result<Option<Vec<Subscription>>, ApiError> {
    let call = Call { method: Method::GET, path: &["subscriptions"], query: &[], body: None };
    match api.call(token, call).await.map(|all: Subscriptions| all.subscriptions) {
        Ok(all) => Ok(Some(all)),
        Err(failed) if failed.is_missing() => Ok(None),
        Err(failed) => Err(failed),
    }
}

async fn unsubscribe(api: &MaxApi, token: &SecretString, url: &str) -> Result<(), ApiError> {
    let call = Call { method: Method::DELETE, path: &["subscriptions"], query: &[("url", url)], body: None };
    api.done(token, call).await
}

/// Why MAX cannot call this address. A server other than MAX's own may call any.
fn unreachable_address(api: &MaxApi, url: &str) -> Option<LocalizedText> {
    if !api.is_maxs_own() {
        return None;
    }
    let url = Url::parse(url).ok()?;
    let is_reached = url.scheme() == "https" && url.port_or_known_default() == Some(443);
    (!is_reached).then(|| LocalizedText::new("said-max-https").with("url", url.origin().ascii_serialization()))
}

fn token(settings: &Settings) -> Result<&SecretString, Denied> {
    setup::token(settings).ok_or_else(|| Denied::Access(LocalizedText::new("said-max-token")))
}

pub(super) fn denied(failed: &ApiError) -> Denied {
    let said = setup::explain(failed);
    match failed {
        _ if failed.is_gateways() => Denied::Away(said),
        ApiError::Refused { status: 401, .. } => Denied::Access(LocalizedText::new("wizard-max-refused")),
        ApiError::Refused { code, .. } if code == "verify.token" => {
            Denied::Access(LocalizedText::new("wizard-max-refused"))
        }
        ApiError::Refused { status: 200 | 400..=420, .. } => Denied::Refused(said),
        _ => Denied::Away(said),
    }
}

#[cfg(test)]
mod tests;
