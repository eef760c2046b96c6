//! The rules of the engine (docs/decisions/0001-lease-the-lane.md), first on the queue alone, then with everything
//! around it.

mod amojo;
mod at_once;
mod database;
mod instances;
mod jobs;
mod lease;
mod limits;
mod order;
mod own_thread;
mod paused;
mod replays;
pub mod spool;
mod statements;
mod turns;
mod webhooks;
