//! All integration tests in one binary, a module a topic.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "clippy.toml frees test functions; helpers between them are tests too"
)]

mod admin;
mod browser;
mod cli;
mod crash;
mod engine;
mod install;
mod isolation;
mod languages;
mod life;
mod pages;
mod panel;
mod road;
mod schema;
mod sources;
mod storage;
mod walls;
mod webchat;
mod widget_api;
mod widget_archive;
