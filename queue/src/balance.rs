//! Checks the counts: accepted, delivered and failed come from the counters kept with each change, waiting from the
//! letters themselves.

use std::collections::BTreeMap;

use base::message::LetterKind;
use base::store::{Executor, Row};
use sea_orm::DbErr;
use uuid::Uuid;

use super::Queue;
use super::rows::Rows;

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

type Key = (Uuid, Uuid, i16);

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
        let mut sums: BTreeMap<Key, LedgerGap> = BTreeMap::new();
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

fn sum_of<'sums>(sums: &'sums mut BTreeMap<Key, LedgerGap>, row: &impl Row) -> Result<&'sums mut LedgerGap, DbErr> {
    let (tenant_id, source_id) = (row.get("tenant_id")?, row.get("source_id")?);
    let direction = row.get("direction")?;
    let fresh = LedgerGap { tenant_id, source_id, direction, accepted: 0, delivered: 0, failed: 0, waiting: 0 };
    Ok(sums.entry((tenant_id, source_id, direction)).or_insert(fresh))
}
