//! A turn's state: its rate and what holds it.

use std::collections::BTreeMap;

use base::message::Direction;
use base::rate_limit::Budget;
use base::store::{Executor, ResultRow, Row, Store};
use sea_orm::DbErr;
use uuid::Uuid;

use crate::Queue;
use crate::rows::{Rows, Write};

/// How many requests a target accepts: a token bucket that fills evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetRate {
    /// Thousandths of a request per second.
    pub per_second: i64,
    /// Thousandths of a request that may be saved up.
    pub burst: i64,
    /// Minimum and maximum of an adaptive rate, in thousandths per second; none for a fixed rate.
    pub bounds: Option<(i64, i64)>,
}

impl TargetRate {
    /// A configured rate; at least one request in a thousand seconds.
    #[expect(clippy::as_conversions, reason = "configured rates are small and finite; `as` saturates")]
    pub fn of(requests: f64) -> Self {
        let per_second = ((requests * 1000.0) as i64).max(1);
        Self { per_second, burst: per_second.max(1000), bounds: None }
    }

    /// For an undocumented limit: the rate begins at `start`, is halved when the other side asks to slow down and
    /// raised again while it does not, between `floor` and `ceiling` requests a second.
    pub fn adaptive(start: f64, floor: f64, ceiling: f64) -> Self {
        let bounds = Some((Self::of(floor).per_second, Self::of(ceiling).per_second));
        Self { bounds, ..Self::of(start) }
    }

    /// A documented limit of `requests` a second, none of which has more: those not at once come evenly.
    pub fn per_second(requests: u32) -> Self {
        let requests = i64::from(requests.max(1));
        let at_once = Budget::at_once_of(requests);
        Self { per_second: (requests - at_once + 1) * 1000, burst: at_once * 1000, bounds: None }
    }
}

/// Nothing waits for a lock for so long: a later time than now was written by another clock.
const LOCKED_MILLIS: i64 = 60_000;

/// `(tenant, target)`.
pub type Key = (Uuid, Uuid);

/// A locked turn row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    pub tenant_id: Uuid,
    pub target: Uuid,
    pub ready_at: Option<i64>,
    pub tokens: i64,
    pub refilled_at: i64,
    pub reason: String,
    pub failures: i32,
    pub failing_since: Option<i64>,
    pub failing: i32,
    pub rate: i64,
    pub rate_at: i64,
    pub calls: i32,
    pub errors: i32,
    pub counted_from: i64,
    /// The source whose lane was claimed last: sources take turns. Nil before the first claim.
    pub last_source: Uuid,
    /// When it is written, it becomes due earlier if one of its lanes is due earlier, and after this moment.
    pub or_lanes_after: Option<i64>,
}

/// Prefix of states that stay when the turn is given back: held by a person or by a verdict.
pub const HELD: &str = "held:";
/// The bucket is empty until `ready_at`.
pub const RATE: &str = "rate";
/// The remote side asked to wait until `ready_at`.
pub const WAIT: &str = "wait";
/// Too many failures; one probe is sent at `ready_at`.
pub const BREAKER: &str = "breaker";

impl Turn {
    pub fn read(row: &impl Row) -> Result<Self, DbErr> {
        Ok(Self {
            tenant_id: row.get("tenant_id")?,
            target: row.get("target")?,
            ready_at: row.get("ready_at")?,
            tokens: row.get("tokens")?,
            refilled_at: row.get("refilled_at")?,
            reason: row.get("reason")?,
            failures: row.get("failures")?,
            failing_since: row.get("failing_since")?,
            failing: row.get("failing")?,
            rate: row.get("rate")?,
            rate_at: row.get("rate_at")?,
            calls: row.get("calls")?,
            errors: row.get("errors")?,
            counted_from: row.get("counted_from")?,
            last_source: row.get::<Option<Uuid>>("last_source")?.unwrap_or_default(),
            or_lanes_after: None,
        })
    }

    /// This target's rate: the learned one within the current bounds, unless it is fixed.
    pub fn pace(&mut self, rate: TargetRate, now: i64) -> TargetRate {
        let Some((floor, ceiling)) = rate.bounds else { return rate };
        if self.rate == 0 {
            // Set a moment ago, so that calls started from now on may lower it.
            (self.rate, self.rate_at) = (rate.per_second, now - 1);
        }
        self.rate = self.rate.clamp(floor, ceiling);
        TargetRate { per_second: self.rate, burst: self.rate.max(1000), ..rate }
    }

    /// Fills the bucket up to now. A row never filled starts full.
    pub fn refill(&mut self, rate: TargetRate, now: i64) {
        if self.refilled_at > now + LOCKED_MILLIS {
            // By a clock that stood ahead and was set right.
            self.refilled_at = now;
        }
        let passed = (now - self.refilled_at).max(0);
        let gained = passed.saturating_mul(rate.per_second) / 1000;
        self.tokens =
            if self.refilled_at == 0 { rate.burst } else { self.tokens.saturating_add(gained).min(rate.burst) };
        // Another transaction may have filled it while this one waited for the lock.
        self.refilled_at = now.max(self.refilled_at);
    }

