//! Writes batches: dedupe key, raw bytes, conversation, message, letters, lanes, turns and ledger in one commit, which also
//! leases what may be sent at once.

mod lease;

use std::collections::{BTreeMap, BTreeSet};

use base::message::{Failure, State, day_of};
use base::store::{Executor, Row};
use sea_orm::DbErr;
use uuid::Uuid;

use crate::accept_batch::{AcceptBatch, AcceptItem, Conversation, DedupeKey, ItemOutcome, NewItem, NewLetter, Receipt};
use crate::inserts::{self, new_letters};
use crate::lane::LaneKey;
use crate::lease::context::{StoredContext, StoredContexts};
use crate::lease::{Claim, LeaseCall};
use crate::locked::{LockSet, Locked};
use crate::rows::{Rows, Write, write_batch_and_fetch};
use crate::{Queue, conversation};

/// Stored batches.
#[derive(Debug)]
pub struct Accepted {
    pub receipts: Vec<Receipt>,
    /// Leases written in the same commit.
    pub claims: Vec<Claim>,
    /// What is needed to deliver their letters, as far as the same commit read it.
    pub contexts: StoredContexts,
}

impl Queue {
    /// Writes all batches in one transaction. Safe to repeat after a lost COMMIT: the pre-generated id distinguishes
    /// our own rows from duplicates.
    pub async fn accept(&self, batches: &[&AcceptBatch], repeat: bool) -> Result<Vec<Receipt>, DbErr> {
        Ok(self.accept_and_lease(batches, repeat, None).await?.receipts)
    }

    /// The same for the first attempt, which also leases what the call wishes for: lanes that were idle and get one letter,
    /// if nothing of their target waits.
    ///
    /// # Errors
    /// After an error the leases may have been written: [`Queue::leases_of`] finds them.
    pub async fn accept_leasing(&self, batches: &[&AcceptBatch], call: &LeaseCall) -> Result<Accepted, DbErr> {
        self.accept_and_lease(batches, false, Some(call)).await
    }

