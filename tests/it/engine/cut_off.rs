//! The database ends connections: it restarts, or an administrator ends them.

use parom_tests::{World, on_postgres};
use sea_orm::ConnectionTrait;

const OTHERS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
    WHERE datname = current_database() AND pid <> pg_backend_pid()";
/// More than all pools together have connections.
const CALLS: usize = 100;

async fn a_cut_connection_is_not_an_internal_error(world: &mut World) {
    let line = world.line("support").await;
    let paths = [
        line.path(""),
        line.path("/ledger"),
        line.path("/conversations"),
        format!("/api/v1/tenants/{}", line.tenant_id),
    ];
    for path in &paths {
        world.api.get(path).await.is(200);
    }
    let db = world.database().connect().await;
    db.execute_unprepared(OTHERS).await.unwrap();
    db.close().await.unwrap();
    for path in &paths {
        let mut answered = false;
        for _ in 0..CALLS {
            let reply = world.api.get(path).await;
            assert!([200, 503].contains(&reply.status), "{path}: {}", reply.text);
            if reply.status == 200 {
                answered = true;
                break;
            }
            assert!(!reply.header("retry-after").is_empty(), "{path}");
        }
        assert!(answered, "{path}: the dead connections are replaced");
    }
}

on_postgres!(a_cut_connection_is_not_an_internal_error);
