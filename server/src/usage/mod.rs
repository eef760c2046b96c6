//! What each account and each key of the API uses, and how much it may: `[limits]`.
//!
//! ```text
//! a request with a key ─▶ keys.rs    requests a second, bytes a day: this process's memory
//! what is stored       ─▶ stored.rs  added up by account and day: the database, all processes
//! more is to come      ─▶ room.rs    429, 507: who has too much is turned away, others notice nothing
//! ```

mod keys;
mod room;
mod shown;
mod stored;

pub use keys::{Keys, too_many_bytes};
pub use room::room;
pub use shown::{Line, shown};
pub use stored::{Stored, run, write_down};

/// Bytes of a configured number of megabytes.
pub fn bytes_of(megabytes: u32) -> u64 {
    u64::from(megabytes) * 1024 * 1024
}
