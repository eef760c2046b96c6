//! A database that is not there now and may be in a moment.

use sea_orm::sqlx::Error;
use sea_orm::{DbErr, RuntimeErr};

/// Whether waiting may help: nobody listens, it does not answer, it starts or stops, it has no connection left. A wrong
/// password or name is a mistake that waiting does not mend.
pub fn is_away(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.is::<tokio::time::error::Elapsed>()
            || cause.downcast_ref::<Error>().is_some_and(passes)
            || cause.downcast_ref::<DbErr>().is_some_and(db_passes)
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
