//! What amoCRM gets and when: oldest first, each once, at a fifth of the rate, beside other imports and after a
//! crash.

use std::path::Path;
use std::time::Duration;

use base::config::Config;
use parom::import::step_all;
use parom_tests::drill::{Drill, LIMIT};
use parom_tests::settings::HOST;
use parom_tests::{Engine, Place, Setup, World, answer, both, both_engines, on_postgres, once};
use reqwest::Method;
use serde_json::json;

use super::{a_second, ends, heard, import_of, imports, lines, of_chat, sends, texts, wrote};

fn silent(text: &str) -> (String, bool) {
    (text.to_owned(), true)
}

fn loud(text: &str) -> (String, bool) {
    (text.to_owned(), false)
}

async fn history_arrives_oldest_first_and_the_newest_notifies(world: &mut World) {
    let line = world.line("support").await;
    let file = lines(&[
        wrote("a3", "anna", 30, "third"),
        wrote("b1", "boris", 15, "one"),
        wrote("a1", "anna", 10, "first"),
        wrote("b2", "boris", 25, "two"),
        wrote("a2", "anna", 20, "second"),
    ]);
    let told = imports(world, &line, "", &file).await;
    assert_eq!(
        [&told["status"], &told["total"], &told["chats"], &told["done"], &told["duplicates"], &told["skipped"]],
        [&json!("done"), &json!(5), &json!(2), &json!(5), &json!(0), &json!([])]
    );
    assert!(told["finished_at"].is_string());
    assert_eq!(heard(world, &line, "anna"), [silent("first"), silent("second"), loud("third")]);
    assert_eq!(heard(world, &line, "boris"), [silent("one"), loud("two")]);
    let times: Vec<i64> = of_chat(world, &line, "anna").iter().map(|one| one.msec_timestamp).collect();
    assert_eq!(times, [1_767_225_610_000, 1_767_225_620_000, 1_767_225_630_000], "they keep their time");
    assert_eq!(world.sandbox.incoming_leads(HOST).len(), 2, "one lead a chat");
    let ledger = world.api.get(&line.path("/ledger")).await.is(200).json;
    assert_eq!([&ledger["to_crm"]["accepted"], &ledger["to_crm"]["delivered"]], [&json!(5), &json!(5)]);
}

async fn silent_imports_and_messages_notify_no_manager(world: &mut World) {
    let line = world.line("support").await;
    let mut marked = wrote("c1", "carl", 1, "marked");
    marked["silent"] = json!(true);
    let file = lines(&[wrote("a1", "anna", 1, "first"), wrote("a2", "anna", 2, "second")]);
    let told = imports(world, &line, "?leads=none", &file).await;
    assert_eq!((&told["leads"], &told["leads_expected"]), (&json!("none"), &json!(0)));
    assert_eq!(heard(world, &line, "anna"), [silent("first"), silent("second")]);
    imports(world, &line, "?leads=newest", &lines(&[marked])).await;
    assert_eq!(heard(world, &line, "carl"), [silent("marked")], "what asks for silence keeps it");
    assert!(world.sandbox.incoming_leads(HOST).is_empty());
}

async fn messages_that_arrived_before_the_import_are_recognised(world: &mut World) {
    let line = world.line("support").await;
    let live = world.customer(&line, "anna").body("a2", "live");
    world.api.post(&line.path("/messages"), &live).await.is(202);
    world.deliver_all().await;
    let mut same = live.clone();
    same["sent_at"] = json!("2026-01-01T00:00:20Z");
    let chat = live["conversation"]["id"].as_str().unwrap();
    let mut older = live.clone();
    (older["id"], older["content"]["text"], older["sent_at"]) =
        (json!("a1"), json!("older"), json!("2026-01-01T00:00:10Z"));
    let mut other = live.clone();
    (other["id"], other["content"]["text"]) = (json!("a2"), json!("another text under its id"));
    let file = lines(&[older.clone(), same]);
    let told = imports(world, &line, "", &file).await;
    assert_eq!(
        [&told["total"], &told["done"], &told["duplicates"], &told["leads_expected"]],
        [&json!(2), &json!(2), &json!(1), &json!(0)]
    );
    assert_eq!(heard(world, &line, chat), [loud("live"), silent("older")], "the live one is newer: nothing is news");
    let again = imports(world, &line, "", &file).await;
    assert_eq!([&again["done"], &again["duplicates"]], [&json!(2), &json!(2)]);
    let differs = imports(world, &line, "", &lines(&[other])).await;
    assert_eq!((&differs["done"], &differs["skipped"][0]["line"]), (&json!(0), &json!(1)));
    assert_eq!(heard(world, &line, chat).len(), 2, "nothing came twice");
}

