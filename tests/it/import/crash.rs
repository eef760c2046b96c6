//! Processes that die in the middle, and two that work on one import: each message comes once, in order, none is
//! missing.

use std::path::Path;
use std::time::Duration;

use parom::import::step_all;
use parom_tests::drill::{Drill, LIMIT};
use parom_tests::settings::HOST;
use parom_tests::{Engine, World, answer, both, on_postgres};
use reqwest::Method;
use serde_json::json;

use super::{a_second, ends, heard, sends, texts};

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

mod a_server_that_is_killed {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        super::goes_on_after_kill_9(super::Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        super::goes_on_after_kill_9(super::Engine::Postgres).await;
    }
}
both!(messages_handed_over_before_a_crash_are_not_sent_twice);
on_postgres!(two_servers_do_not_work_on_one_twice);
