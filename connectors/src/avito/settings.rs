//! A source's settings, and the seller's account behind them.

use std::collections::BTreeMap;

use base::error::FieldError;
use base::i18n::LocalizedText;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire::Id;
use crate::{Denied, Field, Input, Settings, Setup, field};

/// Names of the credentials: a seller's own, or those that the vendor's application obtained.
pub(super) const CLIENT_ID: &str = "client_id";
pub(super) const CLIENT_SECRET: &str = "client_secret";
pub(super) const ACCESS_TOKEN: &str = "access_token";
pub(super) const REFRESH_TOKEN: &str = "refresh_token";

pub(super) const FIELDS: &[Field] = &[
    Field {
        secret: true,
        ..Field::required(CLIENT_ID, Input::Text, "wizard-avito-client-id").with_hint("wizard-avito-client-id-hint")
    },
    Field {
        secret: true,
        ..Field::required(CLIENT_SECRET, Input::Text, "wizard-avito-client-secret")
            .with_hint("wizard-avito-client-secret-hint")
    },
    MARK_READ,
    SIGN,
];

/// What a seller who authorized the vendor's application is asked for.
pub(super) const OPTIONS: &[Field] = &[MARK_READ, SIGN];
const MARK_READ: Field = Field::optional("mark_read", Input::Flag, "wizard-avito-mark-read")
    .with_hint("wizard-avito-mark-read-hint")
    .turned_on();
const SIGN: Field =
    Field::optional("sign_with_manager_name", Input::Flag, "wizard-tg-sign").with_hint("wizard-tg-sign-hint");

/// A source's options.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// A manager's answer marks the chat as read at Avito.
    pub mark_read: bool,
    /// The manager's name is put above each message.
    pub sign_with_manager_name: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { mark_read: true, sign_with_manager_name: false }
    }
}

/// The entered settings. `facts` is Parom's own data, accepted because clients may send back what they read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsInput {
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    client_secret: Option<String>,
    #[serde(default)]
    access_token: Option<String>,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    mark_read: Option<bool>,
    #[serde(default)]
    sign_with_manager_name: Option<bool>,
    #[serde(default, rename = "facts")]
    _facts: Option<Value>,
}

/// The credentials of an account.
#[derive(Clone, Copy, Debug)]
pub(super) enum Credentials<'a> {
    Own { client_id: &'a SecretString, client_secret: &'a SecretString },
    OfApp { access_token: &'a SecretString },
}

/// A source's account.
#[derive(Clone, Debug)]
pub(super) struct Account<'a> {
    pub credentials: Credentials<'a>,
    /// Avito's id of the seller; empty before it was requested.
    pub user_id: &'a str,
    /// The time of the first message that Avito reported to us, in seconds by its clock.
    pub since: Option<i64>,
    pub options: Options,
}

impl<'a> Account<'a> {
    /// None if there are no credentials.
    pub fn of(settings: &'a Settings) -> Option<Self> {
        let secret = |name: &str| settings.secrets.get(name);
        let own = secret(CLIENT_ID).zip(secret(CLIENT_SECRET));
        let credentials = match (secret(ACCESS_TOKEN), own) {
            (Some(access_token), _) => Credentials::OfApp { access_token },
            (None, Some((client_id, client_secret))) => Credentials::Own { client_id, client_secret },
            (None, None) => return None,
        };
        let fact = |name: &str| settings.public.pointer(&format!("/facts/bot/{name}"));
        Some(Self {
            credentials,
            user_id: fact("id").and_then(Value::as_str).unwrap_or_default(),
            since: settings.public.pointer("/facts/avito/since").and_then(Value::as_i64),
            options: field::options(settings),
        })
    }

    /// The same; missing credentials are a refusal.
    pub fn required(settings: &'a Settings) -> Result<Self, Denied> {
        Self::of(settings).ok_or_else(|| Denied::Access(LocalizedText::new("wizard-avito-incomplete")))
    }
}

/// Validates the entered settings. Missing or still masked credentials are kept.
pub(super) fn setup(settings: Value) -> Result<Setup, Vec<FieldError>> {
    let typed: SettingsInput = field::read(settings)?;
    let mut secrets = BTreeMap::new();
    let mut wrong = Vec::new();
    for (name, given) in [
        (CLIENT_ID, typed.client_id),
        (CLIENT_SECRET, typed.client_secret),
        (ACCESS_TOKEN, typed.access_token),
        (REFRESH_TOKEN, typed.refresh_token),
    ] {
        let Some(text) = field::credential(given.as_deref()) else { continue };
        if text.len() > 4096 || text.contains(|sign: char| sign.is_whitespace() || sign.is_control()) {
            let said = LocalizedText::new("wizard-avito-bad-format");
            wrong.push(FieldError::new(format!("/settings/{name}"), said));
        }
        secrets.insert(name.to_owned(), SecretString::from(text));
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let usual = Options::default();
    let options = Options {
        mark_read: typed.mark_read.unwrap_or(usual.mark_read),
        sign_with_manager_name: typed.sign_with_manager_name.unwrap_or(usual.sign_with_manager_name),
    };
    Ok(Setup { public: serde_json::to_value(options).unwrap_or_default(), secrets })
}

impl Account<'_> {
    /// Whether a person is the seller.
    pub fn is_own(&self, id: &Id) -> bool {
        !id.is_empty() && id.as_str() == self.user_id
    }
}