    /// Milliseconds until the bucket contains one whole request.
    pub fn until_next(&self, rate: TargetRate) -> i64 {
        let missing = (1000 - self.tokens).max(0);
        (missing * 1000 / rate.per_second.max(1)) + 1
    }

    /// Whether a call may start at once: nothing of its target waits, and nothing holds it.
    pub fn is_open(&self, now: i64) -> bool {
        self.reason.is_empty() && self.ready_at.is_none_or(|ready_at| ready_at > now)
    }

    /// Makes it due with one of its lanes, if nothing holds it.
    pub fn wake(&mut self, at: i64) {
        if self.reason.is_empty() {
            self.ready_at = Some(self.ready_at.map_or(at, |ready_at| ready_at.min(at)));
        }
    }

    /// True while only a person or a repair may restart it.
    pub fn is_held(&self) -> bool {
        self.reason.starts_with(HELD)
    }
}

/// Locks turns, creating missing ones, and wakes those that are not held. One that is already due is locked, not
/// rewritten.
pub async fn wake_turns(db: impl Into<Executor<'_>>, store: &Store, keys: &BTreeMap<Key, String>) -> Result<(), DbErr> {
    // The time after the wait for the lock, except where a change must not read the clock.
    let now = if store.one_account_a_commit() { "excluded.ready_at" } else { "{now}" };
    let text = format!(
        "INSERT INTO turn (tenant_id, target, pool, ready_at, tokens, refilled_at, reason, failures) \
         SELECT tenant_id, target, pool, {{now}}, 0, 0, '', 0 FROM rows WHERE true ORDER BY tenant_id, target \
         ON CONFLICT (tenant_id, target) DO UPDATE SET ready_at = {now} \
         WHERE turn.reason = '' AND (turn.ready_at IS NULL OR turn.ready_at > {now})",
    );
    rows_of(keys.iter()).execute(db, store, &text).await.map(drop)
}

fn rows_of<'a>(keys: impl Iterator<Item = (&'a Key, &'a String)> + Clone) -> Rows {
    Rows::new()
        .uuid("tenant_id", keys.clone().map(|(key, _)| key.0))
        .uuid("target", keys.clone().map(|(key, _)| key.1))
        .text("pool", keys.map(|(_, pool)| pool.clone()))
}

/// Creates missing turns, without a due time.
pub fn new_turns<'a>(keys: impl Iterator<Item = (&'a Key, &'a String)> + Clone) -> Write {
    rows_of(keys).write(
        "INSERT INTO turn (tenant_id, target, pool, ready_at, tokens, refilled_at, reason, failures) \
         SELECT tenant_id, target, pool, NULL, 0, 0, '', 0 FROM rows WHERE true ORDER BY tenant_id, target \
         ON CONFLICT DO NOTHING",
    )
}

/// What happens to turns that another transaction has locked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Busy {
    Await,
    Skip,
}

/// Locks turns in their order, and reads them together with the database's time, `now`, which is from before the wait for the
/// locks.
pub fn locked<'a>(store: &Store, keys: impl Iterator<Item = &'a Key> + Clone, busy: Busy) -> Write {
    let lock = match busy {
        _ if store.is_sqlite() => "",
        Busy::Await => "FOR NO KEY UPDATE OF turn",
        Busy::Skip => "FOR NO KEY UPDATE OF turn SKIP LOCKED",
    };
    Rows::new().uuid("tenant_id", keys.clone().map(|key| key.0)).uuid("target", keys.map(|key| key.1)).write(format!(
        "SELECT turn.tenant_id, turn.target, ready_at, tokens, refilled_at, reason, failures, failing_since, failing, rate, \
         rate_at, calls, errors, counted_from, last_source, {{now}} AS now FROM rows JOIN turn ON turn.tenant_id = {{account}} \
         AND turn.target = rows.target ORDER BY turn.tenant_id, turn.target {lock}"
    ))
}

/// Those turns, and the time.
pub(super) fn read(found: &[ResultRow]) -> Result<(Vec<Turn>, i64), DbErr> {
    let now = found.first().map_or(Ok(0), |row| row.get("now"))?;
    Ok((found.iter().map(Turn::read).collect::<Result<_, _>>()?, now))
}

