//! Classifies database errors: worth repeating, caused by a value, or lasting.

use sea_orm::{DbErr, RuntimeErr};

/// PostgreSQL's code after a process was frozen inside a transaction (`idle_in_transaction_session_timeout`).
const STOOD_STILL: &str = "25P03";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteErrorKind {
    /// Caused by a value (SQLSTATE 22, 23): repeating does not help.
    Content,
    /// Deadlock, serialisation, connection, shutdown, lock, an idle transaction that was closed: repeat the whole
    /// transaction.
    Passing,
    /// Anything else, for example a full disk.
    Lasting,
}

/// Whether repeating would help.
pub fn kind(error: &DbErr) -> WriteErrorKind {
    let (DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner))) = error else {
        return match error {
            DbErr::Conn(_) | DbErr::ConnectionAcquire(_) => WriteErrorKind::Passing,
            DbErr::Custom(_) => WriteErrorKind::Passing,
            _ => WriteErrorKind::Lasting,
        };
    };
    match inner.as_ref() {
        sea_orm::sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default().into_owned();
            match code.get(..2).unwrap_or_default() {
                "22" | "23" => WriteErrorKind::Content,
                "40" | "53" | "57" | "08" => WriteErrorKind::Passing,
                _ if code == STOOD_STILL => WriteErrorKind::Passing,
                _ => sqlite_kind(&code),
            }
        }
        sea_orm::sqlx::Error::Encode(_) => WriteErrorKind::Content,
        sea_orm::sqlx::Error::Io(_) | sea_orm::sqlx::Error::PoolTimedOut | sea_orm::sqlx::Error::Protocol(_) => {
            WriteErrorKind::Passing
        }
        _ => WriteErrorKind::Lasting,
    }
}

/// SQLite's extended result codes: the low byte is the primary code.
fn sqlite_kind(code: &str) -> WriteErrorKind {
    match code.parse::<i32>().map(|code| code & 0xff) {
        // BUSY, LOCKED
        Ok(5 | 6) => WriteErrorKind::Passing,
        // TOOBIG, CONSTRAINT, MISMATCH
        Ok(18..=20) => WriteErrorKind::Content,
        _ => WriteErrorKind::Lasting,
    }
}
