//! Writes the outcomes of leased letters, only where the lease is still valid.

use std::collections::{BTreeMap, HashMap};

use base::message::LetterKind;
use sea_orm::{DatabaseTransaction, DbErr};
use uuid::Uuid;

use super::accept::place;
use super::accept_batch::NewLetter;
use super::keys::insert_keys;
use super::lane::{self, Lane, LaneKey, Seed};
use super::rows::{Write, write_batch};
use super::turn::Turn;
use super::{Claim, Queue, dialogues, ledger, turn};
use end::{end_turns, release};

mod affect;
mod answered;
mod asleep;
mod before;
mod effects;
mod end;
mod learned;
mod one_statement;
mod outcome;
mod plain;

pub use answered::AnsweredCalls;
pub use outcome::{Attempt, Learned, LoggedWebhook, Settled, Settlement, TurnEffect};

impl Queue {
    /// Settles all; returns for each whether its lease was still valid. Those that are plain are settled together, in
    /// one statement on PostgreSQL, and the others in one transaction.
    pub async fn settle(&self, settlements: &[Settlement]) -> Result<Vec<bool>, DbErr> {
        let mut done = self.settle_plain(settlements).await?;
        if !done.contains(&true) {
            return self.settle_at_once(settlements, false).await;
        }
        let (places, others): (Vec<usize>, Vec<Settlement>) = settlements
            .iter()
            .enumerate()
            .filter(|(place, _)| !done[*place])
            .map(|(place, one)| (place, one.clone()))
            .unzip();
        if !others.is_empty() {
            for (place, good) in places.into_iter().zip(self.settle_at_once(&others, false).await?) {
                done[place] = good;
            }
        }
        Ok(done)
    }

    /// The same after an attempt with an unknown result, in one transaction: rows that it wrote are not written again
    /// and count as valid.
    pub async fn settle_retried(&self, settlements: &[Settlement]) -> Result<Vec<bool>, DbErr> {
        self.settle_at_once(settlements, true).await
    }

    async fn settle_at_once(&self, settlements: &[Settlement], again: bool) -> Result<Vec<bool>, DbErr> {
        let tx = self.store.write_tx().await?;
        let done = match self.settle_in(&tx, settlements, again).await {
            Ok(done) => self.fault("settle.before_commit").map(|()| done),
            Err(error) => Err(error),
        };
        match done {
            Ok(done) => {
                tx.commit().await?;
                self.answered.added(settlements);
                self.fault("settle.after_commit")?;
                Ok(done)
            }
            Err(error) => {
                let _ = tx.rollback().await;
                Err(error)
            }
        }
    }

    async fn settle_in(
        &self,
        tx: &DatabaseTransaction,
        settlements: &[Settlement],
        again: bool,
    ) -> Result<Vec<bool>, DbErr> {
        insert_keys(tx, &self.store, &learned::keys(settlements.iter())).await?;
        learned::learn_aliases(tx, &self.store, settlements).await?;
        let named = learned::learn_dialogues(tx, &self.store, settlements).await?;
        let mut turns = self.lock_all_turns(tx, settlements).await?;
        let parked = learned::take_parked(tx, &self.store, settlements).await?;
        let follow_ups: Vec<(&Claim, &NewLetter)> = settlements
            .iter()
            .flat_map(|one| one.follow_ups.iter().map(|letter| (&one.claim, letter)))
            .chain(parked.iter().map(|(index, letter)| (&settlements[*index].claim, letter)))
            .collect();
        let mut seeds: BTreeMap<LaneKey, Seed> =
            settlements.iter().map(|one| ((one.claim.tenant_id, one.claim.lane_id), seed_of(&one.claim))).collect();
        seeds.extend(
            follow_ups.iter().map(|(claim, letter)| lane::lane_of(claim.tenant_id, claim.conversation_id, letter)),
        );
        let (mut lanes, now) = lane::lock_lanes(tx, &self.store, &seeds).await?;

        let done =
            if again { self.done_before(tx, settlements, &lanes).await? } else { vec![false; settlements.len()] };
        let good: Vec<bool> = settlements.iter().map(|one| self.is_mine(&lanes, &one.claim)).collect();
        let mine: Vec<&Settlement> =
            settlements.iter().zip(&good).filter(|(_, good)| **good).map(|(one, _)| one).collect();
        let mut positions = HashMap::new();
        for one in &mine {
            if let Some(lane) = lanes.get_mut(&(one.claim.tenant_id, one.claim.lane_id)) {
                positions.insert(one.claim.letter.id, release(lane, one));
            }
        }
        // The holder of the next lease reports the outcome instead of a lost one; parked statuses are facts and are
        // sent anyway.
        let lost: Vec<Uuid> =
            settlements.iter().zip(&good).filter(|(_, good)| !**good).map(|(one, _)| one.claim.letter.id).collect();
        let parked_from = follow_ups.len() - parked.len();
        let mut placed = Vec::new();
        let accepted_at = self.store.clock().millis();
        for (index, (claim, letter)) in follow_ups.into_iter().enumerate() {
            if index < parked_from && lost.contains(&claim.letter.id) {
                continue;
            }
            let (key, _) = lane::lane_of(claim.tenant_id, claim.conversation_id, letter);
            placed.push(place(&mut lanes, key, letter, accepted_at)?);
        }
        #[cfg(feature = "faults")]
        let left = self.leave_the_lane(&mine, &mut lanes);
        let answered = self.answered.of(settlements, accepted_at);
        end_turns(&mut turns, &seeds, &lanes, &mine, &answered, now);
        let [removed, marked, advanced] = effects::letters(&mine);
        let all = [
            removed,
            marked,
            advanced,
            super::letter::new_letters(&placed),
            lane::written(&lanes, now),
            effects::messages(&mine, &positions),
            learned::write_chat_ids(settlements),
            effects::new_attempts(settlements.iter().zip(&done).filter(|(_, done)| !**done).map(|(one, _)| one)),
            turn::written(&turns),
            self.settled(&mine),
        ];
        write_batch(tx, &self.store, all).await?;
        #[cfg(feature = "faults")]
        left.run(tx, &self.store).await?;
        effects::reports(&mine).run(tx, &self.store).await?;
        learned::note_bound(tx, &self.store, settlements).await?;
        dialogues::write_names(tx, &self.store, &named).await?;
        effects::insert_dead(tx, &self.store, &mine).await?;
        Ok(good.into_iter().zip(done).map(|(good, done)| good || done).collect())
    }

