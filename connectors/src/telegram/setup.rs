//! A bot's settings, and the bot's description of itself.

use base::error::FieldError;
use base::i18n::{LocalizedText, Words};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::api::{ApiError, BotApi};
use super::webhook::denied;
use super::{TOKEN, token};
use crate::incoming::Greeting;
use crate::{Check, Denied, Field, Input, Settings, Setup, entered, error_catalog};

pub(super) const FIELDS: &[Field] = &[
    Field { secret: true, ..Field::required(TOKEN, Input::Text, "wizard-tg-token").with_hint("wizard-tg-token-hint") },
    Field::optional("groups", Input::Flag, "wizard-tg-groups").with_hint("wizard-tg-groups-hint"),
    Field::optional("delivered_on_accept", Input::Flag, "wizard-tg-delivered")
        .with_hint("wizard-tg-delivered-hint")
        .turned_on(),
    Field::optional("sign_with_manager_name", Input::Flag, "wizard-tg-sign").with_hint("wizard-tg-sign-hint"),
    Field::optional("greeting", Input::Paragraph, "wizard-tg-greeting").with_hint("wizard-tg-greeting-hint"),
    Field::optional("ask_phone", Input::Flag, "wizard-tg-ask-phone").with_hint("wizard-tg-ask-phone-hint"),
];

/// Longest greeting, in characters: with the customer's name it is still one message.
const GREETING_CHARS: usize = 2000;

/// A bot's options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BotOptions {
    /// Whether the bot's groups are conversations too.
    pub groups: bool,
    /// Telegram sends no receipts: accepted messages count as delivered.
    pub delivered_on_accept: bool,
    /// The manager's name is put above each message.
    pub sign_with_manager_name: bool,
    /// Sent once to each customer who presses Start; empty: none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub greeting: String,
    /// The greeting has a button that shares the customer's phone number.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ask_phone: bool,
}

impl Default for BotOptions {
    fn default() -> Self {
        Self {
            groups: false,
            delivered_on_accept: true,
            sign_with_manager_name: false,
            greeting: String::new(),
            ask_phone: false,
        }
    }
}

impl BotOptions {
    /// The stored options.
    pub fn of(settings: &Settings) -> Self {
        entered::options(settings)
    }

    /// What the bot says at the start of a chat. A request for the number needs a text, so it has one of its own.
    pub fn greeting(&self, words: Words) -> Option<Greeting> {
        // Customers get plain spaces.
        let say = |key: &'static str| words.text(key).to_string().replace('\u{a0}', " ");
        let label = || say("tg-out-share-phone");
        let text = match (self.greeting.as_str(), self.ask_phone) {
            ("", false) => return None,
            ("", true) => say("tg-out-ask-phone"),
            (text, _) => text.to_owned(),
        };
        Some(Greeting { text, ask_phone: self.ask_phone.then(label) })
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
    delivered_on_accept: Option<bool>,
    #[serde(default)]
    sign_with_manager_name: Option<bool>,
    #[serde(default)]
    greeting: Option<String>,
    #[serde(default)]
    ask_phone: Option<bool>,
    #[serde(default, rename = "facts")]
    _facts: Option<Value>,
}

/// A source's bot.
#[derive(Clone, Debug)]
pub struct SourceBot<'a> {
    pub token: &'a SecretString,
    pub id: i64,
    pub options: BotOptions,
    facts: Option<&'a Value>,
}

impl<'a> SourceBot<'a> {
    /// None if there is no usable token.
    pub fn of(settings: &'a Settings) -> Option<Self> {
        let token = settings.secrets.get(TOKEN)?;
        let (id, options) = (token::bot_id(token.expose_secret())?, BotOptions::of(settings));
        Some(Self { token, id, options, facts: settings.public.get("facts") })
    }

    /// The connection by which the bot currently writes in this person's name; it changes each time they connect the
    /// bot. Stored as `facts.business.<owner> = <connection id>`.
    pub fn connection(&self, owner: i64) -> Option<&'a str> {
        self.facts?.get("business")?.get(owner.to_string())?.as_str()
    }
}

/// The result of `getMe`. Stored in the public settings as `facts.bot`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BotUser {
    pub id: i64,
    #[serde(default)]
    pub username: String,
    #[serde(default)]
    pub first_name: String,
    /// Whether privacy mode is off.
    #[serde(default)]
    pub can_read_all_group_messages: bool,
    #[serde(default)]
    pub can_connect_to_business: bool,
}

/// Queries a bot's identity, which validates its token.
pub async fn me(api: &BotApi, token: &SecretString) -> Result<BotUser, ApiError> {
    api.call(token, "getMe", &json!({})).await
}

