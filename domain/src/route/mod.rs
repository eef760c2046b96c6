//! Routes: an account's rules for who gets a new enquiry, and what amoCRM is asked to do about it (docs/routes.md).
//!
//! ```text
//! a customer's message that begins an enquiry
//!   ─▶ a job, in the commit of the message ─▶ facts (here and in amoCRM) ─▶ decide ─▶ the decision is stored
//!                                                                                     └▶ carried out, step by step
//! the time of the rule is over without an answer ─▶ another person is responsible, once
//! ```
//!
//! [`decide`] is the only place that decides: the job, the page "Try" and the comparison with the last messages call it. A
//! decision is stored before anything of it is done, so an attempt that was interrupted goes on and decides nothing anew.

pub mod carry;
mod crm;
pub mod decide;
pub mod decision;
pub mod facts;
pub mod fallback;
pub mod plan;
mod round_robin;
pub mod rule;
pub mod trial;
pub mod versions;

pub use decide::{Verdict, decide};
pub use facts::Facts;
pub use rule::{Rule, RuleSet};
pub use trial::Trial;
