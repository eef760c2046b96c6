//! WhatsApp's webhook (whatsapp §2): validated, authenticated, registered, checked, removed.

use base::i18n::LocalizedText;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::de::IgnoredAny;
use serde_json::json;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use url::Url;

use super::api::{ApiError, GraphApi, Path};
use super::health::{self, Number};
use super::setup::{APP_SECRET, VERIFY_TOKEN, denied, done, number, token};
use super::signup;
use super::wire::{Id, Many, wire};
use crate::incoming::IncomingCall;
use crate::{Check, Denied, HOOK_SECRET, HookTarget, Probe, Settings, Watched, WebhookToEnter};

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
    }
}

/// The challenge in the query of Meta's `GET`, if its token is one of these.
pub(super) fn challenge<'a>(
    query: &(dyn Fn(&str) -> Option<String> + Sync),
    tokens: impl IntoIterator<Item = &'a SecretString>,
) -> Option<String> {
    let given = query("hub.verify_token").filter(|given| !given.is_empty())?;
    // All are compared, so that timing reveals nothing.
    let known = tokens
        .into_iter()
        .fold(false, |known, token| known | bool::from(given.as_bytes().ct_eq(token.expose_secret().as_bytes())));
    query("hub.challenge").filter(|_| known && query("hub.mode").as_deref() == Some("subscribe"))
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

/// Whether the bytes of a call are signed with this secret.
pub(super) fn is_signed(secret: &SecretString, call: &IncomingCall<'_>) -> bool {
    let Some(header) = (call.header)("x-hub-signature-256") else { return false };
    let given = header.strip_prefix("sha256=").and_then(|digest| hex::decode(digest).ok());
    let (Some(given), false) = (given, secret.expose_secret().is_empty()) else { return false };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else { return false };
    mac.update(call.body);
    mac.verify_slice(&given).is_ok()
}

/// The token that Meta returns when it validates our address: the entered one, otherwise ours.
fn verify_token<'a>(settings: &'a Settings, hook: &'a HookTarget) -> &'a str {
    settings.secrets.get(VERIFY_TOKEN).unwrap_or(&hook.secret).expose_secret()
}

/// What an administrator must enter at Meta; nothing if calls come to the vendor's address.
pub(super) fn to_enter(
    settings: &Settings,
    vendors: Option<&SecretString>,
    hook: &HookTarget,
) -> Option<WebhookToEnter> {
    (!is_vendors(settings, vendors)).then(|| {
        WebhookToEnter::new(
            ("wizard-wa-webhook-title", "wizard-wa-webhook-hint"),
            ("wizard-wa-callback-url", hook.url.clone()),
            ("wizard-wa-verify-token", verify_token(settings, hook).to_owned()),
        )
    })
}

/// Whether calls come to the vendor's address, because the account has no app of its own.
pub(super) fn is_vendors(settings: &Settings, vendors: Option<&SecretString>) -> bool {
    vendors.is_some() && !settings.secrets.contains_key(APP_SECRET)
}

/// Makes Meta send the account's webhooks to us: to the address of the vendor's app, or to this source's.
pub(super) async fn connect(
    api: &GraphApi,
    settings: &Settings,
    vendors: Option<&SecretString>,
    hook: &HookTarget,
) -> Result<(), Denied> {
    let (token, number) = (token(settings)?, number(settings)?);
    let subscribe = Path(&[number.waba_id, "subscribed_apps"], &[]);
    if is_vendors(settings, vendors) {
        done(api.post(token, subscribe, &json!({})).await)?;
        if number.stays_in_app() {
            // Possible once, on the first day; later, and for owners who share no history, it is refused.
            if let Err(refused) = signup::ask_for_history(api, token, number.phone_number_id).await {
                tracing::debug!(reason = %refused.text(), "the number's earlier messages were not asked for");
            }
        }
        return Ok(());
    }
    let target = json!({ "override_callback_uri": hook.url, "verify_token": verify_token(settings, hook) });
    done(api.post(token, subscribe, &target).await)?;
    // The account's address belongs to the number connected last; this one directs each number's calls to its own
    // source.
    let of_number = Path(&[number.phone_number_id], &[]);
    let answer: Result<IgnoredAny, ApiError> =
        api.post(token, of_number, &json!({ "webhook_configuration": target })).await;
    match answer {
        // An account with one number needs no address for the number itself.
        Err(ApiError::Refused(refused)) => {
            tracing::debug!(code = refused.code, "the number's own webhook address was refused");
            Ok(())
        }
        answer => done(answer),
    }
}

/// Checks where webhooks are sent, and whether the number is usable.
pub(super) async fn watch(
    api: &GraphApi,
    settings: &Settings,
    vendors: Option<&SecretString>,
    hook: &HookTarget,
) -> Result<Watched, Denied> {
    let (known, apps) = (health::read(api, settings).await?, apps(api, settings).await?);
    if let Some(said) = health::stopped(&known) {
        return Err(Denied::Refused(said));
    }
    // If Meta does not report the address, the one we set is assumed.
    Ok(apps.map_or(Watched::Fine, |apps| whereto(&known, &apps, &hook.url, is_vendors(settings, vendors))))
}

/// The account's apps. None if Meta does not return them: registering may be allowed where listing is not.
async fn apps(api: &GraphApi, settings: &Settings) -> Result<Option<Apps>, Denied> {
    let path = Path(&[number(settings)?.waba_id, "subscribed_apps"], &[]);
    match api.get(token(settings)?, path).await {
        Ok(apps) => Ok(Some(apps)),
        Err(failed) if failed.is_missing() => Ok(None),
        Err(failed) => match denied(&failed) {
            Denied::Refused(said) => {
                tracing::debug!(reason = %said, "the account's apps cannot be listed");
                Ok(None)
            }
            denied => Err(denied),
        },
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

/// Removes this source's address. An app of the account's own stays subscribed, because it has other uses.
pub(super) async fn remove(
    api: &GraphApi,
    settings: &Settings,
    vendors: Option<&SecretString>,
    hook: &HookTarget,
) -> Result<(), Denied> {
    if is_vendors(settings, vendors) {
        return Ok(());
    }
    let known = health::read(api, settings).await?;
    let apps = apps(api, settings).await?.unwrap_or_default();
    let (token, number) = (token(settings)?, number(settings)?);
    let set = &known.webhook_configuration;
    if set.phone_number.some() == Some(&hook.url) {
        let path = Path(&[number.phone_number_id], &[]);
        let none = json!({ "webhook_configuration": { "override_callback_uri": "" } });
        done(api.post(token, path, &none).await)?;
    }
    let of_account = set.whatsapp_business_account.some() == Some(&hook.url)
        || apps.data.iter().any(|app| app.override_callback_uri.some() == Some(&hook.url));
    if of_account {
        // If the request contains no address, the app's own is used again.
        let path = Path(&[number.waba_id, "subscribed_apps"], &[]);
        done(api.post(token, path, &json!({})).await)?;
    }
    Ok(())
}

/// Ends the subscription of the vendor's app to the account.
pub(super) async fn unsubscribe(
    api: &GraphApi,
    settings: &Settings,
    vendors: Option<&SecretString>,
) -> Result<(), Denied> {
    if !is_vendors(settings, vendors) {
        return Ok(());
    }
    done(api.delete(token(settings)?, Path(&[number(settings)?.waba_id, "subscribed_apps"], &[])).await)
}

/// Reads back where webhooks are sent; before the source exists, reports what will change.
pub(super) async fn check(api: &GraphApi, settings: &Settings, vendors: Option<&SecretString>, probe: &Probe) -> Check {
    let known = health::read(api, settings).await?;
    let Some(apps) = apps(api, settings).await? else { return Ok(None) };
    let found = whereto(&known, &apps, &probe.hook_url, is_vendors(settings, vendors));
    let elsewhere = |key: &'static str, host: String| LocalizedText::new(key).with("host", host);
    match (found, probe.is_new) {
        (Watched::Elsewhere { host }, true) => Ok(Some(elsewhere("wizard-wa-webhook-elsewhere", host))),
        (Watched::Elsewhere { host }, false) => Err(elsewhere("said-wa-elsewhere", host).into()),
        (Watched::Unset, false) => Err(LocalizedText::new("said-wa-unset").into()),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests;
