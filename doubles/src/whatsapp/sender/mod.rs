//! Sends webhooks as Meta does: signed, one at a time for an app, repeated with growing gaps for a week. One that has to
//! be repeated holds up nothing behind it, so their order is not kept.

mod call;
mod pick;
mod settle;

use std::sync::{Arc, Weak};

use super::core::Core;
use crate::kit;

/// Sends due webhooks while WhatsApp runs.
pub(crate) async fn run(core: Weak<Core>) {
    kit::send(core, |core| async move {
        launch(&core);
        core.read(|state| state.outbox.waiting().next().is_some())
    })
    .await;
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
fn is_something_due(core: &Core) -> bool {
    core.read(|state| pick::due(state).next().is_some())
}

/// Whether a webhook is being delivered, or one is due and not held, or a link is being loaded.
pub(crate) fn is_busy(core: &Core) -> bool {
    // In this order: one that is sent between both questions changes from the first to the second.
    let is_due = !core.is_held() && is_something_due(core);
    is_due || core.read(|state| state.loading > 0 || state.outbox.waiting().any(|one| one.is_on_its_way))
}
