//! The vendor's admin, as operators and strangers meet it.

mod account;
mod announcements;
mod integrations;
mod lists;
mod notes;
pub mod operator;
mod overview;
mod phones;
mod proofs;
mod signing_in;
mod trouble;
