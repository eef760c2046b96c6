//! One account floods, others are served as if it did not: over the wire to amoCRM and to messengers, by counts.

use std::time::Duration;

use futures_util::future::join_all;
use parom_tests::{Line, World, once};
use simulator::crm::LogDirection;

/// So many texts of customers in so many chats, a hundred posts at a time.
async fn write(world: &World, line: &Line, texts: usize, chats: usize) {
    let customers: Vec<_> = (0..chats).map(|chat| world.customer(line, &format!("customer-{chat}"))).collect();
    let numbers: Vec<usize> = (0..texts).collect();
    for part in numbers.chunks(chats.min(100)) {
        let posts = part.iter().map(|number| {
            let customer = customers[number % chats].clone();
            async move { customer.writes(&format!("text {number}")).await }
        });
        join_all(posts).await;
    }
}

/// Whose messages came to amoCRM behind a line of its log, in their order; and the last line.
fn came_after(world: &World, number: u64) -> (Vec<String>, u64) {
    let requests = world.sandbox.requests();
    let last = requests.last().map_or(number, |request| request.number);
    let messages = requests.into_iter().filter(|request| {
        request.number > number
            && request.direction == LogDirection::In
            && request.method == "POST"
            && request.path.starts_with("/v2/origin/custom/")
    });
    (messages.filter_map(|request| request.host).collect(), last)
}

async fn a_quiet_accounts_message_overtakes_a_flood(world: &mut World) {
    let (loud, quiet) = (world.line("support").await, world.line_at("quiet.amocrm.ru", "support").await);
    write(world, &loud, 2_000, 100).await;
    world.deliver_all().await;
    let (_, before) = came_after(world, 0);
    let carried = world.texts_at_crm(&loud).len();
    assert!((1..1_500).contains(&carried), "the flood is under way: {carried}");
    world.customer(&quiet, "anna").writes("only one").await;
    world.advance(Duration::from_secs(1));
    world.deliver_all().await;
    let (hosts, _) = came_after(world, before);
    let place = hosts.iter().position(|host| *host == quiet.host);
    assert!(place.is_some_and(|place| place < 16), "behind no more than was on its way: {place:?}");
    assert!(hosts.len() > 100, "and the flood went on: {}", hosts.len());
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&loud).len(), 2_000);
    assert_eq!(world.texts_at_crm(&quiet), ["only one"]);
}

/// The same towards messengers: a manager of a quiet account answers while another account's answers wait.
async fn a_quiet_accounts_answer_overtakes_a_flood_of_answers(world: &mut World) {
    const CHATS: usize = 50;
    const EACH: usize = 40;
    let (loud, quiet) = (world.line("support").await, world.line_at("quiet.amocrm.ru", "support").await);
    write(world, &loud, CHATS, CHATS).await;
    world.customer(&quiet, "anna").writes("Hello").await;
    world.deliver_to_the_end().await;
    let busy = world.manager(&loud);
    for number in 0..EACH {
        let text = format!("answer {number}");
        let names: Vec<String> = (0..CHATS).map(|chat| format!("customer-{chat}")).collect();
        join_all(names.iter().map(|name| busy.answers(name, &text))).await;
    }
    world.deliver_all().await;
    let before = world.messenger.received().len();
    assert!((1..CHATS * EACH * 3 / 4).contains(&before), "the flood is under way: {before}");
    world.manager(&quiet).answers("anna", "only one").await;
    world.advance(Duration::from_secs(1));
    world.deliver_all().await;
    let texts = world.messenger.texts();
    let place = texts[before..].iter().position(|text| text == "only one");
    assert!(place.is_some_and(|place| place < 16), "behind no more than was on its way: {place:?}");
    assert!(texts.len() > before + 100, "and the flood went on: {} after {before}", texts.len());
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts().len(), CHATS * EACH + 1);
}

async fn an_account_of_weight_three_gets_three_times_as_much(world: &mut World) {
    let (mut heavy, mut light) = (Vec::new(), Vec::new());
    // Together they may have twice the calls under way that the host takes at once.
    for number in 0..16 {
        heavy.push(world.line_at(&format!("heavy{number}.amocrm.ru"), "support").await);
        light.push(world.line_at(&format!("light{number}.amocrm.ru"), "support").await);
    }
    for line in &heavy {
        parom::tenant::weigh(&world.app().tenants, line.tenant_id, 3).await.unwrap();
    }
    for line in heavy.iter().chain(&light) {
        write(world, line, 30, 15).await;
    }
    let (_, before) = came_after(world, 0);
    world.deliver_to_the_end().await;
    let (hosts, _) = came_after(world, before);
    assert_eq!(hosts.len(), 32 * 30);
    // As long as all of them have something waiting.
    let first = &hosts[..400];
    let of_heavy = first.iter().filter(|host| host.starts_with("heavy")).count();
    assert!((280..=320).contains(&of_heavy), "three quarters of 400: {of_heavy}");
    // Each had its share, give or take what it may have under way at once.
    for (lines, share, more_or_less) in [(&heavy, 19, 8), (&light, 6, 4)] {
        for line in lines {
            let had = first.iter().filter(|host| **host == line.host).count();
            assert!(had.abs_diff(share) <= more_or_less, "{} had {had} instead of {share}", line.host);
        }
    }
}

once!(
    a_quiet_accounts_message_overtakes_a_flood,
    a_quiet_accounts_answer_overtakes_a_flood_of_answers,
    an_account_of_weight_three_gets_three_times_as_much,
);
