//! What is wrong with a database: it is temporarily unavailable, it does not open, it may lose what it stored.

use std::fmt;
use std::path::PathBuf;

use sea_orm::sqlx::Error;
use sea_orm::sqlx::postgres::PgDatabaseError;
use sea_orm::{ConnectionTrait, DbErr, RuntimeErr, Statement};

use super::Store;

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
/// ordinary database reports no broken connection over a connection that works.
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

/// Broken connections to a node (SQLSTATE 08). PgBouncer reports its own troubles as 08P01, which is none of them.
const BROKEN: [&str; 5] = ["08000", "08001", "08003", "08004", "08006"];
/// What Citus says, without an SQLSTATE of its own, if a node goes away during a statement or a commit.
const LOST_NODE: [&str; 6] = [
    "failure on connection marked as essential",
    "could not commit transaction for shard",
    "server closed the connection unexpectedly",
    "could not receive data from server",
    "could not send data to server",
    "connection not open",
];
/// The beginning of the context of an error that a node reported itself.
const AT_NODE: &str = "while executing command on ";

fn names_node(error: &Error) -> bool {
    let Error::Database(refused) = error else { return false };
    let context = refused.try_downcast_ref::<PgDatabaseError>().and_then(PgDatabaseError::r#where);
    let is_of_node = context.is_some_and(|context| context.contains(AT_NODE));
    concerns_node(&refused.code().unwrap_or_default(), refused.message(), is_of_node)
}

/// `is_of_node`: the coordinator passes on what a node reported.
fn concerns_node(code: &str, message: &str, is_of_node: bool) -> bool {
    match code {
        "XX000" => LOST_NODE.iter().any(|words| message.contains(words)),
        // It stops, starts, or has no connections left.
        _ if code.starts_with("57P") || code.starts_with("53") => is_of_node,
        _ => BROKEN.contains(&code),
    }
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

/// Why a database does not open, as a type, because `parom doctor` says it in the reader's language. What the database
/// itself said is the cause below it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("database.url must begin with sqlite:// or postgres://")]
    Scheme,
    #[error("database.url must name a file")]
    NoFile,
    #[error(
        "no database at {}: `parom serve` or `parom migrate` makes one, give --config FILE if this is the wrong place",
        .0.display()
    )]
    Missing(PathBuf),
    #[error("the database may lose accepted messages: {0}")]
    Unsafe(Durability),
    #[error("the database of database.url does not answer")]
    NotInTime,
    #[error("cannot reach the database of database.url")]
    Unreachable,
    #[error("cannot open the database {}", .0.display())]
    Closed(PathBuf),
}

/// The settings that decide whether a commit survives, as reported by the running database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Durability {
    /// Setting, actual value, required value (for people).
    unsafe_settings: Vec<(String, String, &'static str)>,
    summary: String,
}

impl Durability {
    /// Whether an acknowledged commit survives a power failure.
    pub fn is_safe(&self) -> bool {
        self.unsafe_settings.is_empty()
    }

    /// The settings by which a commit can be lost: name, value, required value.
    pub fn unsafe_settings(&self) -> &[(String, String, &'static str)] {
        &self.unsafe_settings
    }

    /// The settings as a short text.
    pub fn summary(&self) -> &str {
        &self.summary
    }
}

impl fmt::Display for Durability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_safe() {
            return formatter.write_str(&self.summary);
        }
        for (index, (setting, value, wanted)) in self.unsafe_settings.iter().enumerate() {
            let gap = if index == 0 { "" } else { "; " };
            write!(formatter, "{gap}{setting} is {value}, set it to {wanted} and restart")?;
        }
        Ok(())
    }
}

/// Reads the settings. A refusal cannot be overridden.
pub async fn check_durability(store: &Store) -> Result<Durability, DbErr> {
    let wanted: &[(&str, &[&str], &str)] = if store.is_sqlite() {
        &[("journal_mode", &["wal"], "wal"), ("synchronous", &["2", "3"], "FULL")]
    } else {
        &[
            ("fsync", &["on"], "on"),
            ("synchronous_commit", &["on", "remote_write", "remote_apply"], "on"),
            ("full_page_writes", &["on"], "on"),
        ]
    };
    let mut unsafe_settings = Vec::new();
    let mut summary = Vec::new();
    for (setting, accepted, advice) in wanted {
        let value = read(store, setting).await?;
        if !accepted.contains(&value.as_str()) {
            unsafe_settings.push(((*setting).to_owned(), value.clone(), *advice));
        }
        summary.push(format!("{setting} {value}"));
    }
    Ok(Durability { unsafe_settings, summary: summary.join(", ") })
}

async fn read(store: &Store, setting: &str) -> Result<String, DbErr> {
    let text = if store.is_sqlite() { format!("PRAGMA {setting}") } else { format!("SHOW {setting}") };
    let row = store.write().query_one_raw(Statement::from_string(store.backend(), text)).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound(setting.to_owned()))?;
    // SQLite returns the mode as text and the level as a number.
    row.try_get_by_index::<String>(0).or_else(|_| row.try_get_by_index::<i64>(0).map(|number| number.to_string()))
}

#[cfg(test)]
mod tests {
    use super::concerns_node;

    #[test]
    fn an_error_of_a_node_differs_from_one_of_the_database() {
        assert!(concerns_node("08006", "connection to the remote node parom@10.0.0.2:5432 failed", false));
        assert!(concerns_node(
            "XX000",
            "could not commit transaction for shard 102011 on at least one active node",
            false
        ));
        assert!(concerns_node("XX000", "failure on connection marked as essential: 10.0.0.2:5432", false));
        assert!(concerns_node("57P01", "terminating connection due to administrator command", true));
        assert!(!concerns_node("57P01", "terminating connection due to administrator command", false));
        assert!(!concerns_node("08P01", "server login has been failing", false), "that is PgBouncer");
        assert!(!concerns_node("53300", "sorry, too many clients already", false));
        assert!(!concerns_node("XX000", "unexpected data beyond EOF", false));
    }
}
