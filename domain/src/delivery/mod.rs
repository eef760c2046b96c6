//! Outbound processing: leased letters are sent and their verdicts settled.
//!
//! ```text
//! worker ─▶ Queue::ready ─▶ Writer::claim ─▶ attempt ─▶ to_crm | to_messenger ─▶ verdict ─▶ Writer::settle
//! ```

pub mod attempt;
mod context;
pub mod dead_letters;
pub mod gauges;
pub mod late_report;
pub mod letters;
pub mod pause;
pub mod read;
pub mod replay;
pub mod slots;
mod to_crm;
mod to_messenger;
pub mod worker;

pub use context::DeliveryContext;
