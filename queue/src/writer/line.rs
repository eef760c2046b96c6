//! The queue in front of a writer: fair between accounts, and three of amoCRM's hooks to one of everything else.

use std::collections::{HashMap, VecDeque};

use tokio::sync::oneshot;
use uuid::Uuid;

use super::Refused;
use super::room::Held;
use crate::parcel::{Hurry, Parcel, Receipt};

/// A waiting parcel, and where to send its receipt.
pub struct Waiting {
    pub parcel: Parcel,
    pub answer: oneshot::Sender<Result<Receipt, Refused>>,
    pub _room: Held,
}

/// How many hooks go before a waiting item of another kind.
const HOOKS_BEFORE: u32 = 3;

/// Parcels of many tenants, served round-robin. Hooks come once and must be answered within five seconds, so they get
/// the larger part, but a stream of them does not block everything else.
#[derive(Default)]
pub struct Line {
    hooks: Round,
    others: Round,
    /// Hooks since the last other item, up to [`HOOKS_BEFORE`].
    hooks_in_a_row: u32,
}

impl Line {
    pub fn push(&mut self, waiting: Waiting) {
        match waiting.parcel.hurry {
            Hurry::Hook => self.hooks.push(waiting),
            Hurry::Other => self.others.push(waiting),
        }
    }

    pub fn len(&self) -> usize {
        self.hooks.len() + self.others.len()
    }

    pub fn pop(&mut self) -> Option<Waiting> {
        self.next(Round::pop)
    }

    /// The next parcel of this tenant, or, without one, of the tenant whose turn it is.
    pub fn pop_of(&mut self, tenant_id: Option<Uuid>) -> Option<Waiting> {
        match tenant_id {
            None => self.pop(),
            Some(tenant_id) => self.next(|round| round.pop_of(tenant_id)),
        }
    }

    fn next(&mut self, pop: impl Fn(&mut Round) -> Option<Waiting>) -> Option<Waiting> {
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
    waiting: HashMap<Uuid, VecDeque<Waiting>>,
}

impl Round {
    fn len(&self) -> usize {
        self.waiting.values().map(VecDeque::len).sum()
    }

    fn push(&mut self, waiting: Waiting) {
        let tenant_id = waiting.parcel.tenant_id;
        let of_tenant = self.waiting.entry(tenant_id).or_default();
        if of_tenant.is_empty() {
            self.order.push_back(tenant_id);
        }
        of_tenant.push_back(waiting);
    }

    fn pop_of(&mut self, tenant_id: Uuid) -> Option<Waiting> {
        let of_tenant = self.waiting.get_mut(&tenant_id)?;
        let first = of_tenant.pop_front();
        if of_tenant.is_empty() {
            self.waiting.remove(&tenant_id);
            self.order.retain(|other| *other != tenant_id);
        }
        first
    }

    fn pop(&mut self) -> Option<Waiting> {
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

    use super::super::room::Room;
    use super::*;

    fn waiting(tenant: u128, hurry: Hurry) -> Waiting {
        let tenant_id = Uuid::from_u128(tenant);
        let room = Room::default().take(tenant_id, 1).now_or_never().flatten().unwrap();
        let parcel = Parcel { tenant_id, hurry, raw: None, entries: Vec::new() };
        Waiting { parcel, answer: oneshot::channel().0, _room: room }
    }

    fn drained(line: &mut Line) -> Vec<u128> {
        std::iter::from_fn(|| line.pop()).map(|waiting| waiting.parcel.tenant_id.as_u128()).collect()
    }

    #[test]
    fn tenants_take_turns_and_hooks_come_first() {
        let mut line = Line::default();
        for tenant in [1, 1, 1, 2, 3] {
            line.push(waiting(tenant, Hurry::Other));
        }
        line.push(waiting(9, Hurry::Hook));
        assert_eq!(line.len(), 6);
        assert_eq!(drained(&mut line), [9, 1, 2, 3, 1, 1]);
    }

    #[test]
    fn c4_hooks_that_never_end_leave_others_every_fourth_place() {
        let mut line = Line::default();
        for _ in 0..9 {
            line.push(waiting(9, Hurry::Hook));
        }
        for tenant in [1, 2] {
            line.push(waiting(tenant, Hurry::Other));
        }
        assert_eq!(drained(&mut line), [9, 9, 9, 1, 9, 9, 9, 2, 9, 9, 9]);
        // After enough hooks in a row the next other item goes first.
        for _ in 0..8 {
            line.push(waiting(9, Hurry::Hook));
        }
        for _ in 0..4 {
            line.pop();
        }
        line.push(waiting(1, Hurry::Other));
        assert_eq!(drained(&mut line), [1, 9, 9, 9, 9]);
    }

    #[test]
    fn c4_what_is_overtaken_is_bounded_however_long_the_line() {
        let mut line = Line::default();
        let mut overtaken_by = 0;
        for _ in 0..10_000 {
            line.push(waiting(9, Hurry::Hook));
        }
        line.push(waiting(1, Hurry::Other));
        while line.pop().is_some_and(|next| next.parcel.hurry == Hurry::Hook) {
            overtaken_by += 1;
        }
        assert_eq!(overtaken_by, 3);
    }

    #[test]
    fn a_batch_of_one_tenant_leaves_the_others_their_turns() {
        let mut line = Line::default();
        for (tenant, hurry) in
            [(1, Hurry::Other), (2, Hurry::Other), (1, Hurry::Other), (1, Hurry::Hook), (3, Hurry::Other)]
        {
            line.push(waiting(tenant, hurry));
        }
        let first = line.pop_of(None).map(|waiting| waiting.parcel.tenant_id);
        assert_eq!(first, Some(Uuid::from_u128(1)));
        assert_eq!(std::iter::from_fn(|| line.pop_of(first)).count(), 2);
        assert_eq!(drained(&mut line), [2, 3]);
    }
}
