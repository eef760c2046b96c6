//! The ways in: one source's address, the app of the vendor, calls that are kept until they can be read, odd texts,
//! and regular requests.

use std::time::Duration;

use base::message::State;
use entity::raw_hook;
use parom_cli::quarantine::{self, QuarantineCommand};
use parom_tests::settings::HOST;
use parom_tests::{answer, both, once};
use reqwest::Method;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use simulator::crm::MessageView;
use uuid::Uuid;

use super::PigeonWorld;

async fn an_address_is_validated_by_its_challenge(world: &mut PigeonWorld) {
    let line = world.pigeons("one").await;
    let path = format!("/hooks/pigeon/{}", line.source_id);
    let asks = async |path: &str, query: &str| {
        let (status, said) = world.calls(Method::GET, &format!("{path}?{query}"), "", "").await;
        (status.as_u16(), said)
    };
    let genuine = "hub.token=of%20the%20line&hub.challenge=%3Cb%3E17";
    assert_eq!(asks(&path, genuine).await, (200, "<b>17".to_owned()));
    assert_eq!(asks(&path, "hub.token=wrong&hub.challenge=17").await, (403, String::new()));
    assert_eq!(asks(&path, "").await.0, 403);
    assert_eq!(asks("/hooks/pigeon/0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001", genuine).await.0, 404);
    assert_eq!(asks(&path.replace("pigeon", "custom"), genuine).await.0, 404);

    let url = format!("{}{path}?{genuine}", world.app().public_url());
    let told = parom_tests::client().get(url).send().await.unwrap();
    assert_eq!(told.headers()["content-type"], "text/plain; charset=utf-8", "a browser runs none of it");
    assert_eq!(told.headers()["x-content-type-options"], "nosniff");
    let counted = answer(world.api.anonymous(Method::GET, "/metrics")).await.is(200);
    counted.says(&["parom_hooks_total{door=\"pigeon\",status=\"403\"} 2"]);
}

// The vendor's own app at a messenger: one address for the lines of all accounts.

const APP: &str = "/hooks/pigeon";

fn wrote(line: &str, id: &str, text: &str) -> Value {
    json!({ "line": line, "events": [{ "wrote": { "id": id, "chat": "anna", "text": text } }] })
}

async fn posts(world: &PigeonWorld, key: &str, body: String) -> u16 {
    world.calls(Method::POST, APP, key, body).await.0.as_u16()
}

async fn a_call_is_divided_among_the_lines(world: &mut PigeonWorld) {
    let (one, two) = (world.pigeons("one").await, world.pigeons("two").await);
    let call = json!({ "lines": [wrote("one", "1", "to one"), wrote("nobody", "2", "to nobody"), wrote("two", "3", "to two")] });
    for _ in 0..2 {
        assert_eq!(posts(world, "of the app", call.to_string()).await, 200);
    }
    let found: Vec<_> = world.messages().await.into_iter().map(|one| (one.source_id, one.external_id)).collect();
    assert_eq!(found, [(one.source_id, "1".to_owned()), (two.source_id, "3".to_owned())]);
    assert_eq!(world.quarantined().await, ["unknown_line", "unknown_line"]);
    let checks = parom::doctor::stored(&world.app().store).await;
    let said = checks.into_iter().find(|check| check.name == "quarantine").unwrap().detail.to_string();
    assert!(said.contains("2 × unknown_line"), "{said}");
    world.deliver_all().await;

    world.api.delete(&two.path("")).await.is(204);
    assert_eq!(posts(world, "of the app", call.to_string()).await, 200);
    assert_eq!(world.quarantined().await.len(), 4, "a line that was given up belongs to no source");
}

// Calls that could not be processed: listed, and processed once what was missing is there.

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

// What machines write oddly: the rest of it arrives.

fn at_crm(world: &PigeonWorld) -> Vec<MessageView> {
    world.sandbox.messages(HOST)
}

