//! Keys by which repeats are recognised: ids learned after their message was stored, and those of erased messages.

use std::collections::BTreeMap;

use base::message::day_of;
use base::store::{Executor, Store};
use entity::dedupe;
use sea_orm::DbErr;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Queue;
use super::accept_batch::{DedupeKey, EventKind};
use super::rows::{Rows, Write};

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
