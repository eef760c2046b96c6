//! Outbound processing: leased letters are sent and their verdicts settled.
//!
//! ```text
//! worker ─▶ queue::ready ─▶ queue::claim ─▶ attempt ─▶ to_crm | to_messenger ─▶ verdict ─▶ writer::settle
//! ```

mod attempt;
pub mod await_status;
pub mod backoff;
pub mod balance;
mod context;
pub mod dead;
pub mod dialogue;
pub mod expire;
mod forget;
pub mod gauges;
pub mod history;
mod letter_context;
pub mod letters;
pub mod manual;
mod missed_answer;
mod paused;
mod poison;
pub mod read;
pub mod replay;
pub mod resend;
pub mod slots;
mod to_crm;
mod to_messenger;
mod traced;
mod unknown;
pub mod wake;
pub mod worker;

pub use context::DeliveryContext;
