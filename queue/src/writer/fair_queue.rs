//! The queue in front of a writer: fair between accounts, and three of amoCRM's hooks to one of everything else.

use std::collections::{HashMap, VecDeque};

use tokio::sync::oneshot;
use uuid::Uuid;

use super::AcceptError;
use super::budget::BudgetShare;
use crate::accept_batch::{AcceptBatch, Priority, Receipt};

/// A waiting batch, and where to send its receipt.
pub struct PendingBatch {
    pub batch: AcceptBatch,
    pub answer: oneshot::Sender<Result<Receipt, AcceptError>>,
    pub _room: BudgetShare,
}

/// How many hooks go before a waiting item of another kind.
const HOOKS_BEFORE: u32 = 3;

/// Batches of many tenants, served round-robin. Hooks come once and must be answered within five seconds, so they get
/// the larger part, but a stream of them does not block everything else.
#[derive(Default)]
pub struct FairQueue {
    hooks: Round,
    others: Round,
    /// Hooks since the last other item, up to [`HOOKS_BEFORE`].
    hooks_in_a_row: u32,
}

impl FairQueue {
    pub fn push(&mut self, waiting: PendingBatch) {
        match waiting.batch.priority {
            Priority::High => self.hooks.push(waiting),
            Priority::Normal => self.others.push(waiting),
        }
    }

    pub fn len(&self) -> usize {
        self.hooks.len() + self.others.len()
    }

    pub fn pop(&mut self) -> Option<PendingBatch> {
        self.next(Round::pop)
    }

    /// The next batch of this tenant, or, without one, of the tenant whose turn it is.
    pub fn pop_of(&mut self, tenant_id: Option<Uuid>) -> Option<PendingBatch> {
        match tenant_id {
            None => self.pop(),
            Some(tenant_id) => self.next(|round| round.pop_of(tenant_id)),
        }
    }

    fn next(&mut self, pop: impl Fn(&mut Round) -> Option<PendingBatch>) -> Option<PendingBatch> {
        let others_first = self.hooks_in_a_row >= HOOKS_BEFORE;
        if let Some(other) = others_first.then(|| pop(&mut self.others)).flatten() {
            self.hooks_in_a_row = 0;
            return Some(other);
        }
        if let Some(hook) = pop(&mut self.hooks) {
            self.hooks_in_a_row = (self.hooks_in_a_row + 1).min(HOOKS_BEFORE);
            return Some(hook);
        }
        self.hooks_in_a_row = 0;
        pop(&mut self.others)
    }
}

#[derive(Default)]
struct Round {
    order: VecDeque<Uuid>,
    waiting: HashMap<Uuid, VecDeque<PendingBatch>>,
}

impl Round {
    fn len(&self) -> usize {
        self.waiting.values().map(VecDeque::len).sum()
    }

    fn push(&mut self, waiting: PendingBatch) {
        let tenant_id = waiting.batch.tenant_id;
        let of_tenant = self.waiting.entry(tenant_id).or_default();
        if of_tenant.is_empty() {
            self.order.push_back(tenant_id);
        }
        of_tenant.push_back(waiting);
    }

    fn pop_of(&mut self, tenant_id: Uuid) -> Option<PendingBatch> {
        let of_tenant = self.waiting.get_mut(&tenant_id)?;
        let first = of_tenant.pop_front();
        if of_tenant.is_empty() {
            self.waiting.remove(&tenant_id);
            self.order.retain(|other| *other != tenant_id);
        }
        first
    }

    fn pop(&mut self) -> Option<PendingBatch> {
        let tenant_id = self.order.pop_front()?;
        let of_tenant = self.waiting.get_mut(&tenant_id)?;
        let first = of_tenant.pop_front();
        if of_tenant.is_empty() {
            self.waiting.remove(&tenant_id);
        } else {
            self.order.push_back(tenant_id);
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::super::budget::MemoryBudget;
    use super::*;

    fn waiting(tenant: u128, priority: Priority) -> PendingBatch {
        let tenant_id = Uuid::from_u128(tenant);
        let room = MemoryBudget::default().take(tenant_id, 1).now_or_never().flatten().unwrap();
        let batch = AcceptBatch { tenant_id, priority, raw: None, entries: Vec::new() };
        PendingBatch { batch, answer: oneshot::channel().0, _room: room }
    }

    fn drained(line: &mut FairQueue) -> Vec<u128> {
        std::iter::from_fn(|| line.pop()).map(|waiting| waiting.batch.tenant_id.as_u128()).collect()
    }

    #[test]
    fn tenants_take_turns_and_hooks_come_first() {
        let mut line = FairQueue::default();
        for tenant in [1, 1, 1, 2, 3] {
            line.push(waiting(tenant, Priority::Normal));
        }
        line.push(waiting(9, Priority::High));
        assert_eq!(line.len(), 6);
        assert_eq!(drained(&mut line), [9, 1, 2, 3, 1, 1]);
    }

    #[test]
    fn c4_an_endless_flood_of_hooks_leaves_every_fourth_place_to_others() {
        let mut line = FairQueue::default();
        for _ in 0..9 {
            line.push(waiting(9, Priority::High));
        }
        for tenant in [1, 2] {
            line.push(waiting(tenant, Priority::Normal));
        }
        assert_eq!(drained(&mut line), [9, 9, 9, 1, 9, 9, 9, 2, 9, 9, 9]);
        // After enough hooks in a row the next other item goes first.
        for _ in 0..8 {
            line.push(waiting(9, Priority::High));
        }
        for _ in 0..4 {
            line.pop();
        }
        line.push(waiting(1, Priority::Normal));
        assert_eq!(drained(&mut line), [1, 9, 9, 9, 9]);
    }

    #[test]
    fn c4_the_number_of_overtaking_hooks_is_bounded_in_a_queue_of_any_length() {
        let mut line = FairQueue::default();
        let mut overtaken_by = 0;
        for _ in 0..10_000 {
            line.push(waiting(9, Priority::High));
        }
        line.push(waiting(1, Priority::Normal));
        while line.pop().is_some_and(|next| next.batch.priority == Priority::High) {
            overtaken_by += 1;
        }
        assert_eq!(overtaken_by, 3);
    }

    #[test]
    fn a_batch_of_one_tenant_leaves_the_others_their_turns() {
        let mut line = FairQueue::default();
        for (tenant, priority) in [
            (1, Priority::Normal),
            (2, Priority::Normal),
            (1, Priority::Normal),
            (1, Priority::High),
            (3, Priority::Normal),
        ] {
            line.push(waiting(tenant, priority));
        }
        let first = line.pop_of(None).map(|waiting| waiting.batch.tenant_id);
        assert_eq!(first, Some(Uuid::from_u128(1)));
        assert_eq!(std::iter::from_fn(|| line.pop_of(first)).count(), 2);
        assert_eq!(drained(&mut line), [2, 3]);
    }
}
