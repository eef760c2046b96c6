//! Plain successes in one statement, which is its own transaction: one round trip instead of seven. On PostgreSQL only;
//! on SQLite a statement needs no round trip.
//!
//! Where the transaction reads locked rows and writes their new values, the statement changes them relative to what
//! they contain. If a lease is lost, a target is held, or a status waits for one of the ids just learned, nothing is
//! changed but the learned ids, which are true in any case, and the transaction takes over.

use std::collections::{BTreeMap, BTreeSet};

use base::message::LetterKind;
use sea_orm::DbErr;

use super::affect::{CLEAN_MILLIS, SLOW_DOWN, STEP, WINDOW_MILLIS};
use super::lone_letter::LoneLetter;
use super::{Settled, SettledBatch, Settlement, TurnEffect, effects, learned};
use crate::Queue;
use crate::conversation::new_aliases;
use crate::keys::new_keys;
use crate::lane::{self, LaneChange, LaneKey};
use crate::letter::{placed_by, unplaced};
use crate::rows::{Expressions, Rows, RowsForm, Write, gave_up};
use crate::turn::{BREAKER, HELD, Key};

/// Maximum settlements in one statement, which compares each with each lane.
const MOST: usize = 64;
/// Expressions of the statement: locked turns, whether all is plain, lanes of new letters, released lanes.
const TURNS: &str = "w1";
const PLAIN: &str = "w2";
const ROOM: &str = "w3";
const RELEASED: &str = "w4";
/// Its result if all is settled and something is due.
const DUE: i64 = 2;

/// What the settlements of a target do to its turn.
#[derive(Default)]
struct Effect {
    /// Calls that were answered.
    calls: i32,
    /// The target's rate may be raised.
    adapts: bool,
    /// A webhook was accepted.
    hooked: bool,
    /// It has settlements; else it is only due by new letters.
    settled: bool,
}