/// Writes locked turns back.
pub(super) fn written(turns: &[&Turn]) -> Write {
    Rows::new()
        .uuid("tenant_id", turns.iter().map(|turn| turn.tenant_id))
        .uuid("target", turns.iter().map(|turn| turn.target))
        .long("ready_at", turns.iter().map(|turn| turn.ready_at.unwrap_or(-1)))
        .long("tokens", turns.iter().map(|turn| turn.tokens))
        .long("refilled_at", turns.iter().map(|turn| turn.refilled_at))
        .text("reason", turns.iter().map(|turn| turn.reason.as_str()))
        .int("failures", turns.iter().map(|turn| turn.failures))
        .long("failing_since", turns.iter().map(|turn| turn.failing_since.unwrap_or(-1)))
        .int("failing", turns.iter().map(|turn| turn.failing))
        .long("rate", turns.iter().map(|turn| turn.rate))
        .long("rate_at", turns.iter().map(|turn| turn.rate_at))
        .int("calls", turns.iter().map(|turn| turn.calls))
        .int("errors", turns.iter().map(|turn| turn.errors))
        .long("counted_from", turns.iter().map(|turn| turn.counted_from))
        .uuid("last_source", turns.iter().map(|turn| turn.last_source))
        .long("lanes_after", turns.iter().map(|turn| turn.or_lanes_after.unwrap_or(-1)))
        .write(
            "UPDATE turn SET ready_at = CASE WHEN rows.lanes_after < 0 THEN nullif(rows.ready_at, -1) ELSE \
             (SELECT min(next.at) FROM (SELECT nullif(rows.ready_at, -1) AS at UNION ALL SELECT min(lane.due_at) FROM lane \
             WHERE lane.tenant_id = {account} AND lane.target = rows.target AND lane.due_at > rows.lanes_after) AS next) \
             END, tokens = rows.tokens, \
             refilled_at = rows.refilled_at, reason = rows.reason, failures = rows.failures, \
             failing_since = nullif(rows.failing_since, -1), failing = rows.failing, rate = rows.rate, \
             rate_at = rows.rate_at, calls = rows.calls, errors = rows.errors, counted_from = rows.counted_from, \
             last_source = rows.last_source FROM rows \
             WHERE turn.tenant_id = {account} AND turn.target = rows.target",
        )
}

impl Queue {
    /// Locks turns, and returns those that there are with the time of [`locked`].
    pub(super) async fn lock_turns(
        &self,
        tx: impl Into<Executor<'_>>,
        keys: &[Key],
        busy: Busy,
    ) -> Result<(Vec<Turn>, i64), DbErr> {
        read(&locked(&self.store, keys.iter(), busy).fetch(tx, &self.store).await?)
    }

    /// Holds a target: its letters wait undamaged, whatever their number. Creates the row if nothing waited yet.
    pub async fn hold(&self, tenant_id: Uuid, target: Uuid, pool: &str, reason: &str) -> Result<(), DbErr> {
        let reason = format!("{HELD}{reason}");
        Rows::new()
            .uuid("tenant_id", [tenant_id])
            .uuid("target", [target])
            .text("pool", [pool])
            .text("reason", [reason])
            .execute(
                self.store.write(),
                &self.store,
                "INSERT INTO turn (tenant_id, target, pool, ready_at, tokens, refilled_at, reason, failures) \
                 SELECT tenant_id, target, pool, NULL, 0, 0, reason, 0 FROM rows WHERE true \
                 ON CONFLICT (tenant_id, target) DO UPDATE SET ready_at = NULL, reason = excluded.reason",
            )
            .await?;
        Ok(())
    }

    /// Locks a turn inside a transaction and wakes it, creating the row if it is missing.
    pub async fn wake(
        &self,
        tx: impl Into<Executor<'_>>,
        tenant_id: Uuid,
        target: Uuid,
        pool: &str,
    ) -> Result<(), DbErr> {
        let keys = BTreeMap::from([((tenant_id, target), pool.to_owned())]);
        wake_turns(tx, &self.store, &keys).await
    }

    /// Resumes a held target after `jitter` milliseconds, with one probe.
    pub async fn resume(&self, tenant_id: Uuid, target: Uuid, jitter: i64) -> Result<(), DbErr> {
        Rows::new()
            .uuid("tenant_id", [tenant_id])
            .uuid("target", [target])
            .long("jitter", [jitter])
            .text("reason", [BREAKER])
            .execute(
                self.store.write(),
                &self.store,
                "UPDATE turn SET ready_at = {now} + rows.jitter, reason = rows.reason, failing_since = NULL, failing = 0 \
                 FROM rows WHERE turn.tenant_id = {account} AND turn.target = rows.target AND turn.reason <> ''",
            )
            .await?;
        Ok(())
    }

    /// Makes messages to a source's messenger that were accepted before `before` (milliseconds since 1970) expire: when
    /// the source is resumed, each becomes a dead letter and its manager is notified with −1/902.
    pub async fn age(&self, tenant_id: Uuid, source_id: Uuid, before: i64) -> Result<u64, DbErr> {
        Rows::new()
            .uuid("tenant_id", [tenant_id])
            .uuid("source_id", [source_id])
            .long("before", [before])
            .short("direction", [Direction::ToMessenger.number()])
            .execute(
                self.store.write(),
                &self.store,
                "UPDATE letter SET expires_at = 0 FROM rows WHERE letter.tenant_id = {account} \
                 AND letter.source_id = rows.source_id AND letter.direction = rows.direction \
                 AND letter.accepted_at < rows.before",
            )
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_documented_limit_is_used_up_whatever_its_size() {
        for (requests, at_once, evenly) in [(1, 1, 1), (4, 3, 2), (30, 7, 24), (80, 20, 61), (1_000, 250, 751)] {
            let rate = TargetRate { per_second: evenly * 1_000, burst: at_once * 1_000, bounds: None };
            assert_eq!(TargetRate::per_second(requests), rate);
        }
    }
}
