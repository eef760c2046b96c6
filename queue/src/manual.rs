//! What people do with letters: try them now, end them, send dead ones again, suspend an endpoint.

use std::collections::{BTreeMap, BTreeSet};

use base::message::{Direction, LetterKind};
use base::store::{Executor, Row, in_transaction};
use sea_orm::DbErr;
use uuid::Uuid;

use crate::accept_batch::NewLetter;
use crate::inserts::{self, new_letters};
use crate::locked::{LockSet, Locked};
use crate::rows::{Rows, write_batch};
use crate::turn::{self, BREAKER, Busy, Key};
use crate::{Claim, HELD, Queue};

/// How long a lane stays leased if it is never settled.
const LEASE_MILLIS: i64 = 30_000;

impl Queue {
    /// Ends a lane's back-off: its head is tried as soon as its target accepts anything. A target that is held or
    /// asked to wait is unchanged. False if the lane is not in a back-off.
    pub async fn expedite(&self, tenant_id: Uuid, lane_id: Uuid, target: Uuid, pool: &str) -> Result<bool, DbErr> {
        let tx = self.store.write_tx().await?;
        let turns = BTreeMap::from([((tenant_id, target), pool.to_owned())]);
        turn::wake_turns(&tx, &self.store, &turns).await?;
        let woken = Rows::new()
            .uuid("tenant_id", [tenant_id])
            .uuid("lane_id", [lane_id])
            .execute(
                &tx,
                &self.store,
                "UPDATE lane SET due_at = {now} FROM rows WHERE lane.tenant_id = {account} \
                 AND lane.lane_id = rows.lane_id AND lane.owner IS NULL AND lane.due_at > {now}",
            )
            .await?;
        // One probe, as when the breaker's time is over.
        Rows::new()
            .uuid("tenant_id", [tenant_id])
            .uuid("target", [target])
            .text("reason", [BREAKER])
            .execute(
                &tx,
                &self.store,
                "UPDATE turn SET ready_at = {now} FROM rows WHERE turn.tenant_id = {account} \
                 AND turn.target = rows.target AND turn.reason = rows.reason AND turn.ready_at > {now}",
            )
            .await?;
        tx.commit().await?;
        Ok(woken > 0)
    }

    /// Makes all waiting lanes of a source in this direction due, whatever put them off. Targets that are held or asked to
    /// wait are unchanged. Returns the number of lanes.
    pub async fn let_go(&self, tenant_id: Uuid, source_id: Uuid, direction: Direction) -> Result<u64, DbErr> {
        let rows = |targets: &[Uuid]| {
            Rows::new()
                .uuid("tenant_id", targets.iter().map(|_| tenant_id))
                .uuid("source_id", targets.iter().map(|_| source_id))
                .short("direction", targets.iter().map(|_| direction.number()))
                .uuid("target", targets.iter().copied())
        };
        let tx = self.store.write_tx().await?;
        let found = rows(&[Uuid::nil()])
            .fetch(
                &tx,
                &self.store,
                "SELECT DISTINCT lane.target FROM rows JOIN lane ON lane.tenant_id = {account} \
                 AND lane.source_id = rows.source_id AND lane.direction = rows.direction AND lane.due_at > {now}",
            )
            .await?;
        let targets = found.iter().map(|row| row.get("target")).collect::<Result<Vec<Uuid>, DbErr>>()?;
        if targets.is_empty() {
            tx.rollback().await?;
            return Ok(0);
        }
        // The turns' locks first, in their order: claims and settlements take them too.
        let keys: BTreeSet<_> = targets.iter().map(|target| (tenant_id, *target)).collect();
        self.lock_turns(&tx, &keys.into_iter().collect::<Vec<_>>(), Busy::Await).await?;
        let turns = "UPDATE turn SET ready_at = {now} FROM rows WHERE turn.tenant_id = {account} \
                     AND turn.target = rows.target AND turn.reason = ''";
        rows(&targets).execute(&tx, &self.store, turns).await?;
        let lanes = "UPDATE lane SET due_at = {now} FROM rows WHERE lane.tenant_id = {account} \
                     AND lane.source_id = rows.source_id AND lane.direction = rows.direction \
                     AND lane.target = rows.target AND lane.owner IS NULL AND lane.due_at > {now}";
        let released = rows(&targets).execute(&tx, &self.store, lanes).await?;
        tx.commit().await?;
        Ok(released)
    }

    /// Leases the lane of a waiting letter for this letter, whatever its position, so that it can be settled. Fills
    /// in `epoch`, `starts` and `until` of the given claim. None if the lane is leased or the letter is gone.
    pub async fn take_by_hand(&self, claim: Claim) -> Result<Option<Claim>, DbErr> {
        let tx = self.store.write_tx().await?;
        let taken = self.take_by_hand_in((&tx).into(), claim).await?;
        if taken.is_some() {
            tx.commit().await?;
        } else {
            tx.rollback().await?;
        }
        Ok(taken)
    }

