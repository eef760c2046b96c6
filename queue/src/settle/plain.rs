//! Plain settlements: the other side took the letter, and nothing else was learned that another table has to know. They
//! end the letter and let go of its lane without a lock on the target's turn.
//!
//! Who takes the turn's lock decides whether the turn wakes (`docs/decisions/0002-the-turn-is-the-lock.md`). A lane
//! that becomes empty wakes nobody. Of one that is known to have more letters the turn is woken unconditionally, under
//! its lock.

use std::collections::{BTreeMap, HashSet};

use base::message::LetterKind;
use sea_orm::DbErr;
use uuid::Uuid;

use super::{Settled, Settlement, TurnEffect, affect, effects, learned};
use crate::accept_batch::NewLetter;
use crate::lane::{LaneChange, LaneKey, lane_of};
use crate::rows::{Rows, Write};
use crate::turn::BREAKER;
use crate::{Queue, ledger, turn};

/// Maximum letters that follow from the settlements of one statement: it compares each with each lane.
const MOST_FOLLOWING: usize = 32;

/// Settlements that can be written together.
#[derive(Default)]
pub(super) struct Plain<'a> {
    pub all: Vec<&'a Settlement>,
    /// The place of each in the batch.
    pub places: Vec<usize>,
    /// The letters that follow, each with its lane and the lane of the letter that it follows from.
    pub following: Vec<Following<'a>>,
    /// Lanes and messages that they change: no statement may change a row twice.
    lanes: HashSet<LaneKey>,
    messages: HashSet<(Uuid, Uuid)>,
}

/// A letter that follows from a settlement: the status of a message that the messenger has taken.
pub(super) struct Following<'a> {
    pub lane: LaneKey,
    pub change: LaneChange,
    pub from: Uuid,
    pub letter: &'a NewLetter,
}

impl<'a> Plain<'a> {
    /// The plain ones of these.
    pub fn among(settlements: impl Iterator<Item = &'a Settlement>) -> Self {
        let mut plain = Self::default();
        for (place, one) in settlements.enumerate().filter(|(_, one)| is_plain(one)) {
            plain.add(place, one);
        }
        plain
    }

    fn add(&mut self, place: usize, one: &'a Settlement) {
        let claim = &one.claim;
        let lane = (claim.tenant_id, claim.lane_id);
        let following = one.follow_ups.first().map(|letter| {
            let (key, seed) = lane_of(claim.tenant_id, claim.conversation_id, letter);
            Following { lane: key, change: LaneChange { seed, count: 1, hint: 0 }, from: claim.lane_id, letter }
        });
        let message = changes_message(one).then_some((claim.tenant_id, claim.letter.message_id));
        let is_taken = self.lanes.contains(&lane)
            || message.is_some_and(|message| self.messages.contains(&message))
            || following.as_ref().is_some_and(|letter| letter.lane == lane || self.lanes.contains(&letter.lane))
            || (following.is_some() && self.following.len() == MOST_FOLLOWING);
        if is_taken {
            return;
        }
        self.lanes.insert(lane);
        self.messages.extend(message);
        if let Some(letter) = following {
            self.lanes.insert(letter.lane);
            self.following.push(letter);
        }
        self.all.push(one);
        self.places.push(place);
    }

    /// Turns that are woken, with their pools: of the letters that follow, and of lanes with more letters.
    pub fn woken(&self) -> BTreeMap<turn::Key, String> {
        let mut woken: BTreeMap<turn::Key, String> =
            self.following.iter().map(|one| ((one.lane.0, one.letter.target), one.letter.pool.clone())).collect();
        for one in self.all.iter().filter(|one| has_more(one)) {
            woken.entry((one.claim.tenant_id, one.claim.target)).or_default();
        }
        woken
    }

    /// The lanes of the letters that follow, each with the lane that it follows from.
    pub fn following_lanes(&self) -> BTreeMap<LaneKey, (LaneChange, Uuid)> {
        self.following.iter().map(|one| (one.lane, (one.change.clone(), one.from))).collect()
    }
}

impl Queue {
    /// Settles the plain ones whose leases are valid and whose targets are healthy; returns which. The others have
    /// changed nothing but ids learned, which are facts.
    pub(super) async fn settle_plain(&self, settlements: &[Settlement]) -> Result<Vec<bool>, DbErr> {
        let mut done = vec![false; settlements.len()];
        let plain = Plain::among(settlements.iter());
        if plain.all.is_empty() || self.store.one_account_a_commit() {
            return Ok(done);
        }
        self.fault("settle.before_commit")?;
        let released = if self.store.is_sqlite() {
            self.settle_plain_in_transaction(&plain).await?
        } else {
            self.settle_in_one_statement(&plain).await?
        };
        for (place, one) in plain.places.iter().zip(&plain.all) {
            done[*place] = released.contains(&(one.claim.tenant_id, one.claim.lane_id));
        }
        let answered = plain.all.iter().filter(|one| one.turn.counts());
        let answered =
            answered.map(|one| &one.claim).filter(|claim| released.contains(&(claim.tenant_id, claim.lane_id)));
        self.answered.count(answered.map(|claim| (claim.tenant_id, claim.target)), self.store.clock().millis());
        if !released.is_empty() {
            self.fault("settle.after_commit")?;
        }
        Ok(done)
    }

