//! What every page says to browsers of where it may stand and who may keep it.

use std::path::Path;

use parom_tests::{Engine, Line, Place, Reply, Visitor, World};
use uuid::Uuid;

use super::routes;

/// One line a route: what its answer tells browsers.
fn told(route: &str, reply: &Reply) -> String {
    let policy = reply.header("content-security-policy");
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or("no nonce");
    let policy = policy.replace(nonce, "N");
    let mut line = format!("{route} {} | {policy}", reply.status);
    for name in ["x-frame-options", "cache-control", "referrer-policy", "x-content-type-options"] {
        line += &format!(" | {name}: {}", reply.header(name));
    }
    line
}

/// Pages as their visitors get them, by a name that holds no id.
async fn pages(world: &World, visitor: &Visitor, scope: &str, module: &str, line: &Line) -> Vec<String> {
    let mut lines = Vec::new();
    let theirs = world.messages().await.first().map(|one| (one.id, one.conversation_id)).expect("a message");
    for route in routes(module, scope).into_iter().filter(|route| route.method == "GET") {
        if route.path.contains("{file}") || route.path.ends_with("/events") || route.path.contains("/me/sessions/") {
            continue;
        }
        let path = route
            .path
            .replace("/messages/{id}", &format!("/messages/{}", theirs.0))
            .replace("/conversations/{id}", &format!("/conversations/{}", theirs.1))
            .replace("{source_id}", &line.source_id.to_string())
            .replace("{kind}", "webchat")
            .replace("{person_id}", &Uuid::nil().to_string())
            .replace("{name}", "main")
            .replace("{id}", &line.source_id.to_string());
        lines.push(told(&route.path, &visitor.opens(&path).await));
    }
    lines
}

/// `frame-ancestors` only where meant: an answer that changes stands in `tests/it/headers.txt` after `UPDATE_HEADERS=1`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_says_where_it_may_stand() {
    let mut world = World::open(Engine::Sqlite).await.expect("SQLite is there");
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let owner = world.panel(line.tenant_id).await;
    let mut lines = pages(&world, &owner, "/panel", "panel", &line).await;
    let stranger = world.visitor();
    lines.extend(pages(&world, &stranger, "/admin", "admin", &line).await);
    lines.extend(pages(&world, &stranger, "/chat", "chat", &line).await);
    lines.extend(pages(&world, &stranger, "", "oauth", &line).await);
    let address = world.api.base();
    let sandbox = world.sandbox.url().to_owned();
    let told = lines.join("\n").replace(&address, "PAROM").replace(&sandbox, "AMOCRM") + "\n";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/headers.txt");
    if parom::config::variable("UPDATE_HEADERS").is_some() {
        std::fs::write(&file, &told).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), told, "run with UPDATE_HEADERS=1 and look at the difference");
    world.close().await;
}
