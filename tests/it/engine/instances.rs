//! Rule 12: several instances share one PostgreSQL, and nothing but the database coordinates them.

use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;

use base::store::VENDOR;
use entity::conversation;
use futures_util::future::maybe_done;
use parom::delivery::worker::Worker;
use parom_tests::messenger::Answer;
use parom_tests::office::all_at_once;
use parom_tests::settings::{HOST, VENDOR_KEY};
use parom_tests::{Api, Engine, FileHost, Page, Place, Setup, World, answer, both, drill, ends_within, on_postgres};
use queue::accept_batch::{Alias, Side};
use reqwest::Method;
use sea_orm::ConnectionTrait;
use serde_json::json;
use simulator::crm::HookMessage;
use uuid::Uuid;

async fn two_instances_carry_one_queue(world: &mut World) {
    let line = world.line("support").await;
    let second = world.another_server().await;
    let doors = [world.api.clone(), Api::new(second.url(), VENDOR_KEY)];
    for number in 0..20 {
        let customer = world.customer(&line, &format!("c{}", number % 4));
        let body = customer.body(&format!("{number}"), &format!("{}:{number}", number % 4));
        doors[number % 2].post(&line.path("/messages"), &body).await.is(202);
    }
    let workers = vec![world.another_worker(), Worker::new(second.app.delivery.clone())];
    let carried =
        all_at_once(workers.into_iter().map(|mut worker| async move { worker.deliver_all().await.unwrap() })).await;
    assert_eq!(carried.iter().sum::<usize>(), 20, "each letter was carried by one of them");
    for conversation in 0..4 {
        let prefix = format!("{conversation}:");
        let texts = world.texts_at_crm(&line);
        let numbers: Vec<usize> = texts.iter().filter_map(|text| text.strip_prefix(&prefix)?.parse().ok()).collect();
        assert_eq!(numbers, (0..5).map(|n| n * 4 + conversation).collect::<Vec<_>>());
    }
    second.stop().await;
}

async fn one_instance_takes_over_the_work_of_another(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let second = world.another_server().await;
    anna.writes("one").await;
    anna.writes("two").await;
    world.faults.add("deliver.after_call=error:1").unwrap();
    world.deliver_all().await;
    let mut other = Worker::new(second.app.delivery.clone());
    assert_eq!(other.deliver_all().await.unwrap(), 0, "the lease of the first still runs");
    world.advance(Duration::from_secs(60));
    assert_eq!(other.deliver_all().await.unwrap(), 2);
    assert_eq!(world.texts_at_crm(&line), ["one", "two"]);
    second.stop().await;
}

/// A restarted process knows that its earlier life is over: it holds the lock of its spool's folder.
async fn a_restarted_process_takes_up_its_own_leases_at_once(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    world.faults.add("deliver.after_call=error:1").unwrap();
    anna.writes("one").await;
    anna.writes("two").await;
    world.deliver_all().await;
    world.restart().await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["one", "two"], "no time passed");
}

/// Nor is another process's lease ended, whichever of the two started last.
async fn a_start_ends_no_lease_of_a_process_that_lives(world: &mut World) {
    let line = world.line("support").await;
    let (anna, boris) = (world.customer(&line, "anna"), world.customer(&line, "boris"));
    let second = world.another_server().await;
    world.faults.add("deliver.after_call=error:1").unwrap();
    anna.writes("one").await;
    anna.writes("two").await;
    Worker::new(second.app.delivery.clone()).deliver_all().await.unwrap();
    world.restart().await;
    let third = world.another_server().await;
    boris.writes("three").await;
    assert_eq!(world.deliver_all().await, 1);
    assert_eq!(world.texts_at_crm(&line), ["one", "three"], "the second has not said what became of it");
    world.advance(Duration::from_secs(60));
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["one", "three", "two"]);
    second.stop().await;
    third.stop().await;
}

