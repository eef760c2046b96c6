//! A seller's account and Avito's webhook (avito §3, §5): checked, registered, removed. An account may have several
//! webhooks; the others are left alone.

use base::i18n::LocalizedText;
use secrecy::ExposeSecret;
use serde::de::IgnoredAny;
use serde_json::json;
use subtle::ConstantTimeEq;
use url::Url;

use super::api::{AvitoApi, Call, denied, is_missing};
use super::settings::Account;
use super::wire::{Subscriptions, User};
use crate::call::ApiError;
use crate::incoming::IncomingCall;
use crate::{Check, Denied, HOOK_SECRET, HookTarget, Identity, Probe, Receiver, Settings, SwitchOff, Watched};

/// Whether a call came to the address that we registered. Avito's own signature has no published algorithm.
pub(super) fn authenticate(settings: &Settings, call: &IncomingCall<'_>) -> bool {
    let Some(secret) = settings.secrets.get(HOOK_SECRET).map(ExposeSecret::expose_secret) else { return false };
    !secret.is_empty() && bool::from(call.path_secret.as_bytes().ct_eq(secret.as_bytes()))
}

/// Registers our address, then removes older ones of the same source: with a former secret, or of a server that moved.
pub(super) async fn connect(api: &AvitoApi, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
    let account = Account::required(settings)?;
    let ours = address(hook);
    change(api, &account, &["messenger", "v3", "webhook"], &ours).await?;
    let known = listed(api, &account).await.map_err(|failed| denied(&failed))?;
    for old in known.iter().flatten().filter(|url| **url != ours && is_of_source(url, &ours)) {
        change(api, &account, &["messenger", "v1", "webhook", "unsubscribe"], old).await?;
    }
    Ok(())
}

/// Checks whether Avito delivers to us.
pub(super) async fn watch(api: &AvitoApi, settings: &Settings, hook: &HookTarget) -> Result<Watched, Denied> {
    let account = Account::required(settings)?;
    let known = listed(api, &account).await.map_err(|failed| denied(&failed))?;
    let is_set = known.is_none_or(|known| known.contains(&address(hook)));
    Ok(if is_set { Watched::Fine } else { Watched::Unset })
}

/// The other registered addresses. Their secrets, if any, are parts of them.
pub(super) async fn receivers(api: &AvitoApi, settings: &Settings, hook: &HookTarget) -> Result<Vec<Receiver>, Denied> {
    let account = Account::required(settings)?;
    let ours = address(hook);
    let known = listed(api, &account).await.map_err(|failed| denied(&failed))?;
    let others = known.into_iter().flatten().filter(|url| *url != ours && !is_of_source(url, &ours));
    Ok(others.map(|url| Receiver::at(&url, SwitchOff::ByCall, false, json!({ "url": url }))).collect())
}

pub(super) async fn switch_off(api: &AvitoApi, settings: &Settings, receiver: &Receiver) -> Result<(), Denied> {
    let (account, url) = (Account::required(settings)?, receiver.url().unwrap_or_default());
    change(api, &account, &["messenger", "v1", "webhook", "unsubscribe"], url).await
}

pub(super) async fn put_back(api: &AvitoApi, settings: &Settings, receiver: &Receiver) -> Result<(), Denied> {
    let (account, url) = (Account::required(settings)?, receiver.url().unwrap_or_default());
    change(api, &account, &["messenger", "v3", "webhook"], url).await
}

/// Removes our address.
pub(super) async fn remove(api: &AvitoApi, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
    let account = Account::required(settings)?;
    let ours = address(hook);
    let known = listed(api, &account).await.map_err(|failed| denied(&failed))?;
    let set = match known {
        Some(known) => known.into_iter().filter(|url| is_of_source(url, &ours)).collect(),
        None => vec![ours],
    };
    for url in set {
        change(api, &account, &["messenger", "v1", "webhook", "unsubscribe"], &url).await?;
    }
    Ok(())
}

