//! A bot's settings, its description of itself, and its webhook (max §3).

use base::error::FieldError;
use base::i18n::LocalizedText;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;
use url::Url;

use super::TOKEN;
use super::api::{Call, MaxApi, is_missing};
use crate::call::{ApiError, Refusal, messenger_answered};
use crate::incoming::IncomingCall;
use crate::line::host;
use crate::{
    Check, Denied, Field, HOOK_SECRET, HookTarget, Identity, Input, Probe, Receiver, Settings, Setup, SwitchOff,
    Watched, error_catalog, field,
};

/// Maximum length of a token; no document describes its format.
const TOKEN_BYTES: usize = 512;

pub(super) const FIELDS: &[Field] = &[
    Field {
        secret: true,
        ..Field::required(TOKEN, Input::Text, "wizard-max-token").with_hint("wizard-max-token-hint")
    },
    Field::optional("groups", Input::Flag, "wizard-max-groups").with_hint("wizard-max-groups-hint"),
    Field::optional("comments", Input::Flag, "wizard-max-comments").with_hint("wizard-max-comments-hint").turned_on(),
    Field::optional("delivered_on_accept", Input::Flag, "wizard-max-delivered")
        .with_hint("wizard-max-delivered-hint")
        .turned_on(),
    Field::optional("sign_with_manager_name", Input::Flag, "wizard-tg-sign").with_hint("wizard-tg-sign-hint"),
];

/// A bot's options.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct BotOptions {
    /// Whether the bot's groups are conversations too.
    pub groups: bool,
    /// Whether comments of channel posts are conversations too.
    pub comments: bool,
    /// MAX sends no receipts: accepted messages count as delivered.
    pub delivered_on_accept: bool,
    /// The manager's name is put above each message.
    pub sign_with_manager_name: bool,
}

impl Default for BotOptions {
    fn default() -> Self {
        Self { groups: false, comments: true, delivered_on_accept: true, sign_with_manager_name: false }
    }
}

/// The entered settings. `facts` is Parom's own data, accepted because clients may send back what they read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsInput {
    #[serde(default)]
    bot_token: Option<String>,
    #[serde(default)]
    groups: Option<bool>,
    #[serde(default)]
    comments: Option<bool>,
    #[serde(default)]
    delivered_on_accept: Option<bool>,
    #[serde(default)]
    sign_with_manager_name: Option<bool>,
    #[serde(default, rename = "facts")]
    _facts: Option<Value>,
}

/// The token of a source.
pub(super) fn token(settings: &Settings) -> Option<&SecretString> {
    settings.secrets.get(TOKEN)
}

/// The result of `GET /me`. Stored in the public settings as `facts.bot`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BotUser {
    pub user_id: i64,
    #[serde(default)]
    pub first_name: Option<String>,
    #[serde(default)]
    pub username: Option<String>,
}

impl BotUser {
    /// Its public name.
    pub fn called(&self) -> String {
        match (&self.username, &self.first_name) {
            (Some(username), _) if !username.is_empty() => format!("@{username}"),
            (_, Some(name)) if !name.is_empty() => name.clone(),
            _ => self.user_id.to_string(),
        }
    }
}

/// Queries a bot's identity, which validates its token.
pub(super) async fn me(api: &MaxApi, token: &SecretString) -> Result<BotUser, ApiError> {
    api.call(token, Call { method: Method::GET, path: &["me"], query: &[], body: None }).await
}

/// Validates the entered settings. A missing or still masked token is kept.
pub(super) fn setup(settings: Value) -> Result<Setup, Vec<FieldError>> {
    let typed: SettingsInput = field::read(settings)?;
    let mut secrets = std::collections::BTreeMap::new();
    if let Some(token) = field::credential(typed.bot_token.as_deref()) {
        if token.len() > TOKEN_BYTES || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(vec![FieldError::new("/settings/bot_token", LocalizedText::new("wizard-max-bad-format"))]);
        }
        secrets.insert(TOKEN.to_owned(), SecretString::from(token));
    }
    let usual = BotOptions::default();
    let options = BotOptions {
        groups: typed.groups.unwrap_or(usual.groups),
        comments: typed.comments.unwrap_or(usual.comments),
        delivered_on_accept: typed.delivered_on_accept.unwrap_or(usual.delivered_on_accept),
        sign_with_manager_name: typed.sign_with_manager_name.unwrap_or(usual.sign_with_manager_name),
    };
    let public = serde_json::to_value(options).unwrap_or_default();
    Ok(Setup { public, secrets })
}

