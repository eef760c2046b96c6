//! Leases in the statement that stores the letters: a lane that is idle is leased at once if its turn is open, that is, if
//! nothing of its target waits, nothing holds it, and its rate allows a call. The rows of lane and turn are written once
//! instead of once by the accept and once by a claim.
//!
//! The turns are locked first and written last, when it is known which lanes were leased.

use std::collections::{BTreeMap, HashMap};

use base::store::Row;
use sea_orm::DbErr;
use uuid::Uuid;

use super::Arrived;
use crate::accept_batch::NewLetter;
use crate::lane::{LaneChange, LaneKey, Seed};
use crate::lease::{Claim, LeaseCall, Letter};
use crate::rows::{Rows, Write};
use crate::turn::Key;

/// Expressions of the statement after the keys: the locked turns, and the written lanes.
pub(super) const TURNS: &str = "w1";
pub(super) const LANES: &str = "w2";
/// Values that all expressions may read, after the number of keys: that of turns, the leases' owner, number and length.
pub(super) const COUNT_OF_TURNS: &str = "$2::bigint";
const OWNER: &str = "$3::uuid";
const CLAIM: &str = "$4::bigint";
const LEASE: &str = "$5::bigint";

/// Locks the turns in their order. `open`: a call may start at once; `tokens`: thousandths of calls that may.
pub(super) fn open_turns(turns: &BTreeMap<Key, String>, call: &LeaseCall) -> Write {
    let rates = || turns.keys().map(|key| call.wishes.get(key).map(|wish| wish.rate));
    let bounds = || rates().map(|rate| rate.and_then(|rate| rate.bounds).unwrap_or((-1, -1)));
    // As `Turn::pace` and `Turn::refill`; any bucket is full after 1,000 seconds.
    let pace = "CASE WHEN wish.floor < 0 THEN wish.per_second \
                ELSE least(greatest(turn.rate, wish.floor), wish.ceiling) END";
    let burst = format!("CASE WHEN wish.floor < 0 THEN wish.burst ELSE greatest({pace}, 1000) END");
    Rows::new()
        .uuid("tenant_id", turns.keys().map(|key| key.0))
        .uuid("target", turns.keys().map(|key| key.1))
        .long("per_second", rates().map(|rate| rate.map_or(0, |rate| rate.per_second)))
        .long("burst", rates().map(|rate| rate.map_or(0, |rate| rate.burst)))
        .long("floor", bounds().map(|bounds| bounds.0))
        .long("ceiling", bounds().map(|bounds| bounds.1))
        .write(format!(
            "SELECT turn.tenant_id AS of_tenant, turn.target AS of_target, wish.at, wish.burst > 0 AND turn.reason = '' \
             AND (turn.ready_at IS NULL OR turn.ready_at > wish.at) AND (wish.floor < 0 OR turn.rate <> 0) AS open, \
             turn.reason, turn.ready_at, CASE WHEN turn.refilled_at = 0 THEN {burst} ELSE least(turn.tokens + \
             least(greatest(wish.at - turn.refilled_at, 0), 1000000) * ({pace}) / 1000, {burst}) END AS tokens \
             FROM (SELECT rows.*, {{now}} AS at FROM rows) AS wish JOIN turn ON turn.tenant_id = wish.tenant_id \
             AND turn.target = wish.target ORDER BY turn.tenant_id, turn.target FOR NO KEY UPDATE OF turn"
        ))
}

