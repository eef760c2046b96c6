//! Plain batches in one statement, which is its own transaction: one round trip instead of seven. On PostgreSQL only;
//! on SQLite a statement needs no round trip.

use std::collections::BTreeMap;

use base::store::Row;
use sea_orm::{DbErr, Value};
use uuid::Uuid;

use super::contexts;
use super::leasing::{self, COUNT_OF_TURNS, LANES, TURNS};
use super::lone_message::LoneMessage;
use super::new_chats::NewChats;
use super::recognise::{Key, all_new};
use super::{Accepted, Arrived, NewItem, new_messages, raw_bytes, reported_states};
use crate::accept_batch::{AcceptBatch, AcceptItem, ItemOutcome, Receipt};
use crate::conversation;
use crate::lane;
use crate::lease::{Claim, LeaseCall};
use crate::letter::{placed_by, unplaced};
use crate::rows::{Expressions, RowsForm, Write, gave_up};
use crate::{Queue, StoredContexts, media, turn};

/// Maximum letters in one statement, which compares each letter with each lane.
const MOST_LETTERS: usize = 64;

/// The number of keys, the first value of the statement.
const KEYS: &str = "$1::bigint";

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
        let Some(mut fresh) = plain(batches) else { return Ok(None) };
        let Some(chats) = NewChats::of(&mut fresh) else { return Ok(None) };
        let keys: BTreeMap<Key<'_>, &AcceptItem> =
            fresh.iter().map(|one| ((one.tenant_id, &one.entry.key), one.entry)).collect();
        let arrived = Arrived::of(&fresh);
        // A key that comes twice is a duplicate.
        if keys.len() < fresh.len() || arrived.letters.len() > MOST_LETTERS {
            return Ok(None);
        }
        self.fault("accept.before_commit")?;
        if let (Some(call), Some(lone)) = (call, LoneMessage::of(batches, &fresh, &chats)) {
            let accepted = self.accept_lone_message(&lone, call).await?;
            if accepted.is_some() {
                self.fault("accept.after_commit")?;
            }
            return Ok(accepted);
        }
        let receipts: Vec<Receipt> = batches.iter().map(|batch| all_are_new(batch)).collect();
        let mut others = vec![
            placed_by(&unplaced(&arrived.letters, &arrived.lanes), LANES),
            new_messages(&fresh),
            raw_bytes(batches, &receipts),
            conversation::write_news(&fresh),
            self.accepted(&fresh),
            reported_states(&fresh),
            chats.conversations(&self.store),
            media::new_files(&fresh),
        ];
        // A plain message's statement is short: preparing an expression costs as much as writing a row.
        others.retain(|write| write.len() > 0);
        let (claims, contexts) = match self.store_in_order(all_new(&keys), &chats, &arrived, others, call, &fresh).await
        {
            Ok(Some(leased)) => leased,
            Ok(None) => return Ok(None),
            Err(error) if gave_up(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        self.fault("accept.after_commit")?;
        Ok(Some(Accepted { receipts, claims, contexts }))
    }

    /// Inserts the keys, all or none, then aliases, turns and lanes in this order, then `others` in any order. None, with
    /// nothing changed, if all keys are known. With a call it leases idle lanes, and gives up if a turn is missing.
    ///
    /// # Errors
    /// If the database refuses it, and if some of the keys or aliases are known (SQLSTATE 22012); nothing is changed then.
    async fn store_in_order(
        &self,
        keys: Write,
        chats: &NewChats<'_>,
        arrived: &Arrived<'_>,
        others: Vec<Write>,
        call: Option<&LeaseCall>,
        fresh: &[NewItem<'_>],
    ) -> Result<Option<(Vec<Claim>, StoredContexts)>, DbErr> {
        let Arrived { turns, lanes, .. } = arrived;
        let store = &self.store;
        let mut values: Vec<Value> = vec![keys.len().into()];
        if let Some(call) = call {
            let count = i64::try_from(turns.len()).unwrap_or(i64::MAX);
            values.extend([count.into(), self.instance.into(), call.number.into(), call.lease.into()]);
        }
        let opened = format!("${}::bigint", values.len() + 1);
        if !chats.is_empty() {
            values.push(chats.count().into());
        }
        let form = RowsForm::for_messages(usize::try_from(keys.len()).unwrap_or(usize::MAX));
        let mut statement = Expressions::new(form, values);
        statement.add(store, keys, "");
        let mut ready = format!("(SELECT count(*) FROM w0) = {KEYS}");
        if !chats.is_empty() {
            ready = chats.add_aliases(&mut statement, store, &ready, &opened);
        }
        // Reading an expression makes PostgreSQL run it first. What none reads is run from the last to the first, so the
        // others must read the lanes: else they would lock their rows before the turns.
        let paid = match call {
            Some(call) => {
                statement.add(store, leasing::open_turns(turns, call), &format!(" WHERE {ready}"));
                ready = format!("{ready} AND (SELECT count(*) FROM {TURNS}) = {COUNT_OF_TURNS}");
                statement.add(store, leasing::leased_lanes(lanes, call), &format!(" WHERE {ready}"));
                Some(leasing::paid_turns(turns))
            }
            None => {
                statement.add(store, turn::waking(store, turns), &format!(" WHERE {ready}"));
                let after = format!(" WHERE {ready} AND (SELECT count(*) FROM {TURNS}) >= 0");
                statement.add(store, lane::upserted(lanes), &after);
                None
            }
        };
        let filter = match call {
            Some(_) => format!(" WHERE {ready}"),
            None => format!(" WHERE {ready} AND (SELECT count(*) FROM {LANES}) >= 0"),
        };
        for write in others.into_iter().chain(paid) {
            statement.add(store, write, &filter);
        }
        let stored = format!(
            "CASE WHEN {ready} THEN 1 WHEN (SELECT count(*) FROM w0) = 0 THEN 0 \
             ELSE 1 / ((SELECT count(*) FROM w0) - (SELECT count(*) FROM w0)) END"
        );
        let rest = if call.is_some() { contexts::answer() } else { String::new() };
        let found = statement.fetch(store.kept(), store, &stored, &rest).await?;
        let is_stored = found.first().map_or(Ok(0), |row| row.get::<i64>("result"))? == 1;
        match call {
            _ if !is_stored => Ok(None),
            Some(call) => {
                let claims = leasing::claims(&found, arrived, call)?;
                let contexts = contexts::contexts(&found, &claims, fresh)?;
                Ok(Some((claims, contexts)))
            }
            None => Ok(Some((Vec::new(), StoredContexts::new()))),
        }
    }
}

/// The entries, if all of them need no more than new rows. Their conversations are not set yet.
fn plain<'a>(batches: &[&'a AcceptBatch]) -> Option<Vec<NewItem<'a>>> {
    let mut fresh = Vec::new();
    for batch in batches {
        for entry in &batch.entries {
            let is_plain =
                entry.begun.is_none() && entry.opened.is_none() && entry.found.is_none() && entry.rewrite.is_none();
            if !is_plain {
                return None;
            }
            fresh.push(NewItem { tenant_id: batch.tenant_id, entry, conversation_id: Uuid::nil() });
        }
    }
    Some(fresh)
}

fn all_are_new(batch: &AcceptBatch) -> Receipt {
    batch.entries.iter().map(|entry| ItemOutcome::New { message_id: entry.id }).collect()
}
