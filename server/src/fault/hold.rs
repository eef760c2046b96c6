//! Places at which a test holds the program, to decide what overlaps with what.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

#[derive(Clone, Debug)]
struct Gate {
    open: watch::Receiver<bool>,
    waiting: watch::Sender<usize>,
}

/// The places that are held now.
#[derive(Debug, Default)]
pub(super) struct Holds(Mutex<BTreeMap<&'static str, Gate>>);

/// A held place. Dropping it releases it.
#[derive(Debug)]
pub struct Held {
    open: watch::Sender<bool>,
    waiting: watch::Receiver<usize>,
}

impl Holds {
    pub fn hold(&self, name: &'static str) -> Held {
        let (open, waiting) = (watch::Sender::new(false), watch::Sender::new(0));
        let held = Held { open: open.clone(), waiting: waiting.subscribe() };
        let gate = Gate { open: open.subscribe(), waiting };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name, gate);
        held
    }

    pub async fn pass(&self, name: &'static str) {
        let gate = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        let Some(mut gate) = gate else { return };
        gate.waiting.send_modify(|count| *count += 1);
        // An error means that the other half was dropped, which opens it too.
        let _ = gate.open.wait_for(|open| *open).await;
    }
}

impl Held {
    /// Returns once somebody has come to the place.
    pub async fn reached(&self) {
        let _ = self.waiting.clone().wait_for(|count| *count > 0).await;
    }

    /// Lets everybody pass, also those who come later.
    pub fn release(&self) {
        self.open.send_replace(true);
    }
}
