//! Writes the outcomes of leased letters, only where the lease is still valid.

mod effects;
mod learned;

use std::collections::{BTreeMap, HashMap};

use base::message::{Failure, LetterKind, State};
use base::store::{Executor, ResultRow, Row};
use sea_orm::DbErr;
use uuid::Uuid;

use crate::accept_batch::{NewLetter, OpenedDialogue};
use crate::inserts::{self, new_letters};
use crate::lane::{self, Due, Lane, LaneKey, Seed};
use crate::locked::{LockSet, Locked};
use crate::rows::{Rows, Write, write_batch, write_batch_and_fetch};
use crate::{Claim, Queue, conversation, histogram};

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
    /// There was nothing left to report: a lower status after a higher one, or a message that is no longer true.
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
    /// It asks to wait.
    Wait { millis: i64 },
    /// It answers, and asks only this conversation to wait.
    Slowed,
    /// It cannot be served until it is repaired.
    Hold { reason: String },
    /// The attempt made no call.
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
        let tx = self.write_tx().await?;
        let done = match self.settle_in((&tx).into(), settlements, again).await {
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
        tx: Executor<'_>,
        settlements: &[Settlement],
        again: bool,
    ) -> Result<SettledBatch, DbErr> {
        let named = learned::learn_dialogues(tx, &self.store, settlements).await?;
        let first = vec![learned::new_keys(&self.store, settlements), learned::new_aliases(settlements)];
        let mut locked = Locked::take(tx, &self.store, first, locks_of(settlements)).await?;
        let done = match again {
            true => self.done_before(tx, settlements, &locked.lanes).await?,
            false => vec![false; settlements.len()],
        };
        let good: Vec<bool> = settlements.iter().map(|one| self.is_mine(&locked.lanes, &one.claim)).collect();
        let mine: Vec<&Settlement> =
            settlements.iter().zip(&good).filter(|(_, good)| **good).map(|(one, _)| one).collect();
        let mut positions = HashMap::new();
        for one in &mine {
            if let Some(lane) = locked.lanes.get_mut(&(one.claim.tenant_id, one.claim.lane_id)) {
                positions.insert(one.claim.letter.id, release(lane, one));
            }
        }
        let accepted_at = self.store.clock().millis();
        // Only of valid leases: if one was lost, the holder of the next one reports the outcome.
        let mut placed = Vec::new();
        for (one, letter) in mine.iter().flat_map(|one| one.follow_ups.iter().map(move |letter| (one, letter))) {
            let (key, _) = lane::lane_of(one.claim.tenant_id, one.claim.conversation_id, letter);
            placed.push(locked.place(key, letter, accepted_at)?);
        }
        #[cfg(feature = "faults")]
        let left = self.leave_the_lane(&mine, &mut locked.lanes);
        let mut is_held = locked.turns.values().any(|turn| !turn.reason.is_empty());
        affect_turns(&mut locked, &mine);
        locked.wake_turns();
        is_held |= locked.turns.values().any(|turn| !turn.reason.is_empty());
        let is_due = locked.lanes.values().any(|lane| lane.owner.is_none() && lane.due.at(locked.now).is_some());
        let [removed, marked, advanced] = effects::letters(&mine);
        let [lanes, new_lanes, turns] = locked.written();
        // Two expressions of a statement may not change the same message.
        let (reports, are_apart) = (effects::reports(&mine), effects::have_common_messages(&mine));
        let (reports, later) = if are_apart { (None, Some(reports)) } else { (Some(reports), None) };
        let attempts = || settlements.iter().zip(&done).filter(|(_, done)| !**done).map(|(one, _)| one);
        let all = [
            removed,
            marked,
            advanced,
            new_letters(&placed),
            lanes,
            new_lanes,
            effects::messages(&mine, &positions),
            learned::write_chat_ids(settlements),
            effects::new_attempts(attempts()),
            histogram::durations(self.instance, attempts()),
            turns,
            self.settled(&mine),
        ];
        let parked = learned::parked(settlements);
        let parked = write_batch_and_fetch(tx, &self.store, all.into_iter().chain(reports), parked).await?;
        #[cfg(feature = "faults")]
        left.run(tx, &self.store).await?;
        write_batch(tx, &self.store, later).await?;
        effects::texts(&mine).run(tx, &self.store).await?;
        effects::files(&mine).run(tx, &self.store).await?;
        learned::note_bound(tx, &self.store, settlements).await?;
        conversation::write_names(tx, &self.store, &named).await?;
        effects::insert_dead(tx, &self.store, &mine).await?;
        let was_parked = self.release_parked(tx, settlements, parked).await?;
        let valid = good.into_iter().zip(done).map(|(good, done)| good || done).collect();
        Ok(SettledBatch { valid, may_be_due: is_due || is_held || was_parked })
    }

    /// Places statuses and reactions that waited for an id just learned. They are facts, and are sent also if the lease was
    /// lost. Who parks one locks the same turn and looks for the id afterwards, so that one of both sees the other: they are
    /// looked for by a statement that begins when the turns are locked.
    async fn release_parked(
        &self,
        tx: Executor<'_>,
        settlements: &[Settlement],
        parked: Vec<ResultRow>,
    ) -> Result<bool, DbErr> {
        let letters = learned::parked_letters(&self.store, settlements, &parked)?;
        let mut locks = LockSet::default();
        let lanes: Vec<LaneKey> =
            letters.iter().map(|(claim, letter)| locks.add(claim.tenant_id, claim.conversation_id, letter)).collect();
        let mut locked = Locked::take(tx, &self.store, Vec::new(), locks).await?;
        let mut placed = Vec::with_capacity(letters.len());
        for (key, (_, letter)) in lanes.into_iter().zip(&letters) {
            placed.push(locked.place(key, letter, self.store.clock().millis())?);
        }
        locked.wake_turns();
        let written = locked.written().into_iter().chain([new_letters(&placed)]);
        write_batch(tx, &self.store, written).await?;
        if !parked.is_empty() {
            learned::remove_parked(settlements).run(tx, &self.store).await?;
        }
        Ok(!letters.is_empty())
    }

    fn is_mine(&self, lanes: &BTreeMap<LaneKey, Lane>, claim: &Claim) -> bool {
        lanes
            .get(&(claim.tenant_id, claim.lane_id))
            .is_some_and(|lane| lane.epoch == claim.epoch && lane.owner == Some(self.instance))
            || self.errs("defect.forget_the_epoch")
    }

    /// Their changes of the ledger.
    fn settled(&self, mine: &[&Settlement]) -> Write {
        let mut changes: BTreeMap<inserts::LedgerKey, inserts::LedgerChange> = BTreeMap::new();
        for settlement in mine.iter().filter(|_| !self.errs("defect.miscount")) {
            let claim = &settlement.claim;
            if claim.letter.kind != LetterKind::Message {
                continue;
            }
            let (delivered, failed) = match settlement.settled {
                Settled::Delivered => (1, 0),
                Settled::Buried { .. } => (0, 1),
                Settled::Superseded if settlement.state == Some(State::Failed) => (0, 1),
                _ => continue,
            };
            let key = (claim.tenant_id, claim.source_id, claim.direction.number(), claim.letter.day);
            let change = changes.entry(key).or_default();
            change.1 += delivered;
            change.2 += failed;
        }
        inserts::ledger_changes(self.instance, &changes)
    }
}

