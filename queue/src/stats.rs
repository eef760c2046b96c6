//! State of the whole queue, for metrics. Reads only what waits, never what is finished.

use std::collections::BTreeMap;

use base::message::LetterKind;
use base::store::{Executor, Row};
use sea_orm::{DbErr, FromQueryResult, Statement};
use uuid::Uuid;

use crate::Queue;
use crate::lease::due::with_head;
use crate::rows::Rows;
use crate::turn::{self, Key};

/// Letters of one direction in one state.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct QueueStats {
    /// As stored, see [`base::message::Direction`].
    pub direction: i16,
    /// `due`: could be sent now; `leaving`: being sent; `later`: waits for a back-off, a rate or a breaker; `held`:
    /// waits for a person or a repair.
    pub state: String,
    pub letters: i64,
    /// When the head of the longest waiting lane became due, milliseconds of the database's time.
    pub oldest_at: i64,
    /// When the oldest of the letters was accepted, milliseconds since 1970.
    pub accepted_at: i64,
}

/// Targets that are prevented from working.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct BlockedTargets {
    /// `rate`, `wait`, `breaker`, `held`.
    pub why: String,
    pub targets: i64,
}

impl Queue {
    /// Letters that wait, by direction and state: one row a lane is read, however many letters wait in it.
    pub async fn standing(&self) -> Result<Vec<QueueStats>, DbErr> {
        let text = format!(
            "SELECT direction, state, CAST(sum(waiting) AS bigint) AS letters, min(due_at) AS oldest_at, \
             min(accepted_at) AS accepted_at FROM (SELECT lane.direction, lane.waiting, lane.due_at, letter.accepted_at, \
             CASE WHEN turn.reason LIKE 'held:%' THEN 'held' WHEN lane.owner IS NOT NULL THEN 'leaving' \
             WHEN lane.due_at > {{now}} OR turn.ready_at > {{now}} THEN 'later' ELSE 'due' END AS state \
             FROM lane JOIN turn ON turn.tenant_id = lane.tenant_id AND turn.target = lane.target {} \
             WHERE lane.due_at IS NOT NULL) AS waiting GROUP BY direction, state",
            with_head(&self.store, "lane.tenant_id")
        );
        self.question(&text).await
    }

    /// Number of blocked targets by reason.
    pub async fn blocked(&self) -> Result<Vec<BlockedTargets>, DbErr> {
        self.question(
            "SELECT CASE WHEN reason LIKE 'held:%' THEN 'held' ELSE reason END AS why, count(*) AS targets FROM turn \
                 WHERE reason <> '' GROUP BY CASE WHEN reason LIKE 'held:%' THEN 'held' ELSE reason END",
        )
        .await
    }

    async fn question<T: FromQueryResult>(&self, text: &str) -> Result<Vec<T>, DbErr> {
        let now = if self.store.is_sqlite() { self.store.clock().millis().to_string() } else { self.store.now_sql() };
        let statement = Statement::from_string(self.store.backend(), text.replace("{now}", &now));
        T::find_by_statement(statement).all(self.store.read()).await
    }
}

// The backlog for display: always for selected accounts or one page at a time, never the whole queue at once.

/// Letters waiting at one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Number of letters.
    pub waiting: i64,
    /// When the oldest of them was accepted, milliseconds since 1970.
    pub oldest_at: i64,
}

/// A target that has waiting letters or is prevented from working.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct BacklogTarget {
    pub tenant_id: Uuid,
    /// Channel (amoCRM) or source (messenger).
    pub target: Uuid,
    pub pool: String,
    /// When it is served next; none if it is held or idle.
    pub ready_at: Option<i64>,
    /// As stored: empty, `rate`, `wait`, `breaker` or `held:…`.
    pub reason: String,
    /// Consecutive failures.
    pub failures: i32,
    #[sea_orm(skip)]
    pub backlog: Backlog,
}

/// Dead letters of one account with one reason in one direction.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct DeadCount {
    pub tenant_id: Uuid,
    pub reason: String,
    pub direction: i16,
    pub count: i64,
    /// When the newest of them was given up.
    pub last_at: i64,
}

impl Queue {
    /// The backlog of each of these accounts; accounts without waiting letters are absent.
    pub async fn backlogs(&self, tenants: &[Uuid]) -> Result<BTreeMap<Uuid, Backlog>, DbErr> {
        let found = Rows::new()
            .uuid("tenant_id", tenants.iter().copied())
            .fetch(
                self.store.read(),
                &self.store,
                "SELECT letter.tenant_id, count(*) AS waiting, min(letter.accepted_at) AS oldest_at FROM rows \
                 JOIN letter ON letter.tenant_id = {account} GROUP BY letter.tenant_id",
            )
            .await?;
        found.iter().map(|row| Ok((row.get("tenant_id")?, backlog(row)?))).collect()
    }

