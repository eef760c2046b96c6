//! The first half of the road: what comes in is checked, given its ids and stored; only then it is answered.
//!
//! Whatever the way – a messenger's webhook, the web chat, the public API, amoCRM's hook – it ends in one
//! [`crate::delivery::queue::writer::Writer::accept`], the only door to the queue.

pub mod begun;
pub mod chats;
mod cleaned;
pub mod connector;
pub mod crm;
pub mod edit;
mod enclosed;
pub mod ladder;
mod live;
pub mod lost;
mod manager;
pub mod message;
pub mod status;

use anyhow::Context;
use uuid::Uuid;

pub use live::{reaction, typing};

use crate::app::App;
use crate::delivery::queue::parcel::{Entry, Hurry, Outcome, Parcel, RawHook};

/// Stores one thing that a messenger told. When this returns it is durable.
async fn store(app: &App, tenant_id: Uuid, raw: Option<RawHook>, entry: Entry) -> crate::error::Result<Outcome> {
    let parcel = Parcel { tenant_id, hurry: Hurry::Other, raw, entries: vec![entry] };
    let outcomes = app.writer.accept(parcel).await?;
    Ok(outcomes.into_iter().next().context("a parcel of one entry has one outcome")?)
}

/// Text as every store and wire can carry it: a NUL becomes U+FFFD.
pub fn clean(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text.to_owned() }
}

/// A sender's time, believed between 2009 and five minutes from now; else the time of arrival.
pub fn believed(at: Option<i64>, now: i64) -> i64 {
    const YEAR_2009: i64 = 1_230_768_000_000;
    at.filter(|at| (YEAR_2009..=now + 300_000).contains(at)).unwrap_or(now)
}