    /// Lets go of their lanes: of those that are leased by the claim, with a target that has failed lately in nothing,
    /// and for whose message no status waits.
    pub(super) fn released(&self, plain: &[&Settlement]) -> Write {
        let rows = Rows::new()
            .uuid("tenant_id", plain.iter().map(|one| one.claim.tenant_id))
            .uuid("lane_id", plain.iter().map(|one| one.claim.lane_id))
            .uuid("target", plain.iter().map(|one| one.claim.target))
            .uuid("source_id", plain.iter().map(|one| one.claim.source_id))
            .long("epoch", plain.iter().map(|one| one.claim.epoch))
            .uuid("owner", plain.iter().map(|_| self.instance))
            .flag("woken", plain.iter().map(|one| has_more(one)))
            .long("delivered", plain.iter().map(|one| i64::from(one.settled == Settled::Delivered)))
            .text("learned", plain.iter().map(|one| learned::awaited(one).unwrap_or_default()));
        let window = affect::WINDOW_MILLIS;
        let valid = format!(
            "lane.tenant_id = rows.tenant_id AND lane.lane_id = rows.lane_id AND lane.epoch = rows.epoch \
             AND lane.owner = rows.owner AND (lane.waiting = 1 OR rows.woken) \
             AND NOT EXISTS (SELECT 1 FROM turn WHERE turn.tenant_id = rows.tenant_id AND turn.target = rows.target \
             AND (turn.reason = '{BREAKER}' OR turn.failures > 0 OR turn.failing > 0 \
             OR (turn.errors > 0 AND turn.counted_from > {{now}} - {window}))) \
             AND NOT EXISTS (SELECT 1 FROM parked_status WHERE parked_status.tenant_id = rows.tenant_id \
             AND parked_status.source_id = rows.source_id AND parked_status.external_id = rows.learned)"
        );
        let set = "owner = NULL, leased_until = 0, starts = 0, waiting = lane.waiting - 1, \
                   due_at = CASE WHEN lane.waiting > 1 THEN {now} END";
        let returned = "RETURNING lane.tenant_id AS of_tenant, lane.lane_id AS of_lane";
        rows.write(if self.store.is_sqlite() {
            format!("UPDATE lane SET {set}, carried = lane.carried + rows.delivered FROM rows WHERE {valid} {returned}")
        } else {
            // Locked in order, as everywhere.
            format!(
                ", mine AS (SELECT lane.tenant_id, lane.lane_id, rows.delivered FROM rows JOIN lane ON {valid} \
                 ORDER BY lane.tenant_id, lane.lane_id FOR NO KEY UPDATE OF lane) \
                 UPDATE lane SET {set}, carried = lane.carried + mine.delivered FROM mine \
                 WHERE lane.tenant_id = mine.tenant_id AND lane.lane_id = mine.lane_id {returned}"
            )
        })
    }

    /// What belongs to released lanes: letters, messages, reports, attempts, the ledger.
    pub(super) fn ended(&self, plain: &[&Settlement]) -> [Write; 5] {
        let positions = plain.iter().map(|one| (one.claim.letter.id, one.claim.carried + 1)).collect();
        let counted = plain.iter().filter(|one| {
            one.claim.letter.kind == LetterKind::Message
                && one.settled == Settled::Delivered
                && !self.errs("defect.miscount")
        });
        let counted: Vec<(ledger::Key, Uuid)> = counted
            .map(|one| &one.claim)
            .map(|claim| {
                let key = (claim.tenant_id, claim.source_id, claim.direction.number(), claim.letter.day);
                (key, claim.lane_id)
            })
            .collect();
        [
            effects::removed(plain),
            effects::messages(plain, &positions),
            effects::reports(plain),
            effects::new_attempts(plain.iter().copied()),
            ledger::delivered(self.instance, &counted),
        ]
    }
}

/// Whether it is the end of a letter that changes nothing of its target, conversation or dialogue.
fn is_plain(one: &Settlement) -> bool {
    let learned = &one.learned;
    matches!(one.settled, Settled::Delivered | Settled::Superseded)
        && matches!(one.turn, TurnEffect::Healthy | TurnEffect::Unasked | TurnEffect::None)
        && !one.claim.probe
        && learned.amocrm_chat_id.is_none()
        && learned.opened.is_none()
        && learned.used.is_none()
        && learned.moved_to.is_none()
        && !learned.bound
        && one.follow_ups.len() <= 1
        && one.follow_ups.iter().all(|letter| letter.order_hint.is_none())
        // A lane that rests is due later than its turn.
        && (one.rest == 0 || !has_more(one))
        && one.attempt.as_ref().is_none_or(|attempt| {
            !affect::slows_down(attempt) && attempt.webhook.is_none_or(|webhook| !webhook.failed)
        })
}

/// Whether more letters waited in its lane when it was leased.
fn has_more(one: &Settlement) -> bool {
    one.claim.waiting > 1
}

fn changes_message(one: &Settlement) -> bool {
    match one.claim.letter.kind {
        LetterKind::Message => true,
        LetterKind::Status => one.settled == Settled::Delivered,
        _ => false,
    }
}
