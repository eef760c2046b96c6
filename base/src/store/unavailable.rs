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

/// The node that has an account's rows does not answer, while the rest of a distributed database does.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the database node of this account does not answer")]
pub struct NodeAway;

/// Whether the database answered that one of its nodes does not: the error concerns the accounts of that node alone. An
/// ordinary database reports no broken connection (SQLSTATE 08) over a connection that works.
pub fn is_node_away(error: &DbErr) -> bool {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(inner))
        | DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner)) => names_node(inner),
        _ => false,
    }
}

/// [`is_node_away`] for an error with causes.
pub fn concerns_one_node(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.is::<NodeAway>()
            || cause.downcast_ref::<Error>().is_some_and(names_node)
            || cause.downcast_ref::<DbErr>().is_some_and(is_node_away)
    })
}

/// What Citus says, without an SQLSTATE of its own, if a node goes away during a statement or a commit.
const LOST_NODE: [&str; 2] = ["could not commit transaction for shard", "server closed the connection unexpectedly"];

fn names_node(error: &Error) -> bool {
    let Error::Database(refused) = error else { return false };
    let code = refused.code().unwrap_or_default();
    let is_lost = || LOST_NODE.iter().any(|words| refused.message().contains(words));
    code.starts_with("080") || code == "XX000" && is_lost()
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
