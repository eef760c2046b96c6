//! M8: actions of the vendor, the public API and the command line on an account are in its log, with the address behind
//! the proxy.

use base::store::VENDOR;
use entity::audit;
use parom::api::key::Scope;
use parom_cli::dead::{self, DeadCommand};
use parom_cli::key;
use parom_tests::{Answer, Line, World, answer, both};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::log;

const OFFICE: &str = "203.0.113.20";

/// Calls the API through the proxy; gives the answer.
async fn calls(world: &World, method: Method, path: &str, body: Option<Value>) -> Value {
    let request = world.api.request(method.clone(), path).header("x-forwarded-for", OFFICE);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let reply = answer(request).await;
    assert!((200..300).contains(&reply.status), "{method} {path}: {}", reply.text);
    reply.json
}

/// The rows of keys since `before` rows: action, address, and whether the key is named.
fn of_keys(rows: &[audit::Model], before: usize) -> Vec<String> {
    let rows = rows[before..].iter().filter(|row| row.actor_kind == "key");
    rows.inspect(|row| {
        assert_eq!((row.address.as_str(), row.outcome.as_str()), (OFFICE, "done"), "{row:?}");
        assert_eq!(row.actor_name, "admin key of the tests");
    })
    .map(|row| row.action.clone())
    .collect()
}

/// Letters that are not tried any more, the newest first.
async fn undelivered(world: &mut World, line: &Line, count: usize) -> Vec<Uuid> {
    world.customer(line, "anna").writes("Hello").await;
    world.deliver_all().await;
    for number in 0..count {
        world.messenger.answers_next([Answer::status(422)]);
        world.manager(line).answers("anna", &format!("answer {number}")).await;
        world.deliver_all().await;
    }
    let list = world.api.get(&line.dead_letters()).await.is(200);
    let items = list.json["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().parse().unwrap()).collect()
}

async fn m8_actions_of_keys_are_recorded_with_the_address_behind_the_proxy(world: &mut World) {
    let line = world.line("support").await;
    let dead = undelivered(world, &line, 3).await;
    let attempts = world.api.get(&line.path("/webhook-attempts")).await.is(200).text_at("/items/0/id");
    let before = log(world, line.tenant_id).await.len();
    let tenant = format!("/api/v1/tenants/{}", line.tenant_id);
    let limits = json!({ "suspended": true, "sources_limit": 7 });
    calls(world, Method::PATCH, &tenant, Some(limits)).await;
    calls(world, Method::PATCH, &tenant, Some(json!({ "suspended": false, "sources_limit": null }))).await;
    calls(world, Method::POST, &format!("/api/v1/dead-letters/{}/retry", dead[0]), None).await;
    calls(world, Method::DELETE, &format!("/api/v1/dead-letters/{}", dead[1]), None).await;
    let many = json!({ "action": "drop", "source_id": line.source_id });
    let replay = calls(world, Method::POST, "/api/v1/dead-letter-replays", Some(many)).await;
    let stop = format!("/api/v1/dead-letter-replays/{}/cancel", replay["id"].as_str().unwrap());
    calls(world, Method::POST, &stop, None).await;
    calls(world, Method::POST, &format!("/api/v1/webhook-attempts/{attempts}/resend"), None).await;
    calls(world, Method::POST, &format!("{tenant}/sources/reconcile"), None).await;
    calls(world, Method::POST, &line.path("/test"), None).await;
    calls(world, Method::PATCH, &line.path(""), Some(json!({ "name": "Another" }))).await;
    calls(world, Method::DELETE, &line.path(""), None).await;
    let told = of_keys(&log(world, line.tenant_id).await, before);
    let wanted = [
        "account.suspended",
        "account.limited",
        "account.resumed",
        "account.limited",
        "undelivered.retried",
        "undelivered.dropped",
        "undelivered.dropped",
        "undelivered.stopped",
        "webhook.resent",
        "account.reconciled",
        "source.tested",
        "source.changed",
        "source.deleted",
    ];
    assert_eq!(told, wanted);
    world.deliver_to_the_end().await;
}

async fn m8_actions_of_the_command_line_are_recorded(world: &mut World) {
    let line = world.line("support").await;
    let dead = undelivered(world, &line, 2).await;
    let before = (log(world, VENDOR).await.len(), log(world, line.tenant_id).await.len());
    let store = &world.app().store;
    let (id, host) = (dead[0].to_string(), line.host.clone());
    key::create(store, &world.clock, "Nightly job", Some(line.tenant_id), Scope::Write, None).await.unwrap();
    key::create(store, &world.clock, "Billing", None, Scope::Read, None).await.unwrap();
    for key in
        key::list(store, None).await.unwrap().iter().filter(|key| ["Nightly job", "Billing"].contains(&&*key.name))
    {
        key::revoke(store, &world.clock, key.id).await.unwrap();
    }
    let run = async |arguments: &[&str]| {
        let command = <DeadCommand as clap::Subcommand>::augment_subcommands(clap::Command::new("parom"));
        let matches = command.try_get_matches_from([&["parom"], arguments].concat()).unwrap();
        let command = <DeadCommand as clap::FromArgMatches>::from_arg_matches(&matches).unwrap();
        let mut out = Vec::new();
        dead::run(command, world.app(), &mut out).await.unwrap();
        String::from_utf8(out).unwrap()
    };
    run(&["retry", &host, "--id", &id]).await;
    let begun = run(&["drop", &host]).await;
    let replay = begun.rsplit_once(' ').unwrap().1.trim();
    run(&["cancel", &host, replay]).await;
    let told = |rows: Vec<audit::Model>, before: usize| {
        let rows = rows.into_iter().skip(before).filter(|row| row.actor_kind == "cli");
        rows.map(|row| row.action).collect::<Vec<_>>()
    };
    assert_eq!(told(log(world, VENDOR).await, before.0), ["key.created", "key.revoked"]);
    let wanted = ["key.created", "key.revoked", "undelivered.retried", "undelivered.dropped", "undelivered.stopped"];
    assert_eq!(told(log(world, line.tenant_id).await, before.1), wanted);
    world.deliver_all().await;
}

both!(m8_actions_of_keys_are_recorded_with_the_address_behind_the_proxy, m8_actions_of_the_command_line_are_recorded);
