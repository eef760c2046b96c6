//! Rows that commits of the queue add: keys of repeats, letters, counts, files and dead letters.

use std::collections::BTreeMap;

use base::message::day_of;
use base::store::{Executor, Store};
use entity::{dead_letter, dedupe};
use sea_orm::DbErr;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::accept_batch::{DedupeKey, EventKind, HistoryMessage, NewConsent, NewItem, NewLetter, NewMedia};
use crate::rows::{Rows, Write};
use crate::{Queue, lane};

/// Messages by tenant, origin, the origin's id and event number.
pub type LearnedKeys<'a> = BTreeMap<(Uuid, Uuid, &'a str, i16), Uuid>;

/// Inserts them in the order in which every batch locks keys. Existing keys are unchanged.
pub async fn insert_keys(tx: Executor<'_>, store: &Store, keys: &LearnedKeys<'_>) -> Result<(), DbErr> {
    new_keys(store, keys).run(tx, store).await.map(drop)
}

/// [`insert_keys`] as a part of another statement; returns those that were new.
pub fn new_keys(store: &Store, keys: &LearnedKeys<'_>) -> Write {
    let day = day_of(store.clock().millis());
    Rows::new()
        .uuid("tenant_id", keys.keys().map(|key| key.0))
        .uuid("origin", keys.keys().map(|key| key.1))
        .text("external_id", keys.keys().map(|key| key.2))
        .short("event", keys.keys().map(|key| key.3))
        .uuid("message_id", keys.values().copied())
        .int("day", keys.keys().map(|_| day))
        .write(
            "INSERT INTO dedupe (tenant_id, origin, external_id, event, message_id, fingerprint, day) \
             SELECT tenant_id, origin, external_id, event, message_id, 0, day FROM rows WHERE true \
             ORDER BY tenant_id, origin, external_id, event ON CONFLICT DO NOTHING RETURNING tenant_id",
        )
}

/// How the id of an erased message begins. The rest is a hash: it recognises a repeat and identifies no person.
pub const ERASED: &str = "parom-erased:";

impl DedupeKey {
    /// The id under which the key is kept once its customer was erased; empty for events that are not recognised then.
    pub fn erased_id(&self) -> String {
        if self.event != EventKind::Message {
            return String::new();
        }
        let mut hash = Sha256::new();
        hash.update(self.origin.as_bytes());
        hash.update(self.external_id.as_bytes());
        format!("{ERASED}{}", hex::encode(&hash.finalize()[..16]))
    }
}

impl Queue {
    /// Keeps hashes of the ids of messages that are erased, so that their repeats are recognised. The rows with the ids
    /// themselves are removed by the caller.
    pub async fn keep_erased(&self, keys: &[dedupe::Model]) -> Result<(), DbErr> {
        let hashes: Vec<(&dedupe::Model, String)> = keys
            .iter()
            .filter(|row| row.event == EventKind::Message.number())
            .map(|row| {
                let external_id = row.external_id.clone();
                (row, DedupeKey { origin: row.origin, external_id, event: EventKind::Message }.erased_id())
            })
            .collect();
        Rows::new()
            .uuid("tenant_id", hashes.iter().map(|(row, _)| row.tenant_id))
            .uuid("origin", hashes.iter().map(|(row, _)| row.origin))
            .text("external_id", hashes.iter().map(|(_, hash)| hash.as_str()))
            .short("event", hashes.iter().map(|(row, _)| row.event))
            .uuid("message_id", hashes.iter().map(|(row, _)| row.message_id))
            .int("day", hashes.iter().map(|(row, _)| row.day))
            .write(
                "INSERT INTO dedupe (tenant_id, origin, external_id, event, message_id, fingerprint, day) \
                 SELECT tenant_id, origin, external_id, event, message_id, 0, day FROM rows WHERE true \
                 ORDER BY tenant_id, origin, external_id, event ON CONFLICT DO NOTHING",
            )
            .run(self.store.write(), &self.store)
            .await
            .map(drop)
    }
}

/// A letter with its position.
#[derive(Clone, Copy)]
pub struct Placed<'a> {
    pub tenant_id: Uuid,
    pub lane_id: Uuid,
    pub conversation_id: Uuid,
    pub order_key: i64,
    pub seq: i64,
    pub letter: &'a NewLetter,
    pub accepted_at: i64,
}