/// Makes room as [`crate::lane::upserted`] does, and leases idle lanes with a single new letter whose turn is open, at
/// most as many of a target as the call wishes for.
pub(super) fn leased_lanes(lanes: &BTreeMap<LaneKey, LaneChange>, call: &LeaseCall) -> Write {
    let mut counts: HashMap<Key, i64> = HashMap::new();
    let place = |(key, change): (&LaneKey, &LaneChange)| {
        let target = (key.0, change.seed.target);
        let limit = call.wishes.get(&target).map_or(0, |wish| i64::from(wish.limit));
        let count = counts.entry(target).or_default();
        if change.count != 1 || *count >= limit {
            return 0;
        }
        *count += 1;
        *count
    };
    let places: Vec<i64> = lanes.iter().map(place).collect();
    let leads = "excluded.owner IS NOT NULL AND lane.owner IS NULL AND lane.due_at IS NULL AND lane.waiting = 0";
    Rows::new()
        .uuid("tenant_id", lanes.keys().map(|key| key.0))
        .uuid("lane_id", lanes.keys().map(|key| key.1))
        .uuid("conversation_id", lanes.values().map(|lane| lane.seed.conversation_id))
        .uuid("source_id", lanes.values().map(|lane| lane.seed.source_id))
        .short("direction", lanes.values().map(|lane| lane.seed.direction.number()))
        .short("stream", lanes.values().map(|lane| lane.seed.stream.number()))
        .uuid("target", lanes.values().map(|lane| lane.seed.target))
        .long("count", lanes.values().map(|lane| lane.count))
        .long("hint", lanes.values().map(|lane| lane.hint))
        .long("place", places)
        .write(format!(
            "INSERT INTO lane (tenant_id, lane_id, conversation_id, source_id, direction, stream, target, next_seq, \
             last_key, max_key, waiting, due_at, owner, epoch, leased_until, starts, carried, claim) \
             SELECT tenant_id, lane_id, conversation_id, source_id, direction, stream, target, 1 + count, \
             CASE WHEN goes THEN hint ELSE 0 END, hint, count, CASE WHEN goes THEN at + {LEASE} ELSE at END, \
             CASE WHEN goes THEN {OWNER} END, CASE WHEN goes THEN 1 ELSE 0 END, \
             CASE WHEN goes THEN at + {LEASE} ELSE 0 END, CASE WHEN goes THEN 1 ELSE 0 END, 0, \
             CASE WHEN goes THEN {CLAIM} END \
             FROM (SELECT rows.*, {TURNS}.at, {TURNS}.open AND rows.place > 0 AND rows.place * 1000 <= {TURNS}.tokens AS goes \
             FROM rows JOIN {TURNS} ON {TURNS}.of_tenant = rows.tenant_id AND {TURNS}.of_target = rows.target) AS wish \
             ORDER BY tenant_id, lane_id \
             ON CONFLICT (tenant_id, lane_id) DO UPDATE SET next_seq = lane.next_seq + excluded.waiting, \
             waiting = lane.waiting + excluded.waiting, \
             due_at = CASE WHEN {leads} THEN excluded.due_at ELSE coalesce(lane.due_at, {{now}}) END, \
             max_key = greatest(lane.max_key, excluded.max_key), \
             last_key = CASE WHEN NOT ({leads}) THEN lane.last_key WHEN excluded.max_key = 0 THEN lane.max_key \
             ELSE excluded.max_key END, \
             owner = CASE WHEN {leads} THEN excluded.owner ELSE lane.owner END, \
             claim = CASE WHEN {leads} THEN excluded.claim ELSE lane.claim END, \
             epoch = CASE WHEN {leads} THEN lane.epoch + 1 ELSE lane.epoch END, \
             leased_until = CASE WHEN {leads} THEN excluded.leased_until ELSE lane.leased_until END, \
             starts = CASE WHEN {leads} THEN lane.starts + 1 ELSE lane.starts END \
             RETURNING lane.tenant_id AS of_tenant, lane.lane_id AS of_lane, lane.target AS of_target, lane.due_at, \
             lane.next_seq, lane.last_key, lane.max_key, lane.source_id AS of_source, \
             lane.conversation_id AS of_conversation, lane.direction AS of_direction, lane.epoch, lane.starts, \
             coalesce(lane.owner = {OWNER} AND lane.claim = {CLAIM}, false) AS leased"
        ))
}

