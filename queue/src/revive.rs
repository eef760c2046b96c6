//! Returns a dead letter to the end of its lane.

use std::collections::BTreeMap;

use base::message::LetterKind;
use base::store::{Executor, finish_tx};
use sea_orm::DbErr;
use uuid::Uuid;

use super::accept_batch::NewLetter;
use super::letter::new_letters;
use super::locked::{Locked, Wanted};
use super::rows::{Rows, write_batch};
use super::{Queue, ledger};

impl Queue {
    /// Removes the dead letter and appends it to its lane, in one commit; of two callers one succeeds. The message
    /// counts as waiting again.
    pub async fn revive(&self, tenant_id: Uuid, conversation_id: Uuid, letter: &NewLetter) -> Result<bool, DbErr> {
        let tx = self.store.write_tx().await?;
        let done = self.revive_in((&tx).into(), tenant_id, conversation_id, letter).await;
        finish_tx(tx, done).await
    }

    async fn revive_in(
        &self,
        tx: Executor<'_>,
        tenant_id: Uuid,
        conversation_id: Uuid,
        letter: &NewLetter,
    ) -> Result<bool, DbErr> {
        let mut wanted = Wanted::default();
        let lane = wanted.add(tenant_id, conversation_id, letter);
        let mut locked = Locked::take(tx, &self.store, Vec::new(), wanted).await?;
        let gone = Rows::new()
            .uuid("tenant_id", [tenant_id])
            .uuid("id", [letter.id])
            .execute(
                tx,
                &self.store,
                "DELETE FROM dead_letter WHERE {of_account}(tenant_id, id) IN (SELECT rows.tenant_id, rows.id FROM rows)",
            )
            .await?;
        if gone == 0 {
            return Ok(false);
        }
        let placed = locked.place(lane, letter, self.store.clock().millis())?;
        locked.wake_turns();
        let key = (tenant_id, letter.source_id, letter.direction.number(), letter.day);
        let counted = BTreeMap::from_iter((letter.kind == LetterKind::Message).then_some((key, (0, 0, -1))));
        let written =
            locked.written().into_iter().chain([new_letters(&[placed]), ledger::counted(self.instance, &counted)]);
        write_batch(tx, &self.store, written).await?;
        Ok(true)
    }
}
