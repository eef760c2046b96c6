//! Sends webhooks as Meta does: signed, one at a time per app, retried with growing delays for a week. A retry does not
//! block later webhooks, so their order is not kept.

mod call;
mod pick;
mod settle;

use std::sync::{Arc, Weak};

use super::core::Core;
use crate::old;

/// Sends due webhooks while WhatsApp runs.
pub(crate) async fn run(core: Weak<Core>) {
    old::send(core, |core| async move {
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

/// Whether a webhook is being delivered, or one is due and not held, or a link is being downloaded.
pub(crate) fn is_busy(core: &Core) -> bool {
    // The order of the checks matters: a webhook whose delivery starts between them changes from the first state to the
    // second.
    let is_due = !core.is_held() && is_something_due(core);
    is_due || core.read(|state| state.loading > 0 || state.outbox.waiting().any(|one| one.is_on_its_way))
}
