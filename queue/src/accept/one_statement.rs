//! Plain batches in one statement, which is its own transaction: one round trip instead of seven. On PostgreSQL only;
//! on SQLite a statement needs no round trip.

use std::collections::BTreeMap;

use sea_orm::{DbErr, Value};

use super::leasing::{self, LANES, OPEN, TURNS};
use super::recognise::{Key, all_new};
use super::{Accepted, Arrived, NewItem, new_messages, raw_bytes, reported_states};
use crate::accept_batch::{AcceptBatch, AcceptItem, Conversation, ItemOutcome, Receipt};
use crate::conversation;
use crate::lane;
use crate::lease::{Claim, LeaseCall};
use crate::letter::{placed_by, unplaced};
use crate::rows::{Expressions, Write, gave_up, write_all_or_nothing};
use crate::{Queue, turn};

/// Maximum letters in one statement: it compares each letter with each lane, which beyond this costs more than round
/// trips.
pub(crate) const MOST_LETTERS: u32 = 32;

impl Queue {
    /// Stores batches that are plain and new. `None` for all others: nothing is stored, and they take a transaction.
    pub(super) async fn accept_in_one_statement(
        &self,
        batches: &[&AcceptBatch],
        call: Option<&LeaseCall>,
    ) -> Result<Option<Accepted>, DbErr> {
        if self.store.is_sqlite() || self.store.one_account_a_commit() {
            return Ok(None);
        }
        let Some(fresh) = plain(batches) else { return Ok(None) };
        let keys: BTreeMap<Key<'_>, &AcceptItem> =
            fresh.iter().map(|one| ((one.tenant_id, &one.entry.key), one.entry)).collect();
        let arrived = Arrived::of(&fresh);
        let Arrived { turns, lanes, letters } = &arrived;
        // A key that comes twice is a duplicate.
        if keys.len() < fresh.len() || letters.len() > usize::try_from(MOST_LETTERS).unwrap_or(usize::MAX) {
            return Ok(None);
        }
        self.fault("accept.before_commit")?;
        let unplaced = unplaced(letters, lanes);
        let receipts: Vec<Receipt> = batches.iter().map(|batch| all_are_new(batch)).collect();
        let others = [
            placed_by(&unplaced, LANES),
            new_messages(&fresh),
            raw_bytes(batches, &receipts),
            conversation::write_news(&fresh),
            self.accepted(&fresh),
            reported_states(&fresh),
        ];
        let keys = all_new(&keys);
        let stored = match call {
            Some(call) => self.store_and_lease(keys, &arrived, others, call).await,
            None => {
                let locking = [turn::waking(&self.store, turns), lane::upserted(lanes)];
                let stored = write_all_or_nothing(self.store.write(), &self.store, keys, locking, others).await;
                stored.map(|stored| stored.then(Vec::new))
            }
        };
        let claims = match stored {
            Ok(Some(claims)) => claims,
            Ok(None) => return Ok(None),
            Err(error) if gave_up(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        self.fault("accept.after_commit")?;
        Ok(Some(Accepted { receipts, claims }))
    }

    /// [`write_all_or_nothing`], which also leases idle lanes; none if a key is known. Gives up if a turn is missing.
    async fn store_and_lease(
        &self,
        keys: Write,
        arrived: &Arrived<'_>,
        others: [Write; 6],
        call: &LeaseCall,
    ) -> Result<Option<Vec<Claim>>, DbErr> {
        let Arrived { turns, lanes, .. } = arrived;
        let count = i64::try_from(turns.len()).unwrap_or(i64::MAX);
        let values: [Value; 5] =
            [keys.len().into(), count.into(), self.instance.into(), call.number.into(), call.lease.into()];
        let mut statement = Expressions::new(values);
        statement.add(&self.store, keys, "");
        let all_new = "(SELECT count(*) FROM w0) = $1::bigint";
        let all_turns = format!("(SELECT count(*) FROM {OPEN}) = {TURNS}");
        statement.add(&self.store, leasing::open_turns(turns, call), &format!(" WHERE {all_new}"));
        let filter = format!(" WHERE {all_new} AND {all_turns}");
        statement.add(&self.store, leasing::leased_lanes(lanes, call), &filter);
        for write in others.into_iter().chain([leasing::paid_turns(turns)]) {
            statement.add(&self.store, write, &filter);
        }
        let stored = format!(
            "CASE WHEN {all_new} AND {all_turns} THEN 1 WHEN (SELECT count(*) FROM w0) = 0 THEN 0 \
             ELSE 1 / ((SELECT count(*) FROM w0) - (SELECT count(*) FROM w0)) END"
        );
        let found = statement.fetch(self.store.write(), &self.store, &stored, &leasing::answer()).await?;
        let is_stored = found.first().map_or(Ok(0), |row| row.try_get::<i64>("", "result"))? == 1;
        if !is_stored {
            return Ok(None);
        }
        leasing::claims(&found, arrived, call).map(Some)
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
