//! When turns are due after a claim: at the tail, when their rate allows, or – after a crash – when the outcome can
//! be checked.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbErr, Statement};
use uuid::Uuid;

use super::{Claim, LeaseRequest};
use crate::Queue;
use crate::turn::{BREAKER, RATE, Turn};

/// Sets when each turn is due next: at the tail, when its rate allows, or with its earliest lane.
pub(super) fn end_turns(
    turns: &mut [Turn],
    more: &[bool],
    claims: &[Claim],
    wishes: &HashMap<(Uuid, Uuid), &LeaseRequest>,
    now: i64,
    lease: i64,
) {
    for (turn, more) in turns.iter_mut().zip(more) {
        let key = (turn.tenant_id, turn.target);
        let begun = claims.iter().any(|claim| (claim.tenant_id, claim.target) == key);
        let rate = wishes.get(&key).map(|wish| turn.pace(wish.rate, now));
        if turn.reason == BREAKER && begun {
            turn.ready_at = Some(now + lease);
        } else if let (true, Some(rate), true) = (*more, rate, turn.tokens < 1000) {
            turn.reason = RATE.to_owned();
            turn.ready_at = Some(now + turn.until_next(rate));
        } else if *more {
            turn.reason = String::new();
            turn.ready_at = Some(now);
        } else {
            // All due lanes are leased.
            turn.reason = String::new();
            turn.ready_at = begun.then_some(now + lease);
            turn.or_lanes_after = Some(now);
        }
    }
}

impl Queue {
    /// Ends the leases of a dead process at the start of the only possible one (SQLite): the outcome of what it
    /// started is unknown.
    pub async fn void_leases(&self) -> Result<u64, DbErr> {
        let tx = self.store.write_tx().await?;
        let now = self.store.clock().millis();
        let text = "UPDATE lane SET due_at = $1, leased_until = 0 WHERE owner IS NOT NULL AND due_at IS NOT NULL";
        let voided = tx
            .execute_raw(Statement::from_sql_and_values(self.store.backend(), text, [now.into()]))
            .await?
            .rows_affected();
        let text = "UPDATE turn SET ready_at = $1, reason = '' WHERE reason NOT LIKE 'held:%' AND EXISTS (SELECT 1 FROM lane \
                    WHERE lane.tenant_id = turn.tenant_id AND lane.target = turn.target AND lane.due_at IS NOT NULL)";
        tx.execute_raw(Statement::from_sql_and_values(self.store.backend(), text, [now.into()])).await?;
        tx.commit().await?;
        Ok(voided)
    }
}
