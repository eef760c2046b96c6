//! Persons, members of accounts, and how they sign in.
//!
//! ```text
//! password │ link │ ticket ──▶ session (opaque token, only its hash stored) ──▶ door (cookie, CSRF) ──▶ panel │ admin
//! ```
//!
//! A person is one row for all accounts; their rights in one of them are a `member` row there. Operators of the vendor
//! are separate persons and share nothing with a panel member of the same e-mail.

mod context;
pub mod credentials;
pub mod device;
pub mod email_limits;
pub mod form;
pub mod link;
pub mod mail;
pub mod member;
pub mod password;
pub mod person;
pub mod qr;
pub mod realm;
pub mod reauthentication;
pub mod recovery_codes;
pub mod refusals;
pub mod second_step;
pub mod session;
pub mod sweep;
pub mod throttle;
pub mod ticket;
pub mod token;
pub mod totp;

pub use context::IdentityContext;
pub use form::{AnyForm, EmptyForm, Fields, Form, OpenForm};
pub use member::MemberRole;
