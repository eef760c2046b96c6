//! Sends updates to webhooks: retried up to ten times, first after a minute, then after delays that grow by a factor of
//! 2.5. A webhook without a success for eight hours is removed.

use std::sync::{Arc, Weak};
use std::time::Duration;

use serde_json::Value;

use super::core::Core;
use super::faults::UpdateFault;
use super::state::State;
use crate::kit;

/// Time limit for an answer.
const LIMIT: Duration = Duration::from_secs(30);
/// Milliseconds without a success after which a webhook is removed.
const GIVES_UP: i64 = 8 * 3_600_000;
/// Attempts of one update.
const ATTEMPTS: u32 = 11;

/// An update that is due.
struct Parcel {
    bot: i64,
    at: usize,
    url: String,
    secret: Option<String>,
    body: Value,
}

/// Sends due updates while MAX runs.
pub(crate) async fn run(core: Weak<Core>) {
    kit::send(core, |core| async move {
        deliver(&core).await;
        core.read(|state| state.bots.values().flat_map(|bot| &bot.updates).any(|update| !update.is_done))
    })
    .await;
}

/// Sends everything that is due, one after another.
pub(crate) async fn deliver(core: &Arc<Core>) {
    let turn = core.read(|state| Arc::clone(&state.delivering));
    let _one_at_a_time = turn.lock().await;
    while let Some(parcel) = core.read(|state| next(state, core.millis())) {
        let fault = core.faults.take_delivery();
        let status = match fault {
            Some(UpdateFault::Lost) => Some(200),
            Some(UpdateFault::Doubled) => {
                post(core, &parcel).await;
                post(core, &parcel).await
            }
            Some(UpdateFault::LostAnswer) => {
                post(core, &parcel).await;
                None
            }
            None => post(core, &parcel).await,
        };
        core.change(|state| settle(state, &parcel, status));
    }
}

fn next(state: &State, now: i64) -> Option<Parcel> {
    state.bots.values().find_map(|bot| {
        let (at, update) =
            bot.updates.iter().enumerate().find(|(_, update)| !update.is_done && update.due_at <= now)?;
        let webhook = bot.subscriptions.iter().find(|one| one.url == update.url);
        Some(Parcel {
            bot: bot.id,
            at,
            url: update.url.clone(),
            secret: webhook.and_then(|webhook| webhook.secret.clone()),
            body: update.body.clone(),
        })
    })
}

/// The status of the answer; none if there was no answer.
async fn post(core: &Core, parcel: &Parcel) -> Option<u16> {
    let mut request = core
        .client
        .post(&parcel.url)
        .header("Content-Type", "application/json; charset=utf-8")
        .timeout(LIMIT)
        .body(parcel.body.to_string());
    if let Some(secret) = &parcel.secret {
        request = request.header("X-Max-Bot-Api-Secret", secret);
    }
    let response = request.send().await.ok()?;
    Some(response.status().as_u16())
}

/// Seconds until the next attempt, after this many attempts.
fn wait(attempts: u32) -> i64 {
    let mut seconds = 60;
    for _ in 1..attempts {
        seconds = seconds * 5 / 2;
    }
    seconds
}

fn settle(state: &mut State, parcel: &Parcel, status: Option<u16>) {
    let now = state.now;
    let Some(bot) = state.bots.get_mut(&parcel.bot) else { return };
    let is_taken = status == Some(200);
    let mut is_given_up = false;
    if let Some(webhook) = bot.subscriptions.iter_mut().find(|one| one.url == parcel.url) {
        webhook.failing_since = if is_taken { None } else { Some(webhook.failing_since.unwrap_or(now)) };
        is_given_up = webhook.failing_since.is_some_and(|since| now - since >= GIVES_UP);
    }
    if let Some(update) = bot.updates.get_mut(parcel.at) {
        update.attempts += 1;
        update.last_status = status;
        update.is_done = is_taken || update.attempts >= ATTEMPTS;
        update.due_at = now + wait(update.attempts) * 1000;
    }
    if is_given_up {
        bot.subscriptions.retain(|one| one.url != parcel.url);
    }
    let known: Vec<String> = bot.subscriptions.iter().map(|one| one.url.clone()).collect();
    for update in bot.updates.iter_mut().filter(|update| !known.contains(&update.url)) {
        update.is_done = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_wait_two_and_a_half_times_longer() {
        assert_eq!((1..=4).map(wait).collect::<Vec<_>>(), [60, 150, 375, 937]);
    }
}
