//! Returns a dead letter to the end of its lane.

use std::collections::BTreeMap;

use base::message::LetterKind;
use sea_orm::DbErr;
use uuid::Uuid;

use super::accept::place;
use super::accept_batch::NewLetter;
use super::lane;
use super::rows::{Rows, write_batch};
use super::{Queue, ledger, turn};

impl Queue {
    /// Removes the dead letter and appends it to its lane, in one commit; of two callers one succeeds. The message
    /// counts as waiting again.
    pub async fn revive(&self, tenant_id: Uuid, conversation_id: Uuid, letter: &NewLetter) -> Result<bool, DbErr> {
        let tx = self.store.write_tx().await?;
        let turns = BTreeMap::from([((tenant_id, letter.target), letter.pool.clone())]);
        turn::wake_turns(&tx, &self.store, &turns).await?;
        let gone = Rows::new()
            .uuid("tenant_id", [tenant_id])
            .uuid("id", [letter.id])
            .execute(
                &tx,
                &self.store,
                "DELETE FROM dead_letter WHERE (tenant_id, id) IN (SELECT rows.tenant_id, rows.id FROM rows)",
            )
            .await?;
        if gone == 0 {
            tx.rollback().await?;
            return Ok(false);
        }
        let (key, seed) = lane::lane_of(tenant_id, conversation_id, letter);
        let (mut lanes, now) = lane::lock_lanes(&tx, &self.store, &BTreeMap::from([(key, seed)])).await?;
        let placed = place(&mut lanes, key, letter, self.store.clock().millis())?;
        let key = (tenant_id, letter.source_id, letter.direction.number(), letter.day);
        let counted = BTreeMap::from_iter((letter.kind == LetterKind::Message).then_some((key, (0, 0, -1))));
        let counted = ledger::counted(self.instance, &counted);
        write_batch(&tx, &self.store, [super::letter::new_letters(&[placed]), lane::written(&lanes, now), counted])
            .await?;
        tx.commit().await?;
        Ok(true)
    }
}
