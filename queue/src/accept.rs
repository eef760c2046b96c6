//! Writes batches: dedupe key, raw bytes, conversation, message, letters, lanes, turns and ledger in one commit, which also
//! leases what may be sent at once.

use std::collections::BTreeMap;

use base::message::{Failure, State, day_of};
use base::store::Executor;
use sea_orm::DbErr;

use super::accept_batch::{AcceptBatch, Conversation, ItemOutcome, NewItem, NewLetter, Receipt};
use super::conversation;
use super::lane::LaneKey;
use super::lease::context::{StoredContext, StoredContexts};
use super::lease::{Claim, LeaseCall};
use super::letter::new_letters;
use super::locked::{Locked, Wanted};
use super::rows::{Rows, Write, write_batch_and_fetch};
use super::{Queue, dialogues, ledger, media, recovered};
use recognise::{Keys, Recognised};

mod lease;
mod recognise;

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
            locked = Locked::take(tx, &self.store, vec![keys.insert()], wanted(&all)).await?;
            receipts = self.receipts(tx, batches, &keys, locked.inserted).await?;
            fresh = items(batches, |batch, entry, _| is_new(&receipts, batch, entry));
        } else {
            let stored_before;
            Recognised { receipts, stored_before } = self.recognise(tx, batches, &keys, repeat).await?;
            let new =
                items(batches, |batch, entry, key| is_new(&receipts, batch, entry) && !stored_before.contains(&key));
            fresh = conversation::resolve(tx, &self.store, new).await?;
            conversation::learn_aliases(tx, &self.store, &fresh).await?;
            let dialogues = fresh.iter().filter_map(dialogues::NamedConversation::of);
            let named = dialogues::name_dialogues(tx, &self.store, dialogues.collect()).await?;
            locked = Locked::take(tx, &self.store, Vec::new(), wanted(&fresh)).await?;
            conversation::note_begun(tx, &self.store, &fresh).await?;
            dialogues::write_names(tx, &self.store, &named).await?;
        }
        let (claims, contexts) = self.store_fresh(tx, batches, &receipts, &fresh, &mut locked, call).await?;
        new_bodies(&fresh).run(tx, &self.store).await?;
        recovered::insert(tx, &self.store, &fresh).await?;
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
            conversation::write_news(fresh),
            self.accepted(fresh),
            reported_states(fresh),
            media::new_files(fresh),
        ];
        let (asked, of_lease) = lease::asked(&claims, fresh);
        let found = write_batch_and_fetch(tx, &self.store, all, asked).await?;
        let mut contexts = StoredContext::of_rows(&found, &of_lease)?;
        lease::complete(&mut contexts, &claims, fresh);
        Ok((claims, contexts))
    }

    fn accepted(&self, fresh: &[NewItem<'_>]) -> Write {
        let mut changes: BTreeMap<ledger::Key, (i64, i64, i64)> = BTreeMap::new();
        for one in fresh {
            let Some(message) = &one.entry.message else { continue };
            let day = day_of(one.entry.accepted_at);
            let change =
                changes.entry((one.tenant_id, message.source_id, message.direction.number(), day)).or_default();
            change.0 += 1;
            change.2 += i64::from(message.state == State::Failed);
        }
        ledger::counted(self.instance, &changes)
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
fn items<'a>(
    batches: &[&'a AcceptBatch],
    chosen: impl Fn(usize, usize, recognise::Key<'a>) -> bool,
) -> Vec<NewItem<'a>> {
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
fn wanted(items: &[NewItem<'_>]) -> Wanted {
    let mut wanted = Wanted::default();
    for one in items {
        for letter in &one.entry.letters {
            wanted.add(one.tenant_id, one.conversation_id, letter);
        }
    }
    wanted
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
