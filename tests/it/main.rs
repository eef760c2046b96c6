//! All integration tests in one binary, a module a topic.

// The futures of steps that are common to all messengers lie deep within one another.
#![recursion_limit = "256"]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "clippy.toml frees test functions; helpers between them are tests too"
)]

mod admin;
mod alerts;
mod api;
mod audited;
mod backup;
mod brands;
mod browser;
mod citus;
mod cli;
mod clients;
mod conformance;
mod connections;
mod contacts;
mod content;
mod contract;
mod cost;
mod crash;
mod deploy;
mod doctor;
mod engine;
mod examples;
mod figures;
mod identity;
mod import;
mod inbound;
mod install;
mod intake;
mod isolation;
mod languages;
mod lead_origin;
mod life;
mod limits;
mod media;
mod messengers;
mod missed_hooks;
mod pages;
mod panel;
mod plans;
mod proxies;
mod random_hooks;
mod retention;
mod road;
mod rotation;
mod routes;
mod sales;
mod salesbot;
mod schema;
mod service_status;
mod simulation;
mod sources;
mod templates;
mod upgrade;
mod vendor_events;
mod walls;
mod webchat;
mod widget_api;
mod window;
mod write_first;
