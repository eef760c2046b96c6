//! Two of the `fault::DEFECTS` that take more than a line. They are made only where a test asks for them.

use std::collections::BTreeMap;

use sea_orm::DbErr;

use crate::accept_batch::{AcceptBatch, EventKind};
use crate::lane::{Due, Lane, LaneKey};
use crate::rows::{Rows, Write};
use crate::{Queue, Settled, Settlement};

/// Behind everything that waits.
const BEHIND: i64 = 86_400_000;

impl Queue {
    /// Checks by a look-up whether a batch's messages are known, and replaces the unique key of each new one by one
    /// that never conflicts: shows what a look-up before the insert is worth.
    pub(super) async fn looked_up(&self, mut batch: AcceptBatch) -> Result<AcceptBatch, DbErr> {
        if !self.errs("defect.look_before_insert") {
            return Ok(batch);
        }
        for entry in batch.entries.iter_mut().filter(|entry| entry.key.event == EventKind::Message) {
            let found = Rows::new()
                .uuid("tenant_id", [batch.tenant_id])
                .text("external_id", [entry.key.external_id.as_str()])
                .fetch(
                    self.store.read(),
                    &self.store,
                    "SELECT 1 AS one FROM rows JOIN message ON message.tenant_id = {account} AND \
                     (message.external_id = rows.external_id OR message.amocrm_message_id = rows.external_id)",
                )
                .await?;
            if found.is_empty() {
                entry.key.external_id = format!("{} {}", entry.key.external_id, entry.id);
            }
        }
        Ok(batch)
    }

    /// Lets later letters overtake those that wait for their next attempt, if the defect is enabled.
    pub(super) fn leave_the_lane(&self, mine: &[&Settlement], lanes: &mut BTreeMap<LaneKey, Lane>) -> Write {
        let is_left = |one: &&&Settlement| matches!(one.settled, Settled::Retry { .. });
        let planned = self.errs("defect.leave_the_lane");
        let again: Vec<_> = mine.iter().filter(is_left).filter(|_| planned).collect();
        for one in &again {
            let lane = lanes.get_mut(&(one.claim.tenant_id, one.claim.lane_id));
            if let Some(lane) = lane.filter(|lane| lane.waiting > 1) {
                lane.due = Due::In(0);
            }
        }
        Rows::new()
            .uuid("tenant_id", again.iter().map(|one| one.claim.tenant_id))
            .uuid("lane_id", again.iter().map(|one| one.claim.lane_id))
            .uuid("id", again.iter().map(|one| one.claim.letter.id))
            .long("behind", again.iter().map(|_| BEHIND))
            .write(
                "UPDATE letter SET order_key = letter.order_key + rows.behind FROM rows WHERE \
                 letter.tenant_id = {account} AND letter.lane_id = rows.lane_id AND letter.id = rows.id",
            )
    }
}
