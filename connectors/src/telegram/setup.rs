//! A bot's settings, its description of itself, and its webhook (telegram §2).

use std::collections::BTreeSet;

use base::error::FieldError;
use base::i18n::{LocalizedText, Words};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;
use url::Url;

use super::TOKEN;
use super::api::{self, BotApi};
use crate::call::{ApiError, Refusal, messenger_answered};
use crate::incoming::{Greeting, IncomingCall};
use crate::line::host;
use crate::{
    Check, Denied, Field, HOOK_SECRET, HookTarget, Identity, Input, Probe, Receiver, Settings, Setup, SwitchOff,
    Watched, error_catalog, field,
};

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
    bot_token: Option<String>,
    groups: Option<bool>,
    delivered_on_accept: Option<bool>,
    sign_with_manager_name: Option<bool>,
    greeting: Option<String>,
    ask_phone: Option<bool>,
    #[serde(rename = "facts")]
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
        let (id, options) = (api::bot_id(token.expose_secret())?, field::options(settings));
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
    let typed: SettingsInput = field::read(settings)?;
    let mut secrets = std::collections::BTreeMap::new();
    if let Some(token) = field::credential(typed.bot_token.as_deref()) {
        if api::bot_id(token).is_none() {
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
    failed.explained(|refusal| match error_catalog::TELEGRAM.find(refusal.code, &refusal.text) {
        Some(row) => LocalizedText::new(row.key()),
        None if refusal.text.is_empty() => messenger_answered(refusal.status),
        None => LocalizedText::new("said-telegram-refused").with("text", refusal.text.as_str()),
    })
}

// Telegram's webhook (telegram §2): registered, checked, removed. Waiting updates are never dropped.

/// Kinds of updates that are requested. `message_reaction` is sent only if requested explicitly.
const ALLOWED: [&str; 9] = [
    "message",
    "edited_message",
    "callback_query",
    "message_reaction",
    "my_chat_member",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
];

/// Each connection delivers one update at a time.
const CONNECTIONS: u32 = 40;
/// More waiting updates than this, or an error more recent than this, count as a problem.
const MANY: u64 = 100;
const YOUNG: TimeDelta = TimeDelta::minutes(10);
/// The only ports that Telegram calls.
const PORTS: [u16; 4] = [443, 80, 88, 8443];

/// The result of `getWebhookInfo`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Info {
    url: String,
    pending_update_count: u64,
    last_error_date: i64,
    last_error_message: String,
    /// None means Telegram's default kinds.
    allowed_updates: Option<Vec<String>>,
    max_connections: Option<u32>,
    ip_address: Option<String>,
}

impl Info {
    fn is_whole(&self) -> bool {
        let asked: BTreeSet<&str> = self.allowed_updates.iter().flatten().map(String::as_str).collect();
        asked == BTreeSet::from(ALLOWED)
    }

    /// Whether it is this source under a former address of the server, so that no other service took over the webhook.
    fn is_once_ours(&self, ours: &str) -> bool {
        let path = |url: &str| Url::parse(url).map(|url| url.path().to_owned()).ok();
        let (there, here) = (path(&self.url), path(ours));
        there.is_some() && there == here
    }

    /// Recent failures of calls to us.
    fn trouble(&self, now: DateTime<Utc>) -> Option<String> {
        let is_young = now.timestamp().saturating_sub(self.last_error_date) < YOUNG.num_seconds();
        let words = Some(self.last_error_message.clone()).filter(|words| is_young && !words.is_empty());
        words.or_else(|| (self.pending_update_count > MANY).then(String::new))
    }
}

/// Whether a call contains the secret that we gave to Telegram.
pub(super) fn authenticate(settings: &Settings, call: &IncomingCall<'_>) -> bool {
    let given = (call.header)("x-telegram-bot-api-secret-token").unwrap_or_default();
    let Some(secret) = settings.secrets.get(HOOK_SECRET).map(ExposeSecret::expose_secret) else { return false };
    !secret.is_empty() && bool::from(given.as_bytes().ct_eq(secret.as_bytes()))
}

/// The bot's identity.
pub(super) async fn identity(api: &BotApi, settings: &Settings) -> Result<Option<Identity>, Denied> {
    let me = me(api, bot(settings)?.token).await.map_err(|failed| denied(&failed))?;
    Ok(Some(Identity {
        key: me.id.to_string(),
        name: format!("@{}", me.username),
        facts: serde_json::to_value(&me).unwrap_or_default(),
    }))
}

