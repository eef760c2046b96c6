//! A bot's settings, and the bot's description of itself.

use base::error::FieldError;
use base::i18n::LocalizedText;
use reqwest::Method;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::TOKEN;
use super::api::{ApiError, Call, MaxApi};
use super::webhook::denied;
use crate::{Check, Denied, Field, Input, Settings, Setup, entered, error_catalog};

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

impl BotOptions {
    /// The stored options.
    pub fn of(settings: &Settings) -> Self {
        entered::options(settings)
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
    let typed: SettingsInput = entered::read(settings)?;
    let mut secrets = std::collections::BTreeMap::new();
    if let Some(token) = entered::credential(typed.bot_token.as_deref()) {
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
pub(super) fn said(code: &str, message: &str) -> String {
    format!("{code} {message}").trim().to_owned()
}

/// Why a call other than sending a message failed, as a text for the account's people.
pub(super) fn explain(failed: &ApiError) -> LocalizedText {
    match failed {
        ApiError::Refused { status, code, message, .. } => {
            let text = said(code, message);
            match error_catalog::MAX.find(*status, &text) {
                // The general text is about a refused message; for a setup error MAX's own words are more precise.
                Some(row) if row.id != "400" => LocalizedText::new(row.key()),
                _ if text.is_empty() => LocalizedText::new("said-server-answered").with("status", *status),
                _ => LocalizedText::new("said-max-refused").with("text", text),
            }
        }
        ApiError::NotSent(said) | ApiError::Unknown(said) => said.clone(),
        ApiError::Unreadable { status } => LocalizedText::new("said-server-answered").with("status", *status),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde_json::json;

    use super::*;

    const GOOD: &str = "f9LHodD0cOL-max-token";

    #[test]
    fn settings_have_defaults_and_the_token_is_sealed() {
        let setup = setup(json!({ "bot_token": format!(" {GOOD} ") })).unwrap();
        let usual =
            json!({ "groups": false, "comments": true, "delivered_on_accept": true, "sign_with_manager_name": false });
        assert_eq!(setup.public, usual);
        assert_eq!(setup.secrets[TOKEN].expose_secret(), GOOD);
    }

    #[test]
    fn a_token_that_is_left_out_stays_and_a_wrong_one_is_named() {
        for kept in [json!({}), json!({ "bot_token": "" }), json!({ "bot_token": "…1234", "facts": { "bot": {} } })] {
            assert!(setup(kept).unwrap().secrets.is_empty());
        }
        for wrong in ["two words", "кириллица", "line\nbreak", &"x".repeat(513)] {
            let errors = setup(json!({ "bot_token": wrong })).unwrap_err();
            assert_eq!(errors[0].pointer, "/settings/bot_token", "{wrong}");
        }
        assert!(setup(json!({ "bot_tokn": GOOD })).is_err(), "a misspelt setting is noticed");
    }

    #[test]
    fn a_bot_is_called_by_what_it_has() {
        let bot = |username: Option<&str>, name: Option<&str>| BotUser {
            user_id: 7,
            username: username.map(str::to_owned),
            first_name: name.map(str::to_owned),
        };
        assert_eq!(bot(Some("acme_bot"), Some("Acme")).called(), "@acme_bot");
        assert_eq!(bot(None, Some("Acme")).called(), "Acme");
        assert_eq!(bot(Some(""), None).called(), "7");
    }
}
