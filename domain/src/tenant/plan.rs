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

mod change;
mod due;
mod ending;
mod limits;
mod settle;
mod term;

pub use change::{PlanChange, change};
pub use due::{KIND, look_again};
pub use ending::ending;
pub use limits::{allows, messages_a_month, of, requests_per_key, sources_limit, stored_mb};
pub use settle::look;
pub use term::{Term, end_date};

pub(super) use due::{beginning, look_at};
