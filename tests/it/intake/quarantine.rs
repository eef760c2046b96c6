//! Calls that could not be processed: listed, and processed once what was missing is there.

use entity::raw_hook;
use parom_cli::quarantine::{self, QuarantineCommand};
use parom_tests::settings::HOST;
use parom_tests::{both, once};
use reqwest::Method;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::PigeonWorld;

async fn runs(world: &PigeonWorld, arguments: &[&str]) -> (String, Option<String>) {
    let command = <QuarantineCommand as clap::Subcommand>::augment_subcommands(clap::Command::new("parom"));
    let matches = command.try_get_matches_from([&["parom"], arguments].concat()).unwrap();
    let command = <QuarantineCommand as clap::FromArgMatches>::from_arg_matches(&matches).unwrap();
    let mut out = Vec::new();
    let done = quarantine::run(command, world.app(), &mut out).await;
    (String::from_utf8(out).unwrap(), done.err().map(|error| error.to_string()))
}

/// As if this version read what the one before could not.
async fn becomes_readable(world: &PigeonWorld, id: Uuid, call: Value) {
    raw_hook::Entity::update_many()
        .col_expr(raw_hook::Column::Body, Expr::value(call.to_string().into_bytes()))
        .filter(raw_hook::Column::Id.eq(id))
        .exec(world.app().store.write())
        .await
        .unwrap();
}

async fn kept_calls_are_processed_once_what_was_missing_is_there(world: &mut PigeonWorld) {
    let line = world.chatting().await;
    let own = format!("/hooks/pigeon/{}", line.source_id);
    let app = json!({ "lines": [{ "line": "two", "events":
        [{ "wrote": { "id": "t1", "chat": "boris", "text": "to two" } }] }] });
    assert_eq!(world.calls(Method::POST, "/hooks/pigeon", "of the app", app.to_string()).await.0, 200);
    assert_eq!(world.calls(Method::POST, &own, "of the line", "nonsense").await.0, 200);
    let account = world.sandbox.add_account(HOST).amojo_id;
    let hook = json!({ "account_id": account, "time": world.clock.millis() / 1000, "waving": {} }).to_string();
    let signature = world.sandbox.sign_hook(&line.scope_id, hook.as_bytes());
    let taken = world.sandbox.post_hook(&line.scope_id, hook.into_bytes(), Some(&signature)).await;
    assert_eq!(taken.status, Some(200));

    let (listed, _) = runs(world, &["list", "--json"]).await;
    let rows: Vec<Value> = listed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let reasons: Vec<&str> = rows.iter().map(|row| row["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["unreadable", "unknown_event", "unknown_line"]);
    assert_eq!((&rows[0]["body"], &rows[0]["host"]), (&json!("nonsense"), &json!(HOST)));
    assert_eq!((&rows[2]["body"], &rows[2]["tenant_id"]), (&json!(""), &Value::Null), "it belongs to no account");
    let (table, _) = runs(world, &["list", HOST, "--reason", "unreadable"]).await;
    assert!(table.lines().count() == 1 && table.contains("pigeon") && table.contains("8 bytes"), "{table}");

    let still = "still unusable, and kept: 1 × unknown_event, 1 × unknown_line, 1 × unreadable";
    let retried = runs(world, &["retry"]).await;
    assert_eq!(retried, ("0 calls are processed.\n".to_owned(), Some(still.to_owned())));
    assert_eq!(world.quarantined().await.len(), 3, "nothing is kept twice");

    // Its text was not kept, so it cannot be processed, and is no unreadable call either.
    world.pigeons("two").await;
    let id = rows[2]["id"].as_str().unwrap();
    let still = "still unusable, and kept: 1 × unknown_line";
    let retried = runs(world, &["retry", "--id", id]).await;
    assert_eq!(retried, ("0 calls are processed.\n".to_owned(), Some(still.to_owned())));

    let id = rows[0]["id"].as_str().unwrap();
    let call = json!([{ "wrote": { "id": "o1", "chat": "boris", "text": "to one" } }]);
    becomes_readable(world, id.parse().unwrap(), call).await;
    assert_eq!(runs(world, &["retry", "--id", id]).await, ("1 call is processed.\n".to_owned(), None));
    assert_eq!(runs(world, &["retry", "--id", id]).await, ("0 calls are processed.\n".to_owned(), None));
    world.deliver_all().await;
    let texts: Vec<String> = world.sandbox.messages(HOST).into_iter().map(|one| one.text).collect();
    assert_eq!(texts, ["Hello", "to one"]);
    let mut left = world.quarantined().await;
    left.sort();
    assert_eq!(left, ["unknown_event", "unknown_line"]);
}

/// Which lines it is about is known once it can be read.
async fn a_call_of_the_app_is_processed_once_it_can_be_read(world: &mut PigeonWorld) {
    world.pigeons("two").await;
    assert_eq!(world.calls(Method::POST, "/hooks/pigeon", "of the app", "nonsense").await.0, 200);
    let (listed, _) = runs(world, &["list", "--json"]).await;
    let row: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!((&row["body"], &row["tenant_id"]), (&json!("nonsense"), &Value::Null));
    let still = "still unusable, and kept: 1 × unreadable".to_owned();
    assert_eq!(runs(world, &["retry"]).await, ("0 calls are processed.\n".to_owned(), Some(still)));

    let line = |line: &str| {
        let wrote = json!([{ "wrote": { "id": "t1", "chat": "boris", "text": "to a line" } }]);
        json!({ "line": line, "events": wrote })
    };
    let id = row["id"].as_str().unwrap().parse().unwrap();
    becomes_readable(world, id, json!({ "lines": [line("two"), line("nobody's")] })).await;
    let id = row["id"].as_str().unwrap();
    assert_eq!(runs(world, &["retry", "--id", id]).await, ("1 call is processed.\n".to_owned(), None));
    assert_eq!(world.messages().await.len(), 1);
    let (listed, _) = runs(world, &["list", "--json"]).await;
    let row: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!((&row["reason"], &row["body"]), (&json!("unknown_line"), &json!("")), "nobody's text is not kept");
    world.deliver_all().await;
}

both!(kept_calls_are_processed_once_what_was_missing_is_there);
once!(a_call_of_the_app_is_processed_once_it_can_be_read);