/// The lanes and turns of the leases and of what follows, also of statuses that may wait for an id.
fn locks_of(settlements: &[Settlement]) -> LockSet {
    let mut locks = LockSet::default();
    for Settlement { claim, follow_ups, crm, .. } in settlements {
        let tenant_id = claim.tenant_id;
        locks.turns.entry((tenant_id, claim.target)).or_default();
        locks.lanes.insert((tenant_id, claim.lane_id), claim.into());
        if let Some((target, pool)) = crm {
            locks.turns.insert((tenant_id, *target), pool.clone());
        }
        for letter in follow_ups {
            locks.add(tenant_id, claim.conversation_id, letter);
        }
    }
    locks
}

/// The lane of a claim, in case it is missing.
impl From<&Claim> for Seed {
    fn from(claim: &Claim) -> Self {
        Self {
            conversation_id: claim.conversation_id,
            source_id: claim.source_id,
            direction: claim.direction,
            stream: claim.stream,
            target: claim.target,
        }
    }
}

/// HTTP: too many requests.
const TOO_MANY: i32 = 429;

/// An entry of the timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attempt {
    pub at: i64,
    pub millis: i32,
    pub verdict: &'static str,
    /// HTTP status; 0 if there was no answer.
    pub status: i32,
    /// At most 4 KiB, redacted.
    pub answer: String,
    pub reason: String,
    /// What was sent, masked, at most 4 KiB; empty if it succeeded or sent nothing.
    pub request: String,
    /// The webhook posted to a developer's endpoint, if any.
    pub webhook: Option<LoggedWebhook>,
}

/// A webhook in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoggedWebhook {
    /// Id of this attempt.
    pub id: Uuid,
    /// `webhook-id`, the same for all attempts.
    pub webhook_id: Uuid,
    /// Its type.
    pub event: &'static str,
    /// The endpoint did not answer, or asked for another attempt. A refusal is an answer.
    pub failed: bool,
}

impl Attempt {
    /// Whether the other side was called, as `entity::attempt::Model::made_call` says of the stored row.
    pub fn made_call(&self) -> bool {
        self.verdict == "done" || self.status > 0 || !self.request.is_empty()
    }

