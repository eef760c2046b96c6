//! The rows other than lanes that settlements change.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base::message::{Failure, LetterKind, State};
use base::store::{Executor, Store};
use entity::dead_letter;
use sea_orm::DbErr;
use uuid::Uuid;

use super::{Attempt, LoggedWebhook, Settled, Settlement, TOO_MANY, TurnEffect};
use crate::histogram::delivery_time;
use crate::inserts;
use crate::rows::{Rows, Write};
use crate::turn::{BREAKER, HELD, Turn, WAIT};

/// Deletes finished letters; updates those that stay.
pub fn letters(mine: &[&Settlement]) -> [Write; 3] {
    let keys = |chosen: &[&&Settlement]| {
        Rows::new()
            .uuid("tenant_id", chosen.iter().map(|one| one.claim.tenant_id))
            .uuid("lane_id", chosen.iter().map(|one| one.claim.lane_id))
            .long("order_key", chosen.iter().map(|one| one.claim.letter.order_key))
            .long("seq", chosen.iter().map(|one| one.claim.letter.seq))
    };
    let gone: Vec<_> = mine
        .iter()
        .filter(|one| matches!(one.settled, Settled::Delivered | Settled::Superseded | Settled::Buried { .. }))
        .collect();
    let removed = keys(&gone).write(
        "DELETE FROM letter WHERE {of_account}(tenant_id, lane_id, order_key, seq) IN \
             (SELECT rows.tenant_id, rows.lane_id, rows.order_key, rows.seq FROM rows)",
    );
    let kept: Vec<_> =
        mine.iter().filter(|one| matches!(one.settled, Settled::Retry { .. } | Settled::GivenBack)).collect();
    let marked = keys(&kept)
        // A request to slow down is not a failure of this letter.
        .int(
            "tries",
            kept.iter().map(|one| {
                let asked = matches!(one.turn, TurnEffect::Wait { .. } | TurnEffect::Slowed);
                i32::from(one.attempt.is_some() && !asked)
            }),
        )
        .flag(
            "unknown",
            kept.iter().map(|one| match one.settled {
                Settled::Retry { unknown, .. } => unknown,
                _ => one.claim.letter.unknown,
            }),
        )
        .int("resends", kept.iter().map(|one| i32::from(matches!(one.settled, Settled::Retry { resent: true, .. }))))
        .write(
            "UPDATE letter SET attempts = letter.attempts + rows.tries, unknown = rows.unknown, \
             resends = letter.resends + rows.resends FROM rows WHERE letter.tenant_id = {account} \
             AND letter.lane_id = rows.lane_id AND letter.order_key = rows.order_key AND letter.seq = rows.seq",
        );
    let onward: Vec<_> = mine
        .iter()
        .filter_map(|one| match &one.settled {
            Settled::Partial { progress } => Some((one, progress)),
            _ => None,
        })
        .collect();
    let advanced = keys(&onward.iter().map(|(one, _)| *one).collect::<Vec<_>>())
        .text("payload", onward.iter().map(|(_, progress)| progress.as_str()))
        .write(
            "UPDATE letter SET payload = rows.payload, attempts = 0, unknown = false, resends = 0 FROM rows \
             WHERE letter.tenant_id = {account} AND letter.lane_id = rows.lane_id \
             AND letter.order_key = rows.order_key AND letter.seq = rows.seq",
        );
    [removed, marked, advanced]
}

