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
    rows(store, keys).execute(tx, store, &insert("true")).await.map(drop)
}

/// The same as a part of another statement.
pub fn inserted(store: &Store, keys: &LearnedKeys<'_>) -> Write {
    rows(store, keys).write(insert("true") + " RETURNING tenant_id")
}

/// The same in a commit of its own that does not wait for the disk: the next one of this process does, and brings it
/// there first. PostgreSQL only.
pub async fn insert_keys_ahead(store: &Store, keys: &LearnedKeys<'_>) -> Result<(), DbErr> {
    let soon = "(SELECT set_config('synchronous_commit', 'off', true)) = 'off'";
    rows(store, keys).execute(store.write(), store, &insert(soon)).await.map(drop)
}

fn rows(store: &Store, keys: &LearnedKeys<'_>) -> Rows {
    let day = day_of(store.clock().millis());
    Rows::new()
        .uuid("tenant_id", keys.keys().map(|key| key.0))
        .uuid("origin", keys.keys().map(|key| key.1))
        .text("external_id", keys.keys().map(|key| key.2))
        .short("event", keys.keys().map(|key| key.3))
        .uuid("message_id", keys.values().copied())
        .int("day", keys.keys().map(|_| day))
}

fn insert(condition: &str) -> String {
    format!(
        "INSERT INTO dedupe (tenant_id, origin, external_id, event, message_id, fingerprint, day) \
         SELECT tenant_id, origin, external_id, event, message_id, 0, day FROM rows WHERE {condition} \
         ORDER BY tenant_id, origin, external_id, event ON CONFLICT DO NOTHING"
    )
}
