//! Sends CRM hooks: a form, a time limit of two seconds, and retries after invalid answers.

use std::sync::{Arc, Weak};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::core::Core;
use super::exchange::Outgoing;
use super::faults::HookKind;
use super::log::HookAnswer;
use super::state::{Delivery, State};
use crate::kit::woken;

/// amoCRM's time limit for an answer.
const LIMIT: Duration = Duration::from_secs(2);
/// Attempts kept.
const REMEMBERED: usize = 2000;

/// Delay of the next attempt after this answer; `None` if there is none. After 5 and 15 minutes for every invalid
/// answer, after a further 15 minutes and an hour only for 499 and 5xx.
fn next_attempt(attempt: u32, status: Option<u16>) -> Option<TimeDelta> {
    let server = status.is_some_and(|status| status == 499 || status >= 500);
    match attempt {
        1 => Some(TimeDelta::minutes(5)),
        2 => Some(TimeDelta::minutes(15)),
        3 if server => Some(TimeDelta::minutes(15)),
        4 if server => Some(TimeDelta::hours(1)),
        _ => None,
    }
}

/// Sends due hooks while the local amoCRM runs.
pub(crate) async fn run(core: Weak<Core>) {
    let Some(mut changes) = core.upgrade().map(|core| core.shared.subscribe()) else { return };
    loop {
        changes.borrow_and_update();
        let Some(core) = core.upgrade() else { return };
        send_due(&core).await;
        let is_waiting = core.read(|state| !state.crm_hooks.queue.is_empty());
        drop(core);
        if !woken(&mut changes, is_waiting).await {
            return;
        }
    }
}

async fn send_due(core: &Arc<Core>) {
    let now = core.now();
    if core.read(|state| state.crm_hooks.queue.iter().all(|one| one.due > now)) {
        return;
    }
    let due: Vec<Delivery> = core.change(|state| state.crm_hooks.queue.extract_if(.., |one| one.due <= now).collect());
    for delivery in due {
        let answer = core.deliver(HookKind::Crm, call(core, &delivery)).await;
        core.change(|state| answered(state, delivery, answer.ok(), now));
    }
}

fn call(core: &Core, delivery: &Delivery) -> Outgoing {
    let request = core
        .client
        .post(&delivery.destination)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("User-Agent", "amoCRM-Webhooks/3.0")
        .body(delivery.body.clone());
    // The address is the subscriber's secret, so the log shows the event instead.
    let (shown, host) = (delivery.event.clone(), Some(delivery.host.clone()));
    Outgoing { request, method: "POST", shown, host, limit: LIMIT }
}

/// Records an attempt, and plans the next one after an invalid answer; one that got lost was never answered.
fn answered(state: &mut State, delivery: Delivery, answer: Option<HookAnswer>, now: DateTime<Utc>) {
    let status = answer.as_ref().and_then(|answer| answer.status);
    let tried = &mut state.crm_hooks.tried;
    tried.push_back(Delivery { status, ..delivery.clone() });
    if tried.len() > REMEMBERED {
        tried.pop_front();
    }
    let is_valid = answer.is_none() || status.is_some_and(|status| (100..300).contains(&status));
    let webhooks = state.accounts.get_mut(&delivery.host).map(|account| account.crm.webhooks.iter_mut());
    let webhook = webhooks.into_iter().flatten().find(|one| one.destination == delivery.destination);
    let Some(webhook) = webhook.filter(|_| !is_valid) else { return };
    webhook.answered_wrongly(now.timestamp());
    if let Some(wait) = next_attempt(delivery.attempt, status).filter(|_| !webhook.disabled) {
        state.crm_hooks.queue.push(Delivery { attempt: delivery.attempt + 1, due: now + wait, ..delivery });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_follow_the_documented_steps() {
        let minutes = |attempt, status| next_attempt(attempt, status).map(|wait| wait.num_minutes());
        for (status, steps) in [
            (None, [Some(5), Some(15), None, None, None]),
            (Some(404), [Some(5), Some(15), None, None, None]),
            (Some(499), [Some(5), Some(15), Some(15), Some(60), None]),
            (Some(503), [Some(5), Some(15), Some(15), Some(60), None]),
        ] {
            assert_eq!([1, 2, 3, 4, 5].map(|attempt| minutes(attempt, status)), steps, "{status:?}");
        }
    }
}
