//! `setWebhook`, `deleteWebhook`, `getWebhookInfo`, `getUpdates`; and what a webhook's answers mean.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::chats::own;
use super::give::Caller;
use super::options::Telegram;
use super::params::{Answered, Params, Refusal, bad, ensure};
use super::updates::is_expired;
use crate::kit::{Hook, HookState, Id, Post, Reply, Subscription};

/// Milliseconds of 410 answers after which a webhook is removed.
const GONE: i64 = 23 * 3_600_000;

const WEBHOOK: &str = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the \
                       webhook first";
const ANOTHER: &str =
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";

/// Milliseconds until the next attempt after so many: none, then 2, 4, 8 … seconds, up to two minutes.
pub(super) fn wait(attempts: u32) -> Option<i64> {
    let seconds = match attempts {
        0 | 1 => 0,
        more => 1_i64.checked_shl(more - 1).unwrap_or(i64::MAX).min(120),
    };
    Some(seconds * 1_000)
}

pub(super) fn of<'a>(state: &'a Telegram, bot: &Id) -> Option<&'a Subscription> {
    state.lines.get(bot)?.subscriptions.first()
}

fn waiting<'a>(state: &'a mut Telegram, bot: &Id) -> impl Iterator<Item = &'a mut Hook> {
    let bot = bot.clone();
    state.outbox.waiting_mut().filter(move |hook| hook.line == bot)
}

fn drop_pending(state: &mut Telegram, bot: &Id, params: &Params) {
    if params.flag("drop_pending_updates") {
        waiting(state, bot).for_each(|hook| hook.state = HookState::Dropped);
    }
}

/// The number of updates that wait.
pub(super) fn pending(state: &Telegram, bot: &Id) -> usize {
    let waits = |hook: &Hook| hook.line == *bot && !is_expired(hook, state.now);
    state.outbox.waiting().filter(|(_, hook)| waits(hook)).count()
}

/// `allowed_updates`; `None` if absent.
fn kinds(params: &Params) -> Result<Option<Vec<String>>, Refusal> {
    let Some(given) = params.json("allowed_updates", "allowed updates")? else { return Ok(None) };
    let wrong = |expected: &str| bad(&format!("can't parse allowed updates: expected {expected}"));
    let list = given.as_array().ok_or_else(|| wrong("an Array"))?;
    let text = |one: &Value| one.as_str().map(str::to_owned).ok_or_else(|| wrong("String"));
    list.iter().map(text).collect::<Result<_, _>>().map(Some)
}

/// Whether Telegram would accept this address; its literal IP address, if it is one. On this machine, plain HTTP and any
/// port are accepted too, as a local Bot API server does.
fn check(address: &str) -> Result<Option<String>, Refusal> {
    let invalid = || bad("invalid webhook URL specified");
    let parsed = url::Url::parse(address).map_err(|_| invalid())?;
    ensure(parsed.has_host(), invalid)?;
    let host = parsed.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let ip = host.parse::<IpAddr>().ok();
    let is_here = host == "localhost" || ip.is_some_and(|ip| ip.is_loopback());
    let is_web = parsed.scheme() == "https" || (is_here && parsed.scheme() == "http");
    ensure(is_web, || bad("bad webhook: An HTTPS URL must be provided for webhook"))?;
    let is_open = is_here || matches!(parsed.port_or_known_default(), Some(443 | 80 | 88 | 8443));
    ensure(is_open, || bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"))?;
    Ok(ip.map(|ip| ip.to_string()))
}

/// `setWebhook`; the description of its success. An empty address removes the webhook.
pub(super) fn set(state: &mut Telegram, bot: &Id, params: &Params) -> Result<&'static str, Refusal> {
    let Some(url) = params.filled("url") else { return Ok(delete(state, bot, params)) };
    let literal = check(&url)?;
    let kinds = kinds(params)?;
    let secret = params.filled("secret_token");
    let plain = |one: char| one.is_ascii_alphanumeric() || one == '_' || one == '-';
    let secret_text = secret.as_deref().unwrap_or_default();
    ensure(secret_text.len() <= 256, || bad("secret token is too long"))?;
    ensure(secret_text.chars().all(plain), || bad("secret token contains unallowed characters"))?;
    let max_connections = params.int("max_connections").unwrap_or(40).clamp(1, 100_000);
    drop_pending(state, bot, params);
    let old = of(state, bot).is_some_and(|old| old.url == url && old.secret == secret);
    let known = own(state, bot)?;
    if kinds.is_some() {
        known.allowed = kinds;
    }
    if old && known.max_connections == max_connections {
        return Ok("Webhook is already set");
    }
    known.max_connections = max_connections;
    known.ip_address = params.filled("ip_address").or(literal);
    replace(state, bot, url, secret);
    Ok("Webhook was set")
}

/// Gives the bot another webhook; what waits is sent there at once.
pub(super) fn replace(state: &mut Telegram, bot: &Id, url: String, secret: Option<String>) {
    let (now, since) = (state.now, state.now);
    if let Some(line) = state.lines.get_mut(bot) {
        line.subscriptions = vec![Subscription { url, secret, since, ..Subscription::default() }];
    }
    if let Ok(known) = own(state, bot) {
        known.last_error = None;
    }
    waiting(state, bot).for_each(|hook| hook.due_at = hook.due_at.min(now));
}

