//! A source's settings: plain and encrypted values, and their display.

use std::collections::BTreeMap;

use anyhow::Context;
use base::vault::Place;
use connectors::webchat::{OLD_SITE_SECRET, SITE_SECRET};
use connectors::{HOOK_SECRET, HookTarget, Settings, custom};
use entity::source;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::platform::PlatformContext;

/// Key under which connectors find the facts about their line. Not a setting: it cannot be changed and is not shown.
const FACTS: &str = "facts";

/// The settings for a connector, with credentials unsealed.
pub fn open(app: &PlatformContext, source: &source::Model) -> anyhow::Result<Settings> {
    Ok(Settings { public: public(source)?, secrets: secrets(app, source)? })
}

/// The same without credentials.
pub fn public(source: &source::Model) -> anyhow::Result<Value> {
    let mut public: Value = serde_json::from_str(&source.settings).context("the source's settings are damaged")?;
    let facts = facts(source);
    if let Some(fields) = public.as_object_mut().filter(|_| !facts.is_empty()) {
        fields.insert(FACTS.to_owned(), Value::Object(facts));
    }
    Ok(public)
}

/// The facts of a row; empty if damaged.
pub fn facts(source: &source::Model) -> Map<String, Value> {
    serde_json::from_str(&source.facts).unwrap_or_default()
}

fn secrets(app: &PlatformContext, source: &source::Model) -> anyhow::Result<BTreeMap<String, SecretString>> {
    let Some(sealed) = &source.secrets else { return Ok(BTreeMap::new()) };
    let plain = app.vault.open_sealed(source.tenant_id, Place::SourceSecrets, &source.id.to_string(), sealed)?;
    let texts: BTreeMap<String, String> =
        serde_json::from_slice(&plain).context("the source's credentials are damaged")?;
    Ok(texts.into_iter().map(|(name, text)| (name, SecretString::from(text))).collect())
}

/// Sealed credentials for storage; none if there are none.
pub fn seal(
    app: &PlatformContext,
    tenant_id: Uuid,
    source_id: Uuid,
    secrets: &BTreeMap<String, SecretString>,
) -> anyhow::Result<Option<Vec<u8>>> {
    if secrets.is_empty() {
        return Ok(None);
    }
    let texts: BTreeMap<&str, &str> =
        secrets.iter().map(|(name, secret)| (name.as_str(), secret.expose_secret())).collect();
    let plain = Zeroizing::new(serde_json::to_vec(&texts).context("credentials as JSON")?);
    Ok(Some(app.vault.seal(tenant_id, Place::SourceSecrets, &source_id.to_string(), &plain)))
}

/// Settings with their credentials, as a row that outlives the source keeps them.
#[derive(Serialize, Deserialize)]
struct Whole {
    public: Value,
    secrets: BTreeMap<String, String>,
}

/// All settings sealed for another row than the source's: for what remains to be done at the messenger of a source that
/// loses its credentials.
pub fn seal_whole(
    app: &PlatformContext,
    (tenant_id, place, row): (Uuid, Place, &str),
    settings: &Settings,
) -> anyhow::Result<Vec<u8>> {
    let secrets = settings.secrets.iter().map(|(name, secret)| (name.clone(), secret.expose_secret().to_owned()));
    let whole = Whole { public: settings.public.clone(), secrets: secrets.collect() };
    let plain = Zeroizing::new(serde_json::to_vec(&whole).context("settings as JSON")?);
    Ok(app.vault.seal(tenant_id, place, row, &plain))
}

/// What [`seal_whole`] sealed.
pub fn open_whole(
    app: &PlatformContext,
    (tenant_id, place, row): (Uuid, Place, &str),
    sealed: &[u8],
) -> anyhow::Result<Settings> {
    let plain = app.vault.open_sealed(tenant_id, place, row, sealed)?;
    let whole: Whole = serde_json::from_slice(&plain)
        .map_err(|_| anyhow::anyhow!("the settings of a source that is gone are damaged"))?;
    let secrets = whole.secrets.into_iter().map(|(name, text)| (name, SecretString::from(text)));
    Ok(Settings { public: whole.public, secrets: secrets.collect() })
}

/// The address to which a source's messenger delivers customers' messages, without the secret that some kinds have in
/// it.
pub fn hook_url(app: &PlatformContext, kind: &str, source_id: Uuid) -> String {
    url_at(app.public_url(), kind, source_id)
}

fn url_at(server: &str, kind: &str, source_id: Uuid) -> String {
    format!("{server}/hooks/{kind}/{source_id}")
}

/// The address with its secret; none if the source has no secret.
pub fn hook_of(app: &PlatformContext, kind: &str, source_id: Uuid, settings: &Settings) -> Option<HookTarget> {
    hook_at(app, app.public_url(), (kind, source_id), settings)
}

/// The same while the server's public address was this one.
pub fn hook_at(
    app: &PlatformContext,
    server: &str,
    (kind, source_id): (&str, Uuid),
    settings: &Settings,
) -> Option<HookTarget> {
    let secret = settings.secrets.get(HOOK_SECRET)?.clone();
    let mut url = url_at(server, kind, source_id);
    if app.connectors.get(kind).is_some_and(|connector| connector.secret_in_path()) {
        url = format!("{url}/{}", secret.expose_secret());
    }
    Some(HookTarget { url, secret })
}

/// Secrets that Parom generates: they are not the tenant's settings.
const OURS: &[&str] = &[custom::SECRET, custom::OLD_SECRET, SITE_SECRET, OLD_SITE_SECRET, HOOK_SECRET];

/// The settings for display, with the last four characters of each credential. Secrets that Parom generates are
/// omitted.
pub fn masked(app: &PlatformContext, source: &source::Model) -> anyhow::Result<Value> {
    let settings = open(app, source)?;
    let mut shown = settings.public;
    if let Some(fields) = shown.as_object_mut() {
        fields.remove(FACTS);
        for (name, secret) in settings.secrets {
            if OURS.contains(&name.as_str()) {
                continue;
            }
            fields.insert(name, Value::String(mask(secret.expose_secret())));
        }
    }
    Ok(shown)
}

/// The last four characters of a credential: `…1234`; of a short one, nothing.
pub fn mask(secret: &str) -> String {
    let length = secret.chars().count();
    let tail: String = secret.chars().skip(if length < 12 { length } else { length - 4 }).collect();
    format!("…{tail}")
}
