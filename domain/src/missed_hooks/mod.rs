//! Missed hooks. amoCRM sends each hook once (chats-api §4.1): messages that managers wrote while no process accepted
//! hooks are only in its history. So chats are compared with it: after every interruption, hourly, and on request.
//!
//! ```text
//! beat ─▶ silence, a dead process, hooks that could not be stored ─▶ the accounts are due
//! due  ─▶ claim ─▶ round: chats active in 48 hours, the latest first ─▶ chat: its newest page
//!                                        written less than 15 minutes ago ─▶ as if its hook had come
//!                                        written earlier                  ─▶ held for a person
//! ```
//!
//! See docs/decisions/0010-lost-hooks.md.

mod chat;
mod heartbeat;
mod report;
mod round;
mod row;

pub use heartbeat::{beat, leave, processes, recent_calls};
pub use report::{KIND, Sum, VENDOR_KIND, of_tenant as sum};
pub use round::{look_now, run};
pub use row::{fresh, soon};
