//! Writes where a customer came from into the lead of the conversation: campaign parameters of a page, the payload of a
//! link, the advertisement.
//!
//! ```text
//! a new origin ─▶ plan, in the same commit ─▶ contact of the chat ─▶ its lead ─▶ empty tracking fields are filled
//!                   ▲                            │ none yet, or it     │          └▶ what has no field: one note
//!                   └── later, up to 30 days ────┘ waits for a person ─┘
//! ```

mod lead;
mod origin;
mod task;
mod write;

pub use origin::Origin;
pub use task::{BACK_OFF, KIND, plan, write_origin};
