//! Sends webhooks: what is due, in the order of the policy, with faults, and repeated as the policy says.

use std::sync::{Arc, Weak};

use super::faults::HookFault;
use super::model::State;
use super::outbox::{Hook, HookState, Post, Reply};
use super::running::woken;
use super::wire::{Core, Wire};

/// The longest `Retry-After` that is respected, in seconds.
const LONGEST_WAIT: i64 = 3_600;

/// Sends due webhooks while the simulator runs.
pub(crate) async fn run<W: Wire>(core: Weak<Core<W>>) {
    let Some(mut changes) = core.upgrade().map(|core| core.shared.subscribe()) else { return };
    loop {
        changes.borrow_and_update();
        let Some(core) = core.upgrade() else { return };
        launch(&core);
        let is_waiting = core.read(|state| state.outbox.waiting().next().is_some());
        drop(core);
        if !woken(&mut changes, is_waiting).await {
            return;
        }
    }
}

/// Whether a webhook is being sent, or one is due and not held.
pub(crate) fn is_busy<W: Wire>(core: &Core<W>) -> bool {
    core.read(|state| state.outbox.is_sending() || (!core.is_held() && !due(core, state).is_empty()))
}

fn due<W: Wire>(core: &Core<W>, state: &State<W::Own>) -> Vec<usize> {
    state.outbox.due(state.now, &W::HOOKS, |hook| core.wire.is_ready(state, hook))
}

/// Starts every due delivery that may start.
fn launch<W: Wire>(core: &Arc<Core<W>>) {
    if core.is_held() || core.read(|state| due(core, state).is_empty()) {
        return;
    }
    let parcels = core.change(|state| {
        let mut parcels = Vec::new();
        // If a fault removes a hook, the next one of its lane may be sent.
        loop {
            let places = due(core, state);
            if places.is_empty() {
                state.outbox.skip_done();
                return parcels;
            }
            parcels.extend(places.into_iter().filter_map(|at| take(core, state, at)));
        }
    });
    for parcel in parcels {
        let core = Arc::clone(core);
        tokio::spawn(async move {
            let reply = deliver(&core, &parcel).await;
            core.change(|state| {
                for place in &parcel.places {
                    settle(&core, state, *place, &reply);
                }
            });
        });
    }
}

/// Webhooks that are sent together, mostly one.
struct Parcel {
    /// Their indices in the outbox.
    places: Vec<usize>,
    post: Post,
    fault: Option<HookFault>,
}

/// The hook at this place and those that join it.
fn together<W: Wire>(core: &Core<W>, state: &State<W::Own>, at: usize) -> Vec<usize> {
    let Some(first) = state.outbox.all.get(at) else { return Vec::new() };
    let joins =
        |other: &Hook| !other.is_on_its_way && other.due_at <= state.now && core.wire.joins(state, first, other);
    let others = state.outbox.waiting().filter(|(place, other)| *place != at && joins(other)).map(|(place, _)| place);
    std::iter::once(at).chain(others).collect()
}

fn take<W: Wire>(core: &Core<W>, state: &mut State<W::Own>, at: usize) -> Option<Parcel> {
    let places = together(core, state, at);
    let hooks: Vec<&Hook> = places.iter().filter_map(|place| state.outbox.all.get(*place)).collect();
    // One that was taken a moment ago may have joined this one, or used the last free connection of the line.
    let first = hooks.first().filter(|first| !first.is_on_its_way && core.wire.is_ready(state, first))?;
    let is_too_old = state.now - first.made_at > W::HOOKS.lives;
    let is_sent = !is_too_old && core.wire.post(state, &hooks, None).is_some();
    let fault = if is_sent && !first.is_looked_at { core.faults.take_hook() } else { None };
    let post = if is_sent { core.wire.post(state, &hooks, fault) } else { None };
    for place in &places {
        let Some(hook) = state.outbox.all.get_mut(*place) else { continue };
        hook.is_looked_at = true;
        match (fault, &post) {
            (Some(HookFault::Lost), _) | (_, None) => hook.state = HookState::Dropped,
            (Some(HookFault::Late), _) => hook.is_late = true,
            _ => {
                hook.is_on_its_way = true;
                hook.attempts += 1;
            }
        }
    }
    let post = post.filter(|_| !matches!(fault, Some(HookFault::Lost | HookFault::Late)))?;
    Some(Parcel { places, post, fault })
}

/// Delivers a webhook, twice if a fault requires it.
async fn deliver<W: Wire>(core: &Core<W>, parcel: &Parcel) -> Reply {
    let reply = post(core, &parcel.post).await;
    match parcel.fault {
        Some(HookFault::Doubled) => post(core, &parcel.post).await,
        Some(HookFault::LostAnswer) => Reply { error: "Connection reset by peer", ..Reply::default() },
        _ => reply,
    }
}

async fn post<W: Wire>(core: &Core<W>, post: &Post) -> Reply {
    let mut request = core.client.post(&post.url).timeout(W::HOOKS.limit).body(post.body.clone());
    for (name, value) in &post.headers {
        request = request.header(*name, value);
    }
    match request.send().await {
        Ok(response) => {
            let status = response.status().as_u16();
            let header = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
            let retry_after = header.and_then(|text| text.parse::<i64>().ok()).map(|wait| wait.clamp(0, LONGEST_WAIT));
            let text = response.text().await.unwrap_or_default();
            let is_accepted = (W::HOOKS.accepts)(status, &text);
            Reply { status: Some(status), text, retry_after, error: "", is_accepted }
        }
        Err(error) => {
            let error = match (error.is_timeout(), error.is_connect()) {
                (true, _) => "Read timeout expired",
                (false, true) => "Connection refused",
                _ => "Connection reset by peer",
            };
            Reply { error, ..Reply::default() }
        }
    }
}

fn settle<W: Wire>(core: &Core<W>, state: &mut State<W::Own>, at: usize, reply: &Reply) {
    let now = state.now;
    let Some(hook) = state.outbox.all.get_mut(at) else { return };
    hook.is_on_its_way = false;
    hook.last_status = reply.status;
    if reply.is_accepted {
        hook.state = HookState::Delivered;
    } else {
        let asked = reply.retry_after.map(|seconds| seconds * 1_000);
        match (W::HOOKS.wait)(hook.attempts) {
            Some(wait) => hook.due_at = now.saturating_add(asked.unwrap_or(wait)),
            None => hook.state = HookState::Dropped,
        }
    }
    core.wire.settled(state, at, reply);
    state.outbox.skip_done();
}