    /// One page of the targets that are due, waiting, failing or held, in key order, after `after`.
    pub async fn targets(&self, after: Option<Key>, limit: u32) -> Result<Vec<BacklogTarget>, DbErr> {
        let (tenant, target) = after.unwrap_or_default();
        let text = "SELECT tenant_id, target, pool, ready_at, reason, failures FROM turn \
                    WHERE (tenant_id, target) > ($1, $2) AND (ready_at IS NOT NULL OR reason <> '') \
                    ORDER BY tenant_id, target LIMIT $3";
        let values = [tenant.into(), target.into(), i64::from(limit).into()];
        let statement = Statement::from_sql_and_values(self.store.backend(), text, values);
        let mut targets = BacklogTarget::find_by_statement(statement).all(self.store.read()).await?;
        let mut waiting = self.waiting_at(&targets).await?;
        for target in &mut targets {
            target.backlog = waiting.remove(&(target.tenant_id, target.target)).unwrap_or_default();
        }
        Ok(targets)
    }

    /// Letters in the non-empty lanes of these targets.
    async fn waiting_at(&self, targets: &[BacklogTarget]) -> Result<BTreeMap<Key, Backlog>, DbErr> {
        let found = Rows::new()
            .uuid("tenant_id", targets.iter().map(|target| target.tenant_id))
            .uuid("target", targets.iter().map(|target| target.target))
            .fetch(
                self.store.read(),
                &self.store,
                "SELECT lane.tenant_id, lane.target, count(*) AS waiting, min(letter.accepted_at) AS oldest_at \
                 FROM rows JOIN lane ON lane.tenant_id = {account} AND lane.target = rows.target \
                 AND lane.due_at IS NOT NULL JOIN letter ON letter.tenant_id = {account} \
                 AND letter.lane_id = lane.lane_id GROUP BY lane.tenant_id, lane.target",
            )
            .await?;
        found.iter().map(|row| Ok(((row.get("tenant_id")?, row.get("target")?), backlog(row)?))).collect()
    }

    /// Ends the back-off of a target and of all its lanes: one probe is sent, and the others follow if it succeeds. A
    /// target held by a person or a verdict is unchanged.
    pub async fn expedite_target(&self, tenant_id: Uuid, target: Uuid, pool: &str) -> Result<(), DbErr> {
        let tx = self.store.write_tx().await?;
        turn::wake_turns(&tx, &self.store, &BTreeMap::from([((tenant_id, target), pool.to_owned())])).await?;
        let rows = || Rows::new().uuid("tenant_id", [tenant_id]).uuid("target", [target]);
        let lanes = "UPDATE lane SET due_at = {now} FROM rows WHERE lane.tenant_id = {account} \
                     AND lane.target = rows.target AND lane.owner IS NULL AND lane.due_at > {now}";
        rows().execute(&tx, &self.store, lanes).await?;
        let breaker = "UPDATE turn SET ready_at = {now}, reason = rows.reason FROM rows \
                       WHERE turn.tenant_id = {account} AND turn.target = rows.target \
                       AND turn.reason IN (rows.reason, rows.wait) AND turn.ready_at > {now}";
        rows().text("reason", [turn::BREAKER]).text("wait", [turn::WAIT]).execute(&tx, &self.store, breaker).await?;
        tx.commit().await
    }

    /// Dead letters by account, reason and direction, for at most `limit` accounts after `after`.
    pub async fn dead_counts(&self, after: Option<Uuid>, limit: u32) -> Result<Vec<DeadCount>, DbErr> {
        let text = "SELECT tenant_id, reason, direction, count(*) AS count, max(last_at) AS last_at \
                    FROM dead_letter WHERE tenant_id IN (SELECT DISTINCT tenant_id FROM dead_letter \
                    WHERE tenant_id > $1 ORDER BY tenant_id LIMIT $2) GROUP BY tenant_id, reason, direction \
                    ORDER BY tenant_id, count(*) DESC, reason, direction";
        let values = [after.unwrap_or_default().into(), i64::from(limit).into()];
        let statement = Statement::from_sql_and_values(self.store.backend(), text, values);
        DeadCount::find_by_statement(statement).all(self.store.read()).await
    }
}

fn backlog(row: &impl Row) -> Result<Backlog, DbErr> {
    Ok(Backlog { waiting: row.get("waiting")?, oldest_at: row.get("oldest_at")? })
}

/// Calls within this time count, in milliseconds. A letter that fails is tried again within it.
const RECENT_MILLIS: i64 = 15 * 60_000;
/// A target fails after this many failed calls in a row.
const IN_A_ROW: i32 = 3;

/// One pool: the channels of an integration, or the sources of a kind of messenger.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct PoolHealth {
    pub pool: String,
    /// Targets that were called within the last quarter of an hour, or that are not called because they failed.
    pub called: i64,
    /// Those of them that failed three times in a row or are not called now.
    pub broken: i64,
    /// Since when the letter that has waited longest could have been sent, milliseconds since 1970. Letters that wait
    /// for a person, a rate or a repair of their target do not count.
    pub due_since: Option<i64>,
}

