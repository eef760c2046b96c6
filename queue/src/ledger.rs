//! Counters of accepted, delivered and failed messages, written in the same commit as the change itself.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::rows::{Rows, Write};

/// Tenant, source, direction and day.
pub type Key = (Uuid, Uuid, i16, i32);

/// Increments of `accepted`, `delivered`, `failed`.
pub type Change = (i64, i64, i64);

/// Adds to the ledger, in the same commit as what is counted.
pub fn counted(instance: Uuid, changes: &BTreeMap<Key, Change>) -> Write {
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
