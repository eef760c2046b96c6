//! Deliveries that begin with the commit that stores their letters, and processes that die in between.

use std::sync::Arc;

use queue::writer::{NewLetters, Reservation, Reserving, Starter};
use queue::{LeaseRequest, TargetRate};
use rand::RngExt;

use super::scene::Scene;

/// Milliseconds.
const LEASE: i64 = 60_000;

/// Leases what is stored, and is dead before it sends any of it.
struct Dying;

impl Starter for Dying {
    fn reserve(&self, letters: Vec<NewLetters>) -> Reserving {
        let wish = |of: NewLetters| LeaseRequest {
            tenant_id: of.tenant_id,
            target: of.target,
            limit: of.count,
            rate: TargetRate::per_second(100),
        };
        let wishes = letters.into_iter().map(wish).collect();
        Box::pin(async move { Some(Reservation { wishes, lease_millis: LEASE, start: Box::new(|_, _| ()) }) })
    }
}

impl Scene {
    /// Some messages come while the process delivers by itself.
    pub async fn starts_at_once(&mut self) {
        let worker = self.worker(0);
        worker.starts_at_once();
        for _ in 0..self.random.random_range(1..=4) {
            self.one_comes().await;
            self.begins();
        }
        worker.ends_what_it_started().await;
        self.notes("these were started at once".to_owned());
    }

    /// A message is stored and leased, and the process dies before it is sent.
    pub async fn leases_and_dies(&mut self) {
        self.world.app().writer.start_with(Some(Arc::new(Dying)));
        self.one_comes().await;
        self.begins();
        self.world.app().writer.start_with(None);
        self.dies("what came was leased by a process that died");
    }

    async fn one_comes(&mut self) {
        let lane = self.random.random_range(0..self.lanes.len());
        if self.random.random() {
            self.customer_writes(lane, 1, false).await;
        } else {
            let hook = self.manager_writes(lane);
            self.hook_comes(hook, 1, false).await;
        }
    }
}