/// Validates the entered settings. A missing or still masked token is kept.
pub(super) fn setup(settings: Value) -> Result<Setup, Vec<FieldError>> {
    let typed: SettingsInput = entered::read(settings)?;
    let mut secrets = std::collections::BTreeMap::new();
    if let Some(token) = entered::credential(typed.bot_token.as_deref()) {
        if token::bot_id(token).is_none() {
            return Err(vec![FieldError::new("/settings/bot_token", LocalizedText::new("wizard-tg-bad-format"))]);
        }
        secrets.insert(TOKEN.to_owned(), SecretString::from(token));
    }
    let greeting = typed.greeting.unwrap_or_default().replace('\0', "").trim().to_owned();
    if greeting.chars().count() > GREETING_CHARS {
        let detail = LocalizedText::new("said-most-characters").with("most", GREETING_CHARS);
        return Err(vec![FieldError::new("/settings/greeting", detail)]);
    }
    let usual = BotOptions::default();
    let options = BotOptions {
        groups: typed.groups.unwrap_or(usual.groups),
        delivered_on_accept: typed.delivered_on_accept.unwrap_or(usual.delivered_on_accept),
        sign_with_manager_name: typed.sign_with_manager_name.unwrap_or(usual.sign_with_manager_name),
        greeting,
        ask_phone: typed.ask_phone.unwrap_or(usual.ask_phone),
    };
    let public = serde_json::to_value(options).unwrap_or_default();
    Ok(Setup { public, secrets })
}

/// Validates the token and returns whose it is.
pub(super) async fn check_access(api: &BotApi, settings: &Settings) -> Check {
    let missing = || Denied::Access(LocalizedText::new("said-telegram-token"));
    let bot = SourceBot::of(settings).ok_or_else(missing)?;
    match me(api, bot.token).await {
        Ok(me) => Ok(Some(LocalizedText::new("said-telegram-bot").with("name", format!("@{}", me.username)))),
        Err(failed) => Err(denied(&failed).saying(explain(&failed))),
    }
}

/// Why a call other than sending a message failed, as a text for the account's people.
pub fn explain(failed: &ApiError) -> LocalizedText {
    match failed {
        ApiError::Refused { code, description, .. } => match error_catalog::TELEGRAM.find(*code, description) {
            Some(row) => LocalizedText::new(row.key()),
            None if description.is_empty() => LocalizedText::new("said-server-answered").with("status", *code),
            None => LocalizedText::new("said-telegram-refused").with("text", description.as_str()),
        },
        ApiError::NotSent(said) | ApiError::Unknown(said) => said.clone(),
        ApiError::Unreadable { status } => LocalizedText::new("said-server-answered").with("status", *status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "7100000001:AAE_abcdefghijklmnopqrstuvwxyz-1234";

    #[test]
    fn settings_have_defaults_and_the_token_is_sealed() {
        let setup = setup(json!({ "bot_token": format!(" {GOOD} ") })).unwrap();
        assert_eq!(
            setup.public,
            json!({ "groups": false, "delivered_on_accept": true, "sign_with_manager_name": false })
        );
        assert_eq!(setup.secrets[TOKEN].expose_secret(), GOOD);
        assert!(!setup.public.to_string().contains("AAE_"));
    }

    #[test]
    fn a_token_that_is_left_out_stays_and_a_wrong_one_is_named() {
        for kept in [json!({}), json!({ "bot_token": "" }), json!({ "bot_token": "…1234", "facts": { "bot": {} } })] {
            assert!(super::setup(kept).unwrap().secrets.is_empty());
        }
        let wrong = super::setup(json!({ "bot_token": "12345" })).unwrap_err();
        assert_eq!(wrong[0].pointer, "/settings/bot_token");
        assert!(super::setup(json!({ "bot_tokn": GOOD })).is_err(), "a misspelt setting is noticed");
    }

    #[test]
    fn no_greeting_is_sent_until_one_is_configured() {
        let words = Words::new(base::i18n::Language::En);
        let said = |entered: Value| {
            let public = super::setup(entered).unwrap().public;
            BotOptions::of(&Settings { public, secrets: Default::default() }).greeting(words)
        };
        assert_eq!(said(json!({ "bot_token": GOOD, "greeting": "  " })), None);
        let greeting = said(json!({ "greeting": " Hello, {name}! " })).unwrap();
        assert_eq!((greeting.text.as_str(), greeting.ask_phone), ("Hello, {name}!", None));
        let asking = said(json!({ "ask_phone": true })).unwrap();
        assert!(asking.text.contains("phone") && asking.ask_phone.is_some(), "{asking:?}");
        let long = super::setup(json!({ "greeting": "x".repeat(GREETING_CHARS + 1) })).unwrap_err();
        assert_eq!(long[0].pointer, "/settings/greeting");
    }

    #[test]
    fn a_bot_is_read_from_its_settings() {
        let setup = setup(json!({ "bot_token": GOOD, "sign_with_manager_name": true })).unwrap();
        let mut public = setup.public;
        public["facts"] = json!({ "business": { "42": "conn-7" } });
        let settings = Settings { public, secrets: setup.secrets };
        let bot = SourceBot::of(&settings).unwrap();
        assert_eq!((bot.id, bot.options.sign_with_manager_name), (7_100_000_001, true));
        assert_eq!((bot.connection(42), bot.connection(43)), (Some("conn-7"), None));
        assert!(SourceBot::of(&Settings { public: json!({}), secrets: Default::default() }).is_none());
    }
}
