//! The second half of the road: leased letters go out, verdicts are settled.
//!
//! ```text
//! worker ─▶ queue::ready ─▶ queue::claim ─▶ carry ─▶ to_crm | to_messenger ─▶ verdict ─▶ writer::settle
//! ```

pub mod backoff;
pub mod by_hand;
mod carry;
pub mod dead;
mod dialogue;
pub mod history;
mod parts;
pub mod queue;
pub mod read;
pub mod resend;
mod slots;
mod to_crm;
mod to_messenger;
pub mod worker;