/// Registers our address.
pub(super) async fn connect(api: &BotApi, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
    unreachable_address(api, &hook.url).map_or(Ok(()), |said| Err(Denied::Refused(said)))?;
    let parameters = json!({
        "url": hook.url,
        "secret_token": hook.secret.expose_secret(),
        "max_connections": CONNECTIONS,
        "allowed_updates": ALLOWED,
    });
    let done: Result<Value, ApiError> = api.call(bot(settings)?.token, "setWebhook", &parameters).await;
    done.map(|_| ()).map_err(|failed| denied(&failed))
}

/// The service that has the bot's only webhook, unless we have it. Telegram does not say whether its calls carry a secret,
/// nor which certificate it uploaded.
pub(super) async fn receivers(api: &BotApi, settings: &Settings, hook: &HookTarget) -> Result<Vec<Receiver>, Denied> {
    let info = info(api, settings).await.map_err(|failed| denied(&failed))?;
    if info.url.is_empty() || info.url == hook.url || info.is_once_ours(&hook.url) {
        return Ok(Vec::new());
    }
    let mut was = json!({ "url": info.url });
    if let Some(was) = was.as_object_mut() {
        // An empty list stands for the default kinds.
        was.insert("allowed_updates".to_owned(), json!(info.allowed_updates.unwrap_or_default()));
        was.extend(info.max_connections.map(|most| ("max_connections".to_owned(), json!(most))));
        was.extend(info.ip_address.map(|address| ("ip_address".to_owned(), json!(address))));
    }
    Ok(vec![Receiver::at(&info.url, SwitchOff::ByRegistering, true, was)])
}

/// Registers the other service's address again, without its secret.
pub(super) async fn put_back(api: &BotApi, settings: &Settings, receiver: &Receiver) -> Result<(), Denied> {
    let done: Result<Value, ApiError> = api.call(bot(settings)?.token, "setWebhook", &receiver.was).await;
    done.map(|_| ()).map_err(|failed| denied(&failed))
}

/// Checks where updates are sent.
pub(super) async fn watch(
    api: &BotApi,
    settings: &Settings,
    hook: &HookTarget,
    now: DateTime<Utc>,
) -> Result<Watched, Denied> {
    let info = info(api, settings).await.map_err(|failed| denied(&failed))?;
    Ok(if info.url.is_empty() {
        Watched::Unset
    } else if info.url != hook.url && !info.is_once_ours(&hook.url) {
        Watched::Elsewhere { host: host(&info.url) }
    } else if info.url != hook.url || !info.is_whole() {
        Watched::Unset
    } else {
        match info.trouble(now) {
            Some(words) => Watched::Failing { words, waiting: info.pending_update_count },
            None => Watched::Fine,
        }
    })
}

/// Removes this address.
pub(super) async fn remove(api: &BotApi, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
    let info = info(api, settings).await.map_err(|failed| denied(&failed))?;
    if info.url != hook.url {
        return Ok(());
    }
    let parameters = json!({ "drop_pending_updates": false });
    let done: Result<Value, ApiError> = api.call(bot(settings)?.token, "deleteWebhook", &parameters).await;
    done.map(|_| ()).map_err(|failed| denied(&failed))
}

/// Reads back where updates are sent; before the source exists, reports what will change.
pub(super) async fn check(api: &BotApi, settings: &Settings, probe: &Probe) -> Check {
    unreachable_address(api, &probe.hook_url).map_or(Ok(()), Err)?;
    let refused = |failed: ApiError| denied(&failed).saying(explain(&failed));
    let info = info(api, settings).await.map_err(refused)?;
    let is_ours = info.url == probe.hook_url;
    match (probe.is_new, info.url.is_empty()) {
        (true, true) => Ok(None),
        (true, false) => {
            let me = me(api, bot(settings)?.token).await.map_err(refused)?;
            let said = LocalizedText::new("wizard-tg-webhook-elsewhere").with("bot", me.username);
            Ok(Some(said.with("host", host(&info.url))))
        }
        (false, true) => Err(LocalizedText::new("said-telegram-unset").into()),
        (false, false) if !is_ours => {
            Err(LocalizedText::new("said-telegram-elsewhere").with("host", host(&info.url)).into())
        }
        (false, false) => Ok(info.trouble(probe.now).map(|words| failing(&words, info.pending_update_count))),
    }
}

fn failing(words: &str, waiting: u64) -> LocalizedText {
    let said = LocalizedText::new(if words.is_empty() { "said-telegram-waiting" } else { "said-telegram-failing" });
    let said = if words.is_empty() { said } else { said.with("text", words) };
    said.with("count", i64::try_from(waiting).unwrap_or(i64::MAX))
}

/// Acknowledges a press, which ends the loading state of the customer's button.
pub(super) async fn acknowledge(api: &BotApi, settings: &Settings, query_id: &str) {
    let Ok(bot) = bot(settings) else { return };
    let parameters = json!({ "callback_query_id": query_id });
    let done: Result<Value, ApiError> = api.call(bot.token, "answerCallbackQuery", &parameters).await;
    if let Err(failed) = done {
        // The press or the bot is no longer valid; the press is already stored.
        tracing::debug!(reason = %explain(&failed), "a button press could not be acknowledged");
    }
}

