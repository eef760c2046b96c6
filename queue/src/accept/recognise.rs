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

const INSERT: &str = "INSERT INTO dedupe (tenant_id, origin, external_id, event, message_id, fingerprint, day) \
     SELECT tenant_id, origin, external_id, event, message_id, fingerprint, day FROM rows \
     WHERE NOT EXISTS (SELECT 1 FROM dedupe AS erased WHERE erased.tenant_id = rows.tenant_id \
     AND erased.origin = rows.origin AND erased.external_id = rows.erased_id AND erased.event = rows.event) \
     ORDER BY tenant_id, origin, external_id, event ON CONFLICT DO NOTHING";
const INSERTED: &str = "RETURNING tenant_id, origin, external_id, event";

/// Which keys of a batch were new.
pub(super) struct Recognised<'a> {
    pub receipts: Vec<Receipt>,
    /// Keys that this attempt did not insert. Those that carry our own ids were inserted by an earlier attempt of the
    /// same batch, together with everything that belongs to them.
    pub stored_before: BTreeSet<Key<'a>>,
}

/// Stored keys, each with its message's id and fingerprint; no fingerprint if its customer was erased.
type Stored<'a> = BTreeMap<Key<'a>, (Uuid, Option<i64>)>;

impl Queue {
    /// Inserts the dedupe keys; of equal keys in one batch the first wins. `repeat`: an earlier attempt may have
    /// committed. An existing key that carries our id came with that commit, and so did everything that belongs to
    /// it, even if it has been sent since.
    pub(super) async fn recognise<'a>(
        &self,
        tx: &impl Executor,
        batches: &[&'a AcceptBatch],
        repeat: bool,
    ) -> Result<Recognised<'a>, DbErr> {
        let mut first: BTreeMap<Key<'a>, &'a AcceptItem> = BTreeMap::new();
        for batch in batches {
            for entry in &batch.entries {
                first.entry((batch.tenant_id, &entry.key)).or_insert(entry);
            }
        }
        let rows = new_keys(&first);
        let mut stored_before = BTreeSet::new();
        let inserted = if repeat {
            let inserted = inserted_now(&rows.fetch(tx, &self.store, &format!("{INSERT} {INSERTED}")).await?)?;
            stored_before.extend(first.keys().filter(|key| !inserted.contains(&plain(key))).copied());
            inserted.len()
        } else {
            usize::try_from(rows.execute(tx, &self.store, INSERT).await?).unwrap_or(0)
        };
        let all_are_new = inserted == first.len();
        let stored = if all_are_new { Stored::new() } else { self.stored(tx, &first).await? };
        let mut receipts = Vec::with_capacity(batches.len());
        for batch in batches {
            let mut receipt = Vec::with_capacity(batch.entries.len());
            for entry in &batch.entries {
                let key = (batch.tenant_id, &entry.key);
                let winner = first.get(&key).copied().unwrap_or(entry);
                let (message_id, fingerprint) =
                    stored.get(&key).copied().unwrap_or((winner.id, Some(winner.fingerprint)));
                let mine = std::ptr::eq(winner, entry) && message_id == entry.id;
                receipt.push(if mine {
                    ItemOutcome::New { message_id }
                } else {
                    ItemOutcome::Duplicate {
                        message_id,
                        same: fingerprint.is_none_or(|stored| stored == entry.fingerprint),
                    }
                });
            }
            receipts.push(receipt);
        }
        Ok(Recognised { receipts, stored_before })
    }

    async fn stored<'a>(
        &self,
        tx: &impl Executor,
        first: &BTreeMap<Key<'a>, &'a AcceptItem>,
    ) -> Result<Stored<'a>, DbErr> {
        let in_order: Vec<_> = first.keys().copied().collect();
        let text = "SELECT rows.place, CASE WHEN dedupe.external_id = rows.external_id THEN 0 ELSE 1 END AS is_erased, \
            dedupe.message_id, dedupe.fingerprint FROM rows JOIN dedupe ON dedupe.tenant_id = rows.tenant_id \
            AND dedupe.origin = rows.origin AND dedupe.external_id IN (rows.external_id, rows.erased_id) \
            AND dedupe.event = rows.event";
        let mut stored = Stored::new();
        for row in keys(first).long("place", (0..).take(in_order.len())).fetch(tx, &self.store, text).await? {
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

fn new_keys(first: &BTreeMap<Key<'_>, &AcceptItem>) -> Rows {
    keys(first)
        .uuid("message_id", first.values().map(|entry| entry.id))
        .long("fingerprint", first.values().map(|entry| entry.fingerprint))
        .int("day", first.values().map(|entry| day_of(entry.accepted_at)))
}

/// Inserts the dedupe keys if none of them is stored, and none otherwise; one that another commit inserts meanwhile is
/// left out. `OFFSET 0` keeps the planner from joining: a join that is planned while the table is empty reads all of it.
pub(super) fn all_new(first: &BTreeMap<Key<'_>, &AcceptItem>) -> Write {
    new_keys(first).write(
        "INSERT INTO dedupe (tenant_id, origin, external_id, event, message_id, fingerprint, day) \
         SELECT tenant_id, origin, external_id, event, message_id, fingerprint, day FROM rows \
         WHERE NOT EXISTS (SELECT 1 FROM (SELECT tenant_id, origin, external_id, event FROM rows UNION ALL \
         SELECT tenant_id, origin, erased_id, event FROM rows WHERE erased_id <> '') AS known \
         WHERE EXISTS (SELECT 1 FROM dedupe WHERE dedupe.tenant_id = known.tenant_id AND dedupe.origin = known.origin \
         AND dedupe.external_id = known.external_id AND dedupe.event = known.event OFFSET 0)) \
         ORDER BY tenant_id, origin, external_id, event ON CONFLICT DO NOTHING RETURNING tenant_id",
    )
}

fn keys(first: &BTreeMap<Key<'_>, &AcceptItem>) -> Rows {
    Rows::new()
        .uuid("tenant_id", first.keys().map(|key| key.0))
        .uuid("origin", first.keys().map(|key| key.1.origin))
        .text("external_id", first.keys().map(|key| key.1.external_id.as_str()))
        .text("erased_id", first.keys().map(|key| key.1.erased_id()))
        .short("event", first.keys().map(|key| key.1.event.number()))
}