/// Reads back where Avito delivers.
pub(super) async fn check(api: &AvitoApi, settings: &Settings, probe: &Probe) -> Check {
    let account = Account::required(settings)?;
    let known = listed(api, &account).await.map_err(|failed| denied(&failed))?;
    // The address shown to people contains no secret.
    let is_set = known.is_none_or(|known| known.iter().any(|url| url.starts_with(&probe.hook_url)));
    if is_set || probe.is_new { Ok(None) } else { Err(LocalizedText::new("said-avito-unset").into()) }
}

/// The registered addresses; none if Avito does not return them.
async fn listed(api: &AvitoApi, account: &Account<'_>) -> Result<Option<Vec<String>>, ApiError> {
    let path = ["messenger", "v1", "subscriptions"];
    let answer: Result<Subscriptions, ApiError> = api.call(account, Call::post(&path, json!({}))).await;
    match answer {
        Ok(list) => Ok(Some(list.subscriptions.into_iter().map(|one| one.url).collect())),
        Err(failed) if is_missing(&failed) => Ok(None),
        Err(failed) => Err(failed),
    }
}

async fn change(api: &AvitoApi, account: &Account<'_>, path: &[&str], url: &str) -> Result<(), Denied> {
    match api.call::<IgnoredAny>(account, Call::post(path, json!({ "url": url }))).await {
        // The answer contains no data: any success counts, also one without a body.
        Ok(_) | Err(ApiError::Unreadable { .. }) => Ok(()),
        Err(failed) => Err(denied(&failed)),
    }
}

/// Our address; its last segment is the secret.
fn address(hook: &HookTarget) -> String {
    let secret = hook.secret.expose_secret();
    match hook.url.strip_suffix(secret) {
        Some(rest) if rest.ends_with('/') => hook.url.clone(),
        _ => format!("{}/{secret}", hook.url.trim_end_matches('/')),
    }
}

/// Whether two addresses belong to the same source: they differ only in host and secret.
fn is_of_source(one: &str, other: &str) -> bool {
    let place = |url: &str| {
        let url = Url::parse(url).ok()?;
        url.path().rsplit_once('/').map(|(place, _)| place.to_owned()).filter(|place| place.len() > 1)
    };
    place(one).is_some_and(|of_one| place(other) == Some(of_one))
}

/// The seller's account (avito §3).
pub(super) async fn identity(api: &AvitoApi, settings: &Settings) -> Result<Option<Identity>, Denied> {
    let account = Account::required(settings)?;
    let me = me(api, &account).await.map_err(|failed| denied(&failed))?;
    if me.id.is_empty() {
        return Err(Denied::Away(LocalizedText::new("said-messenger-answered").with("status", 200_u16)));
    }
    let facts = json!({ "id": me.id.as_str(), "name": me.name });
    Ok(Some(Identity { key: me.id.to_string(), name: me.called(), facts }))
}

async fn me(api: &AvitoApi, account: &Account<'_>) -> Result<User, ApiError> {
    api.call(account, Call::get(&["core", "v1", "accounts", "self"], &[])).await
}

/// Validates the credentials and the subscription level, and returns whose account it is.
pub(super) async fn check_access(api: &AvitoApi, settings: &Settings) -> Check {
    let account = Account::required(settings)?;
    let me = me(api, &account).await.map_err(|failed| denied(&failed))?;
    // The account call works without the subscription level (avito §4), the messenger calls do not.
    let listed: Result<Subscriptions, _> =
        api.call(&account, Call::post(&["messenger", "v1", "subscriptions"], json!({}))).await;
    listed.map(drop).or_else(|failed| if is_missing(&failed) { Ok(()) } else { Err(denied(&failed)) })?;
    Ok(Some(LocalizedText::new("said-avito-account").with("name", me.called())))
}

impl User {
    /// For people: the name, and the id that distinguishes accounts of the same name.
    fn called(&self) -> String {
        match self.name.trim() {
            "" => format!("Avito {}", self.id),
            name => format!("{name} ({})", self.id),
        }
    }
}

#[cfg(test)]
mod tests;
