//! The rules of the engine (architecture.md §3), first on the queue alone, then with everything around it.

mod dedupe;
mod lease;
mod order;
mod turns;
mod waking;
mod writing;
