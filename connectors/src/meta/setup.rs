//! An account at Meta: the live check, its identity, its webhook, the renewal of its token, and the vendor's app
//! (instagram-and-facebook §1 to instagram-and-facebook §4).

use std::collections::BTreeMap;

use base::i18n::LocalizedText;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::graph::{Edge, ME, is_missing, is_no_object, is_not_read, spoken};
use super::settings::{ACCESS_TOKEN, Account, verify_token};
use super::{Meta, Platform};
use crate::call::{ApiError, Refusal, messenger_answered};
use crate::error_catalog::RefusalClass;
use crate::incoming::NotReceived;
use crate::line::host;
use crate::poll::Renewed;
use crate::vendor_app::LineCall;
use crate::{Check, Denied, HookTarget, Identity, Probe, Settings, Watched};

/// The fields of both kinds, as listed in Meta's documentation. A server that refuses those of the other kind gets only
/// its own.
pub(super) const ALL_FIELDS: [&str; 11] = [
    "messages",
    "messaging_postbacks",
    "message_reactions",
    "message_reads",
    "message_deliveries",
    "message_echoes",
    "message_edits",
    "feed",
    "comments",
    "live_comments",
    "mention",
];

/// The account's description of itself.
#[derive(Default)]
pub(super) struct Myself {
    pub id: String,
    pub name: String,
    pub username: String,
}

impl Myself {
    /// None without an id of Meta's.
    pub fn read(value: &Value) -> Option<Self> {
        let id = text(value, "id");
        is_number(&id).then(|| Self { id, name: text(value, "name"), username: text(value, "username") })
    }

    /// `@acme`, or what is available instead. The link to the chat is built from it.
    pub fn called(&self) -> String {
        if self.username.is_empty() { self.id.clone() } else { format!("@{}", self.username) }
    }
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

pub(super) fn account<'a>(meta: &Meta, settings: &'a Settings) -> Result<Account<'a>, Denied> {
    Account::of(meta.platform, settings).ok_or_else(|| Denied::Access(LocalizedText::new("said-meta-token")))
}

/// The account that the token belongs to, as Meta says (`me`). Nothing else proves it: the token of any app reads pages
/// that are not its own (instagram-and-facebook §1). The settings are believed only where the operator wrote so for a
/// server in Meta's place.
async fn myself(meta: &Meta, account: &Account<'_>) -> Result<Myself, Denied> {
    let believed = || Myself { id: account.id.to_owned(), ..Myself::default() };
    let me = asked(meta, account.token).await?.or_else(|| meta.trusts_settings.then(believed));
    let me = me.ok_or_else(|| Denied::Foreign(LocalizedText::new("said-meta-no-account")))?;
    if me.id == account.id {
        return Ok(me);
    }
    let said = LocalizedText::new("said-meta-other-account").with("name", me.called()).with("id", me.id.as_str());
    Err(Denied::Foreign(said))
}

/// The token's account; none if the answer names none: an app's token has none, and a server in Meta's place may know
/// none.
pub(super) async fn asked(meta: &Meta, token: &SecretString) -> Result<Option<Myself>, Denied> {
    let mut me = match meta.graph.get(token, ME, &[("fields", meta.platform.me)]).await {
        Err(failed) if is_no_object(&failed) || meta.trusts_settings && is_missing(&failed) => return Ok(None),
        answer => answer.map_err(|failed| denied(meta.platform, &failed))?,
    };
    // An Instagram token sees its account under another id; webhooks and this setting use `user_id`
    // (instagram-and-facebook §4).
    let user_id = me
        .get("user_id")
        .filter(|id| meta.platform.is_instagram() && id.as_str().is_some_and(|id| !id.is_empty()))
        .cloned();
    if let (Some(me), Some(user_id)) = (me.as_object_mut(), user_id) {
        me.insert("id".to_owned(), user_id);
    }
    Ok(Myself::read(&me))
}

