//! Starts deliveries with the commit that stores their letters, while there is plenty of room: the writer's commit
//! leases the lanes, so that no scan and no claim come between a message and its first byte.

use std::sync::Arc;

use queue::writer::{NewLetters, Reservation, Reserving, Starter};
use queue::{Claim, StoredContexts};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::deliver::{Reading, RunningDelivery, reading};
use super::offers::{Wish, known_limits};
use super::{LEASE, Reserved, UNSETTLED, reserved, slot_of};
use crate::delivery::DeliveryContext;
use crate::delivery::slots::SlotOffer;

/// The deliveries that were started so.
pub(super) struct DirectStarts {
    app: Arc<DeliveryContext>,
    /// Reservations and deliveries.
    running: TaskTracker,
}

impl DirectStarts {
    pub fn new(app: Arc<DeliveryContext>) -> Self {
        Self { app, running: TaskTracker::new() }
    }

    /// Waits for deliveries that began, and for commits that may begin more. Call it when no more are reserved.
    pub async fn ended(&self) {
        self.running.close();
        self.running.wait().await;
    }
}

impl Starter for DirectStarts {
    fn reserve(&self, letters: Vec<NewLetters>) -> Reserving {
        let (app, running, token) = (self.app.clone(), self.running.clone(), self.running.token());
        Box::pin(room(app, running, token, letters))
    }
}

/// `token`: held until the deliveries have begun.
async fn room(
    app: Arc<DeliveryContext>,
    running: TaskTracker,
    token: TaskTrackerToken,
    letters: Vec<NewLetters>,
) -> Option<Reservation> {
    app.faults.hit("start.reserve").ok()?;
    if app.writer.unsettled() >= UNSETTLED {
        return None;
    }
    let (mut offers, mut rates, mut counts) = (Vec::new(), Vec::new(), Vec::new());
    for NewLetters { tenant_id, target, pool, count } in letters {
        let Some((rate, at_once)) = known_limits(&app, &pool, target).await else { continue };
        // Nothing is shared: room is plenty.
        offers.push(SlotOffer { pool, tenant_id, target, at_once, weight: 1 });
        rates.push(rate);
        counts.push(count);
    }
    let slots = app.slots.reserve_idle(&offers, &counts, app.clock.millis());
    let wishes = offers.into_iter().zip(rates).zip(slots).filter(|(_, slots)| !slots.is_empty());
    let wishes: Vec<Wish> = wishes.map(|((offer, rate), slots)| Wish::new(offer, rate, slots)).collect();
    let requests = wishes.iter().map(|wish| wish.request.clone()).collect();
    let reserved = reserved(wishes);
    let start = Box::new(move |claims, contexts| {
        start(&app, &running, reserved, claims, contexts);
        drop(token);
    });
    Some(Reservation { wishes: requests, lease_millis: LEASE.num_milliseconds(), start })
}

fn start(
    app: &Arc<DeliveryContext>,
    running: &TaskTracker,
    mut reserved: Reserved,
    claims: Vec<Claim>,
    mut contexts: StoredContexts,
) {
    let to_read: Vec<Claim> = claims.iter().filter(|claim| !contexts.contains_key(&claim.letter.id)).cloned().collect();
    let (readings, work) = reading(app, &to_read);
    if !to_read.is_empty() {
        running.spawn(work);
    }
    let mut readings = readings.into_iter();
    for claim in claims {
        let stored = contexts.remove(&claim.letter.id).map(|stored| Reading::Stored(Box::new(stored)));
        let Some(parts) = stored.or_else(|| readings.next()) else { continue };
        let (pool, slot) = slot_of(&mut reserved, &app.slots, &claim);
        let (app, slots) = (app.clone(), app.slots.clone());
        running.spawn(async move {
            RunningDelivery { pool, claim, slot, parts }.go(&app, slots).await;
            if app.slots.are_awaited() {
                app.writer.stored().notify_one();
            }
        });
    }
}