/// Each instance keeps sources for a few seconds. What it decides by one that has changed meanwhile must not last.
async fn a_resumed_source_is_not_held_again_by_another_instance(world: &mut World) {
    let line = world.chatting().await.0;
    let second = world.another_server().await;
    let door = Api::new(second.url(), VENDOR_KEY);
    world.api.patch(&line.path(""), &json!({"paused": true})).await.is(200);
    world.manager(&line).answers("anna", "waits").await;
    world.deliver_to_the_end().await;
    // The second has read it, and keeps it.
    door.get(&line.path("/ledger")).await.is(200);
    world.advance(Duration::from_secs(1));
    world.api.patch(&line.path(""), &json!({"paused": false})).await.is(200);
    let mut other = Worker::new(second.app.delivery.clone());
    // Resumed within the second; then the waits of the letter and of its target.
    for seconds in [1, 5, 60, 60] {
        world.advance(Duration::from_secs(seconds));
        other.deliver_all().await.unwrap();
    }
    assert_eq!(world.messenger.texts(), ["waits"]);
    second.stop().await;
}

async fn a_secret_changed_at_one_instance_pauses_nothing_at_the_other(world: &mut World) {
    let line = world.chatting().await.0;
    world.manager(&line).answers("anna", "signed by the first secret").await;
    let second = world.another_server().await;
    let door = Api::new(second.url(), VENDOR_KEY);
    world.deliver_to_the_end().await;
    door.post(&line.path("/rotate-secret"), &json!({})).await.is(200);
    // The messenger takes the new one alone, at once; the first signs with the one it remembers.
    world.messenger.answers_next([Answer::status(401)]);
    world.manager(&line).answers("anna", "signed by both").await;
    world.deliver_to_the_end().await;
    world.advance(Duration::from_secs(5));
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts().last().map(String::as_str), Some("signed by both"));
    assert_eq!(world.api.get(&line.path("")).await.is(200).json["status"], "working");
    second.stop().await;
}

async fn what_ends_at_one_instance_is_refused_by_the_other_within_a_second(world: &mut World) {
    let (line, other_line) = (world.line("support").await, world.line("sales").await);
    let second = world.another_server().await;
    let key = "prm_a-key-of-the-account-0123456789abcdefghi";
    world.add_key(line.tenant_id, key, "write").await;
    let (door, keyed) = (Api::new(second.url(), VENDOR_KEY), Api::new(second.url(), key));
    let site = world.line_of("webchat", "Site", "site", json!({})).await;
    let chat = async || answer(door.anonymous(Method::GET, &format!("/chat/{}", site.source_id))).await.status;
    keyed.get(&line.path("")).await.is(200);
    door.get(&other_line.path("")).await.is(200);
    assert_eq!(chat().await, 200);
    let store = &world.app().store;
    let id = entity::api_key::Entity::of_tenant(line.tenant_id).one(store.read()).await.unwrap().unwrap().id;
    assert!(parom::api_key::key_ring::revoke(store.write(), &world.clock, line.tenant_id, id).await.unwrap());
    for line in [&other_line, &site] {
        world.api.delete(&line.path("")).await.is(204);
    }
    let refused = async {
        world.until("the key is refused", async || (keyed.get(&line.path("")).await.status == 401).then_some(())).await;
        world
            .until("the source is refused", async || (door.get(&other_line.path("")).await.status == 404).then_some(()))
            .await;
        world.until("the chat is closed", async || (chat().await != 200).then_some(())).await;
    };
    // Below a second where no other work is done.
    ends_within(Duration::from_secs(4), refused).await;
    second.stop().await;
}

async fn callers_of_two_instances_renew_a_token_once(world: &mut World) {
    let line = world.line("support").await;
    let second = world.another_server().await;
    let doors = [world.api.clone(), Api::new(second.url(), VENDOR_KEY)];
    world.sandbox.expire_access_tokens(HOST);
    let before = world.sandbox.token_calls().len();
    let asked = (0..20).map(|number| {
        let (door, path) = (doors[number % 2].clone(), format!("/api/v1/tenants/{}/pipelines", line.tenant_id));
        async move { door.get(&path).await.status }
    });
    assert_eq!(all_at_once(asked).await, [200; 20]);
    assert_eq!(world.sandbox.token_calls().len() - before, 1);
    second.stop().await;
}

// Requirement 10 of "Trust": no task that runs for the life of the process ends unnoticed.

