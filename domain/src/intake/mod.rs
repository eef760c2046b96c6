//! Inbound processing: requests are validated, given ids and stored, and only then answered.
//!
//! Two sides with the same files: [`messenger`] takes in what customers write, [`crm`] what managers write.
//!
//! | file | on either side |
//! | --- | --- |
//! | `mod.rs` | the route: who calls, is the call genuine, what is answered |
//! | `events.rs` | what each event of a call becomes |
//! | `message.rs` | a message: what it says, to which conversation and source it belongs, and what is stored with it |
//!
//! [`door`] does what both routes need. All transports – a messenger's webhook, the web chat, the public API, amoCRM's
//! hook – end in [`queue::writer::Writer::accept`], the only entry to the queue.

pub mod block;
pub mod chat;
mod context;
pub mod crm;
mod door;
pub(crate) mod enquiry;
pub mod fields;
pub mod message_in;
pub mod messenger;
pub mod quarantine;

pub use context::IntakeContext;
pub use door::StoreError;

/// Text that every store and wire format can carry: NUL becomes U+FFFD.
pub fn clean(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text.to_owned() }
}

/// A sender's time if it lies between 2009 and five minutes from now; else the time of arrival.
pub fn believed(at: Option<i64>, now: i64) -> i64 {
    const YEAR_2009: i64 = 1_230_768_000_000;
    at.filter(|at| (YEAR_2009..=now + 300_000).contains(at)).unwrap_or(now)
}
