//! Webhooks.

use serde_json::{Value, json};
use url::Url;

use super::answer::{Answered, ensure, not_success, success, wrong};
use super::wire::Call;
use crate::max::state::{State, Subscription};

/// `GET /subscriptions`.
pub(super) fn list(state: &State, bot: i64) -> Value {
    let all = state.bots.get(&bot).map(|bot| bot.subscriptions.as_slice()).unwrap_or_default();
    let one = |one: &Subscription| json!({"url": one.url, "time": one.time, "update_types": one.update_types});
    json!({"subscriptions": all.iter().map(one).collect::<Vec<_>>()})
}

/// `POST /subscriptions`. The same address replaces its earlier subscription.
pub(super) fn add(state: &mut State, bot: i64, call: &Call, local: bool) -> Answered {
    let url = call.body["url"].as_str().ok_or_else(|| wrong("Missing required parameter: url"))?.to_owned();
    let parsed = Url::parse(&url).map_err(|_| wrong("Invalid url"))?;
    let is_allowed = local || (parsed.scheme() == "https" && parsed.port().is_none());
    // The text of this error is ours.
    ensure(is_allowed, || wrong("Url must be https on port 443"))?;
    let secret = call.body["secret"].as_str().map(str::to_owned);
    let sign = |sign: u8| sign.is_ascii_alphanumeric() || b"_-".contains(&sign);
    let fits = |secret: &String| (5..=256).contains(&secret.len()) && secret.bytes().all(sign);
    ensure(secret.as_ref().is_none_or(fits), || wrong("Field 'secret' must match ^[a-zA-Z0-9_-]{5,256}$"))?;
    let types = call.body["update_types"].as_array();
    let types = types.map(|all| all.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    let time = state.now;
    if let Some(bot) = state.bots.get_mut(&bot) {
        bot.subscriptions.retain(|one| one.url != url);
        bot.subscriptions.push(Subscription { url, time, update_types: types, secret, failing_since: None });
    }
    Ok(success())
}

/// `DELETE /subscriptions?url=`.
pub(super) fn remove(state: &mut State, bot: i64, call: &Call) -> Value {
    let url = call.query("url").unwrap_or_default();
    let Some(bot) = state.bots.get_mut(&bot) else { return success() };
    let before = bot.subscriptions.len();
    bot.subscriptions.retain(|one| one.url != url);
    for update in bot.updates.iter_mut().filter(|update| update.url == url) {
        update.is_done = true;
    }
    if bot.subscriptions.len() < before { success() } else { not_success("Subscription not found") }
}
