//! Counts the bytes each account stored through this writer, until they are written to the database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base::message::day_of;
use uuid::Uuid;

use super::super::accept_batch::{AcceptBatch, ItemOutcome};

/// Bytes by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub messages: i64,
    /// Raw hooks and calls.
    pub hooks: i64,
}

/// The bytes that a batch adds once it is stored.
pub(super) struct Weighed {
    tenant_id: Uuid,
    day: i32,
    messages: Vec<i64>,
    hook: i64,
}

impl Weighed {
    pub fn of(batch: &AcceptBatch) -> Self {
        let length = |bytes: usize| i64::try_from(bytes).unwrap_or(i64::MAX);
        let came = batch.entries.first().map(|entry| entry.accepted_at);
        let at = came.or(batch.raw.as_ref().map(|raw| raw.received_at)).unwrap_or(0);
        let body = |message: &super::super::accept_batch::NewMessage| length(message.body.len());
        Self {
            tenant_id: batch.tenant_id,
            day: day_of(at),
            messages: batch.entries.iter().map(|entry| entry.message.as_ref().map_or(0, body)).collect(),
            hook: batch.raw.as_ref().map_or(0, |raw| length(raw.body.len() + raw.headers.len())),
        }
    }
}

/// Sums by account and day. Clones share the counts.
#[derive(Clone, Debug, Default)]
pub struct Tally(Arc<Mutex<HashMap<(Uuid, i32), Sums>>>);

impl Tally {
    /// Counts the new parts of a stored batch.
    pub(super) fn add(&self, weighed: Weighed, receipt: &[ItemOutcome]) {
        let new = |outcome: &ItemOutcome| matches!(outcome, ItemOutcome::New { .. });
        let messages =
            weighed.messages.iter().zip(receipt).filter(|(_, outcome)| new(outcome)).map(|(bytes, _)| bytes).sum();
        let kept = receipt.is_empty() || receipt.iter().any(new);
        let hooks = if kept { weighed.hook } else { 0 };
        if messages > 0 || hooks > 0 {
            self.put((weighed.tenant_id, weighed.day), Sums { messages, hooks });
        }
    }

    /// Adds to the counts.
    pub fn put(&self, key: (Uuid, i32), sums: Sums) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = all.entry(key).or_default();
        sum.messages += sums.messages;
        sum.hooks += sums.hooks;
    }

    /// Removes and returns all counts.
    pub fn take(&self) -> Vec<((Uuid, i32), Sums)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).drain().collect()
    }
}
