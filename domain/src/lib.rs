//! Accounts, their sources and people, and the path of a message: what Parom does, without the pages and routes that ask for it.
//!
//! A message goes `intake` → `queue` → `delivery` → `amocrm` | `connectors`. Everything enters the queue through
//! [`queue::writer::Writer::accept`]; [`delivery`] delivers it; [`base::message`] defines the shared types.

// message path
pub mod contact;
pub mod delivery;
pub mod import;
pub mod intake;
pub mod lead_note;
pub mod lead_origin;
pub mod media;
pub mod missed_hooks;
pub mod retention;
pub mod route;
pub mod sale;
pub mod salesbot;
pub mod takeover;

// tenants, their sources and their people
pub mod alert;
pub mod alert_checks;
pub mod alert_notices;
pub mod announcements;
pub mod api_key;
pub mod audit;
pub mod brand;
pub mod customer;
pub mod identity;
pub mod integrations;
pub mod source;
pub mod template;
pub mod tenant;
pub mod unregister;
pub mod usage;
pub mod vendor_events;
pub mod vendor_webhooks;

// shared infrastructure
pub mod backup;
pub mod compressed;
pub mod cursor;
pub mod doctor;
pub mod job;
pub mod load_shedding;
pub mod lookup;
pub mod marketing;
pub mod own_address;
pub mod platform;
pub mod public_page;
pub mod rotation;
pub mod settings;
pub mod unknown_callers;
