//! Entries of the audit log for what commands do.

use anyhow::Context;
use base::clock::Clock;
use parom::audit::{self, Actor, AuditEntry};
use sea_orm::ConnectionTrait;
use serde_json::Value;
use uuid::Uuid;

/// Records in an account's audit log, or in the vendor's, that the command line did `action` to `object`.
pub(crate) async fn record(
    db: &impl ConnectionTrait,
    clock: &Clock,
    (action, tenant_id, object): (&'static str, Uuid, &str),
    detail: Value,
) -> anyhow::Result<()> {
    let entry = AuditEntry { tenant_id, actor: &Actor::Cli, action, object, detail, address: None, done: true };
    audit::write(clock, db, entry).await.context("the audit log could not be written")
}
