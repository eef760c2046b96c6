//! What one process stores wakes the others through the database, before they would look by themselves.

use parom::delivery::wake;
use parom_tests::settings::PATIENCE;
use parom_tests::{World, on_postgres};
use sea_orm::ConnectionTrait;

const LISTENERS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
    WHERE datname = current_database() AND query ILIKE 'LISTEN%' AND pid <> pg_backend_pid()";

async fn another_process_is_woken(world: &mut World) {
    let line = world.line("support").await;
    // Nothing is delivered automatically here: only the database wakes this one.
    let other = world.another_server().await;
    let woken = other.app.writer.stored();
    let heard = async |what: &str| {
        let heard = tokio::time::timeout(PATIENCE, woken.notified()).await;
        assert!(heard.is_ok(), "{what}");
    };
    let tasks = [world.app().clone(), other.app.clone()].map(|app| {
        let stop = app.stop.clone();
        tokio::spawn(wake::run(app.delivery.clone(), stop))
    });
    heard("it listens").await;
    world.customer(&line, "anna").writes("one").await;
    heard("it is woken").await;
    let db = world.database().connect().await;
    db.execute_unprepared(LISTENERS).await.unwrap();
    heard("it listens again").await;
    world.customer(&line, "anna").writes("two").await;
    heard("it is woken again").await;
    db.close().await.unwrap();
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["one", "two"]);
    other.stop().await;
    for task in tasks {
        task.abort();
    }
}

on_postgres!(another_process_is_woken);
