//! Outbound processing: leased letters are sent and their verdicts settled.
//!
//! ```text
//! worker ─▶ queue::ready ─▶ queue::claim ─▶ attempt ─▶ to_crm | to_messenger ─▶ verdict ─▶ writer::settle
//! ```

pub mod attempt;
mod context;
pub mod dead_letters;
pub mod gauges;
pub mod letters;
pub mod pause;
pub mod read;
pub mod replay;
pub mod slots;
mod to_crm;
mod to_messenger;
pub mod worker;

pub use context::DeliveryContext;
