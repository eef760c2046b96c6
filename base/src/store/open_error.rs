//! Why a database does not open, as a type, because `parom doctor` says it in the reader's language.

use std::path::PathBuf;

use super::Durability;

/// Why a database does not open; what the database itself said is the cause below it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("database.url must begin with sqlite:// or postgres://")]
    Scheme,
    #[error("database.url must name a file")]
    NoFile,
    #[error("the database may lose accepted messages: {0}")]
    Unsafe(Durability),
    #[error("the database of database.url does not answer")]
    NotInTime,
    #[error("cannot reach the database of database.url")]
    Unreachable,
    #[error("cannot open the database {}", .0.display())]
    Closed(PathBuf),
}