async fn managers_are_imported_in_their_name(world: &mut World) {
    let line = world.line("support").await;
    let user = world.sandbox.add_account(HOST).users.into_iter().find(|user| user.amojo_id.is_some()).unwrap();
    let answer = |id: &str, second: u32, user_id: Option<i64>| {
        let mut answer = wrote(id, "anna", second, id);
        answer["sender"] = json!({"role": "manager", "id": "m-1", "name": "Olga"});
        if let Some(user_id) = user_id {
            answer["sender"]["user_id"] = json!(user_id.to_string());
        }
        answer["receiver"] = json!({"id": "user-anna", "name": "anna"});
        answer
    };
    let file = lines(&[wrote("a1", "anna", 10, "asks"), answer("a2", 20, Some(user.id)), answer("a3", 30, None)]);
    let told = imports(world, &line, "", &file).await;
    let texts: Vec<String> = heard(world, &line, "anna").into_iter().map(|(text, _)| text).collect();
    assert_eq!(texts, ["asks", "a2"]);
    // The third has no possible author: the check skips it, and nothing of it is sent.
    assert_eq!([&told["done"], &told["skipped"][0]["line"]], [&json!(2), &json!(3)], "{told}");
    let dead = world.api.get(&line.dead_letters()).await.is(200).json;
    assert_eq!(dead["items"].as_array().unwrap().len(), 0);
    let reason = told["skipped"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("the channel has no bot"), "{told}");
}

// A fifth of the rate, behind everything live, one at a time.

async fn imports_take_a_fifth_and_give_way(engine: Engine) {
    fn slow(config: &mut Config) {
        config.rates.chats_start = 10.0;
        config.rates.chats_floor = 10.0;
        config.rates.chats_ceiling = 10.0;
    }
    let Some(mut world) = World::start(engine, Setup { change: slow, ..Setup::default() }).await else { return };
    let line = world.line("support").await;
    let reply = sends(&world, &line, "", texts("anna", 12)).await.is(202);
    assert_eq!(reply.json["seconds_expected"], 6, "a fifth of 10 a second");
    let id = reply.text_at("/id");
    let mut before = 0;
    for second in 0..6 {
        a_second(&mut world).await;
        let now = world.sandbox.messages(&line.host).len();
        assert!(now - before <= 4 && now <= 2 * (second + 2), "{now} in {second} seconds");
        before = now;
    }
    assert!(before >= 8, "it does go on: {before}");
    // A live message waits for its turn: nothing is put behind or before it.
    world.customer(&line, "boris").writes("live").await;
    let waiting = world.letters().await.len();
    world.advance(std::time::Duration::from_secs(1));
    parom::import::step_all(&world.app().usage).await;
    assert_eq!(world.letters().await.len(), waiting, "the import stands back");
    assert_eq!(import_of(&world, &id).await["gives_way"], true);
    world.deliver_all().await;
    let end = ends(&mut world, &id).await;
    assert_eq!((&end["done"], &end["gives_way"], &end["seconds_expected"]), (&json!(12), &json!(false), &json!(0)));
    world.close().await;
}

async fn one_import_of_a_channel_runs_at_a_time(world: &mut World) {
    let (support, sales) = (world.line("support").await, world.line("sales").await);
    let first = sends(world, &support, "", texts("anna", 150)).await.is(202).text_at("/id");
    let second = sends(world, &sales, "", texts("boris", 5)).await.is(202).text_at("/id");
    a_second(world).await;
    a_second(world).await;
    assert_eq!(import_of(world, &first).await["status"], "running");
    assert_eq!(import_of(world, &second).await["status"], "queued");
    assert_eq!(ends(world, &first).await["done"], 150);
    assert_eq!(ends(world, &second).await["done"], 5);
}

// Processes that die in the middle, and two that work on one import: each message comes once, in order, none is
// missing.

