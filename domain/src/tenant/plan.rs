//! Plans of accounts: what each may use, and until when it is served. The billing system decides both; Parom warns, holds
//! and releases.
//!
//! ```text
//! change (API, admin, command line) ─┐
//! job, when something is due ─────────┴▶ settle ─▶ warnings · held after the grace · released ─▶ the next job
//! ```
//!
//! Nothing is refused and nothing is lost for lack of payment: what comes in is stored and waits, as for a suspended
//! account, each message for as long as any message waits.

pub(super) mod hold;
mod terms;

pub use hold::{KIND, PlanChange, change, look, look_again};
pub use terms::{Term, allows, end_date, ending, messages_a_month, of, requests_per_key, sources_limit, stored_mb};

pub(super) use hold::{beginning, look_at};
