//! A process of one version goes on while a newer version, started beside it, has upgraded the database. Migrations after
//! a release only add (docs/decisions/0035-releases.md): here a column to every table, a table and an index.

use parom_tests::{Engine, World, both};
use sea_orm::{ConnectionTrait, Statement};

use crate::admin::operator::Operator;
use crate::pages::olga;

/// What a migration of the next release may do.
async fn upgrade(world: &World) {
    let db = world.database().connect().await;
    let tables = match world.database().engine() {
        Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        Engine::Postgres => "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public'",
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), tables)).await.unwrap();
    assert!(rows.len() > 50, "{}", rows.len());
    let mut changes: Vec<String> = rows
        .iter()
        .map(|row| row.try_get::<String>("", "name").unwrap())
        .filter(|table| table != "seaql_migrations")
        .map(|table| format!("ALTER TABLE \"{table}\" ADD COLUMN next_release TEXT NOT NULL DEFAULT ''"))
        .collect();
    changes.push("CREATE TABLE next_release (tenant_id TEXT NOT NULL, id TEXT NOT NULL)".to_owned());
    changes.push("CREATE INDEX next_release_message ON message (tenant_id, next_release, id)".to_owned());
    changes.push("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20990101_000001_next', 0)".to_owned());
    for change in changes {
        db.execute_unprepared(&change).await.unwrap_or_else(|error| panic!("{change}: {error}"));
    }
    db.close().await.unwrap();
}

async fn a_process_goes_on_after_the_next_release_has_upgraded(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("before").await;
    world.deliver_to_the_end().await;
    world.manager(&line).answers("anna", "answered before").await;
    world.customer(&line, "anna").writes("waiting").await;
    upgrade(world).await;
    world.deliver_to_the_end().await;
    world.customer(&line, "anna").writes("after").await;
    world.customer(&line, "boris").writes("a new chat").await;
    world.deliver_to_the_end().await;
    world.manager(&line).answers("boris", "answered after").await;
    world.deliver_to_the_end().await;
    let mut there = world.texts_at_crm(&line);
    there.sort();
    assert_eq!(there, ["a new chat", "after", "before", "waiting"]);
    assert_eq!(world.messenger.texts(), ["answered before", "answered after"]);
    // An account installs, a source is made, people look at both.
    let other = world.line_at("shop.amocrm.ru", "shop").await;
    world.customer(&other, "carl").writes("to the new account").await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&other), ["to the new account"]);
    world.assert_ledger().await;
    let member = olga(world, line.tenant_id).await;
    for page in ["/panel", "/panel/messages", "/panel/undelivered", "/panel/sources", "/panel/data", "/panel/audit"] {
        member.opens(page).await.is(200);
    }
    let operator = Operator::signed_in(world).await;
    for page in ["/admin", "/admin/accounts", "/admin/queues", "/admin/alerts", "/admin/audit"] {
        operator.opens(page).await.is(200);
    }
}

both!(a_process_goes_on_after_the_next_release_has_upgraded);
