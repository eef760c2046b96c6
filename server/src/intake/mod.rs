//! Inbound processing: requests are validated, given ids and stored, and only then answered.
//!
//! All transports – a messenger's webhook, the web chat, the public API, amoCRM's hook – end in
//! [`queue::writer::Writer::accept`], the only entry to the queue.

mod attachments;
pub mod chats;
pub mod connector;
mod context;
pub mod crm;
pub mod edit;
pub mod fallback;
mod lost_hooks;
mod manager;
pub mod media_url;
pub mod message;
pub mod message_in;
pub mod message_ref;
pub mod recovered;
mod sanitize;
pub mod status;
pub mod template_message;
mod typing_reactions;
pub mod write_first;

use anyhow::Context;
use queue::accept_batch::{AcceptBatch, AcceptItem, ItemOutcome, Priority, RawHook};
use uuid::Uuid;

pub use context::IntakeContext;
pub use lost_hooks::LostHooks;
pub use typing_reactions::{reaction, typing};

/// Stores one event from a messenger. Durable on return.
async fn store(
    app: &IntakeContext,
    tenant_id: Uuid,
    raw: Option<RawHook>,
    entry: AcceptItem,
) -> base::error::Result<ItemOutcome> {
    let batch = AcceptBatch { tenant_id, priority: Priority::Normal, raw, entries: vec![entry] };
    let outcomes = app.writer.accept(batch).await?;
    Ok(outcomes.into_iter().next().context("a parcel of one entry has one outcome")?)
}

/// Text that every store and wire format can carry: NUL becomes U+FFFD.
pub fn clean(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text.to_owned() }
}

/// A sender's time if it lies between 2009 and five minutes from now; else the time of arrival.
pub fn believed(at: Option<i64>, now: i64) -> i64 {
    const YEAR_2009: i64 = 1_230_768_000_000;
    at.filter(|at| (YEAR_2009..=now + 300_000).contains(at)).unwrap_or(now)
}
