//! The rules of the engine (architecture.md §3), first on the queue alone, then with everything around it.

mod amojo;
mod chaos;
mod dedupe;
mod instances;
mod lease;
mod order;
mod statuses;
mod turns;
mod waking;
mod webhooks;
mod writing;
