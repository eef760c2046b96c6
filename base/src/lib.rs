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
pub mod request_id;
pub mod web_address;

// process
pub mod cache;
pub mod clock;
pub mod config;
pub mod due;
pub mod fault;
pub mod i18n;
pub mod product;
pub mod rate_limit;
#[cfg(test)]
mod source_code;
pub mod supervisor;
pub mod telemetry;
pub mod worded;

/// Spans of time in milliseconds, for arithmetic with times that are milliseconds since 1970.
pub mod millis {
    pub const MINUTE: i64 = 60_000;
    pub const HOUR: i64 = 60 * MINUTE;
    pub const DAY: i64 = 24 * HOUR;
}
