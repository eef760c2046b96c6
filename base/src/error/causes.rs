//! What a request is answered when something below it failed.

use sea_orm::DbErr;

use super::Error;
use crate::store::{concerns_one_node, database_is_away, is_node_away};

impl From<anyhow::Error> for Error {
    fn from(cause: anyhow::Error) -> Self {
        if concerns_one_node(&cause) {
            tracing::error!(cause = format!("{cause:#}"), "a node of the database does not answer");
            return Self::node_away();
        }
        if database_is_away(&cause) {
            tracing::error!(error = format!("{cause:#}"), "the database does not answer");
            return Self::not_storing();
        }
        Self::Internal(cause)
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::Conn(_) | DbErr::ConnectionAcquire(_) if !is_node_away(&error) => {
                tracing::error!(%error, "the database does not answer");
                Self::not_storing()
            }
            other => Self::from(anyhow::Error::from(other)),
        }
    }
}
