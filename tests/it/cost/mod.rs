//! The cost of a message in figures that do not depend on the speed of the machine: statements, transactions, rewritten
//! rows.

pub mod accepts;
mod buffers;
mod claims;
mod idle;
pub mod leases;
mod locks;
mod memory;
mod openings;
mod settlements;
mod written;