/// Validates the token and returns whose it is.
pub(super) async fn check_access(api: &MaxApi, settings: &Settings) -> Check {
    let token = token(settings).ok_or_else(|| Denied::Access(LocalizedText::new("said-max-token")))?;
    match me(api, token).await {
        Ok(me) => Ok(Some(LocalizedText::new("said-max-bot").with("name", me.called()))),
        Err(failed) => Err(denied(&failed).saying(explain(&failed))),
    }
}

/// The text that the catalog matches: code and message of a refusal.
pub(super) fn said(refusal: &Refusal) -> String {
    format!("{} {}", refusal.word, refusal.text).trim().to_owned()
}

/// Why a call other than sending a message failed, as a text for the account's people.
pub(super) fn explain(failed: &ApiError) -> LocalizedText {
    failed.explained(|refusal| {
        let text = said(refusal);
        match error_catalog::MAX.find(refusal.code, &text) {
            // The general text is about a refused message; for a setup error MAX's own words are more precise.
            Some(row) if row.id != "400" => LocalizedText::new(row.key()),
            _ if text.is_empty() => messenger_answered(refusal.status),
            _ => LocalizedText::new("said-max-refused").with("text", text),
        }
    })
}

// MAX's webhook (max §3): subscribed, checked, removed. A bot may have several; only ours is touched.

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
}

/// Whether a call contains the secret that we gave to MAX.
pub(super) fn authenticate(settings: &Settings, call: &IncomingCall<'_>) -> bool {
    let given = (call.header)("x-max-bot-api-secret").unwrap_or_default();
    let Some(secret) = settings.secrets.get(HOOK_SECRET).map(ExposeSecret::expose_secret) else { return false };
    !secret.is_empty() && bool::from(given.as_bytes().ct_eq(secret.as_bytes()))
}

/// The bot's identity.
pub(super) async fn identity(api: &MaxApi, settings: &Settings) -> Result<Option<Identity>, Denied> {
    let me = me(api, required_token(settings)?).await.map_err(|failed| denied(&failed))?;
    Ok(Some(Identity {
        key: me.user_id.to_string(),
        name: me.called(),
        facts: serde_json::to_value(&me).unwrap_or_default(),
    }))
}