/// `deleteWebhook`; the description of its success.
pub(super) fn delete(state: &mut Telegram, bot: &Id, params: &Params) -> &'static str {
    drop_pending(state, bot, params);
    let had = state.lines.get_mut(bot).is_some_and(|line| line.subscriptions.pop().is_some());
    if had { "Webhook was deleted" } else { "Webhook is already deleted" }
}

/// `getWebhookInfo`.
pub(super) fn info(state: &mut Telegram, bot: &Id, _: &Params) -> Answered {
    let pending = pending(state, bot);
    let url = of(state, bot).map(|webhook| webhook.url.clone());
    let known = own(state, bot)?;
    let mut info = json!({"url": url.clone().unwrap_or_default(), "has_custom_certificate": false,
        "pending_update_count": pending});
    if url.is_some() {
        info["max_connections"] = json!(known.max_connections);
        if let Some(ip) = &known.ip_address {
            info["ip_address"] = json!(ip);
        }
        if let Some((date, words)) = &known.last_error {
            info["last_error_date"] = json!(date);
            info["last_error_message"] = json!(words);
        }
    }
    if let Some(kinds) = known.allowed.as_ref().filter(|kinds| !kinds.is_empty()) {
        info["allowed_updates"] = json!(kinds);
    }
    Ok(info)
}

pub(super) fn post(state: &Telegram, hook: &Hook) -> Option<Post> {
    let webhook = of(state, &hook.line)?;
    let mut headers = vec![("content-type", "application/json".to_owned())];
    headers.extend(webhook.secret.clone().map(|secret| ("x-telegram-bot-api-secret-token", secret)));
    Some(Post { url: webhook.url.clone(), headers, body: hook.body.to_string() })
}

/// Notes an answer for getWebhookInfo; a webhook that is gone for long is removed.
pub(super) fn settled(state: &mut Telegram, hook: usize, reply: &Reply) {
    let (now, Some(bot)) = (state.now, state.outbox.all.get(hook).map(|hook| hook.line.clone())) else { return };
    if !reply.is_accepted {
        let words = reply.status.map_or_else(
            || reply.error.to_owned(),
            |status| {
                let reason = reqwest::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
                format!("Wrong response from the webhook: {status} {}", reason.unwrap_or("Unknown"))
            },
        );
        if let Ok(known) = own(state, &bot) {
            known.last_error = Some((now.div_euclid(1000), words));
        }
    }
    let Some(line) = state.lines.get_mut(&bot) else { return };
    for webhook in &mut line.subscriptions {
        webhook.failing_since = (reply.status == Some(410)).then(|| webhook.failing_since.unwrap_or(now));
    }
    line.subscriptions.retain(|one| one.failing_since.is_none_or(|since| now - since < GONE));
}

/// `getUpdates`: waits up to `timeout` seconds of the machine's clock for updates.
pub(super) async fn updates(caller: Caller<'_>) -> Answered {
    let Caller { core, bot, params } = caller;
    let kinds = kinds(params)?;
    let number = core.change(|state| begin(state, bot, params, kinds))?;
    let seconds = u64::try_from(params.int("timeout").unwrap_or(0)).unwrap_or(0);
    let found =
        core.poll(seconds, |state| look(state, bot, number, params).map(|found| (!found.is_empty()).then_some(found)));
    Ok(Value::Array(found.await?.unwrap_or_default()))
}

fn id_of(hook: &Hook) -> i64 {
    hook.body["update_id"].as_i64().unwrap_or_default()
}

/// Confirms all updates before `offset`; a negative one counts from the end.
fn begin(state: &mut Telegram, bot: &Id, params: &Params, kinds: Option<Vec<String>>) -> Result<u64, Refusal> {
    ensure(of(state, bot).is_none(), || Refusal::new(409, WEBHOOK))?;
    let now = state.now;
    waiting(state, bot).filter(|hook| is_expired(hook, now)).for_each(|hook| hook.state = HookState::Dropped);
    let offset = params.int("offset").unwrap_or(0);
    let ids: Vec<i64> = waiting(state, bot).map(|hook| id_of(hook)).collect();
    let kept = usize::try_from(offset.saturating_neg()).unwrap_or_default();
    let first = if offset >= 0 { offset } else { ids.get(ids.len().saturating_sub(kept)).copied().unwrap_or(0) };
    waiting(state, bot).filter(|hook| id_of(hook) < first).for_each(|hook| hook.state = HookState::Delivered);
    let known = own(state, bot)?;
    if kinds.is_some() {
        known.allowed = kinds;
    }
    known.polls += 1;
    Ok(known.polls)
}

fn look(state: &Telegram, bot: &Id, number: u64, params: &Params) -> Result<Vec<Value>, Refusal> {
    ensure(of(state, bot).is_none(), || Refusal::new(409, WEBHOOK))?;
    let is_last = state.own.bots.get(bot).is_some_and(|bot| bot.polls == number);
    ensure(is_last, || Refusal::new(409, ANOTHER))?;
    let limit = usize::try_from(params.int("limit").unwrap_or(100).clamp(1, 100)).unwrap_or(100);
    let waiting = state.outbox.waiting().filter(|(_, hook)| hook.line == *bot);
    Ok(waiting.take(limit).map(|(_, hook)| hook.body.clone()).collect())
}
