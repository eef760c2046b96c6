//! Parom connects messengers to amoCRM and Kommo: messages are stored durably and delivered in order, once.
//!
//! The running server: its routes, the API, the site chat and the widget's routes, above [`domain`] and [`pages`],
//! whose modules the command line reaches by this crate's name.

// A handler's future holds those of the steps below it, down to a query's: a build without optimization counts each.
#![recursion_limit = "256"]

pub use domain::{
    alert, alert_checks, alert_notices, announcements, api_key, audit, backup, brand, contact, cursor, customer,
    delivery, doctor, identity, import, intake, integrations, job, lead_origin, load_shedding, lookup, marketing,
    media, missed_hooks, platform, retention, rotation, route, sale, salesbot, settings, source, takeover, template,
    tenant, unknown_callers, unregister, usage, vendor_events, vendor_webhooks,
};
pub use pages::{admin, legal, panel, service_status};

pub mod api;
pub mod app;
mod cors;
pub mod http_workers;
pub mod oauth;
mod routes;
pub mod server;
pub mod webchat;
pub mod webhook_notices;
pub mod widget_api;