impl Queue {
    /// All pools that have a target, in one statement.
    pub async fn pool_health(&self) -> Result<Vec<PoolHealth>, DbErr> {
        let recent = format!("(counted_from > {{now}} - {RECENT_MILLIS})");
        let closed = "(reason = 'breaker' AND failures > 0)";
        let text = format!(
            "SELECT pool, CAST(sum(called) AS bigint) AS called, CAST(sum(broken) AS bigint) AS broken, \
             min(due_at) AS due_since FROM (SELECT pool, \
             CASE WHEN (calls > 0 AND {recent}) OR {closed} THEN 1 ELSE 0 END AS called, \
             CASE WHEN (failures >= {IN_A_ROW} AND calls > 0 AND {recent}) OR {closed} THEN 1 ELSE 0 END AS broken, \
             CAST(NULL AS bigint) AS due_at FROM turn UNION ALL SELECT turn.pool, 0, 0, lane.due_at FROM lane JOIN turn \
             ON turn.tenant_id = lane.tenant_id AND turn.target = lane.target \
             WHERE lane.due_at <= {{now}} AND lane.owner IS NULL AND turn.ready_at <= {{now}}) AS health GROUP BY pool"
        );
        self.question(&text).await
    }
}

// Checks the counts: accepted, delivered and failed come from the counters kept with each change, waiting from the
// letters themselves.

/// Inconsistent counts of one source and direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerGap {
    pub tenant_id: Uuid,
    pub source_id: Uuid,
    /// As stored, see [`base::message::Direction`].
    pub direction: i16,
    pub accepted: i64,
    pub delivered: i64,
    pub failed: i64,
    pub waiting: i64,
}

impl LedgerGap {
    /// Number of missing messages; negative if more messages ended than were accepted.
    pub fn missing(&self) -> i64 {
        self.accepted - self.delivered - self.failed - self.waiting
    }
}

type CountKey = (Uuid, Uuid, i16);

impl Queue {
    /// Where accepted = delivered + failed + waiting does not hold for the messages of these accounts accepted on
    /// `since` (a day, counted from 1970) or later. All counts are read at one moment.
    pub async fn gaps(&self, tenants: &[Uuid], since: i32) -> Result<Vec<LedgerGap>, DbErr> {
        let tx = self.store.read_tx().await?;
        let read = self.gaps_in((&tx).into(), tenants, since).await;
        tx.rollback().await?;
        read
    }

    async fn gaps_in(&self, tx: Executor<'_>, tenants: &[Uuid], since: i32) -> Result<Vec<LedgerGap>, DbErr> {
        let rows = || {
            let of_tenants = Rows::new().uuid("tenant_id", tenants.iter().copied());
            of_tenants.int("since", tenants.iter().map(|_| since)).short("kind", tenants.iter().map(|_| MESSAGE))
        };
        let counted = "SELECT counted.tenant_id, counted.source_id, counted.direction, \
                       CAST(sum(counted.accepted) AS bigint) AS accepted, CAST(sum(counted.delivered) AS bigint) AS delivered, \
                       CAST(sum(counted.failed) AS bigint) AS failed FROM rows JOIN ledger_delta AS counted \
                       ON counted.tenant_id = {account} AND counted.day >= rows.since \
                       GROUP BY counted.tenant_id, counted.source_id, counted.direction";
        let lying = "SELECT letter.tenant_id, letter.source_id, letter.direction, count(*) AS waiting FROM rows \
                     JOIN letter ON letter.tenant_id = {account} AND letter.kind = rows.kind \
                     AND letter.day >= rows.since GROUP BY letter.tenant_id, letter.source_id, letter.direction";
        let mut sums: BTreeMap<CountKey, LedgerGap> = BTreeMap::new();
        for row in rows().fetch(tx, &self.store, counted).await? {
            let sum = sum_of(&mut sums, &row)?;
            sum.accepted = row.get("accepted")?;
            sum.delivered = row.get("delivered")?;
            sum.failed = row.get("failed")?;
        }
        for row in rows().fetch(tx, &self.store, lying).await? {
            sum_of(&mut sums, &row)?.waiting = row.get("waiting")?;
        }
        Ok(sums.into_values().filter(|sum| sum.missing() != 0).collect())
    }
}

const MESSAGE: i16 = LetterKind::Message.number();

fn sum_of<'sums>(
    sums: &'sums mut BTreeMap<CountKey, LedgerGap>,
    row: &impl Row,
) -> Result<&'sums mut LedgerGap, DbErr> {
    let (tenant_id, source_id) = (row.get("tenant_id")?, row.get("source_id")?);
    let direction = row.get("direction")?;
    let fresh = LedgerGap { tenant_id, source_id, direction, accepted: 0, delivered: 0, failed: 0, waiting: 0 };
    Ok(sums.entry((tenant_id, source_id, direction)).or_insert(fresh))
}
