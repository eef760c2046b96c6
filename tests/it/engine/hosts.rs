//! A destination host that fails for all accounts, and an account that fails alone.

use std::time::Duration;

use parom_tests::{Line, World, both};
use simulator::crm::{Fault, LogDirection, Part};

const BROKEN: Fault = Fault::Status { code: 500, retry_after: None };

/// Messages that were posted to amojo so far, taken or not.
fn posted(world: &World) -> usize {
    let is_message = |path: &str| path.strip_prefix("/v2/origin/custom/").is_some_and(|rest| !rest.contains('/'));
    let requests = world.sandbox.requests();
    let messages = requests.iter().filter(|request| request.direction == LogDirection::In && request.method == "POST");
    messages.filter(|request| is_message(&request.path)).count()
}

async fn lines(world: &World, accounts: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for account in 0..accounts {
        lines.push(world.line_at(&format!("account-{account}.amocrm.ru"), "support").await);
    }
    lines
}

async fn o1_ten_failing_chats_of_one_account_hold_no_other_account(world: &mut World) {
    let sick = world.line_at("sick.amocrm.ru", "support").await;
    let well = world.line("support").await;
    world.sandbox.faults().until_cleared_with(Part::Message, "sick", BROKEN);
    for chat in 0..10 {
        world.customer(&sick, &format!("c{chat}")).writes("sick").await;
    }
    let anna = world.customer(&well, "anna");
    for second in 0..60 {
        anna.writes(&format!("{second}")).await;
        world.deliver_all().await;
        assert_eq!(world.texts_at_crm(&well).len(), second + 1, "nothing is held in second {second}");
        world.advance(Duration::from_secs(1));
    }
    assert_eq!(world.app().delivery.slots.closed(world.clock.millis()), []);
    world.sandbox.faults().clear();
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&sick).len(), 10);
}

async fn o1_a_host_that_is_down_for_all_is_left_alone_soon_and_opened_by_one_probe(world: &mut World) {
    let lines = lines(world, 4).await;
    world.sandbox.faults().until_cleared(Part::Message, BROKEN);
    for line in &lines[..3] {
        for chat in 0..8 {
            world.customer(line, &format!("c{chat}")).writes("first").await;
        }
    }
    world.deliver_all().await;
    assert_eq!(posted(world), 24, "what was on its way at once");
    assert_eq!(world.app().delivery.slots.closed(world.clock.millis()).len(), 1);
    for line in &lines {
        world.customer(line, "late").writes("late").await;
    }
    world.advance(Duration::from_millis(29_999));
    world.deliver_all().await;
    assert_eq!(posted(world), 24, "no call is made meanwhile, not even for an account that has not failed");
    for probes in 1..=3 {
        world.advance(Duration::from_secs(30));
        world.deliver_all().await;
        assert_eq!(posted(world), 24 + probes, "one goes first");
    }
    world.sandbox.faults().clear();
    world.advance(Duration::from_secs(30));
    world.deliver_to_the_end().await;
    let taken: usize = lines.iter().map(|line| world.texts_at_crm(line).len()).sum();
    assert_eq!((posted(world), taken), (27 + 28, 28), "and all others follow, each once");
}

both!(
    o1_ten_failing_chats_of_one_account_hold_no_other_account,
    o1_a_host_that_is_down_for_all_is_left_alone_soon_and_opened_by_one_probe,
);
