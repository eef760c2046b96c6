//! What a message costs, in figures that no machine's speed changes: statements, transactions, rewritten rows.

mod accepts;
