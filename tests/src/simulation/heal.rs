//! Recovery: held-back messages arrive, missed hooks are searched for, the queue drains.

use std::time::Duration;

use parom::missed_hooks;

use super::scene::Scene;

/// Longer than leases and the longest requested delay.
const CALM: Duration = Duration::from_secs(61);
/// How long a hook may still be in transit (`missed_hooks`).
const ON_ITS_WAY: Duration = Duration::from_secs(11);

impl Scene {
    pub async fn heal(&mut self) {
        self.now += 1;
        self.writer_dies_in_a_commit().await;
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
        let mut looked = missed_hooks::beat(&app.intake).await.is_ok();
        for line in &self.lines {
            looked &= missed_hooks::soon(&app.intake, line.tenant_id).await.is_ok();
        }
        looked &= missed_hooks::look_now(&app.intake).await.is_ok();
        self.notes(format!("lost hooks are looked for: {looked}"));
    }
}