/// Pays for the leases, and makes turns due with their lanes, by what the locked turns contain: of `turn` PostgreSQL looks at
/// the newest version only if the one that was there when the statement began passes the WHERE clause.
///
/// A turn whose lanes are all leased stays asleep: its due time is no later than the end of a lease, and does not move with
/// each of them.
pub(super) fn paid_turns(turns: &BTreeMap<Key, String>) -> Write {
    let is_due = format!("{TURNS}.reason = '' AND ({TURNS}.ready_at IS NULL OR {TURNS}.ready_at > lanes.due_at)");
    Rows::new().uuid("tenant_id", turns.keys().map(|key| key.0)).uuid("target", turns.keys().map(|key| key.1)).write(
        format!(
            "UPDATE turn SET ready_at = CASE WHEN {is_due} THEN lanes.due_at ELSE turn.ready_at END, \
             tokens = CASE WHEN lanes.leased > 0 THEN {TURNS}.tokens - 1000 * lanes.leased ELSE turn.tokens END, \
             refilled_at = CASE WHEN lanes.leased > 0 THEN greatest({TURNS}.at, turn.refilled_at) \
             ELSE turn.refilled_at END \
             FROM rows JOIN {TURNS} ON {TURNS}.of_tenant = rows.tenant_id AND {TURNS}.of_target = rows.target \
             JOIN (SELECT of_tenant, of_target, min(due_at) AS due_at, count(*) FILTER (WHERE leased) AS leased \
             FROM {LANES} GROUP BY of_tenant, of_target) AS lanes \
             ON lanes.of_tenant = rows.tenant_id AND lanes.of_target = rows.target \
             WHERE turn.tenant_id = rows.tenant_id AND turn.target = rows.target AND (lanes.leased > 0 OR {is_due})"
        ),
    )
}

/// A leased lane, as the statement returns it.
pub(super) struct LeasedLane {
    pub source_id: Uuid,
    pub epoch: i64,
    pub starts: i32,
    pub order_key: i64,
    pub seq: i64,
}

/// The leases, with the letters as they were stored.
pub(super) fn claims(found: &[impl Row], arrived: &Arrived<'_>, call: &LeaseCall) -> Result<Vec<Claim>, DbErr> {
    let mut leased = BTreeMap::new();
    for row in found {
        let Some(tenant_id) = row.get::<Option<Uuid>>("of_tenant")? else { continue };
        let lane = LeasedLane {
            source_id: row.get("of_source")?,
            epoch: row.get("epoch")?,
            starts: row.get("starts")?,
            order_key: row.get("last_key")?,
            seq: row.get::<i64>("next_seq")? - 1,
        };
        leased.insert((tenant_id, row.get("of_lane")?), lane);
    }
    let claim = |(key, letter, accepted_at): &(LaneKey, &NewLetter, i64)| {
        Some(claim(*key, &arrived.lanes.get(key)?.seed, leased.get(key)?, letter, *accepted_at, call))
    };
    Ok(arrived.letters.iter().filter_map(claim).collect())
}

/// The lease of a letter.
pub(super) fn claim(
    (tenant_id, lane_id): LaneKey,
    seed: &Seed,
    leased: &LeasedLane,
    letter: &NewLetter,
    accepted_at: i64,
    call: &LeaseCall,
) -> Claim {
    Claim {
        tenant_id,
        lane_id,
        target: letter.target,
        conversation_id: seed.conversation_id,
        source_id: leased.source_id,
        direction: letter.direction,
        stream: letter.stream,
        epoch: leased.epoch,
        starts: leased.starts,
        probe: false,
        until: call.until,
        letter: Letter {
            order_key: leased.order_key,
            seq: leased.seq,
            id: letter.id,
            message_id: letter.message_id,
            kind: letter.kind,
            payload: letter.payload.clone(),
            attempts: 0,
            unknown: false,
            resends: 0,
            late: letter.late,
            accepted_at,
            expires_at: letter.expires_at,
            day: letter.day,
        },
    }
}
