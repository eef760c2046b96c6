//! How fast a bot may write, and how it waits when asked to.

use std::time::Duration;

use parom_tests::{TelegramWorld, both};
use simulator::crm::HookMessage;
use simulator::telegram::{Fault, NewPerson};

use super::chatting;

fn texts(world: &TelegramWorld, line: &parom_tests::TelegramLine) -> Vec<String> {
    line.sent(world).into_iter().map(|message| message.text).collect()
}

async fn a_flood_to_one_chat_keeps_its_rate_and_its_order(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    world.advance(Duration::from_secs(60));
    world.telegram().set_rates(true);
    let wanted: Vec<_> = (0..12).map(|number| format!("message {number}")).collect();
    for text in &wanted {
        line.manager_sends(world, HookMessage::text(text)).await;
    }
    world.deliver_all().await;
    assert!(texts(world, &line).len() < wanted.len(), "a short burst, then one a second");
    world.deliver_to_the_end().await;
    assert_eq!(texts(world, &line), wanted);
    let refused = world.telegram().calls(line.bot).into_iter().filter(|call| call.status == 429).count();
    assert!(refused <= 1, "asked to wait {refused} times");
}

async fn a_bot_keeps_its_rate_over_all_chats(world: &mut TelegramWorld) {
    const CHATS: usize = 40;
    let line = world.telegram_line(serde_json::json!({})).await;
    let people: Vec<i64> = (0..CHATS).map(|_| world.telegram().add_person(NewPerson::default())).collect();
    for person in &people {
        world.telegram().customer(*person, line.bot).starts("").unwrap();
        world.telegram().customer(*person, line.bot).writes("Hi").unwrap();
    }
    world.telegram_arrives().await;
    world.advance(Duration::from_secs(60));
    world.telegram().set_rates(true);
    for person in &people {
        let chat = line.chat_of(world, &person.to_string());
        line.manager_sends_to(world, &chat, HookMessage::text("sale")).await;
    }
    world.deliver_all().await;
    assert!(texts(world, &line).len() < CHATS, "thirty a second");
    world.deliver_to_the_end().await;
    assert_eq!(texts(world, &line).len(), CHATS);
    let refused = world.telegram().calls(line.bot).into_iter().filter(|call| call.status == 429).count();
    // The simulated Telegram rounds a thirtieth of a second up, we round it down.
    assert!(refused <= 1, "asked to wait {refused} times");
}

async fn only_the_chat_that_is_asked_to_wait_waits(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let pavel = world.telegram().add_person(NewPerson { first_name: "Pavel".to_owned(), ..NewPerson::default() });
    world.telegram().customer(pavel, line.bot).starts("").unwrap();
    world.telegram().customer(pavel, line.bot).writes("Hi").unwrap();
    world.telegram_arrives().await;
    world.telegram().faults().next_to(
        &line.person.to_string(),
        "sendMessage",
        1,
        Fault::TooMany { retry_after: Some(34) },
    );
    let said = line.manager_sends(world, HookMessage::text("to Maria")).await;
    let chat = line.chat_of(world, &pavel.to_string());
    line.manager_sends_to(world, &chat, HookMessage::text("to Pavel")).await;
    world.deliver_all().await;
    assert_eq!(texts(world, &line), ["to Pavel"]);
    assert!(world.statuses_at_crm(&line.line, &said.message_id).is_empty());
    world.advance(Duration::from_secs(34));
    world.deliver_all().await;
    assert_eq!(texts(world, &line).len(), 1, "one second more than it was asked to wait");
    world.advance(Duration::from_secs(1));
    world.deliver_all().await;
    assert_eq!(texts(world, &line), ["to Pavel", "to Maria"]);
}

async fn two_chats_that_are_asked_to_wait_stop_only_their_bot(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let people: Vec<i64> = (0..3).map(|_| world.telegram().add_person(NewPerson::default())).collect();
    for person in &people {
        world.telegram().customer(*person, line.bot).starts("").unwrap();
        world.telegram().customer(*person, line.bot).writes("Hi").unwrap();
    }
    world.telegram_arrives().await;
    world.telegram().faults().next("sendMessage", 2, Fault::TooMany { retry_after: Some(34) });
    for person in &people[..2] {
        let chat = line.chat_of(world, &person.to_string());
        line.manager_sends_to(world, &chat, HookMessage::text("told to wait")).await;
        world.deliver_all().await;
    }
    let third = line.chat_of(world, &people[2].to_string());
    line.manager_sends_to(world, &third, HookMessage::text("waits too")).await;
    world.deliver_all().await;
    assert!(texts(world, &line).is_empty(), "the whole bot waits");
    world.deliver_to_the_end().await;
    assert_eq!(texts(world, &line).len(), 3);
}

async fn a_storm_of_refusals_loses_nothing_and_keeps_every_order(world: &mut TelegramWorld) {
    const STORM: usize = 30;
    let line = chatting(world).await;
    let people: Vec<i64> = (0..6).map(|_| world.telegram().add_person(NewPerson::default())).collect();
    for person in &people {
        world.telegram().customer(*person, line.bot).starts("").unwrap();
        world.telegram().customer(*person, line.bot).writes("Hi").unwrap();
    }
    world.telegram_arrives().await;
    world.telegram().faults().next("sendMessage", STORM, Fault::TooMany { retry_after: Some(3) });
    for number in 0..4 {
        for person in &people {
            let chat = line.chat_of(world, &person.to_string());
            line.manager_sends_to(world, &chat, HookMessage::text(&number.to_string())).await;
        }
    }
    world.deliver_to_the_end().await;
    let sent = line.sent(world);
    for person in &people {
        let texts: Vec<_> =
            sent.iter().filter(|one| super::chat(one) == *person).map(|one| one.text.as_str()).collect();
        assert_eq!(texts, ["0", "1", "2", "3"]);
    }
    let refused = world.telegram().calls(line.bot).into_iter().filter(|call| call.status == 429).count();
    assert_eq!(refused, STORM, "as long as Telegram refuses, and no more");
}

both!(
    a_storm_of_refusals_loses_nothing_and_keeps_every_order,
    a_flood_to_one_chat_keeps_its_rate_and_its_order,
    a_bot_keeps_its_rate_over_all_chats,
    only_the_chat_that_is_asked_to_wait_waits,
    two_chats_that_are_asked_to_wait_stop_only_their_bot,
);