/// States only go up. A dead letter that is delivered late counts as delivered only by its own success; a failure that
/// was reported to amoCRM may then be followed by a report of the success.
pub fn messages(mine: &[&Settlement], positions: &HashMap<Uuid, i64>) -> Write {
    let position = |one: &&Settlement| {
        let carried = one.settled == Settled::Delivered;
        positions.get(&one.claim.letter.id).copied().filter(|_| carried).unwrap_or(0)
    };
    let about = || mine.iter().filter(|one| one.claim.letter.kind == LetterKind::Message);
    Rows::new()
        .uuid("tenant_id", about().map(|one| one.claim.tenant_id))
        .uuid("id", about().map(|one| one.claim.letter.message_id))
        .short("state", about().map(|one| state(one)))
        .flag("revived", about().map(|one| one.settled == Settled::Delivered && one.claim.letter.late))
        .text("error", about().map(|one| failure_text(one)))
        .text("external_id", about().map(|one| one.learned.external_id.clone().unwrap_or_default()))
        .text("amocrm_message_id", about().map(|one| one.learned.amocrm_message_id.clone().unwrap_or_default()))
        .flag("possible_duplicate", about().map(|one| one.possible_duplicate))
        .long("position", about().map(position))
        .write(
            "UPDATE message SET \
             state = CASE WHEN rows.revived THEN rows.state WHEN rows.state = 4 AND message.state < 2 THEN 4 \
             WHEN rows.state < 4 AND rows.state > message.state THEN rows.state ELSE message.state END, \
             error = CASE WHEN rows.revived THEN '' WHEN rows.state = 4 AND message.state < 2 THEN rows.error \
             ELSE message.error END, \
             reported = CASE WHEN rows.revived THEN 0 ELSE message.reported END, \
             external_id = CASE WHEN rows.external_id = '' THEN message.external_id ELSE rows.external_id END, \
             amocrm_message_id = CASE WHEN rows.amocrm_message_id = '' THEN message.amocrm_message_id \
             ELSE rows.amocrm_message_id END, \
             position = coalesce(nullif(rows.position, 0), message.position), \
             possible_duplicate = message.possible_duplicate OR rows.possible_duplicate \
             FROM rows WHERE message.tenant_id = {account} AND message.id = rows.id",
        )
}

/// Whether a message was settled together with a status about it.
pub fn have_common_messages(mine: &[&Settlement]) -> bool {
    let of_kind = |kind| {
        let letters = mine.iter().filter(move |one| one.claim.letter.kind == kind);
        letters.map(|one| (one.claim.tenant_id, one.claim.letter.message_id))
    };
    let messages: BTreeSet<(Uuid, Uuid)> = of_kind(LetterKind::Message).collect();
    of_kind(LetterKind::Status).any(|key| messages.contains(&key))
}

/// The statuses reported to amoCRM.
pub fn reports(mine: &[&Settlement]) -> Write {
    let reported: BTreeMap<(Uuid, Uuid), &Settlement> = mine
        .iter()
        .filter(|one| one.claim.letter.kind == LetterKind::Status && one.settled == Settled::Delivered)
        .map(|one| ((one.claim.tenant_id, one.claim.letter.message_id), *one))
        .collect();
    Rows::new()
        .uuid("tenant_id", reported.keys().map(|key| key.0))
        .uuid("id", reported.keys().map(|key| key.1))
        .short("reported", reported.values().map(|one| state(one)))
        .text("error", reported.values().map(|one| failure_text(one)))
        .write(
            "UPDATE message SET reported = rows.reported, \
             state = CASE WHEN rows.reported = 4 AND message.state < 2 THEN 4 \
             WHEN rows.reported < 4 AND message.state < rows.reported THEN rows.reported ELSE message.state END, \
             error = CASE WHEN rows.reported = 4 AND message.state < 2 THEN rows.error ELSE message.error END \
             FROM rows WHERE message.tenant_id = {account} \
             AND message.id = rows.id AND message.reported < rows.reported",
        )
}

/// As stored; -1 for none.
fn state(one: &Settlement) -> i16 {
    one.state.map_or(-1, State::number)
}

/// As stored; empty for none.
fn failure_text(one: &Settlement) -> String {
    Failure::stored(one.failure.as_ref())
}

