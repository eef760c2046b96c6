//! Points at which a test can block the program, to control concurrency.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

#[derive(Clone, Debug)]
struct Gate {
    open: watch::Receiver<bool>,
    waiting: watch::Sender<usize>,
}

/// The points that are blocked now.
#[derive(Debug, Default)]
pub(super) struct HeldPoints(Mutex<BTreeMap<&'static str, Gate>>);

/// A blocked point. Dropping it releases it.
#[derive(Debug)]
pub struct HeldPoint {
    open: watch::Sender<bool>,
    waiting: watch::Receiver<usize>,
}

impl HeldPoints {
    pub fn hold(&self, name: &'static str) -> HeldPoint {
        let (open, waiting) = (watch::Sender::new(false), watch::Sender::new(0));
        let held = HeldPoint { open: open.clone(), waiting: waiting.subscribe() };
        let gate = Gate { open: open.subscribe(), waiting };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name, gate);
        held
    }

    pub async fn pass(&self, name: &'static str) {
        let gate = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        let Some(mut gate) = gate else { return };
        gate.waiting.send_modify(|count| *count += 1);
        // An error means that the other half was dropped, which releases it too.
        let _ = gate.open.wait_for(|open| *open).await;
    }
}

impl HeldPoint {
    /// Returns once a caller has reached the point.
    pub async fn reached(&self) {
        let _ = self.waiting.clone().wait_for(|count| *count > 0).await;
    }

    /// Lets all callers pass, including later ones.
    pub fn release(&self) {
        self.open.send_replace(true);
    }
}
