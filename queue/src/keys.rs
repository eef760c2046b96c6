//! Ids learned after their message was stored, so that repeats under them are recognised.

use std::collections::BTreeMap;

use base::message::day_of;
use base::store::Store;
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::rows::{Rows, Write};

/// Messages by tenant, origin, the origin's id and event number.
pub type LearnedKeys<'a> = BTreeMap<(Uuid, Uuid, &'a str, i16), Uuid>;

/// Inserts them in the order in which every batch locks keys. Existing keys are unchanged.
pub async fn insert_keys(tx: &impl ConnectionTrait, store: &Store, keys: &LearnedKeys<'_>) -> Result<(), DbErr> {
    new_keys(store, keys).run(tx, store).await
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
