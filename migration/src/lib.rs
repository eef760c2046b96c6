//! The schema, one set of migrations for SQLite and PostgreSQL, one file a change.
//!
//! Every key of a tenant's table begins with `tenant_id` (a test reads the schema), so that the tables can be
//! distributed by tenant. `directory` alone is read without one.

pub use sea_orm_migration::prelude::{MigrationTrait, MigratorTrait};

mod m20261120_000001_first;
mod m20261120_000002_tenants;
mod table;

/// All migrations in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m20261120_000001_first::Migration), Box::new(m20261120_000002_tenants::Migration)]
    }
}
