//! The schema, one set of migrations for SQLite and PostgreSQL, one file a change.
//!
//! Every key of a tenant's table begins with `tenant_id` (a test reads the schema), so that the tables can be
//! distributed by tenant. `directory` alone is read without one.

pub use sea_orm_migration::prelude::{MigrationTrait, MigratorTrait};

mod m20261120_000001_first;
mod m20261120_000002_tenants;
mod m20261120_000003_media;
mod m20261120_000004_live;
mod m20261120_000005_contacts;
mod m20261120_000006_alert_letters;
mod m20261120_000007_imports;
mod m20261120_000008_history;
mod m20261120_000009_crm_hooks;
mod m20261120_000011_lines;
mod m20261120_000013_webhooks;
mod m20261120_000020_balance;
mod m20261120_000021_limits;
mod m20261120_000022_chores;
mod m20261120_000023_replays;
mod m20261120_000024_back_to;
mod m20261120_000025_terms;
mod m20261122_000030_identity;
mod m20261122_000031_crm_rights;
mod m20261122_000032_limits_of_strangers;
mod m20261122_000033_turns_by_pool;
mod m20261122_000034_losses_and_paces;
mod m20261122_000035_keys;
mod table;

/// All migrations in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261120_000001_first::Migration),
            Box::new(m20261120_000002_tenants::Migration),
            Box::new(m20261120_000003_media::Migration),
            Box::new(m20261120_000004_live::Migration),
            Box::new(m20261120_000005_contacts::Migration),
            Box::new(m20261120_000006_alert_letters::Migration),
            Box::new(m20261120_000007_imports::Migration),
            Box::new(m20261120_000008_history::Migration),
            Box::new(m20261120_000009_crm_hooks::Migration),
            Box::new(m20261120_000011_lines::Migration),
            Box::new(m20261120_000013_webhooks::Migration),
            Box::new(m20261120_000020_balance::Migration),
            Box::new(m20261120_000021_limits::Migration),
            Box::new(m20261120_000022_chores::Migration),
            Box::new(m20261120_000023_replays::Migration),
            Box::new(m20261120_000024_back_to::Migration),
            Box::new(m20261120_000025_terms::Migration),
            Box::new(m20261122_000030_identity::Migration),
            Box::new(m20261122_000031_crm_rights::Migration),
            Box::new(m20261122_000032_limits_of_strangers::Migration),
            Box::new(m20261122_000033_turns_by_pool::Migration),
            Box::new(m20261122_000034_losses_and_paces::Migration),
            Box::new(m20261122_000035_keys::Migration),
        ]
    }
}
