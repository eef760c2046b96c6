//! The queue in front of a writer, fair between accounts, with three of amoCRM's hooks to one of everything else; and the memory
//! for bodies that wait in it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use uuid::Uuid;

use super::AcceptError;
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

// Memory for bodies that wait to be written, limited in total and per account: one account's flood leaves room for
// others, and an account beyond its share waits for its own batches to be written.

/// Bytes that may wait for one writer.
pub const ROOM: usize = 64 * 1024 * 1024;
/// Share of one account while others use or wait for room.
pub const SHARE: usize = ROOM / 4;
/// Share of one account otherwise: a quarter stays free for the next account.
pub const ALONE: usize = ROOM - SHARE;

/// The memory budget of one writer. Clones share it.
#[derive(Clone, Default)]
pub struct MemoryBudget(Arc<Mutex<BudgetInUse>>);

/// A part of it; returned when dropped.
pub struct BudgetShare {
    /// None once it is returned.
    room: Option<MemoryBudget>,
    tenant_id: Uuid,
    size: usize,
}

#[derive(Default)]
struct BudgetInUse {
    all: usize,
    of: HashMap<Uuid, usize>,
    /// Sum of the accounts' bytes, each counted up to its share.
    counted: usize,
    waiting: HashMap<Uuid, VecDeque<Waiter>>,
    /// Accounts with waiting callers, in turn.
    order: VecDeque<Uuid>,
}

struct Waiter {
    size: usize,
    granted: oneshot::Sender<BudgetShare>,
}

impl MemoryBudget {
    /// Reserves room; an account's callers wait in order of arrival. A request for more than the whole counts as the
    /// whole. None: it will never be granted.
    pub async fn take(&self, tenant_id: Uuid, size: usize) -> Option<BudgetShare> {
        let (granted, grant) = oneshot::channel();
        {
            let mut taken = self.lock();
            let of_tenant = taken.waiting.entry(tenant_id).or_default();
            of_tenant.push_back(Waiter { size: size.min(ROOM), granted });
            if of_tenant.len() == 1 {
                taken.order.push_back(tenant_id);
            }
            self.grant(&mut taken);
        }
        grant.await.ok()
    }

    /// Fill level in percent; an account counts with its share at most.
    pub fn filled(&self) -> usize {
        self.lock().counted * 100 / ROOM
    }

