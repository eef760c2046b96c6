//! The usage of each account and each API key, and its limits: `[limits]`.
//!
//! ```text
//! a request with a key ─▶ keys.rs    requests a second, bytes a day: this process's memory
//! stored bytes         ─▶ stored.rs  summed by account and day: the database, all processes
//! a request to store   ─▶ room.rs    429, 507: accounts beyond their limit are refused, others not affected
//! ```

mod context;
mod imports;
mod keys;
mod room;
mod shown;
mod stored;

pub use context::UsageContext;
pub use imports::{ENDED, Imports, imports, imports_beside};
pub use keys::{Keys, too_many_bytes};
pub use room::room;
pub use shown::{Line, shown};
pub use stored::{Stored, run, write_down};

/// Bytes of a configured number of megabytes.
pub fn bytes_of(megabytes: u32) -> u64 {
    u64::from(megabytes) * 1024 * 1024
}
