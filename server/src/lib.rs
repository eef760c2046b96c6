//! Parom carries conversations between messengers and amoCRM / Kommo: durably, in order, once.
//!
//! The road: `intake` → `delivery` → `amocrm` | `connector`. One door to the queue ([`delivery::queue::writer::Writer::accept`]),
//! one engine ([`delivery`]), one vocabulary ([`message`]).

// the road
pub mod connector;
pub mod contact;
pub mod delivery;
pub mod holes;
pub mod import;
pub mod intake;
pub mod media;
pub mod message;
pub mod retention;
pub mod verdict;

// tenants, their lines and their people
pub mod alert;
pub mod alert_letters;
pub mod audit;
pub mod customer;
pub mod oauth;
pub mod people;
pub mod source;
pub mod source_notices;
pub mod template;
pub mod tenant;

// what it shows to customers
pub mod chat;

// who calls it
pub mod admin;
pub mod api;
pub mod doctor;
pub mod panel;
mod routes;
pub mod server;
pub mod shed;
pub mod usage;
pub mod widget_api;

// what it stands on
pub mod app;
pub mod error;
#[cfg(test)]
mod fixture;
pub mod lookup;
pub mod pace;
pub mod rotation;
pub mod spool;
pub mod store;
pub mod strangers;
pub mod supervisor;

// foundation
pub mod browser;
pub mod clock;
pub mod config;
pub mod fault;
pub mod http_client;
pub mod telemetry;
pub mod vault;
pub mod words;
