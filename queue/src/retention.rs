//! Retention of rows whose key contains no time.

use std::collections::BTreeMap;

use base::store::Row;
use sea_orm::{ConnectionTrait, DbErr, Statement};
use uuid::Uuid;

use super::rows::Rows;
use super::{Queue, ledger};

/// The key of a known id, without its tenant.
pub type KnownKey = (Uuid, String, i16);

/// An id by which a repeat is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepeatId {
    pub key: KnownKey,
    /// Day of arrival, counted from 1970.
    pub day: i32,
}

impl Queue {
    /// A tenant's ids in key order, after `after`.
    pub async fn known_ids(
        &self,
        tenant_id: Uuid,
        after: Option<&KnownKey>,
        limit: u32,
    ) -> Result<Vec<RepeatId>, DbErr> {
        let (origin, external_id, event) = after.cloned().unwrap_or((Uuid::nil(), String::new(), -1));
        let text = "SELECT origin, external_id, event, day FROM dedupe WHERE tenant_id = $1 \
                    AND (origin, external_id, event) > ($2, $3, $4) ORDER BY origin, external_id, event LIMIT $5";
        let values = [tenant_id.into(), origin.into(), external_id.into(), event.into(), i64::from(limit).into()];
        let statement = Statement::from_sql_and_values(self.store.backend(), text, values);
        let found = self.store.read().query_all_raw(statement).await?;
        let read = |row: &sea_orm::QueryResult| {
            let key = (row.get("origin")?, row.get("external_id")?, row.get("event")?);
            Ok(RepeatId { key, day: row.get("day")? })
        };
        found.iter().map(read).collect()
    }

    /// Deletes a tenant's ids that arrived before a day.
    pub async fn forget_ids(&self, tenant_id: Uuid, ids: &[KnownKey], before: i32) -> Result<u64, DbErr> {
        Rows::new()
            .uuid("tenant_id", ids.iter().map(|_| tenant_id))
            .uuid("origin", ids.iter().map(|key| key.0))
            .text("external_id", ids.iter().map(|key| key.1.as_str()))
            .short("event", ids.iter().map(|key| key.2))
            .int("before", ids.iter().map(|_| before))
            .execute(
                self.store.write(),
                &self.store,
                "DELETE FROM dedupe WHERE {of_account}(tenant_id, origin, external_id, event) IN (SELECT rows.tenant_id, rows.origin, \
                 rows.external_id, rows.event FROM rows) AND day < (SELECT min(rows.before) FROM rows)",
            )
            .await
    }

    /// Merges the rows of past processes into one per source, direction and day, so that sums stay fast however often
    /// processes start. Returns the number of rows removed.
    pub async fn fold_ledger(&self, tenant_id: Uuid, before: i32) -> Result<u64, DbErr> {
        let tx = self.store.write_tx().await?;
        let text = "DELETE FROM ledger_delta WHERE tenant_id = $1 AND day < $2 AND instance <> $3 \
                    RETURNING source_id, direction, day, accepted, delivered, failed";
        let values = [tenant_id.into(), before.into(), Uuid::nil().into()];
        let gone = tx.query_all_raw(Statement::from_sql_and_values(self.store.backend(), text, values)).await?;
        let mut sums: BTreeMap<ledger::Key, ledger::Change> = BTreeMap::new();
        for row in &gone {
            let key = (tenant_id, row.get("source_id")?, row.get("direction")?, row.get("day")?);
            let sum = sums.entry(key).or_default();
            sum.0 += row.get::<i64>("accepted")?;
            sum.1 += row.get::<i64>("delivered")?;
            sum.2 += row.get::<i64>("failed")?;
        }
        ledger::counted(Uuid::nil(), &sums).run(&tx, &self.store).await?;
        tx.commit().await?;
        Ok(u64::try_from(gone.len().saturating_sub(sums.len())).unwrap_or(0))
    }
}
