//! Finds what an earlier settlement wrote whose COMMIT got no answer.

use std::collections::BTreeMap;

use base::store::{Executor, Row};
use sea_orm::DbErr;

use super::{Attempt, Settlement};
use crate::Queue;
use crate::lane::{Lane, LaneKey};
use crate::rows::Rows;

impl Queue {
    /// Which of these are already written, by their locked lanes.
    ///
    /// Leasing a lane or erasing its letters increments its epoch, so a lane with the claim's epoch and without an
    /// owner was released by this claim's settlement. If it was leased again since, the attempt in the timeline
    /// decides.
    pub(super) async fn done_before(
        &self,
        tx: Executor<'_>,
        settlements: &[Settlement],
        lanes: &BTreeMap<LaneKey, Lane>,
    ) -> Result<Vec<bool>, DbErr> {
        let mut done = Vec::with_capacity(settlements.len());
        let mut asked = Vec::new();
        for (place, one) in settlements.iter().enumerate() {
            let Some(lane) = lanes.get(&(one.claim.tenant_id, one.claim.lane_id)) else {
                done.push(false);
                continue;
            };
            done.push(lane.epoch == one.claim.epoch && lane.owner.is_none());
            if let (true, Some(attempt)) = (lane.epoch > one.claim.epoch, &one.attempt) {
                asked.push((place, one, attempt));
            }
        }
        for place in self.in_the_timeline(tx, &asked).await? {
            if let Some(done) = done.get_mut(place) {
                *done = true;
            }
        }
        Ok(done)
    }

    async fn in_the_timeline(
        &self,
        tx: Executor<'_>,
        asked: &[(usize, &Settlement, &Attempt)],
    ) -> Result<Vec<usize>, DbErr> {
        let found = Rows::new()
            .long("place", asked.iter().map(|(place, _, _)| i64::try_from(*place).unwrap_or(i64::MAX)))
            .uuid("tenant_id", asked.iter().map(|(_, one, _)| one.claim.tenant_id))
            .uuid("message_id", asked.iter().map(|(_, one, _)| one.claim.letter.message_id))
            .uuid("letter_id", asked.iter().map(|(_, one, attempt)| attempt.letter_id(&one.claim)))
            .long("at", asked.iter().map(|(_, _, attempt)| attempt.at))
            .int("ms", asked.iter().map(|(_, _, attempt)| attempt.millis))
            .text("verdict", asked.iter().map(|(_, _, attempt)| attempt.verdict))
            .int("status", asked.iter().map(|(_, _, attempt)| attempt.status))
            .fetch(
                tx,
                &self.store,
                "SELECT rows.place FROM rows JOIN attempt ON attempt.tenant_id = {account} \
                 AND attempt.message_id = rows.message_id AND attempt.letter_id = rows.letter_id AND attempt.at = rows.at \
                 AND attempt.ms = rows.ms AND attempt.verdict = rows.verdict AND attempt.status = rows.status",
            )
            .await?;
        found.iter().map(|row| Ok(usize::try_from(row.get::<i64>("place")?).unwrap_or(usize::MAX))).collect()
    }
}
