//! Sends CRM hooks: a form, a time limit of two seconds, and retries after invalid answers.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::crm::{
    core::Core,
    exchange::Outgoing,
    hook_faults::HookKind,
    log::{CrmHookView, HookAnswer},
    outgoing::{self, Delivered},
    state::{State, crm::Delivery},
};

/// amoCRM's time limit for an answer.
const LIMIT: Duration = Duration::from_secs(2);
/// Polling interval for due hooks: the clock may be a test's, which gives no signal.
const LOOK: Duration = Duration::from_millis(200);
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

fn is_valid(answer: &HookAnswer) -> bool {
    answer.status.is_some_and(|status| (100..300).contains(&status))
}

/// Sends due hooks while the sandbox runs.
pub(crate) async fn run(core: Weak<Core>) {
    let Some(mut changes) = core.upgrade().map(|core| core.subscribe()) else {
        return;
    };
    loop {
        changes.borrow_and_update();
        let waiting = match core.upgrade() {
            Some(core) => {
                send_due(&core).await;
                core.read(|state| !state.crm_hooks.queue.is_empty())
            }
            None => return,
        };
        let woken = async { changes.changed().await };
        let gone = match waiting {
            true => tokio::time::timeout(LOOK, woken).await.is_ok_and(|changed| changed.is_err()),
            false => woken.await.is_err(),
        };
        if gone {
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
        send(core, delivery).await;
    }
}

fn call(core: &Core, host: &str, destination: &str, body: &str, what: &str) -> Outgoing {
    let request = core
        .client
        .post(destination)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("User-Agent", "amoCRM-Webhooks/3.0")
        .body(body.to_owned());
    // The address is the subscriber's secret, so the log shows the event instead.
    Outgoing { request, method: "POST", shown: what.to_owned(), host: Some(host.to_owned()), limit: LIMIT }
}

/// Sends any form, once.
pub(crate) async fn post(core: &Core, host: &str, destination: &str, body: &str) -> HookAnswer {
    outgoing::call(core, call(core, host, destination, body, "CRM hook")).await
}

async fn send(core: &Arc<Core>, delivery: Delivery) {
    let call = call(core, &delivery.host, &delivery.destination, &delivery.body, &delivery.event);
    let delivered = outgoing::deliver(core, HookKind::Crm, "", call).await;
    let now = core.now();
    core.change(|state| answered(state, delivery, &delivered, now));
}

fn answered(state: &mut State, delivery: Delivery, delivered: &Delivered, now: DateTime<Utc>) {
    let answer = &delivered.answer;
    let tried = &mut state.crm_hooks.tried;
    tried.push_back(CrmHookView {
        host: delivery.host.clone(),
        event: delivery.event.clone(),
        destination: delivery.destination.clone(),
        body: delivery.body.clone(),
        attempt: delivery.attempt,
        status: answer.status,
    });
    while tried.len() > REMEMBERED {
        tried.pop_front();
    }
    if is_valid(answer) || delivered.on_purpose {
        return;
    }
    let account = state.accounts.get_mut(&delivery.host);
    let webhook =
        account.and_then(|account| account.crm.webhooks.iter_mut().find(|one| one.destination == delivery.destination));
    let Some(webhook) = webhook else {
        return;
    };
    webhook.answered_wrongly(now.timestamp());
    if let Some(wait) = next_attempt(delivery.attempt, answer.status).filter(|_| !webhook.disabled) {
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
            (Some(302), [Some(5), Some(15), None, None, None]),
            (Some(499), [Some(5), Some(15), Some(15), Some(60), None]),
            (Some(503), [Some(5), Some(15), Some(15), Some(60), None]),
        ] {
            assert_eq!([1, 2, 3, 4, 5].map(|attempt| minutes(attempt, status)), steps, "{status:?}");
        }
    }
}
