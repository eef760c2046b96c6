//! Sends webhooks as Meta does: signed, one at a time for an app, repeated with growing gaps for a week. One that has to
//! be repeated holds up nothing behind it, so their order is not kept.

mod call;
mod pick;
mod settle;

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use super::core::Core;

/// Polling interval for later webhooks: the clock may be a test's, which gives no signal.
const LOOK: Duration = Duration::from_millis(200);

/// Sends due webhooks while WhatsApp runs.
pub(crate) async fn run(core: Weak<Core>) {
    let Some(mut changes) = core.upgrade().map(|core| core.subscribe()) else {
        return;
    };
    loop {
        changes.borrow_and_update();
        let waiting = match core.upgrade() {
            Some(core) => {
                launch(&core);
                core.read(|state| state.outbox.waiting().next().is_some())
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

/// Starts every due delivery that may start.
fn launch(core: &Arc<Core>) {
    if core.is_held() || !is_something_due(core) {
        return;
    }
    let parcels = core.change(|state| pick::all(state, &core.faults));
    for parcel in parcels {
        let core = Arc::clone(core);
        tokio::spawn(async move {
            let answer = call::deliver(&core, &parcel).await;
            core.change(|state| settle::settle(state, &parcel, &answer));
        });
    }
}

/// Whether a webhook is due and could start now.
pub(crate) fn is_something_due(core: &Core) -> bool {
    core.read(|state| pick::due(state).next().is_some())
}

/// Whether a webhook is being delivered, or a link loaded.
pub(crate) fn is_something_under_way(core: &Core) -> bool {
    core.read(|state| state.loading > 0 || state.outbox.waiting().any(|one| one.is_on_its_way))
}
