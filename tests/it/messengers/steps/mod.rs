//! Steps that are the same for every messenger.

pub mod door;
pub mod out;
pub mod setup;
pub mod trouble;
