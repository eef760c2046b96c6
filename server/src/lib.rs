//! Parom carries conversations between messengers and amoCRM / Kommo: durably, in order, once.
//!
//! The road: `intake` → `delivery` → `amocrm` | `connector`. One door to the queue ([`intake::accept`]), one engine
//! ([`delivery`]), one vocabulary ([`message`]).

// the road
pub mod connector;
pub mod delivery;
pub mod intake;
pub mod message;
pub mod verdict;

// tenants and their lines
pub mod oauth;
pub mod source;
pub mod tenant;

// what it shows to customers
pub mod chat;

// who calls it
pub mod api;
pub mod cli;
mod routes;
pub mod server;

// what it stands on
pub mod app;
pub mod error;
pub mod lookup;
pub mod pace;
pub mod store;

// foundation
pub mod clock;
pub mod config;
pub mod fault;
pub mod http_client;
pub mod telemetry;
pub mod vault;
