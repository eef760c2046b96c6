//! Two instances, of which one reaches the database but not amoCRM: its own breaker keeps it from most letters, and the
//! other one delivers.

use std::time::Duration;

use parom::delivery::worker::Worker;
use parom::server::Running;
use parom_tests::{Line, World, on_postgres};

/// Calls of an instance in a row that open the breaker of its host, or of a target.
const OPEN_AFTER: usize = 20;
/// For how long a breaker is open.
const OPEN: u64 = 30;

/// An instance that cannot reach amoCRM, with its worker.
async fn offline(world: &mut World) -> (Running, Worker) {
    // Nothing listens there.
    world.setup_is(|config| config.integrations[0].amojo_url = "http://127.0.0.1:9".parse().unwrap());
    let running = world.another_server().await;
    world.setup_is(|_| {});
    let worker = Worker::new(running.app.delivery.clone());
    (running, worker)
}

async fn write_in_new_chats(world: &World, line: &Line, name: &str, chats: usize) {
    for chat in 0..chats {
        let id = format!("{name} {chat}");
        world.customer(line, &id).writes(&id).await;
    }
}

fn delivered(world: &World, lines: &[Line]) -> usize {
    lines.iter().map(|line| world.texts_at_crm(line).len()).sum()
}

/// How often letters that wait were tried in vain.
async fn failed_calls(world: &World) -> i32 {
    world.letters().await.iter().map(|letter| letter.attempts).sum()
}

async fn an_instance_without_internet_leaves_the_letters_to_the_other(world: &mut World) {
    let mut lines = Vec::new();
    for account in 0..4 {
        lines.push(world.line_at(&format!("account-{account}.amocrm.ru"), "support").await);
    }
    let (running, mut offline) = offline(world).await;
    for line in &lines {
        write_in_new_chats(world, line, "first", 8).await;
    }
    offline.deliver_all().await.unwrap();
    let now = world.clock.millis();
    assert_eq!(running.app.delivery.slots.closed(now).len(), 1, "its breaker for amoCRM opened");
    let in_vain = failed_calls(world).await;
    assert!((20..=32).contains(&in_vain), "{in_vain}");

    // No target is closed for the other instance: what comes now is delivered at once.
    for line in &lines {
        write_in_new_chats(world, line, "second", 8).await;
    }
    assert_eq!(offline.deliver_all().await.unwrap(), 0, "it takes no letter");
    world.deliver_all().await;
    assert!(delivered(world, &lines) >= 32, "{}", delivered(world, &lines));
    assert_eq!(world.app().delivery.slots.closed(now), []);

    // The letters that failed are repeated by the other instance within the budget for retries, although the first one
    // always looks earlier. It tries one letter each half minute.
    let mut seconds = 0;
    while !world.letters().await.is_empty() {
        world.advance(Duration::from_secs(1));
        seconds += 1;
        assert!(offline.deliver_all().await.unwrap() <= usize::from(seconds % OPEN == 0), "in second {seconds}");
        world.deliver_all().await;
        assert!(seconds < 120, "{:?}", world.letters().await);
    }
    for line in &lines {
        let texts = world.texts_at_crm(line);
        assert_eq!(texts.len(), 16, "each once: {texts:?}");
    }
    running.stop().await;
}

/// A busy target of a single account: the breaker that it opens is shared.
async fn a_target_that_it_closed_is_open_after_the_others_probe(world: &mut World) {
    let lines = [world.line("support").await];
    let (running, mut offline) = offline(world).await;
    write_in_new_chats(world, &lines[0], "first", OPEN_AFTER).await;
    offline.deliver_all().await.unwrap();
    let now = world.clock.millis();
    assert_eq!(
        running.app.delivery.slots.closed(now),
        [],
        "the failures of one account do not prove that the host is down"
    );
    assert_eq!(failed_calls(world).await, 20);
    write_in_new_chats(world, &lines[0], "second", 3).await;
    world.deliver_all().await;
    assert_eq!(delivered(world, &lines), 0, "the target is closed for both");

    world.advance(Duration::from_secs(OPEN));
    // The other instance gets the probe.
    world.deliver_all().await;
    assert!(delivered(world, &lines) > 10, "{}", delivered(world, &lines));
    world.deliver_to_the_end().await;
    assert_eq!(delivered(world, &lines), OPEN_AFTER + 3);
    assert!(world.letters().await.is_empty());
    running.stop().await;
}

on_postgres!(
    an_instance_without_internet_leaves_the_letters_to_the_other,
    a_target_that_it_closed_is_open_after_the_others_probe,
);