async fn half_an_emoji_loses_nothing_but_itself(world: &mut PigeonWorld) {
    let line = world.pigeons("one").await;
    let wrote = |id: &str, text: &str| format!(r#"[{{"wrote":{{"id":"{id}","chat":"anna","text":"{text}"}}}}]"#);
    let own = format!("/hooks/pigeon/{}", line.source_id);
    let cut = wrote("3", "a byte |");
    let (before, after) = cut.split_once('|').unwrap();
    for body in [
        wrote("1", r"one \ud83d half").into_bytes(),
        format!("\u{feff}{}", wrote("2", r"a mark, \udc4b")).into_bytes(),
        [before.as_bytes(), b"\xff", after.as_bytes()].concat(),
    ] {
        assert_eq!(world.calls(Method::POST, &own, "of the line", body).await.0, 200);
    }
    let call = format!(r#"{{"lines":[{{"line":"one","events":{}}}]}}"#, wrote("4", r"of the app \ud83d"));
    assert_eq!(world.calls(Method::POST, "/hooks/pigeon", "of the app", call).await.0, 200);
    world.deliver_all().await;
    let wanted = ["one \u{fffd} half", "a mark, \u{fffd}", "a byte \u{fffd}", "of the app \u{fffd}"];
    assert_eq!(at_crm(world).into_iter().map(|one| one.text).collect::<Vec<_>>(), wanted);
    assert!(world.quarantined().await.is_empty());
}

// What Parom requests from messengers regularly, once for all processes.

async fn a_poll_finds_what_was_read(world: &mut PigeonWorld) {
    let line = world.chatting().await;
    let answer = world.answers(&line, "Good morning").await;
    let app = world.app().clone();
    let (one, other) = tokio::join!(parom::job::due_of(&app.jobs, "polls"), parom::job::due_of(&app.jobs, "polls"));
    assert_eq!(one + other, 1, "one of two asks");
    world.deliver_all().await;
    assert_eq!(world.now(&answer).await.state, State::Read.number());
    assert_eq!(world.statuses_at_crm(&line, &answer.amocrm_message_id), [2]);

    let second = world.answers(&line, "And you?").await;
    world.advance(Duration::from_secs(59));
    assert_eq!(parom::job::due_of(&app.jobs, "polls").await, 0, "once a minute");
    world.advance(Duration::from_secs(1));
    assert_eq!(parom::job::due_of(&app.jobs, "polls").await, 1);
    world.deliver_all().await;
    assert_eq!(world.now(&second).await.state, State::Read.number());
}

async fn credentials_that_end_are_replaced(world: &mut PigeonWorld) {
    let line = world.pigeons("one").await;
    let app = world.app().clone();
    let token = async || {
        let source = app.lookup.source(line.source_id).await.unwrap().expect("the source");
        let settings = parom::settings::open(&app, &source).unwrap();
        let facts = settings.public["facts"].clone();
        (settings.secrets["token"].expose_secret().to_owned(), facts["ends"].as_i64(), settings.secrets.len())
    };
    assert_eq!(parom::job::due_of(&app.jobs, "renewals").await, 0, "they are new");
    assert_eq!(token().await, ("first".to_owned(), None, 2));
    world.advance(Duration::from_secs(3600));
    let (one, other) =
        tokio::join!(parom::job::due_of(&app.jobs, "renewals"), parom::job::due_of(&app.jobs, "renewals"));
    assert_eq!(one + other, 1, "one of two renews");
    assert_eq!(token().await, ("second".to_owned(), Some(7), 2), "the other secrets stay");
}

both!(kept_calls_are_processed_once_what_was_missing_is_there);
once!(a_call_of_the_app_is_processed_once_it_can_be_read);

once!(an_address_is_validated_by_its_challenge);
once!(half_an_emoji_loses_nothing_but_itself, a_call_is_divided_among_the_lines, credentials_that_end_are_replaced);
once!(a_poll_finds_what_was_read);
