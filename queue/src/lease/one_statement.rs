//! A claim as one call of the function `claim_lanes` (migration/src/claim_lanes.sql), which is its own transaction: one
//! round trip instead of five. On PostgreSQL only; on SQLite a statement needs no round trip.

use base::store::{Executor, Row};
use sea_orm::sea_query::ArrayType;
use sea_orm::{DbErr, Statement, Value};

use super::back::Unconfirmed;
use super::call::{LeaseCall, is_refused};
use super::due::{CANDIDATE, Candidate, with_head};
use super::{Claim, LeaseRequest};
use crate::Queue;
use crate::rows::Rows;
use crate::turn::{BREAKER, Key};

/// Bounds of a rate that has none.
const FIXED: (i64, i64) = (-1, -1);

impl Queue {
    pub(super) async fn claim_in_one_statement(
        &self,
        wishes: &[LeaseRequest],
        lease: i64,
        mut found: impl FnMut(&[Claim]),
    ) -> Result<Vec<Claim>, DbErr> {
        let call = self.lease_call(wishes, lease);
        let claims = match self.call(&call).await {
            Ok(claims) => claims,
            Err(error) if is_refused(&error) => return Err(error),
            Err(error) => self.read_back(call.until, error, Unconfirmed::Call(&call)).await?,
        };
        found(&claims);
        Ok(claims)
    }

    async fn call(&self, call: &LeaseCall) -> Result<Vec<Claim>, DbErr> {
        let wishes = &call.wishes;
        let text = format!(
            "SELECT * FROM claim_lanes($1::uuid[], $2::uuid[], $3::integer[], $4::bigint[], $5::bigint[], $6::bigint[], \
             $7::bigint[], $8, $9, $10, {})",
            self.store.now_sql()
        );
        let bounds = |wish: &LeaseRequest| wish.rate.bounds.unwrap_or(FIXED);
        let values: [Value; 10] = [
            array(ArrayType::Uuid, wishes.keys().map(|key| key.0)),
            array(ArrayType::Uuid, wishes.keys().map(|key| key.1)),
            array(ArrayType::Int, wishes.values().map(|wish| i32::try_from(wish.limit).unwrap_or(i32::MAX - 1))),
            array(ArrayType::BigInt, wishes.values().map(|wish| wish.rate.per_second)),
            array(ArrayType::BigInt, wishes.values().map(|wish| wish.rate.burst)),
            array(ArrayType::BigInt, wishes.values().map(|wish| bounds(wish).0)),
            array(ArrayType::BigInt, wishes.values().map(|wish| bounds(wish).1)),
            self.instance.into(),
            call.number.into(),
            call.lease.into(),
        ];
        let statement = Statement::from_sql_and_values(self.store.backend(), text, values);
        let rows = self.store.kept().query(statement).await?;
        self.fault("claim.after_commit")?;
        let mut claims = Vec::with_capacity(rows.len());
        for row in rows {
            let claim = read(&row)?.claim(key(&row)?, row.get("probe")?, call.until)?;
            match claim {
                Some(claim) if row.get("leased")? => claims.push(claim),
                Some(claim) => tracing::warn!(
                    tenant.id = %claim.tenant_id, lane.id = %claim.lane_id,
                    "a lane changed while it was being leased; it is read again"
                ),
                None => {}
            }
        }
        Ok(claims)
    }

    /// What a claim whose call got no answer has leased. Waits for the turns' locks, which the call may still hold.
    pub(super) async fn leased_by(&self, call: &LeaseCall) -> Result<Vec<Claim>, DbErr> {
        let keys: Vec<Key> = call.wishes.keys().copied().collect();
        let tx = self.store.write_tx().await?;
        let (turns, _) = self.lock_turns(&tx, &keys).await?;
        let text = format!(
            "SELECT {CANDIDATE}, rows.tenant_id, rows.target FROM rows JOIN lane ON lane.tenant_id = rows.tenant_id \
             AND lane.target = rows.target AND lane.due_at IS NOT NULL AND lane.owner = rows.owner \
             AND lane.claim = rows.claim {}",
            with_head(&self.store)
        );
        let rows = Rows::new()
            .uuid("tenant_id", keys.iter().map(|key| key.0))
            .uuid("target", keys.iter().map(|key| key.1))
            .uuid("owner", keys.iter().map(|_| self.instance))
            .long("claim", keys.iter().map(|_| call.number))
            .fetch(&tx, &self.store, &text)
            .await?;
        tx.rollback().await?;
        let mut claims = Vec::with_capacity(rows.len());
        for row in rows {
            let (key, leased) = (key(&row)?, read(&row)?);
            // As before its lease, whose owner had an earlier one if this is not the first of its head.
            let (starts, owner) = (leased.starts - 1, leased.owner.filter(|_| leased.starts > 1));
            let before = Candidate { epoch: leased.epoch - 1, starts, owner, ..leased };
            let probe = turns.iter().any(|turn| (turn.tenant_id, turn.target) == key && turn.reason == BREAKER);
            claims.extend(before.claim(key, probe, call.until)?);
        }
        Ok(claims)
    }
}

fn array<T: Into<Value>>(kind: ArrayType, values: impl Iterator<Item = T>) -> Value {
    Value::Array(kind, Some(Box::new(values.map(Into::into).collect())))
}

fn key(row: &impl Row) -> Result<Key, DbErr> {
    Ok((row.get("tenant_id")?, row.get("target")?))
}

fn read(row: &impl Row) -> Result<Candidate, DbErr> {
    Candidate::read(row, 0)
}