/// Why Telegram cannot call this address. An operator's own server can call any.
fn unreachable_address(api: &BotApi, url: &str) -> Option<LocalizedText> {
    if !api.is_telegrams_own() {
        return None;
    }
    let url = Url::parse(url).ok()?;
    let port = url.port_or_known_default().unwrap_or_default();
    if url.scheme() != "https" {
        Some(LocalizedText::new("said-telegram-https").with("url", url.origin().ascii_serialization()))
    } else if !PORTS.contains(&port) {
        Some(LocalizedText::new("said-telegram-port").with("port", port.to_string()))
    } else {
        None
    }
}

async fn info(api: &BotApi, settings: &Settings) -> Result<Info, ApiError> {
    let bot = SourceBot::of(settings).ok_or_else(api::wrong_token)?;
    api.call(bot.token, "getWebhookInfo", &json!({})).await
}

fn bot(settings: &Settings) -> Result<SourceBot<'_>, Denied> {
    SourceBot::of(settings).ok_or_else(|| Denied::Access(LocalizedText::new("said-telegram-token")))
}

pub(super) fn denied(failed: &ApiError) -> Denied {
    let said = explain(failed);
    match failed {
        _ if failed.is_gateways() => Denied::Away(said),
        ApiError::Refused(Refusal { code: 401 | 404, .. }) => Denied::Access(LocalizedText::new("wizard-tg-refused")),
        ApiError::Refused(Refusal { code: 400..=420, .. }) => Denied::Refused(said),
        _ => Denied::Away(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "7100000001:AAE_abcdefghijklmnopqrstuvwxyz-1234";

    #[test]
    fn settings_have_defaults_and_wrong_ones_are_named() {
        let made = setup(json!({ "bot_token": format!(" {GOOD} ") })).unwrap();
        assert_eq!(
            made.public,
            json!({ "groups": false, "delivered_on_accept": true, "sign_with_manager_name": false })
        );
        assert_eq!(made.secrets[TOKEN].expose_secret(), GOOD);
        for kept in [json!({}), json!({ "bot_token": "" }), json!({ "bot_token": "…1234", "facts": { "bot": {} } })] {
            assert!(setup(kept).unwrap().secrets.is_empty());
        }
        for (wrong, pointer) in [
            (json!({ "bot_token": "12345" }), "/settings/bot_token"),
            (json!({ "greeting": "x".repeat(GREETING_CHARS + 1) }), "/settings/greeting"),
            (json!({ "bot_tokn": GOOD }), "/settings/bot_tokn"),
        ] {
            assert_eq!(setup(wrong).unwrap_err()[0].pointer, pointer);
        }
    }

    #[test]
    fn no_greeting_is_sent_until_one_is_configured() {
        let words = Words::new(base::i18n::Language::En);
        let said = |entered: Value| {
            let public = setup(entered).unwrap().public;
            field::options::<BotOptions>(&Settings { public, secrets: Default::default() }).greeting(words)
        };
        assert_eq!(said(json!({ "bot_token": GOOD, "greeting": "  " })), None);
        let greeting = said(json!({ "greeting": " Hello, {name}! " })).unwrap();
        assert_eq!((greeting.text.as_str(), greeting.ask_phone), ("Hello, {name}!", None));
        let asking = said(json!({ "ask_phone": true })).unwrap();
        assert!(asking.text.contains("phone") && asking.ask_phone.is_some(), "{asking:?}");
    }

    fn info() -> Info {
        serde_json::from_value(
            serde_json::from_str::<Value>(include_str!("../../../tests/fixtures/telegram/api_webhook_info.json"))
                .unwrap()["result"]
                .clone(),
        )
        .unwrap()
    }

    #[test]
    fn telegrams_report_about_its_calls_is_read() {
        let info = info();
        let at = |seconds| DateTime::from_timestamp(info.last_error_date + seconds, 0).unwrap();
        assert!(info.is_whole());
        assert_eq!(host(&info.url), "parom.example");
        assert_eq!(info.trouble(at(60)).as_deref(), Some("Wrong response from the webhook: 502 Bad Gateway"));
        assert_eq!(info.trouble(at(3600)).as_deref(), Some(""), "214 updates wait");
        let quiet = Info { pending_update_count: 3, ..super::tests::info() };
        assert_eq!(quiet.trouble(at(3600)), None);
        assert!(!Info { allowed_updates: None, ..quiet }.is_whole(), "reactions have to be asked for");
    }
}
