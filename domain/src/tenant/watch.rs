//! Regular maintenance of accounts, a job of each: amoCRM is only asked what is due.
//!
//! ```text
//! due ─▶ visit: notice to confirm · channels to take off · probe of unpaid and blocked · refused channels · idle access ·
//!               credentials to erase ─▶ the next visit
//! ```

mod janitor;
mod visit;

pub use super::visits::KIND;
pub use janitor::clean;
pub use visit::visit;
