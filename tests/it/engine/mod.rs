//! The rules of the engine (docs/decisions/0001-lease-the-lane.md), first on the queue alone, then with everything
//! around it.

mod amojo;
mod balance;
mod chaos;
mod clocks;
mod cut_off;
mod database;
mod dedupe;
mod distributed;
mod erased;
mod floods;
mod frozen;
mod held;
mod hidden;
mod hosts;
mod instances;
mod lease;
mod limits;
mod lost_commits;
mod order;
mod outage;
mod panics;
mod parts;
mod replays;
mod rest_pace;
mod shedding;
pub mod spool;
mod statements;
mod statuses;
mod supervised;
mod suspended;
mod turns;
mod wakes;
mod waking;
mod webhook_log;
mod webhooks;
mod writing;
