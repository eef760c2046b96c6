//! A source's settings.

use std::collections::BTreeMap;

use base::error::FieldError;
use base::i18n::LocalizedText;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::Platform;
use crate::{Field, Input, Settings, Setup};

pub(super) const ACCESS_TOKEN: &str = "access_token";
pub(super) const APP_SECRET: &str = "app_secret";
pub(super) const VERIFY_TOKEN: &str = "verify_token";
const SECRETS: [&str; 3] = [ACCESS_TOKEN, APP_SECRET, VERIFY_TOKEN];

/// The fields for an account's own app, after the account and its token.
pub(crate) const OWN_APP: [Field; 2] = [
    Field {
        secret: true,
        ..Field::required(APP_SECRET, Input::Text, "wizard-meta-secret").with_hint("wizard-meta-secret-hint")
    },
    Field {
        secret: true,
        ..Field::required(VERIFY_TOKEN, Input::Text, "wizard-meta-verify").with_hint("wizard-meta-verify-hint")
    },
];
/// The same if the vendor's app serves accounts without one of their own.
pub(crate) const VENDORS_APP: [Field; 2] = [
    Field {
        secret: true,
        ..Field::optional(APP_SECRET, Input::Text, "wizard-meta-secret").with_hint("wizard-meta-secret-optional-hint")
    },
    Field {
        secret: true,
        ..Field::optional(VERIFY_TOKEN, Input::Text, "wizard-meta-verify").with_hint("wizard-meta-verify-optional-hint")
    },
];

/// A source's account with its token.
#[derive(Clone, Copy)]
pub(super) struct Account<'a> {
    pub id: &'a str,
    pub token: &'a SecretString,
    /// The secret of the account's own app, if it has one.
    pub app_secret: Option<&'a SecretString>,
    facts: Option<&'a Value>,
}

impl<'a> Account<'a> {
    /// None if there is no usable token.
    pub fn of(platform: &Platform, settings: &'a Settings) -> Option<Self> {
        Some(Self {
            id: settings.public.get(platform.account)?.as_str()?,
            token: settings.secrets.get(ACCESS_TOKEN)?,
            app_secret: settings.secrets.get(APP_SECRET),
            facts: settings.public.get("facts"),
        })
    }

    /// A stored fact, e.g. `/bot/app_id`.
    pub fn fact(&self, pointer: &str) -> Option<&'a Value> {
        self.facts?.pointer(pointer)
    }
}

/// Validates the entered settings. A missing or still masked secret is kept. `facts` is Parom's own data, accepted
/// because clients may send back what they read.
pub(super) fn setup(platform: &Platform, settings: Value) -> Result<Setup, Vec<FieldError>> {
    let wrong = |name: &str, key: &'static str| FieldError::new(format!("/settings/{name}"), LocalizedText::new(key));
    let Value::Object(typed) = settings else {
        return Err(vec![FieldError::new("/settings", LocalizedText::new("wizard-meta-bad-format"))]);
    };
    let mut errors: Vec<FieldError> =
        strange(platform, &typed).map(|name| wrong(name, "wizard-meta-unknown-setting")).collect();
    let mut secrets = BTreeMap::new();
    for name in SECRETS {
        match typed.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) if text.trim().is_empty() || text.starts_with('…') => {}
            Some(Value::String(text)) if text.trim().bytes().all(|byte| byte.is_ascii_graphic()) => {
                secrets.insert(name.to_owned(), SecretString::from(text.trim()));
            }
            Some(_) => errors.push(wrong(name, "wizard-meta-bad-format")),
        }
    }
    let id = typed.get(platform.account).and_then(Value::as_str).unwrap_or_default().trim();
    let is_id = (5..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
    if !is_id {
        errors.push(wrong(platform.account, "wizard-meta-bad-id"));
    }
    if errors.is_empty() { Ok(Setup { public: json!({ platform.account: id }), secrets }) } else { Err(errors) }
}

/// Names that are not settings.
fn strange<'a>(platform: &'a Platform, typed: &'a Map<String, Value>) -> impl Iterator<Item = &'a str> {
    let is_known = |name: &str| name == platform.account || name == "facts" || SECRETS.contains(&name);
    typed.keys().map(String::as_str).filter(move |name| !is_known(name))
}
