//! Repairs what a clock or a lost answer left: due times after a clock jump, and leases whose COMMIT got no answer.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use base::store::{Executor, Row, Search, is_node_away};
use sea_orm::{DbErr, Statement};
use uuid::Uuid;

use crate::Queue;
use crate::lease::due::{CANDIDATE, Candidate, with_head};
use crate::lease::{Claim, LeaseCall};
use crate::locked::Transaction;
use crate::rows::Rows;
use crate::settle::{Settled, Settlement};
use crate::turn::{BREAKER, Busy, Key};

/// No due time lies further ahead than this.
const FURTHEST_MILLIS: i64 = 2 * 3_600_000;

/// A clock that was set back, in milliseconds: when, by how much, and the longest lease.
struct SetBack {
    now: i64,
    by: i64,
    lease: i64,
}

impl SetBack {
    fn rows(&self, count: usize) -> Rows {
        let all = |value: i64| std::iter::repeat_n(value, count);
        Rows::new().long("now", all(self.now)).long("back", all(self.by)).long("lease", all(self.lease))
    }
}

impl Queue {
    /// Moves due times that lie more than two hours ahead, written after a clock jump, back to two hours.
    pub async fn clamp(&self) -> Result<u64, DbErr> {
        if self.store.one_account_a_commit() {
            return Ok(self.clamp_each("lane", "due_at").await? + self.clamp_each("turn", "ready_at").await?);
        }
        let lanes = "UPDATE lane SET due_at = {now} + rows.ahead FROM rows WHERE lane.due_at > {now} + rows.ahead";
        let turns = "UPDATE turn SET ready_at = {now} + rows.ahead FROM rows \
                     WHERE turn.pool = rows.pool AND turn.ready_at > {now} + rows.ahead";
        let lanes =
            Rows::new().long("ahead", [FURTHEST_MILLIS]).execute(self.store.write(), &self.store, lanes).await?;
        let pools = self.pools().await?;
        let rows = Rows::new().long("ahead", pools.iter().map(|_| FURTHEST_MILLIS)).text("pool", pools);
        Ok(lanes + rows.execute(self.store.write(), &self.store, turns).await?)
    }

    /// After the clock was set back by this much: whatever was to wait until a time of before waits as long as it was
    /// meant to. A lease that the clock may have given since then, of at most `lease` milliseconds, stays: its call may
    /// still run. Returns how many lanes and turns were moved.
    pub async fn set_back(&self, db: impl Into<Executor<'_>>, by: i64, lease: i64) -> Result<u64, DbErr> {
        let db = db.into();
        let now = self.store.now().await?;
        let earlier = |column: &str| {
            format!(
                "WHEN {column} > rows.now + rows.back THEN {column} - rows.back \
                 WHEN {column} > rows.now THEN rows.now ELSE {column} END"
            )
        };
        let lanes = ["due_at", "leased_until"].map(|column| {
            // By the time of the change: a lane may have been leased since `now`.
            let is_leased = "lane.owner IS NOT NULL AND lane.due_at <= {now} + rows.lease";
            format!("{column} = CASE WHEN {is_leased} THEN {column} {}", earlier(column))
        });
        let turns = ["ready_at", "refilled_at", "rate_at", "counted_from"]
            .map(|column| format!("{column} = CASE {}", earlier(column)));
        let (lanes, turns) = (lanes.join(", "), turns.join(", "));
        let moved = SetBack { now, by, lease };
        // Turns before lanes, in the common lock order.
        let turns = self.set_back_each(db, "turn", "refilled_at > $1 OR ready_at > $1", &turns, &moved).await?;
        Ok(turns + self.set_back_each(db, "lane", "due_at > $1", &lanes, &moved).await?)
    }

    /// The same for one table, account by account, as a distributed database wants it; it happens too seldom for an index.
    async fn set_back_each(
        &self,
        db: Executor<'_>,
        table: &str,
        later: &str,
        set: &str,
        moved: &SetBack,
    ) -> Result<u64, DbErr> {
        let accounts = self.accounts_of(table, later, moved.now).await?;
        if accounts.is_empty() {
            return Ok(0);
        }
        let text = format!("UPDATE {table} SET {set} FROM rows WHERE {table}.tenant_id = {{account}}");
        moved.rows(accounts.len()).uuid("tenant_id", accounts).execute(db, &self.store, &text).await
    }

    /// The accounts with rows for which this holds, on all nodes.
    async fn accounts_of(&self, table: &str, condition: &str, value: i64) -> Result<BTreeSet<Uuid>, DbErr> {
        let text = format!("SELECT DISTINCT tenant_id FROM {table} WHERE {condition}");
        let statement = Statement::from_sql_and_values(self.store.backend(), text, [value.into()]);
        let accounts = Search { tables: &[table], columns: None };
        let found = self.store.search(self.store.read(), statement, accounts).await?;
        found.iter().map(|row| row.get("tenant_id")).collect()
    }