/// Every task of a serving process. One that is added belongs here too.
const TASKS: [&str; 36] = [
    "alert_notices",
    "audit",
    "balance",
    "chat_emails",
    "checkpoint",
    "delivery",
    "disks",
    "expire",
    "gauges",
    "imports",
    "installs",
    "integrations",
    "jobs",
    "keys",
    "lookup",
    "lost_hooks",
    "media",
    "metrics",
    "plans",
    "proofs",
    "reconcile",
    "retention",
    "rounds",
    "settlements",
    "source_notices",
    "spool",
    "spool_beside",
    "spool_writer",
    "status",
    "task_alerts",
    "traces",
    "usage",
    "vendor_webhooks",
    "wake",
    "work",
    "writer",
];

/// On threads of their own: `spool::tests::a_panic_of_the_thread_that_writes_ends_nothing` and
/// `supervisor::tests::a_thread_goes_on_where_it_was` break them.
const THREADS: [&str; 2] = ["spool_beside", "spool_writer"];

async fn live() -> World {
    let setup = Setup { live: true, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let begun = async || (world.app().supervisor.restarts().len() == TASKS.len()).then_some(());
    world.until("all tasks are begun", begun).await;
    world
}

async fn breaks(world: &World, task: &'static str) {
    let supervisor = &world.app().supervisor;
    let before = supervisor.restarts()[task];
    supervisor.panics(task);
    world.until(task, async || (supervisor.restarts()[task] > before).then_some(())).await;
}

/// A message in, and an answer with a file out.
async fn works(world: &World, line: &parom_tests::Line, round: usize) {
    let host = FileHost::start().await;
    let picture = host.puts("/a.png", [Page::file("image/png", crate::media::png(100))]);
    let text = format!("round {round}");
    world.customer(line, "anna").writes(&text).await;
    let there = async || world.texts_at_crm(line).contains(&text).then_some(());
    world.until("the message is at amoCRM", there).await;
    let before = world.messenger.received().len();
    world.manager(line).sends("anna", HookMessage::file("picture", &picture, "a.png", 100)).await;
    let came = async || (world.messenger.received().len() > before).then_some(());
    world.until("the answer is at the messenger", came).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_task_is_started_again_on_sqlite() {
    let world = live().await;
    let tasks: BTreeSet<_> = world.app().supervisor.restarts().into_keys().collect();
    assert_eq!(tasks, TASKS.into_iter().collect());
    let line = world.line("support").await;
    works(&world, &line, 0).await;
    // Last the one that starts most others: they are restarted with it.
    let broken = TASKS.into_iter().filter(|task| !THREADS.contains(task) && *task != "work");
    for task in broken.clone().chain(["work"]) {
        breaks(&world, task).await;
    }
    works(&world, &line, 1).await;
    let restarts = world.app().supervisor.restarts();
    for task in broken.chain(["work"]) {
        assert_eq!(restarts[task], 1, "{task} goes on");
    }
    assert_eq!(world.app().supervisor.failing(), []);
    let metrics = answer(world.api.anonymous(Method::GET, "/metrics")).await.is(200);
    assert!(metrics.text.contains("parom_task_restarts_total{task=\"delivery\"} 1"), "{}", metrics.text);
    answer(world.api.anonymous(Method::GET, "/readyz")).await.is(200);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_fails_three_times_raises_an_alert() {
    let mut world = live().await;
    let alerts = async |world: &World| {
        let open = parom::alert::open(world.app().store.read(), VENDOR).await.unwrap();
        open.into_iter().map(|alert| alert.key).collect::<Vec<_>>()
    };
    for _ in 0..2 {
        breaks(&world, "media").await;
    }
    answer(world.api.anonymous(Method::GET, "/readyz")).await.is(200);
    breaks(&world, "media").await;
    let ready = answer(world.api.anonymous(Method::GET, "/readyz")).await.is(503);
    assert!(ready.text.contains("media"), "{}", ready.text);
    assert!(!ready.text.contains("a test asked"), "strangers hear no cause: {}", ready.text);
    world
        .until("the vendor has the alert", async || (alerts(&world).await == ["task_failing:media"]).then_some(()))
        .await;
    world.restart().await;
    answer(world.api.anonymous(Method::GET, "/readyz")).await.is(200);
    world.until("a start closes it", async || alerts(&world).await.is_empty().then_some(())).await;
    tokio::time::timeout(drill::LIMIT, world.close()).await.expect("it ends in time");
}

// A panic ends what it happened in, and nothing else.

async fn in_the_writer(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    world.faults.add("accept.before_commit=panic:1").unwrap();
    let body = anna.body("one", "one");
    anna.posts(&body).await.is(503);
    anna.posts(&body).await.is(202);
    anna.writes("two").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["one", "two"], "the writer was started again");
}

/// A killed process interrupts the calls that it was making. That is no reason to give their letters up.
async fn a_process_killed_again_and_again_gives_up_no_letter(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.writes("one").await;
    anna.writes("two").await;
    for _ in 0..6 {
        world.faults.add("deliver.before_call=error:1").unwrap();
        world.deliver_all().await;
        assert!(world.texts_at_crm(&line).is_empty(), "it dies before the call");
        world.restart().await;
        world.advance(Duration::from_secs(1));
    }
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["one", "two"]);
    let dead = world.api.get(&line.dead_letters()).await.is(200);
    assert_eq!(dead.json["items"].as_array().map(Vec::len), Some(0), "{}", dead.text);
}

/// An answer that is still on its way when an account changes is kept for no one who asks after the change.
async fn what_was_asked_before_a_change_is_not_found_after_it(world: &mut World) {
    let line = world.line("support").await;
    let lookup = world.app().lookup.clone();
    lookup.forget();
    // The answer is seldom there at once.
    let mut before = pin!(maybe_done(lookup.tenant(line.tenant_id)));
    let _ = futures_util::poll!(before.as_mut());
    // Questions are answered in their order: when this one is, the first has its answer.
    assert_eq!(lookup.tenant(Uuid::from_u128(1)).await.unwrap(), None);
    let row = "UPDATE tenant SET name = 'after'";
    world.app().store.write().execute_unprepared(row).await.unwrap();
    lookup.forget();
    let (_, after) = tokio::join!(before, lookup.tenant(line.tenant_id));
    assert_eq!(after.unwrap().unwrap().name, "after");
}

/// The same for a conversation, which is kept for a minute.
async fn a_conversation_that_changed_while_it_was_read_is_not_kept(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let lookup = world.app().lookup.clone();
    let chat = conversation::Entity::of_tenant(line.tenant_id).one(world.app().store.read()).await.unwrap().unwrap();
    let alias = |external_id: &str| Alias {
        side: Side::Messenger,
        origin: line.source_id,
        external_id: external_id.to_owned(),
    };
    lookup.forget_conversation(line.tenant_id, alias(&chat.external_id)).await;
    let mut before = pin!(maybe_done(lookup.conversation(line.tenant_id, alias(&chat.external_id))));
    let _ = futures_util::poll!(before.as_mut());
    assert_eq!(lookup.conversation(line.tenant_id, alias("nobody")).await.unwrap(), None);
    let row = "UPDATE conversation SET amocrm_chat_id = 'after'";
    world.app().store.write().execute_unprepared(row).await.unwrap();
    lookup.forget_conversation(line.tenant_id, alias(&chat.external_id)).await;
    before.as_mut().await;
    let before = before.take_output().unwrap().unwrap().unwrap();
    assert_eq!(before.amocrm_chat_id, chat.amocrm_chat_id, "it was read before");
    let after = lookup.conversation(line.tenant_id, alias(&chat.external_id)).await.unwrap().unwrap();
    assert_eq!(after.amocrm_chat_id, "after");
}

both!(
    a_process_killed_again_and_again_gives_up_no_letter,
    what_was_asked_before_a_change_is_not_found_after_it,
    a_conversation_that_changed_while_it_was_read_is_not_kept,
    in_the_writer
);
on_postgres!(two_instances_carry_one_queue);
on_postgres!(what_ends_at_one_instance_is_refused_by_the_other_within_a_second);
on_postgres!(a_secret_changed_at_one_instance_pauses_nothing_at_the_other);
on_postgres!(a_resumed_source_is_not_held_again_by_another_instance);
on_postgres!(a_restarted_process_takes_up_its_own_leases_at_once, a_start_ends_no_lease_of_a_process_that_lives);
on_postgres!(callers_of_two_instances_renew_a_token_once, one_instance_takes_over_the_work_of_another);