/// Timeline entries. Also of attempts whose lease was lost, because they happened.
pub fn new_attempts<'a>(settlements: impl Iterator<Item = &'a Settlement>) -> Write {
    let all: Vec<_> = settlements.filter_map(|one| one.attempt.as_ref().map(|attempt| (one, attempt))).collect();
    Rows::new()
        .uuid("tenant_id", all.iter().map(|(one, _)| one.claim.tenant_id))
        .uuid("message_id", all.iter().map(|(one, _)| one.claim.letter.message_id))
        .uuid("letter_id", all.iter().map(|(one, attempt)| attempt.letter_id(&one.claim)))
        .short("kind", all.iter().map(|(one, _)| one.claim.letter.kind.number()))
        .short("direction", all.iter().map(|(one, _)| one.claim.direction.number()))
        .long("at", all.iter().map(|(_, attempt)| attempt.at))
        .int("ms", all.iter().map(|(_, attempt)| attempt.millis))
        .text("verdict", all.iter().map(|(_, attempt)| attempt.verdict))
        .int("status", all.iter().map(|(_, attempt)| attempt.status))
        .text("answer", all.iter().map(|(_, attempt)| attempt.answer.as_str()))
        .text("reason", all.iter().map(|(_, attempt)| attempt.reason.as_str()))
        .text("request", all.iter().map(|(_, attempt)| attempt.request.as_str()))
        .uuid("id", all.iter().map(|(_, attempt)| attempt.webhook.map_or(Uuid::nil(), |webhook| webhook.id)))
        .uuid("source_id", all.iter().map(|(one, _)| one.claim.source_id))
        .text("event", all.iter().map(|(_, attempt)| attempt.webhook.map_or("", |webhook| webhook.event)))
        .long("took", all.iter().map(|(one, attempt)| delivery_time(&one.claim, attempt).unwrap_or(0)))
        .write(
            "INSERT INTO attempt (tenant_id, message_id, letter_id, number, kind, direction, at, ms, verdict, status, \
             answer, reason, request, id, source_id, event, took) \
             SELECT tenant_id, message_id, letter_id, 1 + (SELECT count(*) FROM attempt AS earlier WHERE \
             earlier.tenant_id = {account} AND earlier.message_id = rows.message_id AND earlier.letter_id = rows.letter_id), \
             kind, direction, at, ms, verdict, status, answer, reason, nullif(request, ''), \
             CASE WHEN event = '' THEN NULL ELSE id END, \
             CASE WHEN event = '' THEN NULL ELSE source_id END, event, took FROM rows WHERE true ON CONFLICT DO NOTHING",
        )
}

/// Inserts the dead letters.
pub async fn insert_dead(tx: Executor<'_>, store: &Store, mine: &[&Settlement]) -> Result<(), DbErr> {
    let now = store.clock().millis();
    let dead = |one: &&Settlement| {
        let Settled::Buried { reason, detail } = &one.settled else { return None };
        let (claim, letter) = (&one.claim, &one.claim.letter);
        Some(dead_letter::Model {
            tenant_id: claim.tenant_id,
            id: letter.id,
            lane_id: claim.lane_id,
            conversation_id: claim.conversation_id,
            source_id: claim.source_id,
            message_id: letter.message_id,
            target: claim.target,
            direction: claim.direction.number(),
            stream: claim.stream.number(),
            kind: letter.kind.number(),
            payload: letter.payload.clone(),
            reason: reason.clone(),
            detail: detail.clone(),
            attempts: letter.attempts + i32::from(one.attempt.is_some()),
            first_at: letter.accepted_at,
            last_at: now,
            day: letter.day,
        })
    };
    inserts::insert_dead_letters(tx, store, mine.iter().filter_map(dead).collect()).await
}

// Erases what delivered messages said, in accounts that keep no texts. After everything else of the batch, because it
// depends on the letters that remain.

/// The message was delivered, and no change of it still waits in its lane. One that failed can be sent again, so it
/// keeps its text.
const DELIVERED: &str = "message.state IN (1, 2, 3) AND NOT EXISTS (SELECT 1 FROM letter WHERE \
     letter.tenant_id = {account} AND letter.lane_id = rows.lane_id AND letter.message_id = rows.id \
     AND letter.kind IN (1, 2))";

fn delivered<'a>(mine: &[&'a Settlement]) -> Vec<(&'a Settlement, &'a str, i32)> {
    let content = |one: &Settlement| matches!(one.claim.letter.kind, LetterKind::Message | LetterKind::Edit);
    mine.iter()
        .filter(|one| one.settled == Settled::Delivered && content(one))
        .filter_map(|one| one.forget.as_ref().map(|(body, day)| (*one, body.as_str(), *day)))
        .collect()
}

fn keys(all: &[(&Settlement, &str, i32)]) -> Rows {
    Rows::new()
        .uuid("tenant_id", all.iter().map(|(one, ..)| one.claim.tenant_id))
        .uuid("lane_id", all.iter().map(|(one, ..)| one.claim.lane_id))
        .uuid("id", all.iter().map(|(one, ..)| one.claim.letter.message_id))
}

/// Their texts.
pub fn texts(mine: &[&Settlement]) -> Write {
    let all = delivered(mine);
    keys(&all).text("body", all.iter().map(|(_, body, _)| *body)).write(format!(
        "UPDATE message SET body = rows.body FROM rows WHERE message.tenant_id = {{account}} \
         AND message.id = rows.id AND {DELIVERED}"
    ))
}

