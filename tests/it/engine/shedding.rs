//! What is turned away when there is too much, and that amoCRM's hooks never are.

use std::net::IpAddr;
use std::time::Duration;

use parom::load_shedding::{BodyKind, CapacityShare, RequestClass};
use parom_tests::{Line, World, answer, both, once};
use reqwest::Method;
use serde_json::json;
use simulator::crm::HookMessage;
use uuid::Uuid;

use crate::webchat::{OnSite, SHOP};

/// Answers of a page's form, the API, a site chat, and whether a manager's message is stored.
async fn answers(world: &mut World, line: &Line, anna: &OnSite, text: &str) -> [bool; 4] {
    let page =
        world.api.anonymous(Method::POST, "/panel/sign-in").header("content-type", "application/x-www-form-urlencoded");
    let page = answer(page.body("email=anna%40example.com")).await;
    let message = json!({
        "id": format!("api {text}"), "conversation": {"id": "anna"}, "content": {"type": "text", "text": text},
        "sender": {"role": "client", "id": "user-anna", "name": "Anna"},
    });
    let api = world.api.post(&line.path("/messages"), &message).await;
    let messenger = anna.posts(world, "/messages", json!({"id": Uuid::new_v4(), "text": text})).await;
    for refused in [&page, &api, &messenger] {
        assert!(refused.status != 503 || !refused.header("retry-after").is_empty(), "{}", refused.text);
    }
    world.manager(line).answers("anna", text).await;
    let stored = world.messages().await.iter().any(|message| message.direction == 2 && message.body.contains(text));
    [page.status != 503, api.status != 503, messenger.status != 503, stored]
}

/// A source with a conversation, and a visitor of a web chat.
async fn begun(world: &mut World) -> (Line, OnSite) {
    let line = world.line("support").await;
    let chat = json!({"kind": "webchat", "name": "Site", "settings": {"allowed_origins": [SHOP]}});
    let path = format!("/api/v1/tenants/{}/sources", line.tenant_id);
    let chat = world.api.post(&path, &chat).await.is(201).text_at("/id");
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    (line, OnSite::new(&chat))
}

async fn pages_go_first_then_the_api_then_messengers_and_hooks_never(world: &mut World) {
    let (line, anna) = begun(world).await;
    let load = world.app().usage.load.clone();
    for (hundredths, expected) in [
        (0, [true, true, true, true]),
        (51, [false, true, true, true]),
        (71, [false, false, true, true]),
        (86, [false, false, false, true]),
        (300, [false, false, false, true]),
    ] {
        let pressed = load.press(hundredths);
        assert_eq!(answers(world, &line, &anna, &format!("at {hundredths}")).await, expected, "{hundredths}");
        drop(pressed);
    }
    assert_eq!(answers(world, &line, &anna, "afterwards").await, [true; 4], "and it is over when it is over");
    let page = world.app().metrics.render();
    for class in ["page", "api", "messenger"] {
        assert!(page.contains(&format!("parom_shed_total{{class=\"{class}\"}}")), "{class}: {page}");
    }
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts().len(), 6, "every hook was carried");
}

/// Everything that callers of a class may hold of bodies, held by two of them and the rest by many.
fn all_of(world: &World, class: RequestClass) -> Vec<CapacityShare<IpAddr>> {
    let mut held = Vec::new();
    for (number, bytes) in [1 << 20, 1 << 16, 1 << 8, 1].into_iter().enumerate() {
        for last in 1..=64_u8 {
            let number = u8::try_from(number).expect("a small number");
            let mut one = world.app().usage.load.memory(class, BodyKind::Whole, [192, 0, number, last].into());
            while one.add(bytes) {}
            held.push(one);
        }
    }
    held
}

