//! Searches over all accounts while a node of a distributed database does not answer: the accounts of the others are
//! found. Only Citus can be asked so; the whole search would fail for every account.

use base::store::is_node_away;
use sea_orm::{ConnectionTrait, DbErr, Statement};
use serde::Deserialize;
use uuid::Uuid;

use super::{After, DueTurn};
use crate::Queue;

/// A turn as a node returns it.
#[derive(Deserialize)]
struct FoundTurn {
    tenant_id: Uuid,
    target: Uuid,
    pool: String,
    ready_at: i64,
}

/// Whether a search failed for a node that does not answer, so that the others can be asked alone.
pub(super) fn is_partial(error: &DbErr) -> bool {
    let is_partial = is_node_away(error);
    if is_partial {
        tracing::warn!(%error, "a node of the database does not answer; only the accounts of the others are served");
    }
    is_partial
}

impl Queue {
    pub(super) async fn ready_in_part(
        &self,
        after: &After,
        without: &[Uuid],
        limit: u32,
    ) -> Result<Vec<DueTurn>, DbErr> {
        let others: Vec<String> = without.iter().map(|tenant_id| format!("'{tenant_id}'")).collect();
        let others =
            if others.is_empty() { String::new() } else { format!("AND tenant_id NOT IN ({})", others.join(", ")) };
        let found = self
            .on_shards(&format!(
                "SELECT json_agg(turn) FROM (SELECT tenant_id, target, pool, ready_at FROM %s WHERE pool = {} \
                 AND ready_at IS NOT NULL AND ready_at <= {} AND (ready_at, tenant_id, target) > ({}, '{}', '{}') {others} \
                 ORDER BY ready_at, tenant_id, target LIMIT {limit}) AS turn",
                quoted(&after.pool),
                self.store.now_sql(),
                after.ready_at,
                after.tenant_id,
                after.target
            ))
            .await?;
        let mut turns = Vec::new();
        for of_shard in found {
            let of_shard: Vec<FoundTurn> =
                serde_json::from_str(&of_shard).map_err(|error| DbErr::Type(error.to_string()))?;
            turns.extend(of_shard.into_iter().map(|one| DueTurn {
                tenant_id: one.tenant_id,
                target: one.target,
                pool: one.pool,
                ready_at: one.ready_at,
            }));
        }
        turns.sort_by_key(|one| (one.ready_at, one.tenant_id, one.target));
        turns.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(turns)
    }

    pub(super) async fn pools_in_part(&self) -> Result<Vec<String>, DbErr> {
        let found = self.on_shards("SELECT json_agg(DISTINCT pool) FROM %s WHERE ready_at IS NOT NULL").await?;
        let mut pools = Vec::new();
        for of_shard in found {
            let of_shard: Vec<String> =
                serde_json::from_str(&of_shard).map_err(|error| DbErr::Type(error.to_string()))?;
            pools.extend(of_shard);
        }
        pools.sort();
        pools.dedup();
        Ok(pools)
    }

    /// The earliest due time, of these pools.
    pub(super) async fn earliest_in_part(&self, pools: &[String]) -> Result<Option<i64>, DbErr> {
        let pools: Vec<String> = pools.iter().map(|pool| quoted(pool)).collect();
        let found = self
            .on_shards(&format!(
                "SELECT min(ready_at) FROM %s WHERE ready_at IS NOT NULL AND pool IN ({})",
                pools.join(", ")
            ))
            .await?;
        Ok(found.iter().filter_map(|at| at.parse().ok()).min())
    }

    /// The one value that a query returns on each shard of the turns that can be reached. `%s`: the shard's name.
    async fn on_shards(&self, query: &str) -> Result<Vec<String>, DbErr> {
        let text = "SELECT result FROM run_command_on_shards('turn', $1) WHERE success AND result <> ''";
        let statement = Statement::from_sql_and_values(self.store.backend(), text, [query.into()]);
        let found = self.store.read().query_all_raw(statement).await?;
        found.iter().map(|row| row.try_get("", "result")).collect()
    }
}

/// A text inside a query that is itself a format.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''").replace('%', "%%"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_pool_is_only_a_text() {
        assert_eq!(super::quoted("amojo:it's 100%"), "'amojo:it''s 100%%'");
    }
}