    async fn accept_and_lease(
        &self,
        batches: &[&AcceptBatch],
        repeat: bool,
        call: Option<&LeaseCall>,
    ) -> Result<Accepted, DbErr> {
        let tx = self.write_tx().await?;
        let accepted = match self.accept_in((&tx).into(), batches, repeat, call).await {
            Ok(accepted) => self.fault("accept.before_commit").map(|()| accepted),
            Err(error) => Err(error),
        };
        let accepted = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tx.rollback().await;
                return Err(error);
            }
        };
        tx.commit().await?;
        self.fault("accept.after_commit")?;
        Ok(accepted)
    }

    async fn accept_in(
        &self,
        tx: Executor<'_>,
        batches: &[&AcceptBatch],
        repeat: bool,
        call: Option<&LeaseCall>,
    ) -> Result<Accepted, DbErr> {
        let keys = Keys::of(batches);
        let (receipts, fresh, mut locked);
        if !repeat && batches.iter().all(|batch| has_known_conversations(batch)) {
            // The lanes are known before it is known which entries are new, so both are one round trip.
            let all = items(batches, |_, _, _| true);
            locked = Locked::take(tx, &self.store, vec![keys.insert()], locks_of(&all)).await?;
            receipts = self.receipts(tx, batches, &keys, locked.inserted).await?;
            fresh = items(batches, |batch, entry, _| is_new(&receipts, batch, entry));
        } else {
            let stored_before;
            Recognised { receipts, stored_before } = self.recognise(tx, batches, &keys, repeat).await?;
            let new =
                items(batches, |batch, entry, key| is_new(&receipts, batch, entry) && !stored_before.contains(&key));
            fresh = conversation::resolve(tx, &self.store, new).await?;
            conversation::learn_aliases(tx, &self.store, &fresh).await?;
            let dialogues = fresh.iter().filter_map(conversation::NamedConversation::of);
            let named = conversation::name_dialogues(tx, &self.store, dialogues.collect()).await?;
            locked = Locked::take(tx, &self.store, Vec::new(), locks_of(&fresh)).await?;
            conversation::note_begun(tx, &self.store, &fresh).await?;
            conversation::write_names(tx, &self.store, &named).await?;
        }
        let (claims, contexts) = self.store_fresh(tx, batches, &receipts, &fresh, &mut locked, call).await?;
        new_bodies(&fresh).run(tx, &self.store).await?;
        inserts::insert_recovered(tx, &self.store, &fresh).await?;
        inserts::insert_consents(tx, &self.store, &fresh).await?;
        Ok(Accepted { receipts, claims, contexts })
    }

    /// Places the letters of new entries in their lanes, leases some of them, and writes all rows.
    async fn store_fresh(
        &self,
        tx: Executor<'_>,
        batches: &[&AcceptBatch],
        receipts: &[Receipt],
        fresh: &[NewItem<'_>],
        locked: &mut Locked,
        call: Option<&LeaseCall>,
    ) -> Result<(Vec<Claim>, StoredContexts), DbErr> {
        let mut placed = Vec::new();
        for (key, letter, accepted_at) in letters(fresh) {
            placed.push(locked.place(key, letter, accepted_at)?);
        }
        let claims = call.map(|call| lease::lease_idle(locked, &placed, call, self.instance)).unwrap_or_default();
        locked.wake_turns();
        let [lanes, new_lanes, turns] = locked.written();
        let all = [
            new_messages(fresh),
            raw_bytes(batches, receipts),
            new_letters(&placed),
            lanes,
            new_lanes,
            turns,
            inserts::enquiry_jobs(fresh),
            conversation::write_news(fresh),
            self.accepted(fresh),
            reported_states(fresh),
            inserts::new_files(fresh),
        ];
        let (contexts_query, of_lease) = lease::contexts(&claims, fresh);
        let found = write_batch_and_fetch(tx, &self.store, all, contexts_query).await?;
        let mut contexts = StoredContext::of_rows(&found, &of_lease)?;
        lease::complete(&mut contexts, &claims, fresh);
        Ok((claims, contexts))
    }

    fn accepted(&self, fresh: &[NewItem<'_>]) -> Write {
        let mut changes: BTreeMap<inserts::LedgerKey, inserts::LedgerChange> = BTreeMap::new();
        for one in fresh {
            // The ledger counts what is to be delivered.
            let message = one.entry.message.as_ref().filter(|message| message.state != State::Shadow);
            let Some(message) = message else { continue };
            let day = day_of(one.entry.accepted_at);
            let change =
                changes.entry((one.tenant_id, message.source_id, message.direction.number(), day)).or_default();
            change.0 += 1;
            change.2 += i64::from(message.state == State::Failed);
        }
        inserts::ledger_changes(self.instance, &changes)
    }
}

/// Whether its entries find their lanes without a look, and learn no alias, which is locked before turns are.
fn has_known_conversations(batch: &AcceptBatch) -> bool {
    batch.entries.iter().all(|entry| {
        let is_known = matches!(entry.conversation, Conversation::Known(_));
        is_known && entry.crm_chat.is_none() && entry.opened.is_none() && entry.begun.is_none()
    })
}

/// The chosen entries, by the places of their batch and in it, and by their key.
fn items<'a>(batches: &[&'a AcceptBatch], chosen: impl Fn(usize, usize, Key<'a>) -> bool) -> Vec<NewItem<'a>> {
    let mut items = Vec::new();
    for (place, batch) in batches.iter().enumerate() {
        for (number, entry) in batch.entries.iter().enumerate() {
            if chosen(place, number, (batch.tenant_id, &entry.key)) {
                items.push(NewItem::of(batch.tenant_id, entry));
            }
        }
    }
    items
}

fn is_new(receipts: &[Receipt], batch: usize, entry: usize) -> bool {
    let outcome = receipts.get(batch).and_then(|receipt| receipt.get(entry));
    matches!(outcome, Some(ItemOutcome::New { .. }))
}

/// The lanes of the entries' letters, with their turns.
fn locks_of(items: &[NewItem<'_>]) -> LockSet {
    let mut locks = LockSet::default();
    for one in items {
        for letter in &one.entry.letters {
            locks.add(one.tenant_id, one.conversation_id, letter);
        }
    }
    locks
}

/// The letters in the order in which they came, each with its lane and the time at which it was accepted.
fn letters<'a>(items: &[NewItem<'a>]) -> impl Iterator<Item = (LaneKey, &'a NewLetter, i64)> {
    items.iter().flat_map(|one| {
        let (tenant_id, conversation_id, entry) = (one.tenant_id, one.conversation_id, one.entry);
        entry
            .letters
            .iter()
            .map(move |letter| (super::lane::lane_of(tenant_id, conversation_id, letter).0, letter, entry.accepted_at))
    })
}

