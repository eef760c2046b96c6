//! All integration tests in one binary, a module a topic.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "clippy.toml frees test functions; helpers between them are tests too"
)]

mod browser;
mod cli;
mod crash;
mod engine;
mod install;
mod road;
mod schema;
mod sources;
mod storage;
mod walls;
mod webchat;