    async fn take_by_hand_in(&self, tx: Executor<'_>, mut claim: Claim) -> Result<Option<Claim>, DbErr> {
        // The turn's lock first: leasing takes it too.
        self.lock_turns(tx, &[(claim.tenant_id, claim.target)], Busy::Await).await?;
        if !self.still_waits(tx, &claim).await? {
            return Ok(None);
        }
        let found = Rows::new()
            .uuid("tenant_id", [claim.tenant_id])
            .uuid("lane_id", [claim.lane_id])
            .uuid("owner", [self.instance])
            .long("lease", [LEASE_MILLIS])
            .fetch(
                tx,
                &self.store,
                "UPDATE lane SET owner = rows.owner, epoch = lane.epoch + 1, leased_until = {now} + rows.lease, \
                 due_at = {now} + rows.lease FROM rows WHERE lane.tenant_id = {account} \
                 AND lane.lane_id = rows.lane_id AND lane.owner IS NULL \
                 RETURNING lane.epoch AS epoch, lane.starts AS starts",
            )
            .await?;
        let Some(row) = found.first() else { return Ok(None) };
        claim.until = self.store.clock().millis() + LEASE_MILLIS;
        claim.epoch = row.get("epoch")?;
        claim.starts = row.get("starts")?;
        Ok(Some(claim))
    }

    async fn still_waits(&self, tx: Executor<'_>, claim: &Claim) -> Result<bool, DbErr> {
        let found = Rows::new()
            .uuid("tenant_id", [claim.tenant_id])
            .uuid("lane_id", [claim.lane_id])
            .long("order_key", [claim.letter.order_key])
            .long("seq", [claim.letter.seq])
            .fetch(
                tx,
                &self.store,
                "SELECT letter.id FROM rows JOIN letter ON letter.tenant_id = {account} \
                 AND letter.lane_id = rows.lane_id AND letter.order_key = rows.order_key AND letter.seq = rows.seq",
            )
            .await?;
        Ok(!found.is_empty())
    }
}

impl Queue {
    /// Removes the dead letter and appends it to its lane, in one commit; of two callers one succeeds. The message
    /// counts as waiting again.
    pub async fn revive(&self, tenant_id: Uuid, conversation_id: Uuid, letter: &NewLetter) -> Result<bool, DbErr> {
        in_transaction(&self.store, async |tx| self.revive_in(tx.into(), tenant_id, conversation_id, letter).await)
            .await
    }

    async fn revive_in(
        &self,
        tx: Executor<'_>,
        tenant_id: Uuid,
        conversation_id: Uuid,
        letter: &NewLetter,
    ) -> Result<bool, DbErr> {
        let mut locks = LockSet::default();
        let lane = locks.add(tenant_id, conversation_id, letter);
        let mut locked = Locked::take(tx, &self.store, Vec::new(), locks).await?;
        let gone = Rows::new()
            .uuid("tenant_id", [tenant_id])
            .uuid("id", [letter.id])
            .execute(
                tx,
                &self.store,
                "DELETE FROM dead_letter WHERE {of_account}(tenant_id, id) IN (SELECT rows.tenant_id, rows.id FROM rows)",
            )
            .await?;
        if gone == 0 {
            return Ok(false);
        }
        let placed = locked.place(lane, letter, self.store.clock().millis())?;
        locked.wake_turns();
        let key = (tenant_id, letter.source_id, letter.direction.number(), letter.day);
        let counted = BTreeMap::from_iter((letter.kind == LetterKind::Message).then_some((key, (0, 0, -1))));
        let written = locked
            .written()
            .into_iter()
            .chain([new_letters(&[placed]), inserts::ledger_changes(self.instance, &counted)]);
        write_batch(tx, &self.store, written).await?;
        Ok(true)
    }
}

/// How long, and how often at least, all webhooks of a target must have failed.
pub struct FailureLimit {
    pub millis: i64,
    pub tries: i32,
}

impl Queue {
    /// Holds a target that has failed to the limit; its letters wait undamaged. True if this call set the hold.
    pub async fn suspend(
        &self,
        tx: impl Into<Executor<'_>>,
        (tenant_id, target): Key,
        limit: FailureLimit,
        reason: &str,
    ) -> Result<bool, DbErr> {
        let held = Rows::new()
            .uuid("tenant_id", [tenant_id])
            .uuid("target", [target])
            .long("millis", [limit.millis])
            .int("tries", [limit.tries])
            .text("reason", [format!("{HELD}{reason}")])
            .execute(
                tx,
                &self.store,
                "UPDATE turn SET ready_at = NULL, reason = rows.reason FROM rows \
                 WHERE turn.tenant_id = {account} AND turn.target = rows.target AND turn.reason NOT LIKE 'held:%' \
                 AND turn.failing_since <= {now} - rows.millis AND turn.failing >= rows.tries",
            )
            .await?;
        Ok(held > 0)
    }
}
