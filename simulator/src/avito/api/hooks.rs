//! Webhooks and the blacklist.

use serde_json::{Value, json};
use url::Url;

use super::{
    answer::{Refusal, bad},
    wire::Call,
};
use crate::avito::state::State;

fn url_of(call: &Call) -> Result<String, Refusal> {
    let url = call.json["url"].as_str().ok_or_else(|| bad("url is required"))?;
    let is_web = Url::parse(url).is_ok_and(|url| ["http", "https"].contains(&url.scheme()));
    if is_web { Ok(url.to_owned()) } else { Err(bad("url is not an address")) }
}

/// `postWebhookV3`: adds one.
pub(super) fn subscribe(state: &mut State, seller: i64, call: &Call) -> Result<Value, Refusal> {
    let url = url_of(call)?;
    if let Some(seller) = state.sellers.get_mut(&seller).filter(|seller| !seller.hooks.contains(&url)) {
        seller.hooks.push(url);
    }
    Ok(json!({"ok": true}))
}

/// `postWebhookUnsubscribe`.
pub(super) fn unsubscribe(state: &mut State, seller: i64, call: &Call) -> Result<Value, Refusal> {
    let url = url_of(call)?;
    if let Some(seller) = state.sellers.get_mut(&seller) {
        seller.hooks.retain(|known| *known != url);
    }
    Ok(json!({"ok": true}))
}

/// `getSubscriptions`.
pub(super) fn list(state: &State, seller: i64) -> Value {
    let hooks = state.sellers.get(&seller).map(|seller| seller.hooks.as_slice()).unwrap_or_default();
    let shown: Vec<Value> = hooks.iter().map(|url| json!({"url": url, "version": "3"})).collect();
    json!({"subscriptions": shown})
}

/// `postBlacklistV2`.
pub(super) fn blacklist(state: &mut State, seller: i64, call: &Call) -> Result<Value, Refusal> {
    let users = call.json["users"].as_array().ok_or_else(|| bad("users is required"))?;
    let ids: Option<Vec<i64>> = users.iter().map(|user| user["user_id"].as_i64()).collect();
    let ids = ids.ok_or_else(|| bad("user_id is required"))?;
    if let Some(seller) = state.sellers.get_mut(&seller) {
        seller.blacklist.extend(ids);
    }
    Ok(json!({}))
}
