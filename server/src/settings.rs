//! A source's settings: plain and encrypted values, and their display.

use std::collections::BTreeMap;

use anyhow::Context;
use base::vault::Place;
use connectors::webchat::{OLD_SITE_SECRET, SITE_SECRET};
use connectors::{HOOK_SECRET, Settings, custom};
use entity::source;
use secrecy::{ExposeSecret, SecretString};
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
