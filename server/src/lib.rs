//! Parom connects messengers to amoCRM and Kommo: messages are stored durably and delivered in order, once.
//!
//! The path of a message: `intake` → `queue` → `delivery` → `amocrm` | `connectors`. Everything enters the queue
//! through [`queue::writer::Writer::accept`]; [`delivery`] delivers it; [`base::message`] defines the shared types.

// message path
pub mod contact;
pub mod delivery;
pub mod import;
pub mod intake;
pub mod lead_origin;
pub mod media;
pub mod missed_hooks;
pub mod retention;

// tenants, their sources and their people
pub mod alert;
pub mod alert_checks;
pub mod alert_notices;
pub mod announcements;
pub mod audit;
pub mod brand;
pub mod customer;
pub mod identity;
pub mod integrations;
pub mod oauth;
pub mod source;
pub mod template;
pub mod tenant;
pub mod unregister;
pub mod vendor_events;
pub mod vendor_webhooks;
pub mod webhook_notices;

// shown to customers
pub mod webchat;

// callers
pub mod admin;
pub mod api;
pub mod doctor;
pub mod legal;
pub mod load_shedding;
pub mod panel;
mod public_page;
mod routes;
pub mod server;
pub mod service_status;
pub mod usage;
pub mod widget_api;

// shared infrastructure
pub mod app;
pub mod backup;
mod compressed;
#[cfg(test)]
mod fixture;
pub mod job;
pub mod lookup;
pub mod platform;
mod probe;
pub mod rotation;
pub mod settings;
pub mod unknown_callers;