const COUNT: u32 = 60;

const CHATS: u32 = 3;

fn in_order(chat: &str) -> Vec<String> {
    (0..COUNT).map(|n| format!("{chat} {n}")).collect()
}

fn only_texts(heard: Vec<(String, bool)>) -> Vec<String> {
    heard.into_iter().map(|(text, _)| text).collect()
}

async fn messages_handed_over_before_a_crash_are_not_sent_twice(world: &mut World) {
    let line = world.line("support").await;
    let file = texts("anna", COUNT) + &texts("boris", COUNT);
    let id = sends(world, &line, "", file).await.is(202).text_at("/id");
    a_second(world).await;
    // The messages are stored, what the import knows of them is not.
    world.faults.add("import.before_commit=error:1").unwrap();
    world.advance(Duration::from_secs(1));
    step_all(&world.app().usage).await;
    assert!(!world.letters().await.is_empty());
    world.faults.clear();
    world.restart().await;
    world.advance(Duration::from_secs(61));
    let end = ends(world, &id).await;
    assert_eq!([&end["done"], &end["duplicates"], &end["skipped_total"]], [&json!(120), &json!(0), &json!(0)], "{end}");
    for chat in ["anna", "boris"] {
        let heard = heard(world, &line, chat);
        assert_eq!(heard.iter().filter(|(_, silent)| !silent).count(), 1, "one notice");
        assert_eq!(only_texts(heard), in_order(chat));
    }
}

async fn two_servers_do_not_work_on_one_twice(world: &mut World) {
    let line = world.line("support").await;
    let id = sends(world, &line, "", texts("anna", COUNT)).await.is(202).text_at("/id");
    let other = world.another_server().await;
    for _ in 0..10 {
        world.advance(Duration::from_secs(1));
        let (ours, theirs) = (world.app().clone(), other.app.clone());
        tokio::join!(step_all(&ours.usage), step_all(&theirs.usage));
        world.deliver_all().await;
    }
    let end = ends(world, &id).await;
    assert_eq!([&end["done"], &end["duplicates"]], [&json!(COUNT), &json!(0)]);
    assert_eq!(only_texts(heard(world, &line, "anna")), in_order("anna"));
    other.stop().await;
}

async fn goes_on_after_kill_9(engine: Engine) {
    let Some(mut drill) = Drill::prepare(engine, Path::new(env!("CARGO_BIN_EXE_parom_faults"))).await else { return };
    drill.serves("").await;
    let line = drill.line("support").await;
    let file: String = (0..CHATS).map(|chat| texts(&format!("chat{chat}"), COUNT)).collect();
    let request = drill.api.request(Method::POST, &line.path("/imports"));
    let reply = answer(request.header("content-type", "application/x-ndjson").body(file)).await.is(202);
    let id = reply.text_at("/id");
    for death in 1..=2 {
        let some = |sandbox: &simulator::crm::Sandbox| (sandbox.messages(HOST).len() > 40 * death).then_some(());
        assert!(drill.sandbox.wait_for(some, LIMIT).await.is_some(), "it goes on after {} deaths", death - 1);
        drill.is_killed().await;
        drill.a_minute_passes().await;
        drill.serves("").await;
    }
    let done = drill.until("the import ends", async || {
        let told = drill.api.get(&format!("/api/v1/imports/{id}")).await.json;
        (told["status"] == "done").then_some(told)
    });
    let done = done.await;
    assert_eq!([&done["done"], &done["duplicates"]], [&json!(CHATS * COUNT), &json!(0)], "{done}");
    for chat in (0..CHATS).map(|chat| format!("chat{chat}")) {
        assert_eq!(only_texts(heard(&drill, &line, &chat)), in_order(&chat), "oldest first, each once");
    }
    drill.ends_well().await;
}

both!(messages_handed_over_before_a_crash_are_not_sent_twice, history_arrives_oldest_first_and_the_newest_notifies);
both!(one_import_of_a_channel_runs_at_a_time);
once!(messages_that_arrived_before_the_import_are_recognised, silent_imports_and_messages_notify_no_manager);
once!(managers_are_imported_in_their_name);
on_postgres!(two_servers_do_not_work_on_one_twice);
both_engines!(imports_take_a_fifth_and_give_way, goes_on_after_kill_9);
