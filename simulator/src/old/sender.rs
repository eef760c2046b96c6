//! The loop of a webhook sender.

use std::{
    future::Future,
    sync::{Arc, Weak},
    time::Duration,
};

use super::core::{Core, Memory};

/// Polling interval for later deliveries: the clock may be a test's, which gives no signal.
const LOOK: Duration = Duration::from_millis(200);

/// Calls `launch` after every change while the double runs. `launch` sends what is due, and returns whether something
/// is due later.
pub(crate) async fn send<S: Memory, F, O, L>(core: Weak<Core<S, F, O>>, launch: impl Fn(Arc<Core<S, F, O>>) -> L)
where
    L: Future<Output = bool>,
{
    let Some(mut changes) = core.upgrade().map(|core| core.subscribe()) else { return };
    loop {
        changes.borrow_and_update();
        let Some(core) = core.upgrade() else { return };
        let is_waiting = launch(core).await;
        let woken = async { changes.changed().await };
        let is_gone = match is_waiting {
            true => tokio::time::timeout(LOOK, woken).await.is_ok_and(|changed| changed.is_err()),
            false => woken.await.is_err(),
        };
        if is_gone {
            return;
        }
    }
}