    /// Admits waiting callers that fit, one account after the other. An account beyond its share waits without
    /// blocking others; one for which there is no room at all goes before those after it.
    fn grant(&self, taken: &mut BudgetInUse) {
        let mut blocked = 0;
        while blocked < taken.order.len() {
            let Some(tenant_id) = taken.order.pop_front() else { return };
            let Some(size) = taken.next_of(tenant_id) else { continue };
            if !taken.has_share(tenant_id, size) {
                taken.order.push_back(tenant_id);
                blocked += 1;
                continue;
            }
            if taken.all + size > ROOM {
                taken.order.push_front(tenant_id);
                return;
            }
            blocked = 0;
            let Some(waiter) = taken.pop(tenant_id) else { continue };
            taken.change(tenant_id, |bytes| bytes + size);
            if let Err(mut held) = waiter.granted.send(BudgetShare { room: Some(self.clone()), tenant_id, size }) {
                // The waiting caller has just gone. Dropping this would take the lock that is held here.
                held.room = None;
                taken.change(tenant_id, |bytes| bytes.saturating_sub(size));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BudgetInUse> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BudgetInUse {
    /// The size wanted by the account's longest waiting caller; none if it has no waiting caller.
    fn next_of(&mut self, tenant_id: Uuid) -> Option<usize> {
        let waiting = self.waiting.get_mut(&tenant_id)?;
        while waiting.front().is_some_and(|waiter| waiter.granted.is_closed()) {
            waiting.pop_front();
        }
        let size = waiting.front().map(|waiter| waiter.size);
        if size.is_none() {
            self.waiting.remove(&tenant_id);
        }
        size
    }

    /// Removes the account's longest waiting caller; the account goes behind the others.
    fn pop(&mut self, tenant_id: Uuid) -> Option<Waiter> {
        let waiting = self.waiting.get_mut(&tenant_id)?;
        let first = waiting.pop_front();
        if waiting.is_empty() {
            self.waiting.remove(&tenant_id);
        } else {
            self.order.push_back(tenant_id);
        }
        first
    }

    fn has_share(&self, tenant_id: Uuid, size: usize) -> bool {
        let others = self.of.keys().chain(self.waiting.keys()).any(|other| *other != tenant_id);
        let most = if others { SHARE } else { ALONE };
        let has = self.of.get(&tenant_id).copied().unwrap_or(0);
        // One batch is always admitted.
        has == 0 || has + size <= most
    }

    fn change(&mut self, tenant_id: Uuid, change: impl Fn(usize) -> usize) {
        let of = self.of.entry(tenant_id).or_default();
        let (before, after) = (*of, change(*of));
        *of = after;
        if after == 0 {
            self.of.remove(&tenant_id);
        }
        self.all = self.all + after - before;
        self.counted = self.counted + after.min(SHARE) - before.min(SHARE);
    }
}

impl Drop for BudgetShare {
    fn drop(&mut self) {
        let Some(room) = self.room.take() else { return };
        let mut taken = room.lock();
        taken.change(self.tenant_id, |bytes| bytes.saturating_sub(self.size));
        room.grant(&mut taken);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn waiting(tenant: u128, priority: Priority) -> PendingBatch {
        let tenant_id = Uuid::from_u128(tenant);
        let room = MemoryBudget::default().take(tenant_id, 1).now_or_never().flatten().unwrap();
        let batch = AcceptBatch { tenant_id, priority, raw: None, entries: Vec::new() };
        PendingBatch { batch, answer: oneshot::channel().0, _room: room }
    }

    fn drained(queue: &mut FairQueue) -> Vec<u128> {
        std::iter::from_fn(|| queue.pop()).map(|waiting| waiting.batch.tenant_id.as_u128()).collect()
    }

    #[test]
    fn tenants_take_turns_and_hooks_come_first() {
        let mut queue = FairQueue::default();
        for tenant in [1, 1, 1, 2, 3] {
            queue.push(waiting(tenant, Priority::Normal));
        }
        queue.push(waiting(9, Priority::High));
        assert_eq!(queue.len(), 6);
        assert_eq!(drained(&mut queue), [9, 1, 2, 3, 1, 1]);
    }

    #[test]
    fn c4_an_endless_flood_of_hooks_leaves_every_fourth_place_to_others() {
        let mut queue = FairQueue::default();
        for _ in 0..9 {
            queue.push(waiting(9, Priority::High));
        }
        for tenant in [1, 2] {
            queue.push(waiting(tenant, Priority::Normal));
        }
        assert_eq!(drained(&mut queue), [9, 9, 9, 1, 9, 9, 9, 2, 9, 9, 9]);
        // After enough hooks in a row the next other item goes first.
        for _ in 0..8 {
            queue.push(waiting(9, Priority::High));
        }
        for _ in 0..4 {
            queue.pop();
        }
        queue.push(waiting(1, Priority::Normal));
        assert_eq!(drained(&mut queue), [1, 9, 9, 9, 9]);
    }

    #[test]
    fn c4_the_number_of_overtaking_hooks_is_bounded_in_a_queue_of_any_length() {
        let mut queue = FairQueue::default();
        let mut overtaken_by = 0;
        for _ in 0..10_000 {
            queue.push(waiting(9, Priority::High));
        }
        queue.push(waiting(1, Priority::Normal));
        while queue.pop().is_some_and(|next| next.batch.priority == Priority::High) {
            overtaken_by += 1;
        }
        assert_eq!(overtaken_by, 3);
    }

    #[test]
    fn a_batch_of_one_tenant_leaves_the_others_their_turns() {
        let mut queue = FairQueue::default();
        for (tenant, priority) in [
            (1, Priority::Normal),
            (2, Priority::Normal),
            (1, Priority::Normal),
            (1, Priority::High),
            (3, Priority::Normal),
        ] {
            queue.push(waiting(tenant, priority));
        }
        let first = queue.pop_of(None).map(|waiting| waiting.batch.tenant_id);
        assert_eq!(first, Some(Uuid::from_u128(1)));
        assert_eq!(std::iter::from_fn(|| queue.pop_of(first)).count(), 2);
        assert_eq!(drained(&mut queue), [2, 3]);
    }

    const MIB: usize = 1024 * 1024;

    fn tenant(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    /// Reserves room for batches of one mebibyte until one must wait.
    fn fill(room: &MemoryBudget, of: Uuid) -> Vec<BudgetShare> {
        std::iter::from_fn(|| room.take(of, MIB).now_or_never().flatten()).collect()
    }

    #[test]
    fn c4_one_account_leaves_a_quarter_free_and_has_a_quarter_beside_others() {
        let room = MemoryBudget::default();
        let first = fill(&room, tenant(1));
        assert_eq!(first.len() * MIB, ALONE, "alone it leaves a quarter free");
        assert_eq!(room.filled(), 25, "and turns no other account away");
        let second = fill(&room, tenant(2));
        assert_eq!(second.len() * MIB, SHARE, "each newcomer has its share at once");
        drop(first);
        assert_eq!(fill(&room, tenant(1)).len() * MIB, SHARE, "beside others a quarter");
    }

    #[test]
    fn c4_freed_memory_is_given_to_accounts_in_turn() {
        let room = MemoryBudget::default();
        let mut full: Vec<BudgetShare> = (1..=5).flat_map(|number| fill(&room, tenant(number))).collect();
        assert_eq!(room.lock().all, ROOM);
        // Several batches of one account and one of another wait.
        let mut waiting: Vec<_> = [6, 6, 6, 7].map(|number| Box::pin(room.take(tenant(number), MIB))).into();
        for one in &mut waiting {
            assert!(one.as_mut().now_or_never().is_none());
        }
        full.truncate(full.len() - 2);
        let granted: Vec<_> = waiting.iter_mut().map(|one| one.as_mut().now_or_never().flatten()).collect();
        assert_eq!(granted.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, false, true]);
        drop((full, waiting, granted));
        let left = room.lock();
        assert_eq!(
            (left.all, left.counted, left.waiting.len(), left.order.len()),
            (0, 0, 0, 0),
            "nothing is left behind"
        );
    }

    #[test]
    fn one_batch_of_any_size_is_admitted() {
        let room = MemoryBudget::default();
        let _other = room.take(tenant(1), 10).now_or_never().flatten();
        let large = room.take(tenant(2), 40 * MIB).now_or_never().flatten();
        assert!(large.is_some());
        assert!(room.take(tenant(3), 100 * MIB).now_or_never().is_none(), "it waits until all else has gone");
    }
}
