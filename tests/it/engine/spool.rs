//! amoCRM sends every hook once: what the database does not take waits on the disk, in order, and is answered 200.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use base::config;
use base::fault::Faults;
use base::spool::{Hook, Spool, look};
use parom::load_shedding::{BodyKind, CapacityShare, RequestClass};
use parom_tests::{Line, Manager, World, answer, both, once};
use reqwest::Method;
use serde_json::json;
use simulator::crm::{HookMessage, PreparedHook};
use uuid::Uuid;

use crate::webchat::{OnSite, SHOP};

/// One written a second after the other.
fn two_hooks(world: &World, manager: &Manager) -> [PreparedHook; 2] {
    let first = manager.prepares("anna", HookMessage::text("first"));
    world.advance(Duration::from_secs(1));
    [first, manager.prepares("anna", HookMessage::text("second"))]
}

async fn hooks_are_spooled_while_the_database_is_blocked(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let hooks = ["one", "two", "three"].map(|text| {
        world.advance(Duration::from_secs(1));
        manager.prepares("anna", HookMessage::text(text))
    });
    let blocked = world.database().blocked().await;
    for hook in &hooks {
        assert_eq!(manager.posts(hook).await, Some(200));
    }
    assert_eq!(world.app().spool.waiting(), 3);
    blocked.release().await;
    empty(world).await;
    // A hook that comes twice, once by the disk and once by the database, is one message.
    assert_eq!(manager.posts(&hooks[1]).await, Some(200));
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["one", "two", "three"]);
}

/// The second one goes to the disk at once, and the first one has not given up the database yet.
async fn a_hook_does_not_reach_the_disk_before_those_still_with_the_database(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let texts = ["left behind", "first", "second"];
    let [left, first, second] = texts.map(|text| manager.prepares("anna", HookMessage::text(text)));
    let dir = world.app().config.spool.dir.clone();
    let held = world.faults.hold("hook.before_store");
    let meanwhile = async {
        held.reached().await;
        left_behind(&dir, &left, world.clock.millis()).await;
        assert_eq!(manager.posts(&second).await, Some(200));
    };
    let (answer, ()) = tokio::join!(manager.posts(&first), meanwhile);
    assert_eq!(answer, Some(200));
    world.until("all are drained", async || (look(&dir).ok()?.hooks == 0).then_some(())).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), texts);
}

/// Out of order is better than lost, and in its place all the same as long as nothing has left.
async fn a_hook_that_the_disk_does_not_take_goes_to_the_database(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let [first, second] = two_hooks(world, &manager);
    world.faults.add("drain.after_commit=error").unwrap();
    let blocked = world.database().blocked().await;
    assert_eq!(manager.posts(&first).await, Some(200));
    blocked.release().await;
    assert_eq!(world.app().spool.waiting(), 1, "it is drained and drained again");
    world.faults.add("spool.sync=error:1").unwrap();
    assert_eq!(manager.posts(&second).await, Some(200));
    assert_eq!(world.app().spool.waiting(), 1, "the disk did not take it");
    world.faults.clear();
    empty(world).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["first", "second"]);
}

/// Writes a hook to a folder of a process that is no more.
pub async fn left_behind(dir: &Path, hook: &PreparedHook, received_at: i64) {
    let spool = Spool::default();
    let lock = spool.claim(&config::SpoolConfig { dir: dir.to_owned(), most_mb: 1 }, &Faults::default());
    assert!(lock.is_some(), "a folder of its own");
    let (scope_id, body) = (hook.scope_id.clone(), hook.body.clone().into());
    spool
        .keep(&Hook { id: Uuid::new_v4(), received_at, scope_id, body }, spool.arrive())
        .await
        .expect("the disk takes it");
}

async fn waiting_hooks_outlive_the_process(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let hook = manager.prepares("anna", HookMessage::text("kept"));
    let blocked = world.database().blocked().await;
    assert_eq!(manager.posts(&hook).await, Some(200));
    world.crash();
    blocked.release().await;
    world.come_back().await;
    // Its folder is found again, whichever the new process has.
    let spool = world.database().folder().join("spool");
    world.until("the spool is empty", async || (look(&spool).ok()?.hooks == 0).then_some(())).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["kept"]);
}

async fn without_a_disk_a_lost_hook_is_not_answered_as_taken(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let hook = manager.prepares("anna", HookMessage::text("lost"));
    std::fs::remove_dir_all(world.database().folder().join("spool")).expect("the spool is taken away");
    let blocked = world.database().blocked().await;
    assert_eq!(manager.posts(&hook).await, Some(503));
    blocked.release().await;
    // The database had it in its queue all the time: it is stored late, which is harmless.
    let is_stored = async || world.messages().await.iter().any(|message| message.body.contains("lost")).then_some(());
    world.until("the hook is stored", is_stored).await;
    world.deliver_to_the_end().await;
}

/// Waits until the server has given everything of the disk to the database.
async fn empty(world: &World) {
    let app = world.app();
    world.until("the spool is empty", async || (app.spool.waiting() == 0).then_some(())).await;
}

// What is turned away when there is too much, and that amoCRM's hooks never are.

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
        let ready = world.api.get("/readyz").await.is(200).text;
        if free < 10 {
            world.api.get(&line.path("")).await.is(200);
            let refused = if free < 5 { "api, messenger" } else { "api" };
            assert!(ready.starts_with("degraded: the disk is nearly full"), "{ready}");
            assert!(ready.contains(&format!("refused to: {refused};")), "{ready}");
        } else {
            assert_eq!(ready, "ready\n");
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

both!(a_hook_does_not_reach_the_disk_before_those_still_with_the_database);
both!(a_hook_that_the_disk_does_not_take_goes_to_the_database, without_a_disk_a_lost_hook_is_not_answered_as_taken);
both!(hooks_are_spooled_while_the_database_is_blocked, ten_minutes_without_the_database_lose_no_hook);
both!(waiting_hooks_outlive_the_process);
once!(pages_go_first_then_the_api_then_messengers_and_hooks_never, a_disk_that_fills_stops_what_is_taken_in);
once!(h3_a_class_that_holds_all_it_may_turns_away_its_own_alone, h3_a_hook_waits_for_room);
