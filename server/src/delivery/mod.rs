//! Outbound processing: leased letters are sent and their verdicts settled.
//!
//! ```text
//! worker ─▶ queue::ready ─▶ queue::claim ─▶ carry ─▶ to_crm | to_messenger ─▶ verdict ─▶ writer::settle
//! ```

pub mod backoff;
pub mod balance;
pub mod by_hand;
mod carry;
mod context;
pub mod dead;
mod dialogue;
pub mod expire;
pub mod gauges;
pub mod history;
pub mod letters;
mod parts;
pub mod read;
pub mod replay;
pub mod resend;
pub mod slots;
mod to_crm;
mod to_messenger;
mod traced;
pub mod wake;
pub mod worker;

pub use context::DeliveryContext;
