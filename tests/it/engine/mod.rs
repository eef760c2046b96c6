//! The rules of the engine (architecture.md §3), first on the queue alone, then with everything around it.

mod amojo;
mod balance;
mod chaos;
mod clocks;
mod database;
mod dedupe;
mod distributed;
mod floods;
mod frozen;
mod instances;
mod lease;
mod limits;
mod order;
mod outage;
mod panics;
mod parts;
mod replays;
mod shedding;
pub mod spool;
mod statuses;
mod suspended;
mod turns;
mod wakes;
mod waking;
mod webhook_log;
mod webhooks;
mod writing;
