//! Sends updates to webhooks like the Bot API server: each lane strictly in order, with growing delays between retries,
//! for at most a day.

mod call;
mod pick;
mod settle;

use std::sync::{Arc, Weak};

pub(crate) use pick::next_due;

use super::core::Core;
use crate::old;

/// Sends due updates while Telegram runs.
pub(crate) async fn run(core: Weak<Core>) {
    old::send(core, |core| async move {
        launch(&core);
        core.read(|state| state.bots.values().any(|bot| bot.updates.waiting_count() > 0))
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

/// Whether an update of a webhook is due and could start now.
fn is_something_due(core: &Core) -> bool {
    let now = core.millis();
    core.read(|state| {
        state.bots.values().any(|bot| pick::due(bot, now).next().is_some() || bot.updates.is_expired(now))
    })
}

/// Whether an update is due and not held, or being delivered. The order of the checks matters: an update whose delivery
/// starts between them changes from the first state to the second.
pub(crate) fn is_busy(core: &Core) -> bool {
    let is_due = !core.is_held() && is_something_due(core);
    is_due || core.read(|state| state.bots.values().any(|bot| bot.updates.heads().any(|(_, one)| one.is_on_its_way)))
}
