//! Persons, members of accounts, and how they sign in.
//!
//! ```text
//! password │ link │ ticket ──▶ session (opaque token, only its hash stored) ──▶ door (cookie, CSRF) ──▶ panel │ admin
//! ```
//!
//! A person is one row for all accounts; their rights in one of them are a `member` row there. Operators of the vendor
//! are separate persons and share nothing with a panel member of the same e-mail.

pub mod credentials;
pub mod email_limits;
pub mod link;
pub mod mail;
pub mod member;
pub mod password;
pub mod person;
pub mod realm;
pub mod reauthentication;
pub mod second_step;
pub mod session;
pub mod signed_in;
pub mod slot;
pub mod throttle;
pub mod ticket;

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::audit::Refusals;
use crate::platform::{PlatformContext, stands_on};
use throttle::FullCounters;

pub use member::MemberRole;
pub use realm::{AnyForm, EmptyForm, Fields, Form, OpenForm};

// The state that this module and those above it share.

/// The context of sign-in and sessions.
pub struct IdentityContext {
    pub platform: Arc<PlatformContext>,
    /// Refused sign-ins and keys not yet written to the audit log.
    pub refusals: Refusals,
    /// Sign-in attempt counters that have reached their limit.
    pub tries: FullCounters,
    /// Limits password hashing to one a core: each hash takes 19 MiB.
    pub hashing: Semaphore,
}

stands_on!(IdentityContext);
