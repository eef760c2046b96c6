//! The vendor's admin, as operators and strangers meet it.

mod account;
mod lists;
pub mod operator;
mod service;
mod signing_in;
