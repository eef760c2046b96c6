//! WhatsApp's webhook (whatsapp §2): validated, authenticated, registered, checked, removed; and the one of the vendor's app.

use base::i18n::LocalizedText;
use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};
use url::Url;

use super::api::{GraphApi, Path, is_missing};
use super::consent;
use super::health::{self, Number};
use super::setup::{ACCOUNT, APP_SECRET, VERIFY_TOKEN, denied, done, number, token};
use super::wire::{Change, Id, Many, wire};
use crate::call::ApiError;
use crate::incoming::{IncomingCall, NotReceived};
use crate::vendor_app::{LineCall, challenge, is_signed};
use crate::{
    Check, Denied, HOOK_SECRET, HookTarget, Probe, Receiver, Settings, SwitchOff, ValueToEnter, Watched, WebhookToEnter,
};

wire! {
    /// The apps that receive a WABA's webhooks.
    Apps {
        data: Many<App>,
    }

    App {
        whatsapp_business_api_data: AppData,
        override_callback_uri: Id,
    }

    AppData {
        id: Id,
        name: Id,
    }
}

/// The answer to the validation of a source's own address.
pub(super) fn handshake(settings: &Settings, query: &(dyn Fn(&str) -> Option<String> + Sync)) -> Option<String> {
    let tokens = [VERIFY_TOKEN, HOOK_SECRET].into_iter().filter_map(|name| settings.secrets.get(name));
    challenge(query, tokens.filter(|token| !token.expose_secret().is_empty()))
}

/// Whether a call is signed with the secret of the account's app or, if it has none, the vendor's.
pub(super) fn authenticate(settings: &Settings, vendors: Option<&SecretString>, call: &IncomingCall<'_>) -> bool {
    settings.secrets.get(APP_SECRET).or(vendors).is_some_and(|secret| is_signed(secret, call))
}

/// Where a source's webhooks are to be sent.
pub(super) struct SourceWebhook<'a> {
    pub api: &'a GraphApi,
    pub settings: &'a Settings,
    /// The secret of the vendor's app.
    pub vendors: Option<&'a SecretString>,
}

/// The token that Meta returns when it validates our address: the entered one, otherwise ours.
fn verify_token<'a>(settings: &'a Settings, hook: &'a HookTarget) -> &'a str {
    settings.secrets.get(VERIFY_TOKEN).unwrap_or(&hook.secret).expose_secret()
}

