//! Messages that were stored without a letter, because their source sent nothing, are sent after all.

use std::collections::{BTreeMap, BTreeSet};

use base::message::State;
use base::store::{Executor, Row, in_transaction};
use sea_orm::DbErr;
use uuid::Uuid;

use crate::Queue;
use crate::accept_batch::NewLetter;
use crate::inserts::{self, new_letters};
use crate::locked::{LockSet, Locked};
use crate::rows::{Rows, write_batch};

/// A message that a source only saw, with the letter that it gets.
#[derive(Clone, Debug)]
pub struct SeenMessage {
    pub conversation_id: Uuid,
    /// JSON of [`base::message::Body`], as it is sent.
    pub body: String,
    pub letter: NewLetter,
}

impl Queue {
    /// Sends messages that were only seen, in this order; returns how many. Those that are sent already stay as they are, so
    /// that it may be repeated.
    pub async fn send_seen(&self, tenant_id: Uuid, seen: &[SeenMessage]) -> Result<usize, DbErr> {
        if seen.is_empty() {
            return Ok(0);
        }
        in_transaction(&self.store, async |tx| self.send_seen_in(tx.into(), tenant_id, seen).await).await
    }

    async fn send_seen_in(&self, tx: Executor<'_>, tenant_id: Uuid, seen: &[SeenMessage]) -> Result<usize, DbErr> {
        let mut locks = LockSet::default();
        let lanes: Vec<_> = seen.iter().map(|one| locks.add(tenant_id, one.conversation_id, &one.letter)).collect();
        let mut locked = Locked::take(tx, &self.store, Vec::new(), locks).await?;
        let found = Rows::new()
            .uuid("tenant_id", seen.iter().map(|_| tenant_id))
            .uuid("id", seen.iter().map(|one| one.letter.message_id))
            .text("body", seen.iter().map(|one| one.body.as_str()))
            .short("seen", seen.iter().map(|_| State::Shadow.number()))
            .short("queued", seen.iter().map(|_| State::Queued.number()))
            .fetch(
                tx,
                &self.store,
                "UPDATE message SET state = rows.queued, body = rows.body FROM rows \
                 WHERE message.tenant_id = {account} AND message.id = rows.id AND message.state = rows.seen \
                 RETURNING message.id AS id",
            )
            .await?;
        let sent = found.iter().map(|row| row.get("id")).collect::<Result<BTreeSet<Uuid>, DbErr>>()?;
        let now = self.store.clock().millis();
        let mut counted: BTreeMap<inserts::LedgerKey, inserts::LedgerChange> = BTreeMap::new();
        let mut placed = Vec::new();
        for (one, lane) in seen.iter().zip(lanes).filter(|(one, _)| sent.contains(&one.letter.message_id)) {
            let letter = &one.letter;
            placed.push(locked.place(lane, letter, now)?);
            counted.entry((tenant_id, letter.source_id, letter.direction.number(), letter.day)).or_default().0 += 1;
        }
        locked.wake_turns();
        let written = locked
            .written()
            .into_iter()
            .chain([new_letters(&placed), inserts::ledger_changes(self.instance, &counted)]);
        write_batch(tx, &self.store, written).await?;
        Ok(sent.len())
    }
}
