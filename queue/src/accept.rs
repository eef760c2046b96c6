//! Writes batches: dedupe key, raw bytes, conversation, message, letters, lanes, turns and ledger in one commit.

use std::collections::BTreeMap;

use base::message::{Failure, State, day_of};
use base::store::Executor;
use sea_orm::DbErr;
use uuid::Uuid;

use super::accept_batch::{AcceptBatch, AcceptItem, ItemOutcome, NewLetter, Receipt};
use super::conversation;
use super::lane::{self, LaneChange, LaneKey};
use super::lease::{Claim, LeaseCall, StoredContext, StoredContexts};
use super::letter::{self, Placed};
use super::rows::{Rows, Write, write_batch};
use super::{Queue, dialogues, ledger, media, recovered, turn};
use recognise::Recognised;

mod contexts;
mod leasing;
mod lone_message;
mod new_chats;
mod one_statement;
mod recognise;

/// A new entry, with its existing or new conversation.
pub(super) struct NewItem<'a> {
    pub tenant_id: Uuid,
    pub entry: &'a AcceptItem,
    pub conversation_id: Uuid,
}

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
        Ok(self.accept_and(batches, repeat, None).await?.receipts)
    }

    /// The same for the first attempt, which also leases what the call wishes for, as far as it is due then. On
    /// PostgreSQL only batches that are stored by one statement are leased, and only lanes of theirs that were idle.
    ///
    /// # Errors
    /// After an error the leases may have been written: [`Queue::leases_of`] finds them.
    pub async fn accept_leasing(&self, batches: &[&AcceptBatch], call: &LeaseCall) -> Result<Accepted, DbErr> {
        self.accept_and(batches, false, Some(call)).await
    }

    async fn accept_and(
        &self,
        batches: &[&AcceptBatch],
        repeat: bool,
        call: Option<&LeaseCall>,
    ) -> Result<Accepted, DbErr> {
        if !repeat && let Some(accepted) = self.accept_in_one_statement(batches, call).await? {
            return Ok(accepted);
        }
        let tx = self.write_tx().await?;
        let call = call.filter(|_| self.store.is_sqlite());
        let accepted = match self.accept_and_claim_in(&tx, batches, repeat, call).await {
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

    async fn accept_and_claim_in(
        &self,
        tx: &impl Executor,
        batches: &[&AcceptBatch],
        repeat: bool,
        call: Option<&LeaseCall>,
    ) -> Result<Accepted, DbErr> {
        let receipts = self.accept_in(tx, batches, repeat).await?;
        let claims = match call {
            Some(call) => self.claim_in(tx, call, |_| {}).await?,
            None => Vec::new(),
        };
        let contexts = StoredContext::read(tx, &self.store, &claims).await?;
        Ok(Accepted { receipts, claims, contexts })
    }

    async fn accept_in(
        &self,
        tx: &impl Executor,
        batches: &[&AcceptBatch],
        repeat: bool,
    ) -> Result<Vec<Receipt>, DbErr> {
        let Recognised { receipts, stored_before } = self.recognise(tx, batches, repeat).await?;
        let mut fresh = Vec::new();
        for (batch, receipt) in batches.iter().zip(&receipts) {
            for (entry, outcome) in batch.entries.iter().zip(receipt) {
                let is_new = matches!(outcome, ItemOutcome::New { .. });
                if is_new && !stored_before.contains(&(batch.tenant_id, &entry.key)) {
                    fresh.push(NewItem { tenant_id: batch.tenant_id, entry, conversation_id: Uuid::nil() });
                }
            }
        }
        let fresh = conversation::resolve(tx, &self.store, fresh).await?;
        conversation::learn_aliases(tx, &self.store, &fresh).await?;
        let dialogues = fresh.iter().filter_map(|one| {
            let opened = one.entry.opened.as_ref()?;
            Some(dialogues::NamedConversation {
                tenant_id: one.tenant_id,
                conversation_id: one.conversation_id,
                opened,
            })
        });
        let named = dialogues::name_dialogues(tx, &self.store, dialogues.collect()).await?;

        // Rows that no other transaction touches come first: others wait for the turns' locks, which are held until
        // the commit.
        let first = [new_messages(&fresh), raw_bytes(batches, &receipts)];
        write_batch(tx, &self.store, first).await?;
        let letters = self.append(tx, &fresh).await?;
        let rest = [letters, conversation::write_news(&fresh), self.accepted(&fresh)];
        write_batch(tx, &self.store, rest).await?;
        conversation::note_begun(tx, &self.store, &fresh).await?;
        dialogues::write_names(tx, &self.store, &named).await?;
        reported_states(&fresh).run(tx, &self.store).await?;
        new_bodies(&fresh).run(tx, &self.store).await?;
        media::new_files(&fresh).run(tx, &self.store).await?;
        recovered::insert(tx, &self.store, &fresh).await?;
        Ok(receipts)
    }

    /// Makes room for the letters of new entries in their lanes and wakes the turns; returns the write that stores
    /// the letters.
    async fn append(&self, tx: &impl Executor, fresh: &[NewItem<'_>]) -> Result<Write, DbErr> {
        let Arrived { turns, lanes, letters } = Arrived::of(fresh);
        turn::wake_turns(tx, &self.store, &turns).await?;
        let mut places = lane::make_room(tx, &self.store, &lanes).await?;
        let mut placed = Vec::with_capacity(letters.len());
        for (key, letter, accepted_at) in letters {
            let (order_key, seq) = places.get_mut(&key).ok_or_else(|| no_lane(key))?.next(letter.order_hint);
            placed.push(Placed { tenant_id: key.0, lane_id: key.1, order_key, seq, letter, accepted_at });
        }
        Ok(letter::new_letters(&placed))
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

/// The letters of new entries, and what they change in the queue.
struct Arrived<'a> {
    /// By target, each with its pool.
    turns: BTreeMap<turn::Key, String>,
    lanes: BTreeMap<LaneKey, LaneChange>,
    /// In the order in which they came, each with the time at which it was accepted.
    letters: Vec<(LaneKey, &'a NewLetter, i64)>,
}

impl<'a> Arrived<'a> {
    fn of(fresh: &[NewItem<'a>]) -> Self {
        let mut arrived = Self { turns: BTreeMap::new(), lanes: BTreeMap::new(), letters: Vec::new() };
        for one in fresh {
            for letter in &one.entry.letters {
                arrived.turns.entry((one.tenant_id, letter.target)).or_insert_with(|| letter.pool.clone());
                let (key, seed) = lane::lane_of(one.tenant_id, one.conversation_id, letter);
                arrived.lanes.entry(key).or_insert(LaneChange::new(seed)).add(letter);
                arrived.letters.push((key, letter, one.entry.accepted_at));
            }
        }
        arrived
    }
}

fn no_lane(key: LaneKey) -> DbErr {
    DbErr::RecordNotFound(format!("lane {}", key.1))
}

/// Places a letter in its locked lane.
pub(super) fn place<'a>(
    lanes: &mut BTreeMap<LaneKey, lane::Lane>,
    key: LaneKey,
    letter: &'a NewLetter,
    accepted_at: i64,
) -> Result<Placed<'a>, DbErr> {
    let lane = lanes.get_mut(&key).ok_or_else(|| no_lane(key))?;
    let (order_key, seq) = lane.place(letter.order_hint);
    Ok(Placed { tenant_id: key.0, lane_id: key.1, order_key, seq, letter, accepted_at })
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
            "UPDATE message SET state = rows.state, error = rows.error FROM rows WHERE message.tenant_id = rows.tenant_id \
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
            "UPDATE message SET body = rows.body FROM rows WHERE message.tenant_id = rows.tenant_id AND message.id = rows.id",
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
