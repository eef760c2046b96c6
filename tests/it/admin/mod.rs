//! The vendor's admin, as operators and strangers meet it.

mod service;
mod account;
mod lists;
pub mod operator;
mod signing_in;
