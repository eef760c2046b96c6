//! Telegram's webhook (telegram §2): registered, checked, removed. Waiting updates are never dropped.

use std::collections::BTreeSet;

use base::i18n::LocalizedText;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;
use url::Url;

use super::api::{ApiError, BotApi};
use super::setup::{self, SourceBot};
use crate::incoming::IncomingCall;
use crate::{Check, Denied, HOOK_SECRET, HookTarget, Identity, Probe, Settings, Watched};

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
}

impl Info {
    fn is_whole(&self) -> bool {
        let asked: BTreeSet<&str> = self.allowed_updates.iter().flatten().map(String::as_str).collect();
        asked == BTreeSet::from(ALLOWED)
    }

    fn host(&self) -> String {
        let url = Url::parse(&self.url).ok();
        url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
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
    let me = setup::me(api, bot(settings)?.token).await.map_err(|failed| denied(&failed))?;
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
        Watched::Elsewhere { host: info.host() }
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
    let refused = |failed: ApiError| denied(&failed).saying(setup::explain(&failed));
    let info = info(api, settings).await.map_err(refused)?;
    let is_ours = info.url == probe.hook_url;
    match (probe.is_new, info.url.is_empty()) {
        (true, true) => Ok(None),
        (true, false) => {
            let me = setup::me(api, bot(settings)?.token).await.map_err(refused)?;
            let said = LocalizedText::new("wizard-tg-webhook-elsewhere").with("bot", me.username);
            Ok(Some(said.with("host", info.host())))
        }
        (false, true) => Err(LocalizedText::new("said-telegram-unset").into()),
        (false, false) if !is_ours => {
            Err(LocalizedText::new("said-telegram-elsewhere").with("host", info.host()).into())
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
        tracing::debug!(reason = %setup::explain(&failed), "a button press could not be acknowledged");
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
    let Some(bot) = SourceBot::of(settings) else {
        let description = "Not Found".to_owned();
        return Err(ApiError::Refused { code: 404, description, retry_after: None, migrate_to: None });
    };
    api.call(bot.token, "getWebhookInfo", &json!({})).await
}

fn bot(settings: &Settings) -> Result<SourceBot<'_>, Denied> {
    SourceBot::of(settings).ok_or_else(|| Denied::Access(LocalizedText::new("said-telegram-token")))
}

pub(super) fn denied(failed: &ApiError) -> Denied {
    let said = setup::explain(failed);
    match failed {
        _ if failed.is_gateways() => Denied::Away(said),
        ApiError::Refused { code: 401 | 404, .. } => Denied::Access(LocalizedText::new("wizard-tg-refused")),
        ApiError::Refused { code: 400..=420, .. } => Denied::Refused(said),
        _ => Denied::Away(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(info.host(), "parom.example");
        assert_eq!(info.trouble(at(60)).as_deref(), Some("Wrong response from the webhook: 502 Bad Gateway"));
        assert_eq!(info.trouble(at(3600)).as_deref(), Some(""), "214 updates wait");
        let quiet = Info { pending_update_count: 3, ..super::tests::info() };
        assert_eq!(quiet.trouble(at(3600)), None);
        assert!(!Info { allowed_updates: None, ..quiet }.is_whole(), "reactions have to be asked for");
    }

    #[test]
    fn a_call_proves_itself_with_the_whole_secret() {
        let secrets = [(HOOK_SECRET.to_owned(), "s3cr3t".into())].into();
        let settings = Settings { public: json!({}), secrets };
        let given = |secret: Option<&'static str>| {
            let header = move |name: &str| {
                assert_eq!(name, "x-telegram-bot-api-secret-token");
                secret.map(str::to_owned)
            };
            authenticate(&settings, &IncomingCall { header: &header, path_secret: "", body: b"" })
        };
        assert!(given(Some("s3cr3t")));
        for wrong in [None, Some(""), Some("s3cr3"), Some("s3cr3t "), Some("S3cr3t")] {
            assert!(!given(wrong), "{wrong:?}");
        }
        let without = Settings { public: json!({}), secrets: Default::default() };
        assert!(!authenticate(
            &without,
            &IncomingCall { header: &|_| Some(String::new()), path_secret: "", body: b"" }
        ));
    }
}
