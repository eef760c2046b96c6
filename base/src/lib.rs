//! The foundation of all crates of Parom. Knows nothing of tenants, sources, the queue or a messenger.

// data
pub mod message;
pub mod phone;
pub mod verdict;

// storage
pub mod spool;
pub mod store;
pub mod vault;

// web
pub mod browser;
pub mod error;
pub mod http_client;
pub mod json;

// process
pub mod cache;
pub mod clock;
pub mod config;
pub mod due;
pub mod fault;
pub mod i18n;
pub mod millis;
pub mod product;
pub mod rate_limit;
pub mod supervisor;
pub mod telemetry;
