//! The beginning of transactions.

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr, TransactionOptions, TransactionTrait,
};

use crate::supervisor::detach;

/// Begins a transaction. The caller may give up at any time: on PostgreSQL a cancelled BEGIN would return its connection to the
/// pool inside a transaction that is never ended (sqlx#4393), so it is always completed there, and rolled back if it is no
/// longer wanted.
#[expect(clippy::disallowed_methods, reason = "the one home of begin")]
pub(super) async fn begin(
    connections: &DatabaseConnection,
    options: TransactionOptions,
) -> Result<DatabaseTransaction, DbErr> {
    if connections.get_database_backend() == DbBackend::Sqlite {
        return connections.begin_with_options(options).await;
    }
    let connections = connections.clone();
    let begun = detach("begin", async move { connections.begin_with_options(options).await }).await;
    begun.unwrap_or_else(|ended| Err(DbErr::Conn(RuntimeErr::Internal(ended.to_string()))))
}
