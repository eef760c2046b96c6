//! The schema: one set of migrations for SQLite and PostgreSQL, listed in `changes.rs`, in SQL.
//!
//! Every key of a tenant's table begins with `tenant_id` (a test reads the schema), so that the tables can be
//! distributed by tenant. `directory` alone is read without one.

use sea_orm_migration::prelude::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};
use sea_orm_migration::sea_orm::{DatabaseConnection, DbErr, EntityTrait, QueryOrder};
use sea_orm_migration::seaql_migrations;

mod changes;
mod moved;

pub use moved::{MOVED, Moved};

/// All migrations in order.
struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        changes::ALL.into_iter().map(|change| -> Box<dyn MigrationTrait> { Box::new(change) }).collect()
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
    match applied.iter().find(|name| changes::ALL.iter().all(|change| change.name() != name.as_str())) {
        None => Ok(u32::try_from(applied.len()).unwrap_or(u32::MAX)),
        Some(unknown) => Err(Error::Newer(unknown.clone())),
    }
}

/// The number of pending migrations. Only reads.
pub async fn pending(db: &DatabaseConnection) -> Result<usize, Error> {
    let applied = applied(db).await?;
    let has = |change: changes::Change| applied.iter().any(|name| name == change.name());
    match applied.iter().find(|name| changes::ALL.iter().all(|change| change.name() != name.as_str())) {
        None => Ok(changes::ALL.len() - applied.len()),
        Some(_) if !has(changes::Change::Schema) => Err(Error::BeforeFirstRelease),
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