    /// Whether it made a call that failed: without an answer, or with "later" or "no access". A refusal is an answer, and so
    /// is "slow down".
    pub fn call_failed(&self) -> bool {
        self.made_call() && matches!(self.verdict, "retry" | "unknown" | "pause") && self.status != TOO_MANY
    }

    /// When the answer came, or was no longer awaited, milliseconds since 1970.
    pub fn ended_at(&self) -> i64 {
        self.at + i64::from(self.millis)
    }

    /// Its id in the timeline: all attempts of a webhook share the one that its receiver knows.
    fn letter_id(&self, claim: &Claim) -> Uuid {
        self.webhook.map_or(claim.letter.id, |webhook| webhook.webhook_id)
    }
}

impl Queue {
    /// Which of these are already written, by their locked lanes.
    ///
    /// Leasing a lane or erasing its letters increments its epoch, so a lane with the claim's epoch and without an
    /// owner was released by this claim's settlement. If it was leased again since, the attempt in the timeline
    /// decides.
    async fn done_before(
        &self,
        tx: Executor<'_>,
        settlements: &[Settlement],
        lanes: &BTreeMap<LaneKey, Lane>,
    ) -> Result<Vec<bool>, DbErr> {
        let mut done = Vec::with_capacity(settlements.len());
        let mut attempts = Vec::new();
        for (place, one) in settlements.iter().enumerate() {
            let Some(lane) = lanes.get(&(one.claim.tenant_id, one.claim.lane_id)) else {
                done.push(false);
                continue;
            };
            done.push(lane.epoch == one.claim.epoch && lane.owner.is_none());
            if let (true, Some(attempt)) = (lane.epoch > one.claim.epoch, &one.attempt) {
                attempts.push((place, one, attempt));
            }
        }
        for place in self.in_the_timeline(tx, &attempts).await? {
            if let Some(done) = done.get_mut(place) {
                *done = true;
            }
        }
        Ok(done)
    }

    async fn in_the_timeline(
        &self,
        tx: Executor<'_>,
        attempts: &[(usize, &Settlement, &Attempt)],
    ) -> Result<Vec<usize>, DbErr> {
        let found = Rows::new()
            .long("place", attempts.iter().map(|(place, _, _)| i64::try_from(*place).unwrap_or(i64::MAX)))
            .uuid("tenant_id", attempts.iter().map(|(_, one, _)| one.claim.tenant_id))
            .uuid("message_id", attempts.iter().map(|(_, one, _)| one.claim.letter.message_id))
            .uuid("letter_id", attempts.iter().map(|(_, one, attempt)| attempt.letter_id(&one.claim)))
            .long("at", attempts.iter().map(|(_, _, attempt)| attempt.at))
            .int("ms", attempts.iter().map(|(_, _, attempt)| attempt.millis))
            .text("verdict", attempts.iter().map(|(_, _, attempt)| attempt.verdict))
            .int("status", attempts.iter().map(|(_, _, attempt)| attempt.status))
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

/// Applies pauses, breakers and probes: one row each, however many letters wait behind it.
fn affect_turns(locked: &mut Locked, mine: &[&Settlement]) {
    let now = locked.now;
    for one in mine {
        let Some(turn) = locked.turns.get_mut(&(one.claim.tenant_id, one.claim.target)) else { continue };
        if let Some(webhook) = one.attempt.as_ref().and_then(|attempt| attempt.webhook.as_ref()) {
            effects::count(turn, webhook, now);
        }
        effects::affect(turn, &one.turn, now);
        if let Some(attempt) = &one.attempt {
            effects::adapt(turn, &one.turn, attempt, now);
        }
    }
}

/// Ends the lease; returns the position of the letter that was sent.
fn release(lane: &mut Lane, one: &Settlement) -> i64 {
    lane.owner = None;
    lane.leased_until = 0;
    match &one.settled {
        Settled::Delivered | Settled::Superseded | Settled::Buried { .. } => {
            lane.starts = 0;
            lane.places.finish(one.claim.letter.order_key);
            lane.waiting = (lane.waiting - 1).max(0);
            lane.due = if lane.waiting > 0 { Due::In(one.rest) } else { Due::Never };
            lane.carried += i64::from(one.settled == Settled::Delivered);
        }
        Settled::Retry { millis, .. } => {
            lane.starts = 0;
            lane.due = Due::In(*millis);
        }
        Settled::Partial { .. } => {
            lane.starts = 0;
            lane.due = Due::In(one.rest);
        }
        Settled::GivenBack => {
            lane.starts = (lane.starts - 1).max(0);
            lane.due = Due::In(0);
        }
    }
    lane.carried
}