impl Queue {
    /// Settles plain successes. `None` if they are not, with no lane changed: they take a transaction.
    pub(super) async fn settle_in_one_statement(
        &self,
        settlements: &[Settlement],
    ) -> Result<Option<SettledBatch>, DbErr> {
        if self.store.is_sqlite() || self.store.one_account_a_commit() || !are_plain(settlements) {
            return Ok(None);
        }
        let (mut turns, mut lanes, mut letters) = (BTreeMap::<Key, Effect>::new(), BTreeMap::new(), Vec::new());
        let accepted_at = self.store.clock().millis();
        for one in settlements {
            let claim = &one.claim;
            turns.entry((claim.tenant_id, claim.target)).or_default().add(one);
            for letter in &one.follow_ups {
                turns.entry((claim.tenant_id, letter.target)).or_default();
                let (key, seed) = lane::lane_of(claim.tenant_id, claim.conversation_id, letter);
                lanes.entry(key).or_insert(LaneChange::new(seed)).add(letter);
                letters.push((key, letter, accepted_at));
            }
        }
        let released: BTreeSet<LaneKey> =
            settlements.iter().map(|one| (one.claim.tenant_id, one.claim.lane_id)).collect();
        if released.len() < settlements.len() || lanes.keys().any(|lane| released.contains(lane)) {
            return Ok(None);
        }
        self.fault("settle.before_commit")?;
        if let Some(lone) = LoneLetter::of(settlements) {
            let settled = self.settle_lone_letter(&lone).await?;
            if settled.is_some() {
                self.fault("settle.after_commit")?;
            }
            return Ok(settled);
        }
        let mine: Vec<&Settlement> = settlements.iter().collect();
        let locked = locked(&turns);
        let counts = [locked.len(), i64::try_from(settlements.len()).unwrap_or(i64::MAX)];
        let form = RowsForm::for_messages(settlements.len());
        let mut statement = Expressions::new(form, counts.map(Into::into));
        statement.add(&self.store, new_keys(&self.store, &learned::learned_keys(settlements)), "");
        // Reading the previous one makes PostgreSQL run that first: keys, aliases, turns, lanes.
        let mut learned = "(SELECT count(*) FROM w0) >= 0".to_owned();
        let aliases = learned::learned_aliases(settlements);
        if !aliases.is_empty() {
            let aliases: Vec<_> = aliases.iter().map(|(tenant_id, alias, id)| (*tenant_id, alias, *id)).collect();
            statement.add_as("named", &self.store, new_aliases(&aliases), &format!(" WHERE {learned}"));
            learned += " AND (SELECT count(*) FROM named) >= 0";
        }
        statement.add(&self.store, locked, &format!(" WHERE {learned}"));
        statement.add(&self.store, none_waits(settlements), "");
        let plain = format!("(SELECT plain FROM {PLAIN})");
        let filter = format!(" WHERE {plain}");
        statement.add(&self.store, lane::upserted(&lanes), &filter);
        statement.add(&self.store, self.release(settlements), &filter);
        let [removed, ..] = effects::letters(&mine);
        let others = [
            awake(&turns),
            placed_by(&unplaced(&letters, &lanes), ROOM),
            removed,
            effects::messages_placed_by(&mine, RELEASED),
            effects::reports(&mine),
            effects::new_attempts(settlements.iter()),
            self.settled(&mine),
            learned::write_chat_ids(settlements),
        ];
        for write in others.into_iter().filter(|write| write.len() > 0) {
            statement.add(&self.store, write, &filter);
        }
        // A lost lease undoes all.
        let lost = format!("((SELECT count(*) FROM {RELEASED}) - (SELECT count(*) FROM {RELEASED}))");
        let is_due = format!(
            "EXISTS (SELECT 1 FROM {ROOM}) OR EXISTS (SELECT 1 FROM {RELEASED} WHERE due_at IS NOT NULL) \
             OR EXISTS (SELECT 1 FROM {TURNS} WHERE reason <> '')"
        );
        let result = format!(
            "CASE WHEN NOT ({plain}) THEN 0 WHEN (SELECT count(*) FROM {RELEASED}) = $2 \
             THEN CASE WHEN {is_due} THEN {DUE} ELSE 1 END ELSE 1 / {lost} END"
        );
        let may_be_due = match statement.run(self.store.kept(), &self.store, &result).await {
            Ok(0) => return Ok(None),
            Ok(result) => result == DUE,
            Err(error) if gave_up(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        self.fault("settle.after_commit")?;
        Ok(Some(SettledBatch { valid: vec![true; settlements.len()], may_be_due }))
    }

    /// Ends the leases, if they are still those of the claims.
    fn release(&self, settlements: &[Settlement]) -> Write {
        let claims = || settlements.iter().map(|one| &one.claim);
        Rows::new()
            .uuid("tenant_id", claims().map(|claim| claim.tenant_id))
            .uuid("lane_id", claims().map(|claim| claim.lane_id))
            .long("epoch", claims().map(|claim| claim.epoch))
            .uuid("owner", claims().map(|_| self.instance))
            .long("rest", settlements.iter().map(|one| one.rest))
            .long("delivered", settlements.iter().map(|one| i64::from(one.settled == Settled::Delivered)))
            .write(
                "UPDATE lane SET owner = NULL, leased_until = 0, starts = 0, last_key = 0, \
                 waiting = greatest(lane.waiting - 1, 0), \
                 due_at = CASE WHEN lane.waiting > 1 THEN {now} + rows.rest END, carried = lane.carried + rows.delivered \
                 FROM rows WHERE lane.tenant_id = rows.tenant_id AND lane.lane_id = rows.lane_id \
                 AND lane.epoch = rows.epoch AND lane.owner = rows.owner \
                 RETURNING lane.tenant_id AS of_tenant, lane.lane_id AS of_lane, lane.target AS of_target, lane.due_at, \
                 lane.carried",
            )
    }
}

impl Effect {
    fn add(&mut self, one: &Settlement) {
        let healthy = one.turn == TurnEffect::Healthy;
        self.settled = true;
        self.calls += i32::from(healthy);
        self.adapts |= healthy && one.attempt.is_some();
        self.hooked |= one.attempt.as_ref().is_some_and(|attempt| attempt.webhook.is_some());
    }
}

/// Whether all of them are answered calls from which no more than ids of messages and chats were learned, each of another
/// message.
fn are_plain(settlements: &[Settlement]) -> bool {
    let plain = |one: &Settlement| {
        let learned = &one.learned;
        let fits = |attempt: &super::Attempt| {
            !SLOW_DOWN.contains(&attempt.status) && !attempt.webhook.is_some_and(|webhook| webhook.failed)
        };
        matches!(one.settled, Settled::Delivered | Settled::Superseded)
            && matches!(one.turn, TurnEffect::Healthy | TurnEffect::Unasked | TurnEffect::None)
            && one.attempt.as_ref().is_none_or(fits)
            && learned.opened.is_none()
            && learned.used.is_none()
            && !learned.bound
            && one.forget.is_none()
    };
    let mut messages = BTreeSet::new();
    let about_one = |one: &Settlement| {
        matches!(one.claim.letter.kind, LetterKind::Message | LetterKind::Status)
            && messages.insert((one.claim.tenant_id, one.claim.letter.message_id))
    };
    settlements.len() <= MOST
        && settlements.iter().map(|one| one.follow_ups.len()).sum::<usize>() <= MOST
        && settlements.iter().all(plain)
        && settlements.iter().all(about_one)
}

/// Locks the turns in their order, and returns what they contain then. `served`: nothing but its rate holds it, or it has no
/// settlement.
fn locked(turns: &BTreeMap<Key, Effect>) -> Write {
    Rows::new()
        .uuid("tenant_id", turns.keys().map(|key| key.0))
        .uuid("target", turns.keys().map(|key| key.1))
        .flag("settled", turns.values().map(|effect| effect.settled))
        .write(format!(
            "SELECT turn.tenant_id AS of_tenant, turn.target AS of_target, turn.reason, turn.ready_at, \
             NOT rows.settled OR turn.reason <> '{BREAKER}' AND turn.reason NOT LIKE '{HELD}%' AS served \
             FROM rows JOIN turn ON turn.tenant_id = rows.tenant_id AND turn.target = rows.target \
             ORDER BY turn.tenant_id, turn.target FOR NO KEY UPDATE OF turn"
        ))
}

/// `plain`: all turns are served, and no status waits for an id just learned. It is looked for once the turns are locked:
/// who stores one locks its turn too, and looks for the id afterwards, so that one of both sees the other.
fn none_waits(settlements: &[Settlement]) -> Write {
    learned::parked_keys(&learned::with_crm_side(settlements)).write(format!(
        "SELECT CASE WHEN (SELECT count(*) FROM {TURNS} WHERE served) = $1 THEN \
         NOT status_waits(array_agg(rows.tenant_id), array_agg(rows.source_id), array_agg(rows.external_id)) \
         ELSE false END AS plain FROM rows"
    ))
}

/// Counts the calls, raises rates, and makes turns due with their lanes: as [`super::affect`] and [`super::end`] do.
///
/// Which turns are written depends on what the locked ones contain, not on `turn`: of that PostgreSQL looks at the newest
/// version only if the one that was there when the statement began passes the WHERE clause.
fn awake(turns: &BTreeMap<Key, Effect>) -> Write {
    let begins = format!("{{now}} - turn.counted_from >= {WINDOW_MILLIS}");
    let rises = format!("rows.adapts AND turn.rate <> 0 AND {{now}} - turn.rate_at >= {CLEAN_MILLIS}");
    let is_due =
        "held.reason = '' AND due.due_at IS NOT NULL AND (held.ready_at IS NULL OR held.ready_at > due.due_at)";
    Rows::new()
        .uuid("tenant_id", turns.keys().map(|key| key.0))
        .uuid("target", turns.keys().map(|key| key.1))
        .int("calls", turns.values().map(|effect| effect.calls))
        .flag("adapts", turns.values().map(|effect| effect.adapts))
        .flag("hooked", turns.values().map(|effect| effect.hooked))
        .write(format!(
            "UPDATE turn SET ready_at = CASE WHEN {is_due} THEN due.due_at ELSE turn.ready_at END, \
             failures = CASE WHEN rows.calls > 0 THEN 0 ELSE turn.failures END, \
             calls = CASE WHEN rows.calls > 0 AND {begins} THEN rows.calls ELSE turn.calls + rows.calls END, \
             errors = CASE WHEN rows.calls > 0 AND {begins} THEN 0 ELSE turn.errors END, \
             counted_from = CASE WHEN rows.calls > 0 AND {begins} THEN {{now}} ELSE turn.counted_from END, \
             rate = CASE WHEN {rises} THEN turn.rate + {STEP} ELSE turn.rate END, \
             rate_at = CASE WHEN {rises} THEN {{now}} ELSE turn.rate_at END, \
             failing_since = CASE WHEN rows.hooked OR (rows.calls > 0 AND turn.failing = 0) THEN NULL \
             ELSE turn.failing_since END, \
             failing = CASE WHEN rows.hooked THEN 0 ELSE turn.failing END \
             FROM rows JOIN {TURNS} AS held ON held.of_tenant = rows.tenant_id AND held.of_target = rows.target \
             LEFT JOIN (SELECT of_tenant, of_target, min(due_at) AS due_at FROM ( \
             SELECT of_tenant, of_target, due_at FROM {ROOM} UNION ALL SELECT of_tenant, of_target, due_at FROM {RELEASED}) \
             AS lanes GROUP BY of_tenant, of_target) AS due ON due.of_tenant = rows.tenant_id AND due.of_target = rows.target \
             WHERE turn.tenant_id = rows.tenant_id AND turn.target = rows.target \
             AND (rows.calls > 0 OR rows.hooked OR {is_due})"
        ))
}
