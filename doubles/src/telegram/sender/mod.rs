//! Sends updates to webhooks like the Bot API server: each lane strictly in order, with growing delays between repeats,
//! for at most a day.

mod call;
mod pick;
mod settle;

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

pub(crate) use pick::next_due;

use super::core::Core;

/// Polling interval for later updates: the clock may be a test's, which gives no signal.
const LOOK: Duration = Duration::from_millis(200);

/// Sends due updates while Telegram runs.
pub(crate) async fn run(core: Weak<Core>) {
    let Some(mut changes) = core.upgrade().map(|core| core.subscribe()) else {
        return;
    };
    loop {
        changes.borrow_and_update();
        let waiting = match core.upgrade() {
            Some(core) => {
                launch(&core);
                core.read(|state| state.bots.values().any(|bot| bot.updates.waiting_count() > 0))
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

/// Whether an update of a webhook is due and could start now.
pub(crate) fn is_something_due(core: &Core) -> bool {
    let now = core.now().timestamp_millis();
    core.read(|state| {
        state.bots.values().any(|bot| pick::due(bot, now).next().is_some() || bot.updates.is_expired(now))
    })
}

/// Whether an update is being delivered.
pub(crate) fn is_something_under_way(core: &Core) -> bool {
    core.read(|state| state.bots.values().any(|bot| bot.updates.heads().any(|(_, one)| one.is_on_its_way)))
}