    /// Locks the turns of all settled lanes and of all possible follow-ups, in one sorted pass.
    async fn lock_all_turns(&self, tx: &DatabaseTransaction, settlements: &[Settlement]) -> Result<Vec<Turn>, DbErr> {
        let mut pools: BTreeMap<(Uuid, Uuid), String> = BTreeMap::new();
        for one in settlements {
            let tenant_id = one.claim.tenant_id;
            pools.entry((tenant_id, one.claim.target)).or_default();
            if let Some((target, pool)) = &one.crm {
                pools.insert((tenant_id, *target), pool.clone());
            }
            for letter in &one.follow_ups {
                pools.insert((tenant_id, letter.target), letter.pool.clone());
            }
        }
        let keys: Vec<_> = pools.keys().copied().collect();
        let (turns, _) = self.lock_turns(tx, &keys).await?;
        if turns.len() == keys.len() {
            return Ok(turns);
        }
        // Needed once per turn. These are created out of lock order: after a deadlock the whole batch is repeated.
        pools.retain(|key, _| !turns.iter().any(|turn| (turn.tenant_id, turn.target) == *key));
        turn::make_turns(tx, &self.store, &pools).await?;
        Ok(self.lock_turns(tx, &keys).await?.0)
    }

    fn is_mine(&self, lanes: &BTreeMap<LaneKey, Lane>, claim: &Claim) -> bool {
        lanes
            .get(&(claim.tenant_id, claim.lane_id))
            .is_some_and(|lane| lane.epoch == claim.epoch && lane.owner == Some(self.instance))
            || self.errs("defect.forget_the_epoch")
    }

    /// Their changes of the ledger.
    fn settled(&self, mine: &[&Settlement]) -> Write {
        let mut changes: BTreeMap<ledger::Key, (i64, i64, i64)> = BTreeMap::new();
        for settlement in mine.iter().filter(|_| !self.errs("defect.miscount")) {
            let claim = &settlement.claim;
            if claim.letter.kind != LetterKind::Message {
                continue;
            }
            let (delivered, failed) = match settlement.settled {
                Settled::Delivered => (1, 0),
                Settled::Buried { .. } => (0, 1),
                _ => continue,
            };
            let key = (claim.tenant_id, claim.source_id, claim.direction.number(), claim.letter.day);
            let change = changes.entry(key).or_default();
            change.1 += delivered;
            change.2 += failed;
        }
        ledger::counted(self.instance, &changes)
    }
}

fn seed_of(claim: &Claim) -> Seed {
    Seed {
        conversation_id: claim.conversation_id,
        source_id: claim.source_id,
        direction: claim.direction,
        stream: claim.stream,
        target: claim.target,
    }
}
