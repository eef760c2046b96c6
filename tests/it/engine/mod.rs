//! The rules of the engine (architecture.md §3), first on the queue alone, then with everything around it.

mod amojo;
mod chaos;
mod dedupe;
mod instances;
mod lease;
mod order;
mod parts;
mod spool;
mod statuses;
mod suspended;
mod turns;
mod waking;
mod webhook_log;
mod webhooks;
mod writing;