fn new_messages(fresh: &[NewItem<'_>]) -> Write {
    let all: Vec<_> = fresh.iter().filter_map(|one| one.entry.message.as_ref().map(|message| (one, message))).collect();
    Rows::new()
        .uuid("tenant_id", all.iter().map(|(one, _)| one.tenant_id))
        .uuid("id", all.iter().map(|(one, _)| one.entry.id))
        .uuid("source_id", all.iter().map(|(_, message)| message.source_id))
        .uuid("conversation_id", all.iter().map(|(one, _)| one.conversation_id))
        .short("direction", all.iter().map(|(_, message)| message.direction.number()))
        .short("state", all.iter().map(|(_, message)| message.state.number()))
        .text("external_id", all.iter().map(|(_, message)| message.external_id.as_str()))
        .text("amocrm_message_id", all.iter().map(|(_, message)| message.amocrm_message_id.as_str()))
        .text("body", all.iter().map(|(_, message)| message.body.as_str()))
        .text("error", all.iter().map(|(_, message)| Failure::stored(message.failure.as_ref())))
        .long("sent_at", all.iter().map(|(_, message)| message.sent_at))
        .long("accepted_at", all.iter().map(|(one, _)| one.entry.accepted_at))
        .int("day", all.iter().map(|(one, _)| day_of(one.entry.accepted_at)))
        .write(
            "INSERT INTO message (tenant_id, id, source_id, conversation_id, direction, state, reported, external_id, \
             amocrm_message_id, body, error, sent_at, accepted_at, day, position, possible_duplicate) \
             SELECT tenant_id, id, source_id, conversation_id, direction, state, 0, external_id, amocrm_message_id, body, \
             error, sent_at, accepted_at, day, 0, false FROM rows",
        )
}

/// States reported by the receiver: they only go up, and to failed only from below delivered.
fn reported_states(fresh: &[NewItem<'_>]) -> Write {
    // One row per message: of several reported states the highest counts.
    let mut changes = BTreeMap::new();
    for one in fresh {
        let Some(change) = &one.entry.change else { continue };
        let kept = changes.entry((one.tenant_id, change.message_id)).or_insert(change);
        if change.state > kept.state {
            *kept = change;
        }
    }
    Rows::new()
        .uuid("tenant_id", changes.keys().map(|key| key.0))
        .uuid("id", changes.keys().map(|key| key.1))
        .short("state", changes.values().map(|change| change.state.number()))
        .text("error", changes.values().map(|change| Failure::stored(change.failure.as_ref())))
        .write(
            "UPDATE message SET state = rows.state, error = rows.error FROM rows WHERE message.tenant_id = {account} \
             AND message.id = rows.id AND ((rows.state < 4 AND message.state < rows.state) \
             OR (rows.state = 4 AND message.state < 2))",
        )
}

/// Stores the new bodies of edited messages.
fn new_bodies(fresh: &[NewItem<'_>]) -> Write {
    let all: Vec<_> =
        fresh.iter().filter_map(|one| one.entry.rewrite.as_ref().map(|new| (one.tenant_id, new))).collect();
    Rows::new()
        .uuid("tenant_id", all.iter().map(|(tenant_id, _)| *tenant_id))
        .uuid("id", all.iter().map(|(_, new)| new.message_id))
        .text("body", all.iter().map(|(_, new)| new.body.as_str()))
        .write(
            "UPDATE message SET body = rows.body FROM rows WHERE message.tenant_id = {account} AND message.id = rows.id",
        )
}

/// The raw bytes of batches that contained something new, or that are quarantined.
fn raw_bytes(batches: &[&AcceptBatch], receipts: &[Receipt]) -> Write {
    let kept: Vec<_> = batches
        .iter()
        .zip(receipts)
        .filter(|(batch, receipt)| {
            batch.entries.is_empty() || receipt.iter().any(|outcome| matches!(outcome, ItemOutcome::New { .. }))
        })
        .filter_map(|(batch, _)| batch.raw.as_ref().map(|raw| (batch.tenant_id, raw)))
        .collect();
    Rows::new()
        .uuid("tenant_id", kept.iter().map(|(tenant_id, _)| *tenant_id))
        .uuid("id", kept.iter().map(|(_, raw)| raw.id))
        .text("kind", kept.iter().map(|(_, raw)| raw.kind))
        .text("target", kept.iter().map(|(_, raw)| raw.target.as_str()))
        .long("received_at", kept.iter().map(|(_, raw)| raw.received_at))
        .text("headers", kept.iter().map(|(_, raw)| raw.headers.as_str()))
        .bytes("body", kept.iter().map(|(_, raw)| raw.body.to_vec()))
        .text("quarantine", kept.iter().map(|(_, raw)| raw.quarantine.as_str()))
        .write(
            "INSERT INTO raw_hook (tenant_id, id, kind, target, received_at, headers, body, quarantine) \
             SELECT tenant_id, id, kind, target, received_at, headers, body, quarantine FROM rows WHERE true \
             ON CONFLICT DO NOTHING",
        )
}

type Key<'a> = (Uuid, &'a DedupeKey);

/// The dedupe keys of batches. Of equal keys the first entry's counts.
struct Keys<'a>(BTreeMap<Key<'a>, &'a AcceptItem>);

/// Which keys of a batch were new.
struct Recognised<'a> {
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
    async fn recognise<'a>(
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
    async fn receipts<'a>(
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
