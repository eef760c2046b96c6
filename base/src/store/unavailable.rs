//! Recognises a database that is temporarily unavailable.

use sea_orm::sqlx::Error;
use sea_orm::{DbErr, RuntimeErr};

/// Whether waiting may help: connection refused, no answer, starting or stopping, out of connections. A wrong password
/// or user name is a mistake that waiting does not fix.
pub fn is_unavailable(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.is::<tokio::time::error::Elapsed>()) || database_is_away(error)
}

/// The same for what the database itself answered, or did not answer: its connection was cut, it stops, it is full.
pub fn database_is_away(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<Error>().is_some_and(passes) || cause.downcast_ref::<DbErr>().is_some_and(db_passes)
    })
}

fn db_passes(error: &DbErr) -> bool {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(inner))
        | DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner)) => passes(inner),
        DbErr::ConnectionAcquire(_) => true,
        _ => false,
    }
}

fn passes(error: &Error) -> bool {
    match error {
        Error::Io(_) | Error::PoolTimedOut | Error::Protocol(_) => true,
        Error::Database(refused) => {
            let code = refused.code().unwrap_or_default();
            ["08", "53", "57"].iter().any(|family| code.starts_with(family))
        }
        _ => false,
    }
}
