//! The cost of a message in figures that do not depend on the speed of the machine: statements, transactions, rewritten
//! rows.

mod accepts;
mod claims;
mod idle;
mod leases;
mod locks;
mod settlements;
mod written;
