//! Plain batches in one statement, which is its own transaction: one round trip instead of seven. On PostgreSQL only;
//! on SQLite a statement needs no round trip.

use std::collections::BTreeMap;

use sea_orm::DbErr;

use super::recognise::{Key, all_new};
use super::{Arrived, NewItem, new_messages, raw_bytes, reported_states};
use crate::accept_batch::{AcceptBatch, AcceptItem, Conversation, ItemOutcome, Receipt};
use crate::conversation;
use crate::lane;
use crate::letter::{placed_by, unplaced};
use crate::rows::{gave_up, write_all_or_nothing};
use crate::{Queue, turn};

/// Maximum letters in one statement: it compares each letter with each lane, which beyond this costs more than round
/// trips.
const MOST_LETTERS: usize = 32;
/// The expression of the statement that writes the lanes: after the keys and the turns.
const LANES: &str = "w2";

impl Queue {
    /// Stores batches that are plain and new. `None` for all others: nothing is stored, and they take a transaction.
    pub(super) async fn accept_in_one_statement(
        &self,
        batches: &[&AcceptBatch],
    ) -> Result<Option<Vec<Receipt>>, DbErr> {
        if self.store.is_sqlite() || self.store.one_account_a_commit() {
            return Ok(None);
        }
        let Some(fresh) = plain(batches) else { return Ok(None) };
        let keys: BTreeMap<Key<'_>, &AcceptItem> =
            fresh.iter().map(|one| ((one.tenant_id, &one.entry.key), one.entry)).collect();
        let Arrived { turns, lanes, letters } = Arrived::of(&fresh);
        // A key that comes twice is a duplicate.
        if keys.len() < fresh.len() || letters.len() > MOST_LETTERS {
            return Ok(None);
        }
        self.fault("accept.before_commit")?;
        let unplaced = unplaced(letters, &lanes);
        let receipts: Vec<Receipt> = batches.iter().map(|batch| all_are_new(batch)).collect();
        let others = [
            placed_by(&unplaced, LANES),
            new_messages(&fresh),
            raw_bytes(batches, &receipts),
            conversation::write_news(&fresh),
            self.accepted(&fresh),
            reported_states(&fresh),
        ];
        let locking = [turn::waking(&self.store, &turns), lane::upserted(&lanes)];
        let stored = write_all_or_nothing(self.store.write(), &self.store, all_new(&keys), locking, others).await;
        match stored {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(error) if gave_up(&error) => return Ok(None),
            Err(error) => return Err(error),
        }
        self.fault("accept.after_commit")?;
        Ok(Some(receipts))
    }
}

/// The entries, if all of them need no more than rows of their own in known conversations.
fn plain<'a>(batches: &[&'a AcceptBatch]) -> Option<Vec<NewItem<'a>>> {
    let mut fresh = Vec::new();
    for batch in batches {
        for entry in &batch.entries {
            let Conversation::Known(conversation_id) = entry.conversation else { return None };
            let is_plain = entry.crm_chat.is_none()
                && entry.begun.is_none()
                && entry.opened.is_none()
                && entry.found.is_none()
                && entry.rewrite.is_none()
                && entry.media.is_empty();
            if !is_plain {
                return None;
            }
            fresh.push(NewItem { tenant_id: batch.tenant_id, entry, conversation_id });
        }
    }
    Some(fresh)
}

fn all_are_new(batch: &AcceptBatch) -> Receipt {
    batch.entries.iter().map(|entry| ItemOutcome::New { message_id: entry.id }).collect()
}
