//! Repeats are recognised by a unique key, in the commit that stores them.

use std::collections::{BTreeMap, BTreeSet};

use base::message::day_of;
use base::store::{Executor, Row};
use sea_orm::DbErr;
use uuid::Uuid;

use crate::Queue;
use crate::accept_batch::{AcceptBatch, AcceptItem, DedupeKey, ItemOutcome, Receipt};
use crate::rows::{Rows, Write};

pub(super) type Key<'a> = (Uuid, &'a DedupeKey);

/// The dedupe keys of batches. Of equal keys the first entry's counts.
pub(super) struct Keys<'a>(BTreeMap<Key<'a>, &'a AcceptItem>);

/// Which keys of a batch were new.
pub(super) struct Recognised<'a> {
    pub receipts: Vec<Receipt>,
    /// Keys that this attempt did not insert. Those that carry our own ids were inserted by an earlier attempt of the
    /// same batch, together with everything that belongs to them.
    pub stored_before: BTreeSet<Key<'a>>,
}

/// Stored keys, each with its message's id and fingerprint; no fingerprint if its customer was erased.
type Stored<'a> = BTreeMap<Key<'a>, (Uuid, Option<i64>)>;

impl<'a> Keys<'a> {
    pub fn of(batches: &[&'a AcceptBatch]) -> Self {
        let mut first = BTreeMap::new();
        for batch in batches {
            for entry in &batch.entries {
                first.entry((batch.tenant_id, &entry.key)).or_insert(entry);
            }
        }
        Self(first)
    }

    /// Inserts those that are not known, and returns them. The look for an erased key is no join: one that is planned while
    /// the table is empty reads all of it.
    pub fn insert(&self) -> Write {
        self.rows()
            .uuid("message_id", self.0.values().map(|entry| entry.id))
            .long("fingerprint", self.0.values().map(|entry| entry.fingerprint))
            .int("day", self.0.values().map(|entry| day_of(entry.accepted_at)))
            .write(
                "INSERT INTO dedupe (tenant_id, origin, external_id, event, message_id, fingerprint, day) \
                 SELECT tenant_id, origin, external_id, event, message_id, fingerprint, day FROM rows \
                 WHERE (SELECT 1 FROM dedupe AS erased WHERE erased.tenant_id = {account} \
                 AND erased.origin = rows.origin AND erased.external_id = rows.erased_id AND erased.event = rows.event) IS NULL \
                 ORDER BY tenant_id, origin, external_id, event ON CONFLICT DO NOTHING \
                 RETURNING tenant_id, origin, external_id, event",
            )
    }

    fn rows(&self) -> Rows {
        Rows::new()
            .uuid("tenant_id", self.0.keys().map(|key| key.0))
            .uuid("origin", self.0.keys().map(|key| key.1.origin))
            .text("external_id", self.0.keys().map(|key| key.1.external_id.as_str()))
            .text("erased_id", self.0.keys().map(|key| key.1.erased_id()))
            .short("event", self.0.keys().map(|key| key.1.event.number()))
    }
}

impl Queue {
    /// Inserts the keys. `repeat`: an earlier attempt may have committed. An existing key that carries our id came with
    /// that commit, and so did everything that belongs to it, even if it has been sent since.
    pub(super) async fn recognise<'a>(
        &self,
        tx: Executor<'_>,
        batches: &[&'a AcceptBatch],
        keys: &Keys<'a>,
        repeat: bool,
    ) -> Result<Recognised<'a>, DbErr> {
        let inserted = inserted_now(&keys.insert().fetch(tx, &self.store).await?)?;
        let before = keys.0.keys().filter(|key| repeat && !inserted.contains(&plain(key)));
        let stored_before = before.copied().collect();
        Ok(Recognised { receipts: self.receipts(tx, batches, keys, inserted.len()).await?, stored_before })
    }

    /// The outcomes, if so many of the keys were inserted.
    pub(super) async fn receipts<'a>(
        &self,
        tx: Executor<'_>,
        batches: &[&'a AcceptBatch],
        keys: &Keys<'a>,
        inserted: usize,
    ) -> Result<Vec<Receipt>, DbErr> {
        let all_are_new = inserted == keys.0.len();
        let stored = if all_are_new { Stored::new() } else { self.stored(tx, keys).await? };
        let outcome = |batch: &AcceptBatch, entry: &'a AcceptItem| {
            let key = (batch.tenant_id, &entry.key);
            let winner = keys.0.get(&key).copied().unwrap_or(entry);
            let (message_id, fingerprint) = stored.get(&key).copied().unwrap_or((winner.id, Some(winner.fingerprint)));
            if std::ptr::eq(winner, entry) && message_id == entry.id {
                return ItemOutcome::New { message_id };
            }
            let same = fingerprint.is_none_or(|stored| stored == entry.fingerprint);
            ItemOutcome::Duplicate { message_id, same }
        };
        Ok(batches.iter().map(|batch| batch.entries.iter().map(|entry| outcome(batch, entry)).collect()).collect())
    }

    async fn stored<'a>(&self, tx: Executor<'_>, keys: &Keys<'a>) -> Result<Stored<'a>, DbErr> {
        let in_order: Vec<_> = keys.0.keys().copied().collect();
        let text = "SELECT rows.place, CASE WHEN dedupe.external_id = rows.external_id THEN 0 ELSE 1 END AS is_erased, \
            dedupe.message_id, dedupe.fingerprint FROM rows JOIN dedupe ON dedupe.tenant_id = {account} \
            AND dedupe.origin = rows.origin AND dedupe.external_id IN (rows.external_id, rows.erased_id) \
            AND dedupe.event = rows.event";
        let mut stored = Stored::new();
        for row in keys.rows().long("place", (0..).take(in_order.len())).fetch(tx, &self.store, text).await? {
            let place = usize::try_from(row.get::<i64>("place")?).unwrap_or(usize::MAX);
            let is_erased = row.get::<i32>("is_erased")? == 1;
            let fingerprint = if is_erased { None } else { Some(row.get("fingerprint")?) };
            if let Some(key) = in_order.get(place) {
                stored.insert(*key, (row.get("message_id")?, fingerprint));
            }
        }
        Ok(stored)
    }
}

/// A key as read from its table.
type Plain = (Uuid, Uuid, String, i16);

fn plain((tenant_id, key): &Key<'_>) -> Plain {
    (*tenant_id, key.origin, key.external_id.clone(), key.event.number())
}

fn inserted_now(found: &[impl Row]) -> Result<BTreeSet<Plain>, DbErr> {
    found
        .iter()
        .map(|row| {
            let (origin, external_id) = (row.get("origin")?, row.get("external_id")?);
            Ok((row.get("tenant_id")?, origin, external_id, row.get("event")?))
        })
        .collect()
}
