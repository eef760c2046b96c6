//! The backlog for display: always for selected accounts or one page at a time, never the whole queue at once.

use std::collections::BTreeMap;

use base::store::Row;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement};
use uuid::Uuid;

use super::rows::Rows;
use super::turn::Key;
use super::{Queue, turn};

/// Letters waiting at one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Number of letters.
    pub waiting: i64,
    /// When the oldest of them was accepted, milliseconds since 1970.
    pub oldest_at: i64,
}

/// A target that has waiting letters or is prevented from working.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub backlog: Backlog,
}

/// Dead letters of one account with one reason in one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
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

    /// Failed attempts of each of these accounts, counted over recently accepted messages: `oldest_id` is the
    /// smallest id that such a message can have, so that the read is a range of the primary key.
    pub async fn failures(&self, tenants: &[Uuid], oldest_id: Uuid) -> Result<BTreeMap<Uuid, i64>, DbErr> {
        let found = Rows::new()
            .uuid("tenant_id", tenants.iter().copied())
            .uuid("oldest_id", tenants.iter().map(|_| oldest_id))
            .fetch(
                self.store.read(),
                &self.store,
                "SELECT attempt.tenant_id, count(*) AS failed FROM rows JOIN attempt ON \
                 attempt.tenant_id = {account} AND attempt.message_id >= rows.oldest_id \
                 AND attempt.verdict <> 'done' GROUP BY attempt.tenant_id",
            )
            .await?;
        found.iter().map(|row| Ok((row.get("tenant_id")?, row.get("failed")?))).collect()
    }

    /// One page of the targets that are due, waiting, failing or held, in key order, after `after`.
    pub async fn targets(&self, after: Option<Key>, limit: u32) -> Result<Vec<BacklogTarget>, DbErr> {
        let (tenant, target) = after.unwrap_or_default();
        let text = "SELECT tenant_id, target, pool, ready_at, reason, failures FROM turn \
                    WHERE (tenant_id, target) > ($1, $2) AND (ready_at IS NOT NULL OR reason <> '') \
                    ORDER BY tenant_id, target LIMIT $3";
        let values = [tenant.into(), target.into(), i64::from(limit).into()];
        let statement = Statement::from_sql_and_values(self.store.backend(), text, values);
        let found = self.store.read().query_all_raw(statement).await?;
        let mut targets = found.iter().map(target_of).collect::<Result<Vec<_>, _>>()?;
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
        let found = self.store.read().query_all_raw(statement).await?;
        let read = |row: &QueryResult| {
            Ok(DeadCount {
                tenant_id: row.get("tenant_id")?,
                reason: row.get("reason")?,
                direction: row.get("direction")?,
                count: row.get("count")?,
                last_at: row.get("last_at")?,
            })
        };
        found.iter().map(read).collect()
    }
}

fn backlog(row: &impl Row) -> Result<Backlog, DbErr> {
    Ok(Backlog { waiting: row.get("waiting")?, oldest_at: row.get("oldest_at")? })
}

fn target_of(row: &QueryResult) -> Result<BacklogTarget, DbErr> {
    Ok(BacklogTarget {
        tenant_id: row.get("tenant_id")?,
        target: row.get("target")?,
        pool: row.get("pool")?,
        ready_at: row.get("ready_at")?,
        reason: row.get("reason")?,
        failures: row.get("failures")?,
        backlog: Backlog::default(),
    })
}
