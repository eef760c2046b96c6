//! Removes rows: those whose key contains no time, and letters whose content is erased.

use std::collections::BTreeMap;

use base::message::{Direction, LetterKind, State, Stream, lane_id};
use base::store::{Row, in_transaction};
use entity::{lane, letter, message};
use sea_orm::sea_query::{Condition, Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use uuid::Uuid;

use crate::rows::Rows;
use crate::turn::Busy;
use crate::{Queue, inserts};

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
        let mut sums: BTreeMap<inserts::LedgerKey, inserts::LedgerChange> = BTreeMap::new();
        for row in &gone {
            let key = (tenant_id, row.get("source_id")?, row.get("direction")?, row.get("day")?);
            let sum = sums.entry(key).or_default();
            sum.0 += row.get::<i64>("accepted")?;
            sum.1 += row.get::<i64>("delivered")?;
            sum.2 += row.get::<i64>("failed")?;
        }
        inserts::ledger_changes(Uuid::nil(), &sums).run(&tx, &self.store).await?;
        tx.commit().await?;
        Ok(u64::try_from(gone.len().saturating_sub(sums.len())).unwrap_or(0))
    }
}

impl Queue {
    /// Removes everything that waits in a conversation. Calls already running end without a trace.
    pub async fn empty(&self, tenant_id: Uuid, conversation_id: Uuid) -> Result<u64, DbErr> {
        self.take_out(tenant_id, conversation_id, None).await
    }

    /// Removes the waiting letters of one message.
    pub async fn withdraw(&self, tenant_id: Uuid, conversation_id: Uuid, message_id: Uuid) -> Result<u64, DbErr> {
        self.take_out(tenant_id, conversation_id, Some(message_id)).await
    }

    async fn take_out(&self, tenant_id: Uuid, conversation_id: Uuid, only: Option<Uuid>) -> Result<u64, DbErr> {
        in_transaction(&self.store, async |tx| self.take_out_in(tx, tenant_id, conversation_id, only).await).await
    }

    async fn take_out_in(
        &self,
        tx: &DatabaseTransaction,
        tenant_id: Uuid,
        conversation_id: Uuid,
        only: Option<Uuid>,
    ) -> Result<u64, DbErr> {
        let mut lanes = Vec::new();
        for direction in [Direction::ToCrm, Direction::ToMessenger] {
            for stream in [Stream::Messages, Stream::Receipts] {
                lanes.push(lane_id(conversation_id, direction, stream));
            }
        }
        let of_conversation = lane::Entity::of_tenant(tenant_id)
            .filter(lane::Column::LaneId.is_in(lanes.iter().copied()))
            .order_by_asc(lane::Column::LaneId);
        // In the lock order of every batch: turns, then lanes. A claim holds the turn from reading a head until its
        // commit, so no letter disappears in between. A lane's target never changes.
        let mut turns: Vec<_> =
            of_conversation.clone().all(tx).await?.into_iter().map(|lane| (tenant_id, lane.target)).collect();
        turns.sort_unstable();
        turns.dedup();
        self.lock_turns(tx, &turns, Busy::Await).await?;
        of_conversation.lock_exclusive().all(tx).await?;
        let which = Condition::all()
            .add(letter::Column::LaneId.is_in(lanes.iter().copied()))
            .add_option(only.map(|id| letter::Column::MessageId.eq(id)));
        let letters = letter::Entity::of_tenant(tenant_id).filter(which.clone()).all(tx).await?;
        letter::Entity::delete_of(tenant_id).filter(which).exec(tx).await?;
        let mut waiting: BTreeMap<Uuid, i64> = BTreeMap::new();
        let mut failed: BTreeMap<inserts::LedgerKey, inserts::LedgerChange> = BTreeMap::new();
        for letter in &letters {
            *waiting.entry(letter.lane_id).or_default() += 1;
            if letter.kind == LetterKind::Message.number() {
                failed.entry((tenant_id, letter.source_id, letter.direction, letter.day)).or_default().2 += 1;
            }
        }
        for (lane_id, gone) in waiting {
            self.shorten(tx, tenant_id, lane_id, gone).await?;
        }
        let messages = letters.iter().filter(|letter| letter.kind == LetterKind::Message.number());
        message::Entity::update_of(tenant_id)
            .col_expr(message::Column::State, Expr::value(State::Failed.number()))
            .filter(message::Column::Id.is_in(messages.map(|letter| letter.message_id)))
            .filter(message::Column::State.lt(State::Delivered.number()))
            .exec(tx)
            .await?;
        inserts::ledger_changes(self.instance, &failed).run(tx, &self.store).await?;
        Ok(u64::try_from(letters.len()).unwrap_or(0))
    }

    /// Updates a lane that lost letters. The holder of its lease loses it.
    async fn shorten(&self, tx: &DatabaseTransaction, tenant_id: Uuid, lane_id: Uuid, gone: i64) -> Result<(), DbErr> {
        use lane::Column;
        lane::Entity::update_of(tenant_id)
            .filter(Column::LaneId.eq(lane_id))
            .col_expr(Column::Waiting, Expr::col(Column::Waiting).sub(gone))
            .col_expr(Column::Epoch, Expr::col(Column::Epoch).add(1))
            .col_expr(Column::Owner, Expr::value(Option::<Uuid>::None))
            .col_expr(Column::LeasedUntil, Expr::value(0_i64))
            .col_expr(Column::Starts, Expr::value(0))
            .exec(tx)
            .await?;
        let due = "UPDATE lane SET due_at = CASE WHEN lane.waiting > 0 THEN {now} END FROM rows \
                   WHERE lane.tenant_id = {account} AND lane.lane_id = rows.lane_id";
        let one = Rows::new().uuid("tenant_id", [tenant_id]).uuid("lane_id", [lane_id]);
        one.execute(tx, &self.store, due).await.map(drop)
    }
}

/// Marks every letter as possibly delivered, because deliveries between the backup and the loss of the database are not
/// recorded in it. So amoCRM's history is searched before a message is sent again, and the messengers' rules for
/// unknown outcomes apply.
pub const ALL_PERHAPS_DELIVERED: &str = "UPDATE letter SET unknown = true";