    /// [`Queue::clamp`] for one table of a distributed database: its accounts are searched on all nodes, each is changed alone.
    async fn clamp_each(&self, table: &str, column: &str) -> Result<u64, DbErr> {
        let furthest = self.store.now().await? + FURTHEST_MILLIS;
        let accounts = self.accounts_of(table, &format!("{column} > $1"), furthest).await?;
        let text = format!(
            "UPDATE {table} SET {column} = rows.furthest FROM rows WHERE {table}.tenant_id = {{account}} \
             AND {table}.{column} > rows.furthest"
        );
        let rows = Rows::new().uuid("tenant_id", accounts.iter().copied());
        let rows = rows.long("furthest", accounts.iter().map(|_| furthest));
        rows.execute(self.store.write(), &self.store, &text).await
    }
}

/// A claim read back within this time can still be sent before its lease ends: no call takes longer than the rest.
const CARRIED_WITHIN: Duration = Duration::from_secs(15);
/// Interval between attempts to read while they fail.
const PAUSE: Duration = Duration::from_millis(200);

impl Queue {
    /// Commits leases; returns those that were written.
    pub(crate) async fn committed(
        &self,
        tx: Transaction,
        call: &LeaseCall,
        claims: Vec<Claim>,
    ) -> Result<Vec<Claim>, DbErr> {
        match tx.commit().await.and_then(|()| self.fault("claim.after_commit")) {
            Ok(()) => Ok(claims),
            Err(error) if claims.is_empty() => Err(error),
            Err(error) => {
                let targets: BTreeSet<Key> = claims.iter().map(|claim| (claim.tenant_id, claim.target)).collect();
                self.read_back(call, targets, error).await
            }
        }
    }

    /// What an accept that got no answer has leased. `error`: returned if nothing was, or not in time to be sent.
    pub async fn leases_of(&self, call: &LeaseCall, error: DbErr) -> Result<Vec<Claim>, DbErr> {
        self.read_back(call, call.wishes.keys().copied().collect(), error).await
    }

    /// Reads back which leases were written, for as long as they last. Those found too late to be sent are given back as
    /// if never started. `error`: returned when none was written.
    async fn read_back(&self, call: &LeaseCall, targets: BTreeSet<Key>, error: DbErr) -> Result<Vec<Claim>, DbErr> {
        tracing::warn!(%error, "the COMMIT of a claim was not confirmed; reading the claim back");
        let targets: Vec<Key> = targets.into_iter().collect();
        let begun = Instant::now();
        loop {
            match self.leased_by(call, &targets).await {
                Ok(mine) if mine.is_empty() => return Err(error),
                Ok(mine) if begun.elapsed() < CARRIED_WITHIN => return Ok(mine),
                Ok(mine) => {
                    let back: Vec<Settlement> =
                        mine.into_iter().map(|claim| Settlement::plain(claim, Settled::GivenBack)).collect();
                    self.settle(&back).await?;
                    return Err(error);
                }
                // Other accounts do not wait for a node that is away; a lease that it has after all ends by itself.
                Err(lost) if self.store.one_account_a_commit() && is_node_away(&lost) => return Err(error),
                Err(_) if self.store.clock().millis() < call.until => tokio::time::sleep(PAUSE).await,
                Err(_) => return Err(error),
            }
        }
    }

    /// The leases with the call's number. Waits for the turns' locks, which a COMMIT in progress still holds.
    async fn leased_by(&self, call: &LeaseCall, targets: &[Key]) -> Result<Vec<Claim>, DbErr> {
        let tx = self.store.write_tx().await?;
        let (turns, _) = self.lock_turns(&tx, targets, Busy::Await).await?;
        let text = format!(
            "SELECT {CANDIDATE}, rows.tenant_id, rows.target FROM rows JOIN lane ON lane.tenant_id = {{account}} \
             AND lane.target = rows.target AND lane.due_at IS NOT NULL AND lane.owner = rows.owner \
             AND lane.claim = rows.claim {}",
            with_head(&self.store, "{account}")
        );
        let rows = Rows::new()
            .uuid("tenant_id", targets.iter().map(|key| key.0))
            .uuid("target", targets.iter().map(|key| key.1))
            .uuid("owner", targets.iter().map(|_| self.instance))
            .long("claim", targets.iter().map(|_| call.number))
            .fetch(&tx, &self.store, &text)
            .await?;
        tx.rollback().await?;
        let mut claims = Vec::with_capacity(rows.len());
        for row in rows {
            let (key, leased): (Key, _) = ((row.get("tenant_id")?, row.get("target")?), Candidate::read(&row, 0)?);
            // As before its lease, whose owner had an earlier one if this is not the first of its head.
            let (starts, owner) = (leased.starts - 1, leased.owner.filter(|_| leased.starts > 1));
            let before = Candidate { epoch: leased.epoch - 1, starts, owner, ..leased };
            let probe = turns.iter().any(|turn| (turn.tenant_id, turn.target) == key && turn.reason == BREAKER);
            claims.extend(before.claim(key, probe, call.until)?);
        }
        Ok(claims)
    }
}
