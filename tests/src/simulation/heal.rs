//! Recovery: held-back messages arrive, missed hooks are searched for, the queue drains.

use std::time::Duration;

use parom::holes;

use super::scene::Scene;

/// Longer than leases and the longest requested delay.
const CALM: Duration = Duration::from_secs(61);
/// How long a hook may still be in transit (`holes`).
const ON_ITS_WAY: Duration = Duration::from_secs(11);

impl Scene {
    pub async fn heal(&mut self) {
        self.now += 1;
        self.world.sandbox.faults().clear();
        self.world.messenger.heals();
        self.world.faults.clear();
        while let Some(held) = self.held.pop() {
            self.hook_comes(held, 1, false).await;
        }
        for lane in 0..self.lanes.len() {
            // A writer that failed answers its first requests with 503.
            for _ in 0..3 {
                if self.lanes[lane].unanswered.is_some() {
                    self.customer_writes(lane, 1, false).await;
                }
            }
        }
        for _ in 0..3 {
            self.spool_is_empty().await;
            self.time_passes(CALM);
            self.deliver(2).await;
            self.world.deliver_to_the_end().await;
            self.looks_for_lost_hooks().await;
        }
        self.world.deliver_to_the_end().await;
        self.looks_around();
    }

    async fn spool_is_empty(&self) {
        let app = self.world.app();
        self.world.until("the spool is empty", async || (app.spool.waiting() == 0).then_some(())).await;
        if let Some(second) = &self.second {
            let spool = &second.app.spool;
            self.world.until("the spool is empty", async || (spool.waiting() == 0).then_some(())).await;
        }
    }

    /// Compares chats with amoCRM's history. Failures are retried later.
    pub async fn looks_for_lost_hooks(&mut self) {
        self.time_passes(ON_ITS_WAY);
        let app = self.world.app();
        let mut looked = holes::beat(&app.holes).await.is_ok();
        for line in &self.lines {
            looked &= holes::soon(&app.holes, line.tenant_id).await.is_ok();
        }
        looked &= holes::look_now(&app.holes).await.is_ok();
        self.tells(format!("lost hooks are looked for: {looked}"));
    }
}