impl SourceWebhook<'_> {
    /// What an administrator must enter at Meta; nothing if calls come to the vendor's address.
    pub(super) fn to_enter(&self, hook: &HookTarget) -> Option<WebhookToEnter> {
        let values = vec![
            ValueToEnter::address("wizard-wa-callback-url", &hook.url),
            ValueToEnter::secret("wizard-wa-verify-token", verify_token(self.settings, hook)),
        ];
        (!self.is_vendors()).then_some(WebhookToEnter {
            title: "wizard-wa-webhook-title",
            hint: "wizard-wa-webhook-hint",
            values,
        })
    }

    /// Whether calls come to the vendor's address, because the account has no app of its own.
    fn is_vendors(&self) -> bool {
        self.vendors.is_some() && !self.settings.secrets.contains_key(APP_SECRET)
    }

    /// Makes Meta send the account's webhooks to us: to the address of the vendor's app, or to this source's.
    pub(super) async fn connect(&self, hook: &HookTarget) -> Result<(), Denied> {
        let (token, number) = (token(self.settings)?, number(self.settings)?);
        let subscribe = Path(&[number.waba_id, "subscribed_apps"], &[]);
        if self.is_vendors() {
            done(self.api.post(token, subscribe, &json!({})).await)?;
            if number.stays_in_app() {
                // Possible once, on the first day; later, and for owners who share no history, it is refused.
                if let Err(refused) = consent::ask_for_history(self.api, token, number.phone_number_id).await {
                    tracing::debug!(reason = %refused.text(), "the number's earlier messages were not asked for");
                }
            }
            return Ok(());
        }
        let target = json!({ "override_callback_uri": hook.url, "verify_token": verify_token(self.settings, hook) });
        done(self.api.post(token, subscribe, &target).await)?;
        // The account's address belongs to the number connected last; this one directs each number's calls to its own
        // source.
        let of_number = Path(&[number.phone_number_id], &[]);
        let answer: Result<IgnoredAny, ApiError> =
            self.api.post(token, of_number, &json!({ "webhook_configuration": target })).await;
        match answer {
            // An account with one number needs no address for the number itself.
            Err(ApiError::Refused(refused)) => {
                tracing::debug!(code = refused.code, "the number's own webhook address was refused");
                Ok(())
            }
            answer => done(answer),
        }
    }

    /// The host to which this app delivers now: an app has one address for a number, so whoever has it uses the same app.
    /// Another app's addresses do not change.
    pub(super) async fn replaces(&self, hook: &HookTarget) -> Result<Option<String>, Denied> {
        if self.is_vendors() {
            return Ok(None);
        }
        let set = health::read(self.api, self.settings).await?.webhook_configuration;
        let known = [&set.phone_number, &set.whatsapp_business_account, &set.application];
        let other = known.into_iter().filter_map(|url| url.some()).find(|url| path(url) != path(&hook.url));
        Ok(other.map(host))
    }

    /// The account's other apps: each gets every message, and only its owner can unsubscribe it (whatsapp §2). `app_id`:
    /// the vendor's app.
    pub(super) async fn receivers(&self, hook: &HookTarget, app_id: Option<&str>) -> Result<Vec<Receiver>, Denied> {
        let ours = |app: &App| match self.is_vendors() {
            true => app.whatsapp_business_api_data.id.some() == app_id,
            false => app.override_callback_uri.some().is_some_and(|url| path(url) == path(&hook.url)),
        };
        let apps = self.apps().await?.unwrap_or_default();
        let mut others: Vec<App> = Vec::new();
        let mut has_ours = false;
        for app in apps.data.0 {
            if ours(&app) { has_ours = true } else { others.push(app) }
        }
        // An app of the account's own whose address was entered by hand is listed without it.
        if !self.is_vendors() && !has_ours && others.len() == 1 {
            others.clear();
        }
        let receiver = |app: App| {
            let AppData { id, name } = app.whatsapp_business_api_data;
            let name = name.some().or(id.some()).unwrap_or_default().to_owned();
            let id = id.some().unwrap_or_default().to_owned();
            Receiver { id, name, off: SwitchOff::ByHand, loses_secret: false, was: Value::Null }
        };
        Ok(others.into_iter().map(receiver).collect())
    }

    /// Checks where webhooks are sent, and whether the number is usable.
    pub(super) async fn watch(&self, hook: &HookTarget) -> Result<Watched, Denied> {
        let (known, apps) = (health::read(self.api, self.settings).await?, self.apps().await?);
        if let Some(said) = health::stopped(&known) {
            return Err(Denied::Refused(said));
        }
        // If Meta does not report the address, the one we set is assumed.
        Ok(apps.map_or(Watched::Fine, |apps| whereto(&known, &apps, &hook.url, self.is_vendors())))
    }

    /// The account's apps. None if Meta does not return them: registering may be allowed where listing is not.
    async fn apps(&self) -> Result<Option<Apps>, Denied> {
        let path = Path(&[number(self.settings)?.waba_id, "subscribed_apps"], &[]);
        match self.api.get(token(self.settings)?, path).await {
            Ok(apps) => Ok(Some(apps)),
            Err(failed) if is_missing(&failed) => Ok(None),
            Err(failed) => match denied(&failed) {
                Denied::Refused(said) => {
                    tracing::debug!(reason = %said, "the account's apps cannot be listed");
                    Ok(None)
                }
                denied => Err(denied),
            },
        }
    }

    /// Removes this source's address. An app of the account's own stays subscribed, because it has other uses.
    pub(super) async fn remove(&self, hook: &HookTarget) -> Result<(), Denied> {
        if self.is_vendors() {
            return Ok(());
        }
        let known = health::read(self.api, self.settings).await?;
        let apps = self.apps().await?.unwrap_or_default();
        let (token, number) = (token(self.settings)?, number(self.settings)?);
        let set = &known.webhook_configuration;
        if set.phone_number.some() == Some(&hook.url) {
            let path = Path(&[number.phone_number_id], &[]);
            let none = json!({ "webhook_configuration": { "override_callback_uri": "" } });
            done(self.api.post(token, path, &none).await)?;
        }
        let of_account = set.whatsapp_business_account.some() == Some(&hook.url)
            || apps.data.iter().any(|app| app.override_callback_uri.some() == Some(&hook.url));
        if of_account {
            // If the request contains no address, the app's own is used again.
            let path = Path(&[number.waba_id, "subscribed_apps"], &[]);
            done(self.api.post(token, path, &json!({})).await)?;
        }
        Ok(())
    }

    /// Ends the subscription of the vendor's app to the account.
    pub(super) async fn unsubscribe(&self) -> Result<(), Denied> {
        if !self.is_vendors() {
            return Ok(());
        }
        let path = Path(&[number(self.settings)?.waba_id, "subscribed_apps"], &[]);
        done(self.api.delete(token(self.settings)?, path).await)
    }

    /// Reads back where webhooks are sent; before the source exists, reports what will change.
    pub(super) async fn check(&self, probe: &Probe) -> Check {
        let known = health::read(self.api, self.settings).await?;
        let Some(apps) = self.apps().await? else { return Ok(None) };
        let found = whereto(&known, &apps, &probe.hook_url, self.is_vendors());
        let elsewhere = |key: &'static str, host: String| LocalizedText::new(key).with("host", host);
        match (found, probe.is_new) {
            (Watched::Elsewhere { host }, true) => Ok(Some(elsewhere("wizard-wa-webhook-elsewhere", host))),
            (Watched::Elsewhere { host }, false) => Err(elsewhere("said-wa-elsewhere", host).into()),
            (Watched::Unset, false) => Err(LocalizedText::new("said-wa-unset").into()),
            _ => Ok(None),
        }
    }
}

