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
mod audited;
mod backup;
mod brands;
mod browser;
mod citus;
mod cli;
mod clients;
mod conformance;
mod connections;
mod connector_check;
mod contacts;
mod content;
mod contract;
mod cost;
mod crash;
mod demo;
mod deploy;
mod description;
mod engine;
mod examples;
mod history;
mod holes;
mod hooks_property;
mod identity;
mod import;
mod inbound;
mod install;
mod intake;
mod integrations;
mod isolation;
mod languages;
mod lead_origin;
mod legal;
mod life;
mod limits;
mod media;
mod messengers;
mod pages;
mod panel;
mod partly_translated;
mod passed_through;
mod plans;
mod privacy;
mod reliability;
mod reload;
mod retention;
mod road;
mod rotation;
mod schema;
mod security;
mod service_status;
mod simulation;
mod sources;
mod storage;
mod templates;
mod toy;
mod traces;
mod upgrade;
mod vendor_events;
mod vendor_month;
mod walls;
mod webchat;
mod widget_api;
mod widget_archive;
mod window;
mod write_first;
