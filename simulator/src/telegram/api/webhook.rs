//! `setWebhook`, `deleteWebhook`, `getWebhookInfo`.

use serde_json::{Value, json};

use super::{
    answer::{Refusal, bad, ensure},
    params::Params,
    table::Reply,
};
use crate::telegram::{
    core::Core,
    state::{State, UpdateState, Webhook},
};

const PORTS: [u16; 4] = [443, 80, 88, 8443];

/// `allowed_updates`; `None` if absent.
pub(super) fn kinds(params: &Params) -> Result<Option<Vec<String>>, Refusal> {
    let Some(given) = params.json("allowed_updates", "allowed updates")? else {
        return Ok(None);
    };
    let list = given.as_array().ok_or_else(|| bad("can't parse allowed updates: expected an Array"))?;
    let text = |one: &Value| {
        one.as_str().map(str::to_owned).ok_or_else(|| bad("can't parse allowed updates: expected String"))
    };
    list.iter().map(text).collect::<Result<Vec<String>, Refusal>>().map(Some)
}

/// Whether Telegram would accept this address.
fn check(core: &Core, address: &str) -> Result<url::Url, Refusal> {
    let parsed = url::Url::parse(address).map_err(|_| bad("invalid webhook URL specified"))?;
    ensure(parsed.has_host(), || bad("invalid webhook URL specified"))?;
    if core.options.local {
        let known = matches!(parsed.scheme(), "http" | "https");
        ensure(known, || bad("bad webhook: An HTTPS URL must be provided for webhook"))?;
        return Ok(parsed);
    }
    ensure(parsed.scheme() == "https", || bad("bad webhook: An HTTPS URL must be provided for webhook"))?;
    let port = parsed.port_or_known_default().unwrap_or(443);
    ensure(PORTS.contains(&port), || bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"))?;
    let host = parsed.host_str().unwrap_or_default();
    let is_here =
        host == "localhost" || host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback() || ip.is_private());
    ensure(!is_here, || bad("bad webhook: IP address is reserved"))?;
    Ok(parsed)
}

/// `setWebhook`. An empty address removes the webhook.
pub(super) fn set(core: &Core, bot: i64, params: &Params) -> Result<Reply, Refusal> {
    let address = params.text("url").unwrap_or_default();
    if address.is_empty() {
        return Ok(delete(core, bot, params));
    }
    let parsed = check(core, &address)?;
    let kinds = kinds(params)?;
    let secret = params.text("secret_token").filter(|secret| !secret.is_empty());
    if let Some(secret) = &secret {
        ensure(secret.len() <= 256, || bad("secret token is too long"))?;
        let plain = |one: char| one.is_ascii_alphanumeric() || one == '_' || one == '-';
        ensure(secret.chars().all(plain), || bad("secret token contains unallowed characters"))?;
    }
    let most = if core.options.local { 100_000 } else { 100 };
    let literal = parsed.host().and_then(|host| match host {
        url::Host::Ipv4(ip) => Some(ip.to_string()),
        url::Host::Ipv6(ip) => Some(ip.to_string()),
        url::Host::Domain(_) => None,
    });
    let webhook = Webhook {
        url: address,
        secret,
        max_connections: params.int("max_connections").unwrap_or(40).clamp(1, most),
        ip_address: params.text("ip_address").filter(|ip| !ip.is_empty()).or(literal),
        has_certificate: params.files.contains_key("certificate"),
        last_error: None,
        gone_since: None,
    };
    core.change(|state| {
        let bot = state.bots.get_mut(&bot).ok_or_else(|| Refusal::new(401, "Unauthorized"))?;
        if kinds.is_some() {
            bot.allowed_updates = kinds;
        }
        if params.flag("drop_pending_updates") {
            bot.updates.finish_all(UpdateState::Dropped, |_| true);
        }
        let is_same = bot.webhook.as_ref().is_some_and(|old| {
            old.url == webhook.url && old.secret == webhook.secret && old.max_connections == webhook.max_connections
        });
        if !is_same {
            bot.webhook = Some(webhook);
            bot.updates.hurry(state.now);
        }
        let words = if is_same { "Webhook is already set" } else { "Webhook was set" };
        Ok(Reply { result: json!(true), description: Some(words) })
    })
}

/// `deleteWebhook`.
pub(super) fn delete(core: &Core, bot: i64, params: &Params) -> Reply {
    let had = core.change(|state| {
        let bot = state.bots.get_mut(&bot)?;
        if params.flag("drop_pending_updates") {
            bot.updates.finish_all(UpdateState::Dropped, |_| true);
        }
        bot.webhook.take()
    });
    let words = if had.is_some() { "Webhook was deleted" } else { "Webhook is already deleted" };
    Reply { result: json!(true), description: Some(words) }
}

/// `getWebhookInfo`.
pub(super) fn info(state: &State, bot: i64) -> Value {
    let Some(bot) = state.bots.get(&bot) else {
        return Value::Null;
    };
    let pending = bot.updates.waiting().iter().filter(|update| update.expires_at > state.now).count();
    let mut info = json!({"url": "", "has_custom_certificate": false, "pending_update_count": pending});
    if let Some(webhook) = &bot.webhook {
        info["url"] = json!(webhook.url);
        info["has_custom_certificate"] = json!(webhook.has_certificate);
        info["max_connections"] = json!(webhook.max_connections);
        if let Some(ip) = &webhook.ip_address {
            info["ip_address"] = json!(ip);
        }
        if let Some((date, words)) = &webhook.last_error {
            info["last_error_date"] = json!(date);
            info["last_error_message"] = json!(words);
        }
    }
    if let Some(kinds) = bot.allowed_updates.as_ref().filter(|kinds| !kinds.is_empty()) {
        info["allowed_updates"] = json!(kinds);
    }
    info
}
