//! A Citus cluster, where there is one: `deploy/demo-citus` starts it and runs these.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parom_tests::database::{kills, starts, workers};
use parom_tests::{Customer, Line, Reply, World, answer, on_postgres};
use reqwest::Method;
use serde_json::Value;
use simulator::crm::HookMessage;
use tokio_util::sync::CancellationToken;

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

/// Their calls are refused with 503 and their hooks wait on the disk; the others are served in both directions. When the
/// worker is back everything is delivered, nothing twice.
async fn a_killed_worker_concerns_its_accounts_alone(world: &mut World) {
    if !is_cluster() {
        return;
    }
    let lines = one_on_each(world).await;
    for (line, key) in lines.iter().zip(KEYS) {
        world.add_key(line.tenant_id, key, "write").await;
        customer(world, &lines, line).writes("Hello").await;
    }
    world.deliver_all().await;
    // Each is killed once, so that the vendor's own rows are away once.
    for (away, there) in lines.iter().enumerate() {
        let others = || lines.iter().filter(|line| line.tenant_id != there.tenant_id);
        kills(away);
        let later = customer(world, &lines, there).body(&format!("later-{away}"), &format!("Later {away}"));
        let refused = customer(world, &lines, there).posts(&later).await.is(503);
        assert_eq!(refused.header("retry-after"), "5");
        let ready = answer(world.api.anonymous(Method::GET, "/readyz")).await.is(200);
        assert!(ready.text.starts_with("degraded: database nodes that do not answer: 1"), "{}", ready.text);
        let manager = world.manager(there);
        let hook = manager.prepares("anna", HookMessage::text(&format!("Spooled {away}")));
        assert_eq!(manager.posts(&hook).await, Some(200));
        assert_eq!(world.app().spool.waiting(), 1);

        for line in others() {
            customer(world, &lines, line).writes(&format!("Meanwhile {away}")).await;
            world.manager(line).answers("anna", &format!("At once {away}")).await;
        }
        world.deliver_all().await;
        assert_eq!(world.app().spool.waiting(), 1, "only the hook of the other account waits");
        for line in others() {
            let texts = world.texts_at_crm(line);
            assert_eq!(texts.last().map(String::as_str), Some(format!("Meanwhile {away}").as_str()), "{texts:?}");
        }
        assert!(world.messenger.texts().contains(&format!("At once {away}")));
        assert!(!world.messenger.texts().contains(&format!("Spooled {away}")));

        starts(away);
        let app = world.app().clone();
        world.until("the spool is empty", async || (app.spool.waiting() == 0).then_some(())).await;
        stored(world, &customer(world, &lines, there), &later).await.is(202);
        customer(world, &lines, there).posts(&later).await.is(200);
        world.advance(Duration::from_secs(120));
        world.deliver_to_the_end().await;
        let ready = answer(world.api.anonymous(Method::GET, "/readyz")).await.is(200);
        assert_eq!(ready.text, "ready\n");
    }
    let mut texts = world.messenger.texts();
    texts.sort();
    assert_eq!(texts, ["At once 0", "At once 1", "Spooled 0", "Spooled 1"]);
    assert_eq!(world.texts_at_crm(&lines[0]), ["Hello", "Later 0", "Meanwhile 1"]);
    assert_eq!(world.texts_at_crm(&lines[1]), ["Hello", "Meanwhile 0", "Later 1"]);
}

/// Messages of both accounts are posted and delivered while one of the workers is killed.
async fn nothing_is_lost_or_doubled_when_a_worker_is_killed_in_the_middle(world: &mut World) {
    if !is_cluster() {
        return;
    }
    let lines = one_on_each(world).await;
    for (line, key) in lines.iter().zip(KEYS) {
        world.add_key(line.tenant_id, key, "write").await;
    }
    let stop = CancellationToken::new();
    let working = tokio::spawn(world.another_worker().run(stop.clone()));
    let post = async |line: &Line, text: &str| {
        let anna = customer(world, &lines, line);
        anna.posts(&anna.body(text, text)).await.status
    };
    let (mut texts, mut refused) = (Vec::new(), Vec::new());
    let mut killing = None;
    let mut after = 0;
    while after < 10 {
        let text = format!("text {:04}", texts.len());
        if texts.len() == 10 {
            killing = Some(tokio::task::spawn_blocking(|| kills(0)));
        }
        after += usize::from(killing.as_ref().is_some_and(tokio::task::JoinHandle::is_finished));
        let (killed, lives) = tokio::join!(post(&lines[0], &text), post(&lines[1], &text));
        assert_eq!(lives, 202, "the other account is served");
        assert!([202, 503].contains(&killed), "{killed}");
        if killed == 503 {
            refused.push(text.clone());
        }
        texts.push(text);
    }
    killing.expect("it was begun").await.expect("the worker is killed");
    starts(0);
    assert!(refused.len() >= 10 && refused.len() < texts.len(), "it was killed in the middle: {}", refused.len());
    for text in refused {
        let anna = customer(world, &lines, &lines[0]);
        let again = stored(world, &anna, &anna.body(&text, &text)).await;
        // One of which the commit was made, but not answered, is a repeat.
        assert!([200, 202].contains(&again.status), "{}", again.text);
    }
    stop.cancel();
    working.await.expect("the worker ends");
    world.advance(Duration::from_secs(120));
    world.deliver_to_the_end().await;
    for line in &lines {
        let mut arrived = world.texts_at_crm(line);
        arrived.sort();
        assert_eq!(arrived, texts);
    }
}

/// Posts a message until it is stored, and until it is recognised many times in a row: each of the coordinator's
/// connections that had used a node fails once after its return. Returns the first answer.
async fn stored(world: &World, customer: &Customer, message: &Value) -> Reply {
    let posted = async || {
        let reply = customer.posts(message).await;
        if reply.status == 503 {
            assert_eq!(reply.header("retry-after"), "5");
        }
        (reply.status != 503).then_some(reply)
    };
    let first = world.until("the account is served again", posted).await;
    let in_a_row = AtomicUsize::new(0);
    let again = async || match posted().await {
        Some(_) => (in_a_row.fetch_add(1, Ordering::SeqCst) >= IN_A_ROW).then_some(()),
        None => {
            in_a_row.store(0, Ordering::SeqCst);
            None
        }
    };
    world.until("all connections serve it again", again).await;
    first
}

/// More than the server has connections for writing.
const IN_A_ROW: usize = 30;

/// The keys of the accounts: the vendor's key is on one of the workers.
const KEYS: [&str; 2] =
    ["prm_key-of-the-first-account-0123456789abcdef", "prm_key-of-the-second-account-0123456789abcdef"];

fn customer(world: &World, lines: &[Line], line: &Line) -> Customer {
    let place = lines.iter().position(|one| one.tenant_id == line.tenant_id).expect("one of these accounts");
    world.customer(line, "anna").with_key(KEYS[place])
}

on_postgres!(nothing_is_lost_or_doubled_when_a_worker_is_killed_in_the_middle);
on_postgres!(a_killed_worker_concerns_its_accounts_alone);
