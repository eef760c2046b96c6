//! Requirement 10 of "Trust": no task that runs for the life of the process ends unnoticed.

use std::collections::BTreeSet;

use base::store::VENDOR;
use parom_tests::{Engine, FileHost, Page, Place, Setup, World, answer, drill};
use reqwest::Method;
use simulator::crm::HookMessage;

/// Every task of a serving process. One that is added belongs here too.
const TASKS: [&str; 35] = [
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

async fn live(engine: Engine) -> Option<World> {
    let world = World::start(engine, Setup { live: true, ..Setup::default() }).await?;
    let begun = async || (world.app().supervisor.restarts().len() == TASKS.len()).then_some(());
    world.until("all tasks are begun", begun).await;
    Some(world)
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

async fn every_task_is_started_again(engine: Engine) {
    let Some(world) = live(engine).await else { return };
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

async fn a_task_that_fails_three_times_raises_an_alert(engine: Engine) {
    let Some(mut world) = live(engine).await else { return };
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_task_is_started_again_on_sqlite() {
    every_task_is_started_again(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_task_is_started_again_on_postgres() {
    every_task_is_started_again(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_fails_three_times_raises_an_alert_on_sqlite() {
    a_task_that_fails_three_times_raises_an_alert(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_fails_three_times_raises_an_alert_on_postgres() {
    a_task_that_fails_three_times_raises_an_alert(Engine::Postgres).await;
}
