//! The schema: one set of migrations for SQLite and PostgreSQL, one file per change.
//!
//! Every key of a tenant's table begins with `tenant_id` (a test reads the schema), so that the tables can be
//! distributed by tenant. `directory` alone is read without one.

use sea_orm_migration::prelude::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, EntityTrait, QueryOrder};
use sea_orm_migration::seaql_migrations;

mod m20261122_000001_schema;
mod m20261126_000001_attempt_request;
mod m20261127_000001_lone_messages;
mod m20261127_000002_job;
mod m20261127_000003_key_maker;
mod m20261127_000005_country;
mod m20261127_000007_parked_kind;
mod m20261127_000010_no_functions;
mod m20261128_000001_job_kinds;
mod moved;
mod table;

pub use moved::{MOVED, Moved};

/// All migrations in order.
struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let all: Vec<Box<dyn MigrationTrait>> = vec![
            Box::new(m20261122_000001_schema::Migration),
            Box::new(m20261126_000001_attempt_request::Migration),
            Box::new(m20261127_000001_lone_messages::Migration),
            Box::new(m20261127_000002_job::Migration),
            Box::new(m20261127_000003_key_maker::Migration),
            Box::new(m20261127_000005_country::Migration),
            Box::new(m20261127_000007_parked_kind::Migration),
            Box::new(m20261127_000010_no_functions::Migration),
            Box::new(m20261128_000001_job_kinds::Migration),
        ];
        all.into_iter().map(|one| -> Box<dyn MigrationTrait> { Box::new(InOneTransaction(one)) }).collect()
    }
}

/// A migration that is applied as a whole or not at all.
struct InOneTransaction(Box<dyn MigrationTrait>);

impl MigrationName for InOneTransaction {
    fn name(&self) -> &str {
        self.0.name()
    }
}

#[async_trait::async_trait]
impl MigrationTrait for InOneTransaction {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            // On a busy machine the process may pause for longer than transactions usually may.
            let no_limit = "SET LOCAL idle_in_transaction_session_timeout = 0";
            manager.get_connection().execute_unprepared(no_limit).await?;
        }
        self.0.up(manager).await
    }

    /// Also on SQLite: a process that dies meanwhile would leave a part, with which the next start fails.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// Why a schema is not up to date and cannot be brought there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It lacks our first migration and has others.
    #[error(
        "the database was created by a development version of parom, before the first release, and cannot be upgraded: \
         set database.url to a new, empty database"
    )]
    BeforeFirstRelease,
    #[error(
        "the database was upgraded by a newer version of parom (its migration {0} is unknown here): run that version, \
         or restore the backup made before the upgrade"
    )]
    Newer(String),
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Applies pending migrations, all or at most `steps`. Changes nothing in a database that it refuses.
pub async fn up(db: &DatabaseConnection, steps: Option<u32>) -> Result<(), Error> {
    pending(db).await?;
    Ok(Migrator::up(db, steps).await?)
}

/// How many of our migrations lead to a schema that has these.
pub fn steps(applied: &[String]) -> Result<u32, Error> {
    let ours = Migrator::migrations();
    match applied.iter().find(|name| ours.iter().all(|one| one.name() != name.as_str())) {
        None => Ok(u32::try_from(applied.len()).unwrap_or(u32::MAX)),
        Some(unknown) => Err(Error::Newer(unknown.clone())),
    }
}

/// The number of pending migrations. Only reads.
pub async fn pending(db: &DatabaseConnection) -> Result<usize, Error> {
    let ours: Vec<String> = Migrator::migrations().iter().map(|one| one.name().to_owned()).collect();
    let applied = applied(db).await?;
    match applied.iter().find(|name| !ours.contains(name)) {
        None => Ok(ours.len() - applied.len()),
        Some(_) if ours.first().is_some_and(|first| !applied.contains(first)) => Err(Error::BeforeFirstRelease),
        Some(unknown) => Err(Error::Newer(unknown.clone())),
    }
}

/// The names of the migrations that the database has, oldest first.
async fn applied(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    if !SchemaManager::new(db).has_table("seaql_migrations").await? {
        return Ok(Vec::new());
    }
    let rows = seaql_migrations::Entity::find().order_by_asc(seaql_migrations::Column::Version).all(db).await?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}
