//! Limits of what strangers, visitors, keys and accounts may use, and that others are not affected.

mod accounts;
mod installs;
mod keys;
mod strangers;
mod visitors;

use base::config::Config;
use entity::audit;
use parom_tests::{Engine, Place, Setup, World};
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, Statement};
pub use visitors::sends as visitor_sends;

/// A world with another configuration, on both databases.
async fn each(change: fn(&mut Config), test: impl AsyncFn(&mut World)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(mut world) = World::start(engine, Setup { change, ..Setup::default() }).await else { continue };
        test(&mut world).await;
        world.close().await;
    }
}

/// Requests from here are trusted to name their client's address.
fn behind_a_proxy(config: &mut Config) {
    config.server.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
}

/// Rows of the audit log, once all refusals that were noted in memory are written down.
async fn noted(world: &World) -> u64 {
    parom::audit::flush(world.app(), &world.app().identity.refusals).await;
    audit::Entity::find().count(world.app().store.read()).await.expect("the audit log is counted")
}

/// Rows of all tables except the audit log, which records refusals later, and those of background work.
async fn rows(world: &World) -> i64 {
    const OWN: [&str; 12] = [
        "audit",
        "heartbeat",
        "chore",
        "job",
        "pace",
        "rest_pace",
        "vault_key",
        "account_usage",
        "account_month",
        "source_pulse",
        "migration_guard",
        "seaql_migrations",
    ];
    let store = &world.app().store;
    let names = if store.is_sqlite() {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    } else {
        "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'"
    };
    let ask = async |sql: &str| {
        store.read().query_all_raw(Statement::from_string(store.backend(), sql)).await.expect("the database answers")
    };
    let mut sum = 0;
    for row in ask(names).await {
        let name: String = row.try_get("", "name").unwrap();
        if OWN.contains(&name.as_str()) {
            continue;
        }
        let counted = ask(&format!("SELECT COUNT(*) AS count FROM \"{name}\"")).await;
        sum += counted[0].try_get::<i64>("", "count").unwrap();
    }
    sum
}