/// Subscribes our address, replacing earlier addresses of this source.
pub(super) async fn connect(api: &MaxApi, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
    unreachable_address(api, &hook.url).map_or(Ok(()), |said| Err(Denied::Refused(said)))?;
    let token = required_token(settings)?;
    let mut done = subscribe(api, token, hook, &TYPES).await;
    if done.as_ref().is_err_and(is_wrong_body) {
        done = subscribe(api, token, hook, &DOCUMENTED).await;
    }
    done.map_err(|failed| denied(&failed))?;
    let all = subscriptions(api, token).await.map_err(|failed| denied(&failed))?;
    for old in all.iter().flatten().filter(|one| hook.was_once(&one.url)) {
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
    matches!(failed, ApiError::Refused(Refusal { status: 400 | 404..=428, .. }))
}

/// Checks where updates are sent. MAX removes a subscription whose calls failed for eight hours, without a notice.
pub(super) async fn watch(api: &MaxApi, settings: &Settings, hook: &HookTarget) -> Result<Watched, Denied> {
    let listed = subscriptions(api, required_token(settings)?).await.map_err(|failed| denied(&failed))?;
    let Some(all) = listed else { return Ok(Watched::Fine) };
    let others = || all.iter().find(|one| !hook.was_once(&one.url));
    Ok(match all.iter().find(|one| one.url == hook.url) {
        Some(ours) if ours.is_whole() => Watched::Fine,
        Some(_) => Watched::Unset,
        None => others().map_or(Watched::Unset, |other| Watched::Elsewhere { host: host(&other.url) }),
    })
}

/// The bot's other subscriptions. MAX does not list their secrets.
pub(super) async fn receivers(api: &MaxApi, settings: &Settings, hook: &HookTarget) -> Result<Vec<Receiver>, Denied> {
    let listed = subscriptions(api, required_token(settings)?).await.map_err(|failed| denied(&failed))?;
    let others = listed.into_iter().flatten().filter(|one| one.url != hook.url && !hook.was_once(&one.url));
    let receiver = |one: Subscription| {
        let mut was = json!({ "url": one.url });
        // Without types it gets all of them.
        if let (Some(types), Some(was)) = (one.update_types.filter(|types| !types.is_empty()), was.as_object_mut()) {
            was.insert("update_types".to_owned(), json!(types));
        }
        Receiver::at(&one.url, SwitchOff::ByCall, true, was)
    };
    Ok(others.map(receiver).collect())
}

pub(super) async fn switch_off(api: &MaxApi, settings: &Settings, receiver: &Receiver) -> Result<(), Denied> {
    let url = receiver.url().unwrap_or_default();
    match unsubscribe(api, required_token(settings)?, url).await {
        // It was already removed.
        Err(ApiError::Refused(Refusal { status: 404, is_gateways: false, .. })) => Ok(()),
        done => done.map_err(|failed| denied(&failed)),
    }
}

/// Subscribes the other service's address again, without its secret.
pub(super) async fn put_back(api: &MaxApi, settings: &Settings, receiver: &Receiver) -> Result<(), Denied> {
    let call = Call { method: Method::POST, path: &["subscriptions"], query: &[], body: Some(&receiver.was) };
    api.done(required_token(settings)?, call).await.map_err(|failed| denied(&failed))
}

/// Removes this address.
pub(super) async fn remove(api: &MaxApi, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
    let token = required_token(settings)?;
    let all = subscriptions(api, token).await.map_err(|failed| denied(&failed))?;
    if all.is_none_or(|all| all.iter().any(|one| one.url == hook.url)) {
        unsubscribe(api, token, &hook.url).await.map_err(|failed| denied(&failed))?;
    }
    Ok(())
}

/// Reads back where updates are sent; before the source exists, reports who else receives them.
pub(super) async fn check(api: &MaxApi, settings: &Settings, probe: &Probe) -> Check {
    unreachable_address(api, &probe.hook_url).map_or(Ok(()), Err)?;
    let listed = subscriptions(api, required_token(settings)?).await;
    let listed = listed.map_err(|failed| denied(&failed).saying(explain(&failed)))?;
    let Some(all) = listed else { return Ok(None) };
    let ours = all.iter().find(|one| one.url == probe.hook_url);
    let other = all.iter().find(|one| one.url != probe.hook_url).map(|other| host(&other.url));
    match (probe.is_new, ours, other) {
        (true, _, None) | (false, Some(_), _) => Ok(None),
        (true, _, Some(host)) => Ok(Some(LocalizedText::new("wizard-max-webhook-elsewhere").with("host", host))),
        (false, None, None) => Err(LocalizedText::new("said-max-unset").into()),
        (false, None, Some(host)) => Err(LocalizedText::new("said-max-elsewhere").with("host", host).into()),
    }
}

/// Acknowledges a press, which ends the loading state of the customer's button.
pub(super) async fn acknowledge(api: &MaxApi, settings: &Settings, callback_id: &str) {
    let Ok(required_token) = required_token(settings) else { return };
    let body = json!({ "notification": PRESSED });
    let query = [("callback_id", callback_id)];
    let call = Call { method: Method::POST, path: &["answers"], query: &query, body: Some(&body) };
    if let Err(failed) = api.done(required_token, call).await {
        // The press or the bot is no longer valid; the press is already stored.
        tracing::debug!(reason = %explain(&failed), "a button press could not be acknowledged");
    }
}

/// Where updates are sent; none if MAX does not return it.
async fn subscriptions(api: &MaxApi, token: &SecretString) -> Result<Option<Vec<Subscription>>, ApiError> {
    let call = Call { method: Method::GET, path: &["subscriptions"], query: &[], body: None };
    match api.call(token, call).await.map(|all: Subscriptions| all.subscriptions) {
        Ok(all) => Ok(Some(all)),
        Err(failed) if is_missing(&failed) => Ok(None),
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

fn required_token(settings: &Settings) -> Result<&SecretString, Denied> {
    token(settings).ok_or_else(|| Denied::Access(LocalizedText::new("said-max-token")))
}

pub(super) fn denied(failed: &ApiError) -> Denied {
    let said = explain(failed);
    match failed {
        _ if failed.is_gateways() => Denied::Away(said),
        ApiError::Refused(refusal) if refusal.status == 401 || refusal.word == "verify.token" => {
            Denied::Access(LocalizedText::new("wizard-max-refused"))
        }
        ApiError::Refused(Refusal { status: 200 | 400..=420, .. }) => Denied::Refused(said),
        _ => Denied::Away(said),
    }
}

#[cfg(test)]
mod tests;
