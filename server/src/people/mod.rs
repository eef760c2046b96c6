//! Persons, members of accounts, and how they sign in.
//!
//! ```text
//! password │ link │ ticket ──▶ session (opaque token, only its hash stored) ──▶ door (cookie, CSRF) ──▶ panel │ admin
//! ```
//!
//! A person is one row for all accounts; what they may do in one of them is a `member` row there.

pub mod door;
pub mod form;
pub mod link;
pub mod mail;
pub mod member;
pub mod password;
pub mod person;
pub mod session;
pub mod sweep;
pub mod throttle;
pub mod ticket;
pub mod token;
pub mod totp;

pub use form::{Empty, Fields, Form, OpenForm};
pub use member::Role;