/// Stores placed letters.
pub fn new_letters(placed: &[Placed<'_>]) -> Write {
    Rows::new()
        .uuid("tenant_id", placed.iter().map(|row| row.tenant_id))
        .uuid("lane_id", placed.iter().map(|row| row.lane_id))
        .long("order_key", placed.iter().map(|row| row.order_key))
        .long("seq", placed.iter().map(|row| row.seq))
        .uuid("id", placed.iter().map(|row| row.letter.id))
        .uuid("message_id", placed.iter().map(|row| row.letter.message_id))
        .uuid("source_id", placed.iter().map(|row| row.letter.source_id))
        .short("direction", placed.iter().map(|row| row.letter.direction.number()))
        .short("kind", placed.iter().map(|row| row.letter.kind.number()))
        .text("payload", placed.iter().map(|row| row.letter.payload.as_str()))
        .flag("late", placed.iter().map(|row| row.letter.late))
        .long("accepted_at", placed.iter().map(|row| row.accepted_at))
        .long("expires_at", placed.iter().map(|row| row.letter.expires_at))
        .int("day", placed.iter().map(|row| row.letter.day))
        .write(
            "INSERT INTO letter (tenant_id, lane_id, order_key, seq, id, message_id, source_id, direction, kind, payload, \
             attempts, unknown, resends, late, accepted_at, expires_at, day) \
             SELECT tenant_id, lane_id, order_key, seq, id, message_id, source_id, direction, kind, payload, 0, false, 0, \
             late, accepted_at, expires_at, day FROM rows",
        )
}

// Counters of accepted, delivered and failed messages, written in the same commit as the change itself.

/// Tenant, source, direction and day.
pub type LedgerKey = (Uuid, Uuid, i16, i32);

/// Increments of `accepted`, `delivered`, `failed`.
pub type LedgerChange = (i64, i64, i64);

/// Adds to the ledger, in the same commit as what is counted.
pub fn ledger_changes(instance: Uuid, changes: &BTreeMap<LedgerKey, LedgerChange>) -> Write {
    Rows::new()
        .uuid("tenant_id", changes.keys().map(|key| key.0))
        .uuid("source_id", changes.keys().map(|key| key.1))
        .short("direction", changes.keys().map(|key| key.2))
        .int("day", changes.keys().map(|key| key.3))
        .uuid("instance", changes.keys().map(|_| instance))
        .long("accepted", changes.values().map(|change| change.0))
        .long("delivered", changes.values().map(|change| change.1))
        .long("failed", changes.values().map(|change| change.2))
        .write(
            "INSERT INTO ledger_delta (tenant_id, source_id, direction, day, instance, accepted, delivered, failed) \
             SELECT tenant_id, source_id, direction, day, instance, accepted, delivered, failed FROM rows WHERE true \
             ORDER BY tenant_id, source_id, direction, day \
             ON CONFLICT (tenant_id, source_id, direction, day, instance) DO UPDATE SET \
             accepted = ledger_delta.accepted + excluded.accepted, \
             delivered = ledger_delta.delivered + excluded.delivered, \
             failed = ledger_delta.failed + excluded.failed",
        )
}

/// Stores them. A known file (an avatar, or an upload that a message now uses) is kept longer, from now on belongs to
/// this message, and is fetched again if it was gone.
pub(super) fn new_files(fresh: &[NewItem<'_>]) -> Write {
    // One row per file, in the same order in every batch.
    let mut all: BTreeMap<(Uuid, Uuid), &NewMedia> = BTreeMap::new();
    for one in fresh {
        all.extend(one.entry.media.iter().map(|media| ((one.tenant_id, media.id), media)));
    }
    Rows::new()
        .uuid("tenant_id", all.keys().map(|key| key.0))
        .uuid("id", all.keys().map(|key| key.1))
        .uuid("source_id", all.values().map(|media| media.source_id))
        .uuid("message_id", all.values().map(|media| media.message_id))
        .short("direction", all.values().map(|media| media.direction.number()))
        .short("kind", all.values().map(|media| media.kind))
        .short("state", all.values().map(|media| media.state))
        .bytes("origin", all.values().map(|media| media.origin.clone()))
        .text("file_name", all.values().map(|media| media.file_name.as_str()))
        .text("failure", all.values().map(|media| media.failure))
        .long("created_at", all.values().map(|media| media.created_at))
        .int("day", all.values().map(|media| media.day))
        .write(
            "INSERT INTO media (tenant_id, id, source_id, message_id, direction, kind, state, origin, file_name, mime_type, \
             size, checksum, failure, tries, epoch, leased, next_try_at, created_at, kept_at, day) \
             SELECT tenant_id, id, source_id, message_id, direction, kind, state, origin, file_name, '', 0, '', failure, 0, \
             0, false, CASE WHEN state = 0 THEN {now} END, created_at, NULL, day FROM rows WHERE true \
             ORDER BY tenant_id, id ON CONFLICT (tenant_id, id) DO UPDATE SET message_id = excluded.message_id, \
             day = excluded.day, \
             origin = CASE WHEN media.state = 2 THEN excluded.origin ELSE media.origin END, \
             tries = CASE WHEN media.state = 2 THEN 0 ELSE media.tries END, \
             next_try_at = CASE WHEN media.state = 2 THEN excluded.next_try_at ELSE media.next_try_at END, \
             state = CASE WHEN media.state = 2 THEN excluded.state ELSE media.state END \
             WHERE media.day < excluded.day",
        )
}

/// Schedules the work of new enquiries. To be run before the time of the customer's message is noted in the conversation.
pub(super) fn enquiry_jobs(fresh: &[NewItem<'_>]) -> Write {
    let all: Vec<_> = fresh.iter().filter_map(|one| Some((one, one.entry.enquiry_job.as_ref()?))).collect();
    Rows::new()
        .uuid("tenant_id", all.iter().map(|(one, _)| one.tenant_id))
        .text("kind", all.iter().map(|(_, job)| job.kind))
        .text("key", all.iter().map(|(one, _)| one.conversation_id.to_string()))
        .uuid("conversation_id", all.iter().map(|(one, _)| one.conversation_id))
        .text("payload", all.iter().map(|(_, job)| job.payload.as_str()))
        .long("due", all.iter().map(|(_, job)| job.due))
        .long("created_at", all.iter().map(|(one, _)| one.entry.accepted_at))
        .long("silent_since", all.iter().map(|(_, job)| job.silent_since))
        .write(
            "INSERT INTO job (tenant_id, kind, key, payload, tries, next_try_at, created_at) \
             SELECT tenant_id, kind, key, payload, 0, due, created_at FROM rows \
             WHERE (SELECT 1 FROM conversation WHERE conversation.tenant_id = {account} \
             AND conversation.id = rows.conversation_id AND conversation.heard_at > rows.silent_since) IS NULL \
             ORDER BY tenant_id, kind, key, created_at ON CONFLICT DO NOTHING",
        )
}

/// What customers decided about marketing.
pub(super) async fn insert_consents(tx: Executor<'_>, store: &Store, fresh: &[NewItem<'_>]) -> Result<(), DbErr> {
    let all: Vec<(&NewItem<'_>, &NewConsent)> =
        fresh.iter().filter_map(|one| Some((one, one.entry.consent.as_ref()?))).collect();
    Rows::new()
        .uuid("tenant_id", all.iter().map(|(one, _)| one.tenant_id))
        .uuid("id", all.iter().map(|(one, _)| one.entry.id))
        .uuid("conversation_id", all.iter().map(|(one, _)| one.conversation_id))
        .flag("of_chat", all.iter().map(|(_, consent)| consent.phone_hash.is_none()))
        .text("phone_hash", all.iter().map(|(_, consent)| consent.phone_hash.as_deref().unwrap_or_default()))
        .text("category", all.iter().map(|(_, consent)| consent.category))
        .text("decision", all.iter().map(|(_, consent)| consent.decision))
        .text("way", all.iter().map(|(_, consent)| consent.way))
        .execute(
            tx,
            store,
            "INSERT INTO marketing_consent (tenant_id, id, conversation_id, phone_hash, category, decision, way, made_by, evidence) \
             SELECT rows.tenant_id, rows.id, rows.conversation_id, \
             CASE WHEN rows.of_chat THEN conversation.phone_hash ELSE rows.phone_hash END, rows.category, rows.decision, \
             rows.way, '', '' FROM rows JOIN conversation ON conversation.tenant_id = {account} \
             AND conversation.id = rows.conversation_id WHERE true ON CONFLICT DO NOTHING",
        )
        .await
        .map(drop)
}

// Messages found in amoCRM's history without a hook: marked, and held for a person if too old to be sent
// automatically.

/// Marks such messages among new entries, and inserts the held ones as dead letters.
pub(super) async fn insert_recovered(tx: Executor<'_>, store: &Store, fresh: &[NewItem<'_>]) -> Result<(), DbErr> {
    let found: Vec<(&NewItem<'_>, &HistoryMessage)> =
        fresh.iter().filter_map(|one| Some((one, one.entry.found.as_ref()?))).collect();
    Rows::new()
        .uuid("tenant_id", found.iter().map(|(one, _)| one.tenant_id))
        .uuid("message_id", found.iter().map(|(one, _)| one.entry.id))
        .long("at", found.iter().map(|(one, _)| one.entry.accepted_at))
        .flag("held", found.iter().map(|(_, found)| found.held.is_some()))
        .execute(
            tx,
            store,
            "INSERT INTO found_message (tenant_id, message_id, at, held) \
             SELECT tenant_id, message_id, at, held FROM rows WHERE true ON CONFLICT DO NOTHING",
        )
        .await?;
    let held = found.iter().filter_map(|(one, found)| Some(recovered_letter(one, found.held.as_ref()?)));
    insert_dead_letters(tx, store, held.collect()).await
}

/// The dead letter that a person may send. Its age counts from when the message was written.
fn recovered_letter(one: &NewItem<'_>, letter: &NewLetter) -> dead_letter::Model {
    let ((_, lane_id), _) = lane::lane_of(one.tenant_id, one.conversation_id, letter);
    let written_at = one.entry.message.as_ref().map_or(one.entry.accepted_at, |message| message.sent_at);
    dead_letter::Model {
        tenant_id: one.tenant_id,
        id: letter.id,
        lane_id,
        conversation_id: one.conversation_id,
        source_id: letter.source_id,
        message_id: letter.message_id,
        target: letter.target,
        direction: letter.direction.number(),
        stream: letter.stream.number(),
        kind: letter.kind.number(),
        payload: letter.payload.clone(),
        reason: HistoryMessage::REASON.to_owned(),
        detail: String::new(),
        attempts: 0,
        first_at: written_at,
        last_at: one.entry.accepted_at,
        day: letter.day,
    }
}

/// Inserts them; existing ones are unchanged.
pub(super) async fn insert_dead_letters(
    tx: Executor<'_>,
    store: &Store,
    dead: Vec<dead_letter::Model>,
) -> Result<(), DbErr> {
    Rows::new()
        .uuid("tenant_id", dead.iter().map(|one| one.tenant_id))
        .uuid("id", dead.iter().map(|one| one.id))
        .uuid("lane_id", dead.iter().map(|one| one.lane_id))
        .uuid("conversation_id", dead.iter().map(|one| one.conversation_id))
        .uuid("source_id", dead.iter().map(|one| one.source_id))
        .uuid("message_id", dead.iter().map(|one| one.message_id))
        .uuid("target", dead.iter().map(|one| one.target))
        .short("direction", dead.iter().map(|one| one.direction))
        .short("stream", dead.iter().map(|one| one.stream))
        .short("kind", dead.iter().map(|one| one.kind))
        .text("payload", dead.iter().map(|one| one.payload.as_str()))
        .text("reason", dead.iter().map(|one| one.reason.as_str()))
        .text("detail", dead.iter().map(|one| one.detail.as_str()))
        .int("attempts", dead.iter().map(|one| one.attempts))
        .long("first_at", dead.iter().map(|one| one.first_at))
        .long("last_at", dead.iter().map(|one| one.last_at))
        .int("day", dead.iter().map(|one| one.day))
        .execute(
            tx,
            store,
            "INSERT INTO dead_letter (tenant_id, id, lane_id, conversation_id, source_id, message_id, target, direction, \
             stream, kind, payload, reason, detail, attempts, first_at, last_at, day) \
             SELECT tenant_id, id, lane_id, conversation_id, source_id, message_id, target, direction, stream, kind, payload, \
             reason, detail, attempts, first_at, last_at, day FROM rows WHERE true ON CONFLICT DO NOTHING",
        )
        .await?;
    Ok(())
}
