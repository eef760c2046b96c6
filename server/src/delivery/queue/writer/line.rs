//! The line in front of a writer: bounded, fair between tenants, amoCRM's hooks first.

use std::collections::{HashMap, VecDeque};

use tokio::sync::{OwnedSemaphorePermit, oneshot};
use uuid::Uuid;

use super::Refused;
use crate::delivery::queue::parcel::{Hurry, Parcel, Receipt};

/// A parcel at the door, with whoever waits for its receipt.
pub struct Waiting {
    pub parcel: Parcel,
    pub answer: oneshot::Sender<Result<Receipt, Refused>>,
    pub _room: OwnedSemaphorePermit,
}

/// Parcels of many tenants, drained one tenant after the other, hooks first.
#[derive(Default)]
pub struct Line {
    hooks: Round,
    others: Round,
}

impl Line {
    pub fn push(&mut self, waiting: Waiting) {
        match waiting.parcel.hurry {
            Hurry::Hook => self.hooks.push(waiting),
            Hurry::Other => self.others.push(waiting),
        }
    }

    pub fn pop(&mut self) -> Option<Waiting> {
        self.hooks.pop().or_else(|| self.others.pop())
    }

    /// The next of a tenant; none: of whoever's turn it is.
    pub fn pop_of(&mut self, tenant_id: Option<Uuid>) -> Option<Waiting> {
        match tenant_id {
            None => self.pop(),
            Some(tenant_id) => self.hooks.pop_of(tenant_id).or_else(|| self.others.pop_of(tenant_id)),
        }
    }
}

#[derive(Default)]
struct Round {
    order: VecDeque<Uuid>,
    waiting: HashMap<Uuid, VecDeque<Waiting>>,
}

impl Round {
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
    use std::sync::Arc;

    use tokio::sync::Semaphore;

    use super::*;

    fn waiting(tenant: u128, hurry: Hurry) -> Waiting {
        let room = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        let parcel = Parcel { tenant_id: Uuid::from_u128(tenant), hurry, raw: None, entries: Vec::new() };
        Waiting { parcel, answer: oneshot::channel().0, _room: room }
    }

    #[test]
    fn tenants_take_turns_and_hooks_come_first() {
        let mut line = Line::default();
        for tenant in [1, 1, 1, 2, 3] {
            line.push(waiting(tenant, Hurry::Other));
        }
        line.push(waiting(9, Hurry::Hook));
        let order: Vec<u128> =
            std::iter::from_fn(|| line.pop()).map(|waiting| waiting.parcel.tenant_id.as_u128()).collect();
        assert_eq!(order, [9, 1, 2, 3, 1, 1]);
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
        let rest: Vec<u128> = std::iter::from_fn(|| line.pop()).map(|one| one.parcel.tenant_id.as_u128()).collect();
        assert_eq!(rest, [2, 3]);
    }
}
