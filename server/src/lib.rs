//! Parom carries conversations between messengers and amoCRM / Kommo: durably, in order, once.
//!
//! The path of a message: `intake` → `queue` → `delivery` → `amocrm` | `connectors`. Everything enters the queue through
//! [`queue::writer::Writer::accept`]; [`delivery`] delivers it; [`base::message`] defines the shared types.

// message path
pub mod contact;
pub mod delivery;
pub mod holes;
pub mod import;
pub mod intake;
pub mod media;
pub mod retention;

// tenants, their sources and their people
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

// shown to customers
pub mod chat;

// callers
pub mod admin;
pub mod api;
pub mod doctor;
pub mod panel;
mod routes;
pub mod server;
pub mod shed;
pub mod usage;
pub mod widget_api;

// shared infrastructure
pub mod app;
#[cfg(test)]
mod fixture;
pub mod lookup;
pub mod platform;
pub mod rotation;
pub mod settings;
pub mod strangers;
