//! Removes letters for good because their content is erased: counted as failed, without notifications.

use std::collections::BTreeMap;

use base::message::{Direction, LetterKind, State, Stream, lane_id};
use base::store::finish_tx;
use entity::{lane, letter, message};
use sea_orm::sea_query::{Condition, Expr, ExprTrait};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::rows::Rows;
use super::turn::Busy;
use super::{Queue, ledger};

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
        let tx = self.store.write_tx().await?;
        let done = self.take_out_in(&tx, tenant_id, conversation_id, only).await;
        finish_tx(tx, done).await
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
        letter::Entity::delete_many().filter(letter::Column::TenantId.eq(tenant_id)).filter(which).exec(tx).await?;
        let mut waiting: BTreeMap<Uuid, i64> = BTreeMap::new();
        let mut failed: BTreeMap<ledger::Key, ledger::Change> = BTreeMap::new();
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
        message::Entity::update_many()
            .col_expr(message::Column::State, Expr::value(State::Failed.number()))
            .filter(message::Column::TenantId.eq(tenant_id))
            .filter(message::Column::Id.is_in(messages.map(|letter| letter.message_id)))
            .filter(message::Column::State.lt(State::Delivered.number()))
            .exec(tx)
            .await?;
        ledger::counted(self.instance, &failed).run(tx, &self.store).await?;
        Ok(u64::try_from(letters.len()).unwrap_or(0))
    }

    /// Updates a lane that lost letters. The holder of its lease loses it.
    async fn shorten(&self, tx: &DatabaseTransaction, tenant_id: Uuid, lane_id: Uuid, gone: i64) -> Result<(), DbErr> {
        use lane::Column;
        lane::Entity::update_many()
            .filter(Column::TenantId.eq(tenant_id))
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
