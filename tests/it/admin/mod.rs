//! The vendor's admin, as operators and strangers meet it.

mod account;
pub mod lists;
pub mod operator;
mod service;
mod signing_in;
