//! A Citus cluster, where there is one: `deploy/demo-citus` starts it and runs these.

use std::time::Duration;

use parom_tests::database::citus::workers;
use parom_tests::{Line, World, answer, on_postgres};
use reqwest::Method;
use uuid::Uuid;

/// Whether the tests run on a cluster.
fn is_cluster() -> bool {
    let is_cluster = !workers().is_empty();
    if !is_cluster {
        println!("skipped: PAROM_TEST_CITUS is not set; deploy/demo-citus starts a cluster and sets it");
    }
    is_cluster
}

/// An account on each worker.
async fn one_on_each(world: &World) -> Vec<Line> {
    let mut lines: Vec<Option<Line>> = workers().iter().map(|_| None).collect();
    for number in 0..40 {
        let line = world.line_at(&format!("shop{number}.amocrm.ru"), "support").await;
        let worker = world.database().worker_of(line.tenant_id).await;
        lines[worker].get_or_insert(line);
        if lines.iter().all(Option::is_some) {
            break;
        }
    }
    lines.into_iter().map(|line| line.expect("an account on each worker")).collect()
}

async fn accounts_of_all_nodes_are_served(world: &mut World) {
    if !is_cluster() {
        return;
    }
    let lines = one_on_each(world).await;
    for line in &lines {
        let anna = world.customer(line, "anna");
        anna.writes("Hello").await;
        let body = anna.body("twice", "Twice");
        anna.posts(&body).await.is(202);
        anna.posts(&body).await.is(200);
    }
    world.deliver_all().await;
    for line in &lines {
        assert_eq!(world.texts_at_crm(line), ["Hello", "Twice"]);
        world.manager(line).answers("anna", "Good morning").await;
    }
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts().len(), lines.len());
    let ready = answer(world.api.anonymous(Method::GET, "/readyz")).await.is(200);
    assert_eq!(ready.text, "ready\n");
}

/// Their calls are refused with 503, their hooks wait on the disk; the others are served, and nothing is lost.
async fn a_node_that_does_not_answer_concerns_its_accounts_alone(world: &mut World) {
    if !is_cluster() {
        return;
    }
    let lines = one_on_each(world).await;
    // The vendor's key is needed here.
    let vendors = world.database().worker_of(Uuid::nil()).await;
    let away = (vendors + 1) % lines.len();
    let (here, there) = (&lines[vendors], &lines[away]);
    for line in [here, there] {
        world.customer(line, "anna").writes("Hello").await;
    }
    world.deliver_all().await;
    world.database().closes_worker(away).await;

    let refused =
        world.customer(there, "anna").posts(&world.customer(there, "anna").body("lost", "Lost")).await.is(503);
    assert_eq!(refused.header("retry-after"), "5");
    let ready = answer(world.api.anonymous(Method::GET, "/readyz")).await.is(200);
    assert!(ready.text.starts_with("degraded: database nodes that do not answer: 1"), "{}", ready.text);
    let manager = world.manager(there);
    let hook = manager.prepares("anna", sandbox::HookMessage::text("Later"));
    assert_eq!(manager.posts(&hook).await, Some(200));
    assert_eq!(world.app().spool.waiting(), 1);

    for number in 0..5 {
        world.customer(here, "anna").writes(&format!("{number}")).await;
    }
    world.manager(here).answers("anna", "At once").await;
    let app = world.app().clone();
    world.until("only the hook of the other account waits", async || (app.spool.waiting() == 1).then_some(())).await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(here), ["Hello", "0", "1", "2", "3", "4"]);
    assert_eq!(world.messenger.texts(), ["At once"]);

    world.database().opens_worker(away).await;
    world.until("the spool is empty", async || (app.spool.waiting() == 0).then_some(())).await;
    world.customer(there, "anna").writes("Again").await;
    world.advance(Duration::from_secs(120));
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(there), ["Hello", "Again"]);
    assert_eq!(world.messenger.texts(), ["At once", "Later"]);
}

on_postgres!(accounts_of_all_nodes_are_served, a_node_that_does_not_answer_concerns_its_accounts_alone);
