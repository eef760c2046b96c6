//! The cost of a message in figures that do not depend on the speed of the machine: statements, transactions, rewritten
//! rows.

mod accepts;
mod claims;
mod locks;
mod settlements;
