//! `getUpdates`.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    answer::{Answered, Refusal},
    params::Params,
    webhook,
};
use crate::telegram::{
    core::Core,
    state::{State, UpdateState},
};

const WEBHOOK: &str = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the \
                       webhook first";
const ANOTHER: &str =
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";

/// `getUpdates`: waits up to `timeout` seconds of the machine's clock for updates.
pub(super) async fn updates(core: &Core, bot: i64, params: &Params) -> Answered {
    let kinds = webhook::kinds(params)?;
    let mut changes = core.subscribe();
    let number = core.change(|state| begin(state, bot, params, kinds))?;
    let seconds = u64::try_from(params.int("timeout").unwrap_or(0)).unwrap_or(0).min(50);
    let end = tokio::time::Instant::now() + Duration::from_secs(seconds);
    loop {
        changes.borrow_and_update();
        let found = core.read(|state| look(state, bot, number, params))?;
        if !found.is_empty() {
            return Ok(Value::Array(found));
        }
        let woken = tokio::time::timeout_at(end, changes.changed()).await;
        if !matches!(woken, Ok(Ok(()))) {
            return Ok(json!([]));
        }
    }
}

/// Confirms all updates before `offset`; a negative one counts from the end.
fn begin(state: &mut State, bot: i64, params: &Params, kinds: Option<Vec<String>>) -> Result<u64, Refusal> {
    let now = state.now;
    let bot = state.bots.get_mut(&bot).ok_or_else(|| Refusal::new(401, "Unauthorized"))?;
    if bot.webhook.is_some() {
        return Err(Refusal::new(409, WEBHOOK));
    }
    bot.updates.expire(now);
    if kinds.is_some() {
        bot.allowed_updates = kinds;
    }
    let offset = params.int("offset").unwrap_or(0);
    let first = if offset >= 0 {
        offset
    } else {
        let ids: Vec<i64> = bot.updates.waiting().iter().map(|update| update.id).collect();
        let kept = usize::try_from(-offset).unwrap_or(usize::MAX);
        ids.get(ids.len().saturating_sub(kept)).copied().unwrap_or(0)
    };
    bot.updates.finish_all(UpdateState::Delivered, |update| update.id < first);
    bot.polls += 1;
    Ok(bot.polls)
}

fn look(state: &State, bot: i64, number: u64, params: &Params) -> Result<Vec<Value>, Refusal> {
    let bot = state.bots.get(&bot).ok_or_else(|| Refusal::new(401, "Unauthorized"))?;
    if bot.webhook.is_some() {
        return Err(Refusal::new(409, WEBHOOK));
    }
    if bot.polls != number {
        return Err(Refusal::new(409, ANOTHER));
    }
    let limit = usize::try_from(params.int("limit").unwrap_or(100).clamp(1, 100)).unwrap_or(100);
    Ok(bot.updates.waiting().into_iter().take(limit).map(|update| update.body.clone()).collect())
}
