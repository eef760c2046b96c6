//! Deliveries that begin with the commit that stores their letters: the leases are written by that commit, and the letters
//! passed on from memory.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::DbErr;
use uuid::Uuid;

use crate::accept::MOST_LETTERS;
use crate::accept_batch::{AcceptBatch, Receipt};
use crate::lease::is_refused;
use crate::{Claim, LeaseRequest, Queue};

/// New letters of a target.
#[derive(Clone, Debug)]
pub struct NewLetters {
    pub tenant_id: Uuid,
    pub target: Uuid,
    pub pool: String,
    pub count: u32,
}

/// Room for calls, held until `start` is called or dropped.
pub struct Reservation {
    pub wishes: Vec<LeaseRequest>,
    /// Length of the leases in milliseconds.
    pub lease_millis: i64,
    /// Delivers what was leased.
    pub start: Box<dyn FnOnce(Vec<Claim>) + Send>,
}

/// The future of a reservation.
pub type Reserving = Pin<Box<dyn Future<Output = Option<Reservation>> + Send>>;

/// Who delivers new letters at once.
pub trait Starter: Send + Sync {
    /// Reserves room for calls; none if there is none. Makes no call and asks no database: a commit waits for it. Not
    /// called any more once [`super::Writer::start_with`] has replaced it.
    fn reserve(&self, letters: Vec<NewLetters>) -> Reserving;
}

/// The process's starter, if it delivers. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Starting(Arc<Mutex<Option<Arc<dyn Starter>>>>);

impl Starting {
    pub fn set(&self, starter: Option<Arc<dyn Starter>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = starter;
    }

    pub fn is_set(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Room for the letters of these batches.
    pub async fn reserve(&self, queue: &Queue, batches: &[&AcceptBatch]) -> Option<Reservation> {
        if queue.store().one_account_a_commit() {
            return None;
        }
        let letters = letters_of(batches);
        let count: u32 = letters.iter().map(|of| of.count).sum();
        // A longer batch takes a transaction on PostgreSQL, which leases nothing.
        if count == 0 || !queue.store().is_sqlite() && count > MOST_LETTERS {
            return None;
        }
        let reserving = {
            let starter = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            starter.as_ref()?.reserve(letters)
        };
        reserving.await.filter(|reservation| !reservation.wishes.is_empty())
    }
}

fn letters_of(batches: &[&AcceptBatch]) -> Vec<NewLetters> {
    let mut letters: BTreeMap<(Uuid, Uuid), NewLetters> = BTreeMap::new();
    for batch in batches {
        for letter in batch.entries.iter().flat_map(|entry| &entry.letters) {
            let new = || NewLetters {
                tenant_id: batch.tenant_id,
                target: letter.target,
                pool: letter.pool.clone(),
                count: 0,
            };
            letters.entry((batch.tenant_id, letter.target)).or_insert_with(new).count += 1;
        }
    }
    letters.into_values().collect()
}

/// Stores the batches and starts what was leased. If the answer is lost, the leases are looked for in the background, so
/// that what was not sent does not come back as unknown.
pub(super) async fn accept_and_start(
    queue: &Queue,
    batches: &[&AcceptBatch],
    reservation: Reservation,
) -> Result<Vec<Receipt>, DbErr> {
    let Reservation { wishes, lease_millis, start } = reservation;
    let call = queue.lease_call(&wishes, lease_millis);
    match queue.accept_leasing(batches, &call).await {
        Ok(accepted) => {
            start(accepted.claims);
            Ok(accepted.receipts)
        }
        Err(error) => {
            if !is_refused(&error) {
                let (queue, error) = (queue.clone(), error.clone());
                tokio::spawn(async move {
                    if let Ok(claims) = queue.leases_of(&call, error).await {
                        start(claims);
                    }
                });
            }
            Err(error)
        }
    }
}