/// The most specific address counts: the number's, the account's, the app's (whatsapp §2).
fn whereto(known: &Number, apps: &Apps, ours: &str, is_vendors: bool) -> Watched {
    if apps.data.is_empty() {
        return Watched::Unset;
    }
    let set = &known.webhook_configuration;
    let of_account = || apps.data.iter().find_map(|app| app.override_callback_uri.some());
    let particular = set.phone_number.some().or_else(|| set.whatsapp_business_account.some()).or_else(of_account);
    match particular {
        Some(url) if url == ours => Watched::Fine,
        // The address that this source has, or had before the server moved.
        Some(url) if path(url) == path(ours) => Watched::Unset,
        Some(url) if is_vendors || apps.data.len() == 1 => Watched::Elsewhere { host: host(url) },
        // Other apps of the account have their own addresses; ours is listed only if it was given one.
        Some(url) => match apps.data.iter().any(|app| app.override_callback_uri.some() == Some(ours)) {
            true => Watched::Fine,
            false => Watched::Elsewhere { host: host(url) },
        },
        None if is_vendors || set.application.some() == Some(ours) => Watched::Fine,
        None => Watched::Unset,
    }
}

fn path(url: &str) -> Option<String> {
    Url::parse(url).ok().map(|url| url.path().to_owned())
}

fn host(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// Splits a call to the vendor's app (whatsapp §2, §14) into one body per number, in order; changes that concern an account get the key `waba:<id>`. Other
/// data stays as it is.
pub(super) fn split(body: &[u8]) -> Result<Vec<LineCall>, NotReceived> {
    let whole: Map<String, Value> = serde_json::from_slice(body).map_err(|_| NotReceived::Unreadable)?;
    let object = whole.get("object").cloned().unwrap_or_default();
    let mut lines: Vec<(String, Vec<Value>)> = Vec::new();
    for entry in whole.get("entry").and_then(Value::as_array).into_iter().flatten() {
        for change in entry.get("changes").and_then(Value::as_array).into_iter().flatten() {
            let line = line_of(entry, change);
            let mut part = entry.as_object().cloned().unwrap_or_default();
            part.insert("changes".to_owned(), json!([change]));
            match lines.iter_mut().find(|(known, _)| *known == line) {
                Some((_, parts)) => parts.push(part.into()),
                None => lines.push((line, vec![part.into()])),
            }
        }
    }
    let calls = lines.into_iter().map(|(line, parts)| {
        let body = json!({ "object": object, "entry": parts }).to_string();
        LineCall { line, body: Bytes::from(body) }
    });
    Ok(calls.collect())
}

fn line_of(entry: &Value, change: &Value) -> String {
    let number = Change::deserialize(change).unwrap_or_default().phone_number_id();
    if !number.is_empty() {
        return number;
    }
    let account = entry.get("id").map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
    format!("{ACCOUNT}{}", account.unwrap_or_default())
}

#[cfg(test)]
mod tests;
