//! Sends events to apps as Meta does: signed, in no guaranteed order, retried with growing delays for 36 hours
//! (`graph-api/webhooks/getting-started`).

mod call;
mod sign;

use std::sync::Weak;

use serde_json::{Value, json};

use super::{
    core::Core,
    faults::HookFault,
    state::{Hook, HookState, State},
};
use crate::old;

/// One body with its events.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    /// Indices of its events.
    events: Vec<usize>,
    url: String,
    secret: String,
    body: Value,
    fault: Option<HookFault>,
}

/// Sends due events while Meta runs, one body after the other.
pub(crate) async fn run(core: Weak<Core>) {
    old::send(core, |core| async move {
        while let Some(parcel) = next(&core) {
            let status = call::deliver(&core, &parcel).await;
            core.change(|state| settle(state, &parcel, status));
        }
        core.read(|state| state.hooks.iter().any(|one| one.state == HookState::Waiting))
    })
    .await;
}

/// Whether an event is due or being sent.
pub(crate) fn is_busy(core: &Core) -> bool {
    let now = core.millis();
    core.read(|state| {
        let waits = |one: &&Hook| (one.is_due(now) || one.is_too_old(now)) && one.state == HookState::Waiting;
        state.hooks.iter().any(|one| one.is_on_its_way)
            || (!core.is_held() && state.hooks.iter().any(|one| waits(&one)))
    })
}

/// Takes the next body, if one is due.
fn next(core: &Core) -> Option<Parcel> {
    if core.is_held() || !is_busy(core) {
        return None;
    }
    core.change(|state| {
        let now = state.now;
        for hook in state.hooks.iter_mut().filter(|one| one.state == HookState::Waiting && one.is_too_old(now)) {
            hook.state = HookState::Dropped;
        }
        loop {
            let at = state.hooks.iter().position(|one| one.is_due(now))?;
            let first = state.hooks.get(at)?.clone();
            let target = target(state, &first);
            let events: Vec<usize> = if core.options.batches {
                let is_same = |one: &Hook| one.is_due(now) && one.app == first.app && one.object == first.object;
                state.hooks.iter().enumerate().filter(|(_, one)| is_same(one)).map(|(at, _)| at).collect()
            } else {
                vec![at]
            };
            let fault = if first.attempts == 0 { core.faults.take_delivery() } else { None };
            let Some((url, secret)) = target.filter(|_| fault != Some(HookFault::Lost)) else {
                for at in events {
                    if let Some(hook) = state.hooks.get_mut(at) {
                        hook.state = HookState::Dropped;
                    }
                }
                continue;
            };
            let body = body(state, &events);
            for at in &events {
                if let Some(hook) = state.hooks.get_mut(*at) {
                    hook.is_on_its_way = true;
                    hook.attempts += 1;
                }
            }
            return Some(Parcel { events, url, secret, body, fault });
        }
    })
}

/// The current target of an event, and the secret that signs it.
fn target(state: &State, hook: &Hook) -> Option<(String, String)> {
    let app = state.apps.get(&hook.app)?;
    let subscription = app.subscriptions.get(hook.object)?;
    Some((subscription.callback_url.clone(), app.secret.clone()))
}

/// Events of one app, with one entry per account.
fn body(state: &State, events: &[usize]) -> Value {
    let mut entries: Vec<Value> = Vec::new();
    let mut object = "";
    for hook in events.iter().filter_map(|at| state.hooks.get(*at)) {
        object = hook.object;
        let known = entries.iter_mut().find(|one| one["id"] == json!(hook.account) && one.get(hook.list).is_some());
        match known.and_then(|one| one[hook.list].as_array_mut()) {
            Some(list) => list.push(hook.event.clone()),
            None => {
                // The time of changes is in seconds, that of messages in milliseconds.
                let time = if hook.list == "changes" { state.now / 1000 } else { state.now };
                entries.push(json!({ "id": hook.account, "time": time, hook.list: [hook.event] }));
            }
        }
    }
    json!({ "object": object, "entry": entries })
}

/// The delay after this many attempts, in milliseconds.
fn wait(attempts: u32) -> i64 {
    match attempts {
        0 | 1 => 0,
        more => 60_000_i64.saturating_mul(1_i64.checked_shl(more.min(8) - 2).unwrap_or(1)),
    }
}

fn settle(state: &mut State, parcel: &Parcel, status: Option<u16>) {
    let now = state.now;
    for at in &parcel.events {
        let Some(hook) = state.hooks.get_mut(*at) else { continue };
        hook.is_on_its_way = false;
        hook.last_status = status;
        let is_taken = status.is_some_and(|status| (200..300).contains(&status));
        if is_taken || parcel.fault == Some(HookFault::Forged) {
            hook.state = HookState::Delivered;
        } else {
            hook.due_at = now + wait(hook.attempts);
        }
    }
}
