//! Spans of time in milliseconds, for arithmetic with times that are milliseconds since 1970.

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
