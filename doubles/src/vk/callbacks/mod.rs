//! Sends events to callback servers: those of one peer in order, each until it is answered with `ok`.

mod call;
mod settle;

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use serde_json::Value;

use super::{
    core::Core,
    faults::EventFault,
    state::{EventState, State},
};

/// Polling interval for later events: the clock may be a test's, which gives no signal.
const LOOK: Duration = Duration::from_millis(200);

/// An event with everything needed for its delivery.
#[derive(Clone, Debug)]
struct Parcel {
    /// Its index among the events.
    at: usize,
    url: String,
    body: Value,
    /// How often it was sent before.
    repeats: u32,
    fault: Option<EventFault>,
}

/// Sends due events while VK runs.
pub(crate) async fn run(core: Weak<Core>) {
    let Some(mut changes) = core.upgrade().map(|core| core.subscribe()) else {
        return;
    };
    loop {
        changes.borrow_and_update();
        let waiting = match core.upgrade() {
            Some(core) => {
                launch(&core);
                core.read(|state| state.events.waiting().next().is_some())
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

/// Starts every due delivery.
fn launch(core: &Arc<Core>) {
    if core.is_held() || !is_something_due(core) {
        return;
    }
    for parcel in core.change(|state| take(state, core)) {
        let core = Arc::clone(core);
        tokio::spawn(async move {
            let answer = call::deliver(&core, &parcel).await;
            core.change(|state| settle::settle(state, &parcel, &answer));
        });
    }
}

fn take(state: &mut State, core: &Core) -> Vec<Parcel> {
    let mut parcels = Vec::new();
    for at in state.events.due(state.now) {
        let Some(event) = state.events.0.get_mut(at) else { continue };
        let server = state.communities.get(&event.community).and_then(|one| one.servers.get(&event.server));
        let Some(server) = server else {
            event.state = EventState::Dropped;
            continue;
        };
        let fault = if event.is_looked_at { None } else { core.faults.take_event() };
        event.is_looked_at = true;
        if fault == Some(EventFault::Lost) {
            event.state = EventState::Dropped;
            continue;
        }
        event.is_on_its_way = true;
        let repeats = event.attempts;
        event.attempts += 1;
        parcels.push(Parcel { at, url: server.url.clone(), body: event.body.clone(), repeats, fault });
    }
    parcels
}

/// Whether an event could be sent now.
pub(crate) fn is_something_due(core: &Core) -> bool {
    let now = core.now().timestamp_millis();
    core.read(|state| !state.events.due(now).is_empty())
}

/// Whether an event is being delivered.
pub(crate) fn is_something_under_way(core: &Core) -> bool {
    core.read(|state| state.events.waiting().any(|one| one.is_on_its_way))
}
