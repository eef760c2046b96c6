//! The vendor's admin, as operators and strangers meet it.

mod account;
pub mod desk;
mod lists;
mod signing_in;
