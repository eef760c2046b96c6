//! Persons, members of accounts, and how they sign in.
//!
//! ```text
//! password │ link │ ticket ──▶ session (opaque token, only its hash stored) ──▶ door (cookie, CSRF) ──▶ panel │ admin
//! ```
//!
//! A person is one row for all accounts; their rights in one of them are a `member` row there. Operators of the vendor
//! are separate persons and share nothing with a panel member of the same e-mail.

pub mod again;
mod context;
pub mod credentials;
pub mod device;
pub mod door;
pub mod form;
pub mod letters;
pub mod link;
pub mod mail;
pub mod member;
pub mod password;
pub mod person;
pub mod refused;
pub mod second_step;
pub mod session;
pub mod sweep;
pub mod throttle;
pub mod ticket;
pub mod token;
pub mod totp;

pub use context::PeopleContext;
pub use form::{AnyForm, Empty, Fields, Form, OpenForm};
pub use member::Role;