/// H3: what one class of callers holds takes no room from the others.
async fn h3_a_class_that_holds_all_it_may_turns_away_its_own_alone(world: &mut World) {
    let (line, anna) = begun(world).await;
    for (class, expected) in [
        (RequestClass::Page, [false, true, true, true]),
        (RequestClass::Api, [true, false, true, true]),
        (RequestClass::Messenger, [true, true, false, true]),
        (RequestClass::Other, [true; 4]),
    ] {
        let held = all_of(world, class);
        assert_eq!(answers(world, &line, &anna, &format!("at {class:?}")).await, expected, "{class:?}");
        drop(held);
    }
    assert_eq!(answers(world, &line, &anna, "afterwards").await, [true; 4], "and it is over when it is over");
    let page = world.app().metrics.render();
    for class in ["page", "api", "messenger"] {
        let line = format!("parom_cut_short_total{{class=\"{class}\",why=\"no_room\"}} 1");
        assert!(page.contains(&line), "{class}: {page}");
    }
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts().len(), 5, "every hook was carried");
}

/// H3: a hook waits for room instead of being refused.
async fn h3_a_hook_waits_for_room(world: &mut World) {
    let (line, _) = begun(world).await;
    let held = all_of(world, RequestClass::Hook);
    let manager = world.manager(&line);
    let sends = tokio::spawn(async move { manager.answers("anna", "Good morning").await });
    world
        .until("the hook is there", async || {
            world.app().metrics.render().contains("parom_hooks_waited_total 1").then_some(())
        })
        .await;
    assert!(world.messages().await.iter().all(|message| message.direction != 2));
    drop(held);
    sends.await.expect("the hook is taken");
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["Good morning"]);
}

async fn a_disk_that_fills_stops_what_is_taken_in(world: &mut World) {
    let (line, anna) = begun(world).await;
    let load = world.app().usage.load.clone();
    for (free, expected) in [(9, [true, false, true, true]), (4, [true, false, false, true]), (50, [true; 4])] {
        load.disk_has(free);
        assert_eq!(answers(world, &line, &anna, &format!("free {free}")).await, expected, "{free}");
        if free < 10 {
            world.api.get(&line.path("")).await.is(200);
        }
    }
    world.deliver_to_the_end().await;
}

/// Ten minutes on the world's clock, a hook every two seconds: hooks wait on the disk, and what its sender repeats is
/// refused.
async fn ten_minutes_without_the_database_lose_no_hook(world: &mut World) {
    let (line, visitor) = begun(world).await;
    world.customer(&line, "boris").writes("Hello").await;
    world.deliver_all().await;
    let manager = world.manager(&line);
    let blocked = world.database().blocked().await;
    for number in 0..300 {
        let chat = ["anna", "boris"][number % 2];
        let hook = manager.prepares(chat, HookMessage::text(&format!("{chat} {number:03}")));
        assert_eq!(manager.posts(&hook).await, Some(200), "hook {number}");
        world.advance(Duration::from_secs(2));
        if number == 0 {
            let slow = Duration::from_secs(5);
            let is_slow = async || (world.app().writer.running_for() >= slow).then_some(());
            world.until("the commit is slow", is_slow).await;
            let customer = world.customer(&line, "carl");
            let api = world.api.post(&line.path("/messages"), &customer.body("refused", "refused")).await.is(503);
            let chat = visitor.writes(world, "refused").await.is(503);
            assert!(!api.header("retry-after").is_empty() && !chat.header("retry-after").is_empty());
        }
    }
    assert_eq!(world.app().spool.waiting(), 300);
    assert!(world.messages().await.iter().all(|message| message.direction != 2), "the database has none");
    blocked.release().await;
    world.until("the spool is empty", async || (world.app().spool.waiting() == 0).then_some(())).await;
    world.deliver_to_the_end().await;
    let texts = world.messenger.texts();
    assert_eq!(texts.len(), 300, "each once");
    for chat in ["anna", "boris"] {
        let of_chat: Vec<_> = texts.iter().filter(|text| text.starts_with(chat)).collect();
        assert!(of_chat.len() == 150 && of_chat.is_sorted(), "{of_chat:?}");
    }
    visitor.writes(world, "now").await.is(202);
    world.deliver_to_the_end().await;
}

both!(ten_minutes_without_the_database_lose_no_hook);

once!(
    pages_go_first_then_the_api_then_messengers_and_hooks_never,
    h3_a_class_that_holds_all_it_may_turns_away_its_own_alone,
    h3_a_hook_waits_for_room,
    a_disk_that_fills_stops_what_is_taken_in
);
