//! Sends events to callback servers: those of one peer in order, each until it is answered with `ok`.

mod call;
mod settle;

use std::sync::{Arc, Weak};

use serde_json::Value;

use super::{
    core::Core,
    faults::EventFault,
    state::{EventState, State},
};
use crate::old;

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
    old::send(core, |core| async move {
        launch(&core);
        core.read(|state| state.events.waiting().next().is_some())
    })
    .await;
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
        let fault = if event.is_looked_at { None } else { core.faults.take_delivery() };
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
fn is_something_due(core: &Core) -> bool {
    let now = core.millis();
    core.read(|state| !state.events.due(now).is_empty())
}

/// Whether an event is being delivered, or one is due and not held.
pub(crate) fn is_busy(core: &Core) -> bool {
    // The order of the checks matters: an event whose delivery starts between them changes from the first state to the
    // second.
    let is_due = !core.is_held() && is_something_due(core);
    is_due || core.read(|state| state.events.waiting().any(|one| one.is_on_its_way))
}
