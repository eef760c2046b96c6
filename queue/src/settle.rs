//! Writes the outcomes of leased letters, only where the lease is still valid.

use std::collections::{BTreeMap, HashMap};

use base::message::{Failure, LetterKind, State};
use base::store::Executor;
use sea_orm::DbErr;
use uuid::Uuid;

use super::accept::place;
use super::accept_batch::{NewLetter, OpenedDialogue};
use super::lane::{self, Lane, LaneKey, Seed};
use super::rows::{Write, write_batch};
use super::{Claim, Queue, dialogues, ledger, turn};
use end::{end_turns, release};

mod affect;
mod attempt;
mod before;
mod effects;
mod end;
mod forget;
mod learned;
mod locks;
mod lone_letter;
mod one_statement;

pub use attempt::{Attempt, LoggedWebhook};

/// One finished attempt.
#[derive(Clone, Debug)]
pub struct Settlement {
    pub claim: Claim,
    pub settled: Settled,
    /// For the timeline; none if nothing was tried.
    pub attempt: Option<Attempt>,
    pub learned: Learned,
    /// The message's new state.
    pub state: Option<State>,
    pub failure: Option<Failure>,
    pub possible_duplicate: bool,
    /// Resulting letters of the same conversation: a status for amoCRM.
    pub follow_ups: Vec<NewLetter>,
    /// Target and pool of the conversation's amoCRM side, for a status that waited for an id just learned.
    pub crm: Option<(Uuid, String)>,
    pub turn: TurnEffect,
    /// Milliseconds that the lane rests before it goes on.
    pub rest: i64,
    /// What replaces the message's body, with its files' last day (since 1970), once it is delivered, in accounts that
    /// keep no texts.
    pub forget: Option<(String, i32)>,
}

/// The outcome for the letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The other side accepted it.
    Delivered,
    /// There was nothing left to report: a lower status after a higher one.
    Superseded,
    /// It stays the head for `millis` of back-off.
    Retry { millis: i64, unknown: bool, resent: bool },
    /// A part of it was accepted: it stays the head and continues from there, with its attempts counted from zero.
    Partial { progress: String },
    /// It becomes a dead letter; the lane goes on.
    Buried { reason: String, detail: String },
    /// Leased but not started: as if it had never been leased.
    GivenBack,
}

/// The attempt's effect on the whole target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TurnEffect {
    /// The target answers.
    Healthy,
    /// It does not answer. When of at least `open_after` calls within a minute half have failed, the breaker opens
    /// for `open_millis`.
    Failing { open_after: i32, open_millis: i64 },
    /// It asked to wait.
    Wait { millis: i64 },
    /// It answers, and asked only this conversation to wait.
    Slowed,
    /// It cannot be served until it is repaired.
    Hold { reason: String },
    /// The letter ended without a call.
    Unasked,
    /// Nothing was learned.
    None,
}

/// Ids contained in the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learned {
    /// The messenger's id of the message.
    pub external_id: Option<String>,
    /// amojo's id of the message.
    pub amocrm_message_id: Option<String>,
    /// amojo's id of the conversation.
    pub amocrm_chat_id: Option<String>,
    /// The messenger's ids for a dialogue that a manager started.
    pub opened: Option<OpenedDialogue>,
    /// The messenger's id of a dialogue with several chats, in which a manager wrote.
    pub used: Option<String>,
    /// The messenger's new id of the dialogue, in addition to the old one.
    pub moved_to: Option<String>,
    /// amoCRM received our ids of a chat that a manager started.
    pub bound: bool,
}

/// Settlements that were stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledBatch {
    /// For each whether its lease was still valid.
    pub valid: Vec<bool>,
    /// Whether a letter may have become due, now or later, or a target that is held may be served again. If not, there is
    /// no need to look.
    pub may_be_due: bool,
}

impl Settlement {
    /// A settlement that contains only the outcome of the letter.
    pub fn plain(claim: Claim, settled: Settled) -> Self {
        Self {
            claim,
            settled,
            attempt: None,
            learned: Learned::default(),
            state: None,
            failure: None,
            possible_duplicate: false,
            follow_ups: Vec::new(),
            crm: None,
            turn: TurnEffect::None,
            rest: 0,
            forget: None,
        }
    }
}

impl Queue {
    /// Settles all in one commit; returns for each whether its lease was still valid.
    pub async fn settle(&self, settlements: &[Settlement]) -> Result<Vec<bool>, DbErr> {
        Ok(self.settle_batch(settlements, false).await?.valid)
    }

    /// The same. `again`: after an attempt with an unknown result: rows that it wrote are not written again and count as
    /// valid.
    pub async fn settle_batch(&self, settlements: &[Settlement], again: bool) -> Result<SettledBatch, DbErr> {
        if !again && let Some(done) = self.settle_in_one_statement(settlements).await? {
            return Ok(done);
        }
        self.settle_at_once(settlements, again).await
    }

    /// [`Queue::settle`] in a transaction of several statements.
    pub async fn settle_in_transaction(&self, settlements: &[Settlement]) -> Result<Vec<bool>, DbErr> {
        Ok(self.settle_at_once(settlements, false).await?.valid)
    }

    async fn settle_at_once(&self, settlements: &[Settlement], again: bool) -> Result<SettledBatch, DbErr> {
        let tx = self.write_tx().await?;
        let done = match self.settle_in(&tx, settlements, again).await {
            Ok(done) => self.fault("settle.before_commit").map(|()| done),
            Err(error) => Err(error),
        };
        match done {
            Ok(done) => {
                tx.commit().await?;
                self.fault("settle.after_commit")?;
                Ok(done)
            }
            Err(error) => {
                tx.rollback().await;
                Err(error)
            }
        }
    }

    async fn settle_in(
        &self,
        tx: &impl Executor,
        settlements: &[Settlement],
        again: bool,
    ) -> Result<SettledBatch, DbErr> {
        learned::learn_keys(tx, &self.store, settlements).await?;
        learned::learn_aliases(tx, &self.store, settlements).await?;
        let named = learned::learn_dialogues(tx, &self.store, settlements).await?;
        let mut turns = self.lock_all_turns(tx, settlements).await?;
        let parked = learned::take_parked(tx, &self.store, settlements).await?;
        let follow_ups: Vec<(&Claim, &NewLetter)> = settlements
            .iter()
            .flat_map(|one| one.follow_ups.iter().map(|letter| (&one.claim, letter)))
            .chain(parked.iter().map(|(index, letter)| (&settlements[*index].claim, letter)))
            .collect();
        let mut seeds: BTreeMap<LaneKey, Seed> = settlements
            .iter()
            .map(|one| ((one.claim.tenant_id, one.claim.lane_id), locks::seed_of(&one.claim)))
            .collect();
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
        let was_held = turns.iter().any(|turn| !turn.reason.is_empty());
        end_turns(&mut turns, &seeds, &lanes, &mine, now);
        let is_held = turns.iter().any(|turn| !turn.reason.is_empty());
        let is_due = lanes.values().any(|lane| lane.owner.is_none() && lane.due.at(now).is_some());
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
        forget::texts(&mine).run(tx, &self.store).await?;
        forget::files(&mine).run(tx, &self.store).await?;
        learned::note_bound(tx, &self.store, settlements).await?;
        dialogues::write_names(tx, &self.store, &named).await?;
        effects::insert_dead(tx, &self.store, &mine).await?;
        let valid = good.into_iter().zip(done).map(|(good, done)| good || done).collect();
        Ok(SettledBatch { valid, may_be_due: is_due || was_held || is_held })
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