/// Whether this is an id of Meta's.
fn is_number(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// The id of the app that issued the token. Only Messenger reports it (instagram-and-facebook §3); a server that
/// refuses to report it has no app to set up.
async fn app_id(meta: &Meta, account: &Account<'_>) -> Result<Option<String>, Denied> {
    if meta.platform.is_instagram() {
        return Ok(None);
    }
    match meta.graph.get(account.token, "app", &[("fields", "id")]).await {
        Ok(app) => Ok(Some(text(&app, "id")).filter(|id| is_number(id))),
        Err(ApiError::Refused(_) | ApiError::Unreadable { .. }) => Ok(None),
        Err(failed) => Err(denied(meta.platform, &failed)),
    }
}

/// The token by which an app authenticates itself.
fn app_token(app_id: &str, secret: &SecretString) -> SecretString {
    SecretString::from(format!("{app_id}|{}", secret.expose_secret()))
}

/// Checks that the token is valid and belongs to this account, and, for Messenger, the app's secret.
pub(super) async fn check_access(meta: &Meta, settings: &Settings) -> Check {
    let account = account(meta, settings)?;
    let me = myself(meta, &account).await?;
    if let (Some(secret), Some(app)) = (account.app_secret, app_id(meta, &account).await?) {
        callback(meta, &app, secret).await.map_err(|failed| match failed {
            Denied::Away(said) => Denied::Away(said),
            _ => Denied::Access(LocalizedText::new("said-meta-secret")),
        })?;
    }
    Ok(Some(LocalizedText::new("said-meta-account").with("name", me.called())))
}

/// The account's identity.
pub(super) async fn identity(meta: &Meta, settings: &Settings) -> Result<Identity, Denied> {
    let account = account(meta, settings)?;
    let me = myself(meta, &account).await?;
    let app = app_id(meta, &account).await?;
    let facts = json!({ "id": me.id, "name": me.name, "username": me.username, "app_id": app });
    Ok(Identity { key: me.id.clone(), name: me.called(), facts })
}

/// Where an app receives events of this kind; none if it does not.
async fn callback(meta: &Meta, app: &str, secret: &SecretString) -> Result<Option<String>, Denied> {
    let answer = meta.graph.get(&app_token(app, secret), &format!("{app}/subscriptions"), &[]).await;
    let all = match answer {
        Err(failed) if is_missing(&failed) => return Ok(None),
        answer => answer.map_err(|failed| denied(meta.platform, &failed))?,
    };
    let all = all.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
    let own = all.iter().find(|one| text(one, "object") == meta.platform.object);
    let is_active = |one: &&Value| one.get("active").and_then(Value::as_bool) != Some(false);
    Ok(own.filter(is_active).map(|one| text(one, "callback_url")).filter(|url| !url.is_empty()))
}

/// Subscribes the app to the account, and sets the app's callback where Meta has a call for it, which is for pages
/// only. The callback of an Instagram app is entered in its dashboard (instagram-and-facebook §3), and the vendor's app
/// already has one.
pub(super) async fn connect(meta: &Meta, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
    let account = account(meta, settings)?;
    if let (Some(secret), Some(app)) = (account.app_secret, app_id(meta, &account).await?) {
        let body = json!({
            "object": meta.platform.object,
            "callback_url": hook.url,
            "verify_token": verify_token(settings, hook),
            "fields": meta.platform.subscribed.join(","),
        });
        let done = meta.graph.post(&app_token(&app, secret), &format!("{app}/subscriptions"), &body).await;
        tolerated(meta, done)?;
    }
    let done = subscribe(meta, &account, &ALL_FIELDS).await;
    if done.as_ref().is_err_and(is_wrong_parameter) {
        return tolerated(meta, subscribe(meta, &account, meta.platform.subscribed).await);
    }
    tolerated(meta, done)
}

async fn subscribe(meta: &Meta, account: &Account<'_>, fields: &[&str]) -> Result<Value, ApiError> {
    let fields = fields.join(",");
    let (query, body) = ([("subscribed_fields", fields.as_str())], json!({ "subscribed_fields": fields }));
    let edge = Edge { query: &query, ..Edge::post("subscribed_apps", &body) };
    meta.graph.call_edge(account, edge).await
}

/// Meta lets an account subscribe only to the fields of its own kind.
fn is_wrong_parameter(failed: &ApiError) -> bool {
    matches!(failed, ApiError::Refused(Refusal { code: 100, .. })) && !is_missing(failed)
}

/// A server in Meta's place may have no subscriptions; the operator wrote that it is trusted.
fn tolerated(meta: &Meta, done: Result<Value, ApiError>) -> Result<(), Denied> {
    match done {
        Err(failed) if meta.trusts_settings && is_missing(&failed) => {
            tracing::warn!(reason = %explain(meta.platform, &failed), "the server has no subscriptions");
            Ok(())
        }
        done => done.map(drop).map_err(|failed| denied(meta.platform, &failed)),
    }
}

/// Whether this app is subscribed to all fields of the account.
async fn is_subscribed(meta: &Meta, account: &Account<'_>) -> Result<bool, Denied> {
    let all = match meta.graph.call_edge(account, Edge::get("subscribed_apps")).await {
        Err(failed) if meta.trusts_settings && is_not_read(&failed) => return Ok(true),
        answer => answer.map_err(|failed| denied(meta.platform, &failed))?,
    };
    let app = account.fact("/bot/app_id").and_then(Value::as_str);
    // A server in Meta's place may not store the subscription.
    let Some(apps) = all.get("data").and_then(Value::as_array) else { return Ok(meta.trusts_settings) };
    let mut own = apps.iter().filter(|one| app.is_none_or(|app| text(one, "id") == app));
    Ok(own.any(|one| {
        let Some(fields) = one.get("subscribed_fields").and_then(Value::as_array) else { return true };
        let has = |name: &&str| fields.iter().any(|one| one.as_str() == Some(name));
        meta.platform.subscribed.iter().all(has) || ALL_FIELDS.iter().all(has)
    }))
}

/// Checks where the account's events are sent.
pub(super) async fn watch(meta: &Meta, settings: &Settings, hook: &HookTarget) -> Result<Watched, Denied> {
    let account = account(meta, settings)?;
    if !is_subscribed(meta, &account).await? {
        return Ok(Watched::Unset);
    }
    let app = account.fact("/bot/app_id").and_then(Value::as_str);
    let (Some(app), Some(secret)) = (app, account.app_secret) else { return Ok(Watched::Fine) };
    Ok(match callback(meta, app, secret).await? {
        Some(url) if url == hook.url => Watched::Fine,
        Some(url) if !hook.was_once(&url) => Watched::Elsewhere { host: host(&url) },
        _ => Watched::Unset,
    })
}

/// Reads back the subscription; before the source exists, reports whose events the app would take over.
pub(super) async fn check_webhook(meta: &Meta, settings: &Settings, probe: &Probe) -> Check {
    let hook = HookTarget { url: probe.hook_url.clone(), secret: SecretString::default() };
    let account = account(meta, settings)?;
    if probe.is_new {
        let found = match (account.app_secret, app_id(meta, &account).await) {
            (Some(secret), Ok(Some(app))) => callback(meta, &app, secret).await.ok().flatten(),
            _ => None,
        };
        let elsewhere = found.map(|url| host(&url)).filter(|there| *there != host(&probe.hook_url));
        return Ok(elsewhere.map(|host| LocalizedText::new("wizard-meta-webhook-elsewhere").with("host", host)));
    }
    match watch(meta, settings, &hook).await? {
        Watched::Elsewhere { host } => Err(LocalizedText::new("said-meta-elsewhere").with("host", host).into()),
        Watched::Unset => Err(LocalizedText::new("said-meta-unset").into()),
        Watched::Fine | Watched::Failing { .. } => Ok(None),
    }
}

/// Removes the app's callback if it is still ours.
pub(super) async fn remove(meta: &Meta, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
    let account = account(meta, settings)?;
    let app = account.fact("/bot/app_id").and_then(Value::as_str);
    if let (Some(app), Some(secret)) = (app, account.app_secret)
        && callback(meta, app, secret).await?.as_deref() == Some(hook.url.as_str())
    {
        let query = [("object", meta.platform.object)];
        let done = meta.graph.delete(&app_token(app, secret), &format!("{app}/subscriptions"), &query).await;
        done.map_err(|failed| denied(meta.platform, &failed))?;
    }
    Ok(())
}

/// Ends the app's subscription to the account.
pub(super) async fn unsubscribe(meta: &Meta, settings: &Settings) -> Result<(), Denied> {
    let account = account(meta, settings)?;
    tolerated(meta, meta.graph.call_edge(&account, Edge::delete("subscribed_apps")).await)
}

/// What a failed call other than sending a message means for the source.
pub(super) fn denied(platform: &Platform, failed: &ApiError) -> Denied {
    let said = explain(platform, failed);
    let Some(refusal) = failed.refusal().filter(|refusal| !refusal.is_gateways) else { return Denied::Away(said) };
    let row = platform.catalog.find(refusal.code, &spoken(refusal));
    match row.map(|row| row.class) {
        // The catalog's texts name the settings of a source, which does not exist yet in the wizard.
        Some(RefusalClass::Pause) if row.is_some_and(|row| ["token", "session"].contains(&row.id)) => {
            Denied::Access(LocalizedText::new("wizard-meta-refused"))
        }
        Some(RefusalClass::Pause) => Denied::Access(said),
        Some(RefusalClass::Transient) => Denied::Away(said),
        // The application does not exist, or the secret belongs to another one.
        _ if refusal.code == 101 => Denied::Access(said),
        _ if refusal.status >= 500 => Denied::Away(said),
        _ => Denied::Refused(said),
    }
}

/// The same as a text for the account's people.
pub(super) fn explain(platform: &Platform, failed: &ApiError) -> LocalizedText {
    failed.explained(|refusal| match platform.catalog.find(refusal.code, &spoken(refusal)) {
        Some(row) if row.id != "other" => LocalizedText::new(row.key()),
        _ if refusal.text.is_empty() => messenger_answered(refusal.status),
        _ => LocalizedText::new("said-meta-refused").with("text", refusal.text.as_str()),
    })
}

// Renews Instagram's tokens, which are valid for 60 days (instagram-and-facebook §1). A page's token does not expire.

/// A token is renewed when less than this is left: half of its lifetime, so that there is a month to
/// repair what prevents the renewal.
const SPARE: TimeDelta = TimeDelta::days(30);

/// A new token if the current one expires soon or its end is unknown. Meta refuses to renew a token that is less than a
/// day old; the next try is an hour later.
pub(super) async fn renew(meta: &Meta, settings: &Settings, now: DateTime<Utc>) -> Result<Option<Renewed>, Denied> {
    let account = account(meta, settings)?;
    if !meta.platform.is_instagram() || !ends_soon(&account, now) {
        return Ok(None);
    }
    let answer = match meta.graph.refresh(account.token).await {
        Ok(answer) => answer,
        Err(ApiError::Refused(Refusal { code: 10 | 100, .. })) => return Ok(None),
        Err(failed) if is_missing(&failed) => return Ok(None),
        Err(failed) => return Err(denied(meta.platform, &failed)),
    };
    let (Some(token), Some(seconds)) =
        (answer.get("access_token").and_then(Value::as_str), answer.get("expires_in").and_then(Value::as_i64))
    else {
        return Ok(None);
    };
    let ends_at = now.timestamp_millis().saturating_add(seconds.saturating_mul(1000));
    let token = SecretString::from(token);
    let fact = json!({ "ends_at": ends_at, "of": mark(&token) });
    Ok(Some(Renewed {
        secrets: BTreeMap::from([(ACCESS_TOKEN.to_owned(), token)]),
        facts: BTreeMap::from([("token", fact)]),
    }))
}

fn ends_soon(account: &Account<'_>, now: DateTime<Utc>) -> bool {
    let is_this = account.fact("/token/of").and_then(Value::as_str) == Some(mark(account.token).as_str());
    let ends_at = account.fact("/token/ends_at").and_then(Value::as_i64).filter(|_| is_this);
    ends_at.is_none_or(|ends_at| ends_at.saturating_sub(now.timestamp_millis()) < SPARE.num_milliseconds())
}

/// A fingerprint that distinguishes tokens without revealing them.
fn mark(token: &SecretString) -> String {
    let digest = Sha256::digest(token.expose_secret().as_bytes());
    hex::encode(digest.get(..6).unwrap_or_default())
}

/// Splits a call to the vendor's app (instagram-and-facebook §4): one for each account or page, in order of first occurrence.
pub(super) fn split(body: &[u8]) -> Result<Vec<LineCall>, NotReceived> {
    let whole: Value = serde_json::from_slice(body).map_err(|_| NotReceived::Unreadable)?;
    let entries = whole.get("entry").and_then(Value::as_array).ok_or(NotReceived::Unreadable)?;
    let mut order: Vec<String> = Vec::new();
    let mut of_line: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for entry in entries {
        let line = match entry.get("id") {
            Some(Value::String(id)) => id.clone(),
            Some(Value::Number(id)) => id.to_string(),
            _ => String::new(),
        };
        if !of_line.contains_key(&line) {
            order.push(line.clone());
        }
        of_line.entry(line).or_default().push(entry);
    }
    let calls = order.into_iter().map(|line| {
        let entries = of_line.remove(&line).unwrap_or_default();
        let body = json!({ "object": whole.get("object"), "entry": entries });
        LineCall { line, body: Bytes::from(body.to_string()) }
    });
    Ok(calls.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_split_by_account() {
        let body = json!({ "object": "page", "entry": [
            { "id": "1", "messaging": [1] }, { "id": 2, "messaging": [2] }, { "id": "1", "changes": [3] }, { "time": 4 },
        ]});
        let calls = split(body.to_string().as_bytes()).unwrap();
        let lines: Vec<&str> = calls.iter().map(|call| call.line.as_str()).collect();
        assert_eq!(lines, ["1", "2", ""]);
        let first: Value = serde_json::from_slice(&calls[0].body).unwrap();
        let own = json!([{ "id": "1", "messaging": [1] }, { "id": "1", "changes": [3] }]);
        assert_eq!(first, json!({ "object": "page", "entry": own }));
        for wrong in ["", "{}", "[]", r#"{"entry":{}}"#] {
            assert_eq!(split(wrong.as_bytes()), Err(NotReceived::Unreadable), "{wrong}");
        }
    }
}