/// Their files. Not at once: the other side fetches them by their links.
pub fn files(mine: &[&Settlement]) -> Write {
    let all = delivered(mine);
    keys(&all).int("day", all.iter().map(|(.., day)| *day)).write(format!(
        "UPDATE media SET day = rows.day FROM rows WHERE media.tenant_id = {{account}} \
         AND media.message_id = rows.id AND media.day > rows.day AND EXISTS (SELECT 1 FROM message \
         WHERE message.tenant_id = {{account}} AND message.id = rows.id AND {DELIVERED})"
    ))
}

/// Window over which calls are counted.
const WINDOW_MILLIS: i64 = 60_000;
/// A rate is raised by one request a second after this long without a request to slow down.
const CLEAN_MILLIS: i64 = 60_000;
const STEP: i64 = 1_000;
/// HTTP: too many requests; service unavailable.
const SLOW_DOWN: [i32; 2] = [TOO_MANY, 503];

/// Applies an attempt's effect on the whole target.
pub(super) fn affect(turn: &mut Turn, effect: &TurnEffect, now: i64) {
    match effect {
        TurnEffect::None => {}
        // A hold set meanwhile remains.
        _ if turn.is_held() => {}
        TurnEffect::Healthy | TurnEffect::Slowed => {
            turn.failures = 0;
            // Webhooks keep theirs until one of them succeeds.
            if turn.failing == 0 {
                turn.failing_since = None;
            }
            count_call(turn, false, now);
            if turn.reason == BREAKER {
                turn.reason = String::new();
                turn.ready_at = Some(now);
                (turn.calls, turn.errors) = (0, 0);
            }
        }
        // A probe that made no call leaves its place to the next.
        TurnEffect::Unasked if turn.reason == BREAKER => turn.ready_at = Some(now),
        TurnEffect::Unasked => {}
        TurnEffect::Failing { open_after, open_millis } => {
            turn.failures = turn.failures.saturating_add(1);
            turn.failing_since.get_or_insert(now);
            count_call(turn, true, now);
            let mostly = turn.calls >= *open_after && turn.errors.saturating_mul(2) >= turn.calls;
            if mostly || turn.reason == BREAKER {
                turn.reason = BREAKER.to_owned();
                turn.ready_at = Some(now + open_millis);
                (turn.calls, turn.errors) = (0, 0);
            }
        }
        TurnEffect::Wait { millis } => {
            let earlier = turn.ready_at.filter(|_| turn.reason == WAIT).unwrap_or(0);
            turn.reason = WAIT.to_owned();
            turn.ready_at = Some(earlier.max(now + millis));
        }
        TurnEffect::Hold { reason } => {
            turn.reason = format!("{HELD}{reason}");
            turn.ready_at = None;
        }
    }
}

fn count_call(turn: &mut Turn, failed: bool, now: i64) {
    if now - turn.counted_from >= WINDOW_MILLIS {
        (turn.calls, turn.errors, turn.counted_from) = (0, 0, now);
    }
    turn.calls = turn.calls.saturating_add(1);
    turn.errors = turn.errors.saturating_add(i32::from(failed));
}

/// Adapts a rate that is found by experience: halved when the other side asks to slow down, raised by one request a
/// second after each minute in which it did not. Calls started before the last change do not count against the new
/// rate.
pub(super) fn adapt(turn: &mut Turn, effect: &TurnEffect, attempt: &Attempt, now: i64) {
    if turn.rate == 0 {
        return;
    }
    if SLOW_DOWN.contains(&attempt.status) {
        if now - i64::from(attempt.millis) > turn.rate_at {
            turn.rate = (turn.rate / 2).max(1);
        }
        turn.rate_at = now;
    } else if *effect == TurnEffect::Healthy && now - turn.rate_at >= CLEAN_MILLIS {
        (turn.rate, turn.rate_at) = (turn.rate.saturating_add(STEP), now);
    }
}

/// Counts consecutively failed webhooks. A target held meanwhile keeps its count, which is the reason for the hold.
pub(super) fn count(turn: &mut Turn, webhook: &LoggedWebhook, now: i64) {
    if turn.is_held() {
        return;
    }
    if webhook.failed {
        turn.failing_since.get_or_insert(now);
        turn.failing = turn.failing.saturating_add(1);
    } else {
        (turn.failing_since, turn.failing) = (None, 0);
    }
}
