//! What can be broken: limits, hooks on their way, and the text that names it all.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};
use simulator::crm::{HookFault, HookKind};

use crate::crm::caller::{HOST, World, read, receive_one, text};

async fn account(world: &World, token: &str) -> u16 {
    world.json("GET", "/api/v4/account", token, None).await.0
}

#[tokio::test]
async fn more_than_seven_a_second_are_refused_and_stubbornness_is_banned() {
    let world = World::new().await;
    let token = world.access().await;
    world.sandbox.set_rate_limits(true);
    for _ in 0..7 {
        assert_eq!(account(&world, &token).await, 200);
    }
    let (status, body) = world.json("GET", "/api/v4/account", &token, None).await;
    assert_eq!((status, &body["title"], &body["retry_after"]), (429, &json!("Too Many Requests"), &json!(1)));
    world.advance(TimeDelta::seconds(1));
    assert_eq!(account(&world, &token).await, 200);
    for _ in 0..37 {
        account(&world, &token).await;
    }
    world.advance(TimeDelta::minutes(10));
    let exchange = json!({"grant_type": "authorization_code", "code": world.sandbox.issue_code(HOST, "main")});
    assert_eq!(
        (account(&world, &token).await, world.token(exchange.clone()).await.0),
        (403, 403),
        "everything is refused"
    );
    world.sandbox.lift_ban();
    assert_eq!((account(&world, &token).await, world.token(exchange).await.0), (200, 200));
}

#[tokio::test]
async fn faults_given_as_text_are_set_and_cleared() {
    let world = World::new().await;
    let token = world.access().await;
    world.sandbox.add_account("other.amocrm.ru");
    let faults = format!("{}/faults", world.sandbox.url());
    let post = async |text: &str| read(world.client.post(&faults).json(&json!({"fault": text}))).await;
    for (text, status) in [
        ("status=504", 504),
        ("unpaid@acme.amocrm.ru", 402),
        ("unpaid@other.amocrm.ru", 200),
        ("unpaid", 402),
        ("blocked", 403),
        ("429=9", 429),
        ("page=502", 502),
    ] {
        let (answer, _) = post(text).await;
        assert_eq!((answer, account(&world, &token).await), (200, status), "{text}");
        assert_eq!(read(world.client.delete(&faults)).await, (200, json!({"faults": []})));
        assert_eq!(account(&world, &token).await, 200);
    }
    let (_, told) = post("unpaid@acme.amocrm.ru").await;
    assert_eq!(told["faults"], json!(["unpaid@acme.amocrm.ru"]));
    post("limits").await;
    post("demotion").await;
    assert_eq!(world.sandbox.broken(), ["demotion", "limits", "unpaid@acme.amocrm.ru"]);
    for wrong in [
        "fire",
        "unpaid@nobody.amocrm.ru",
        "renamed=new.amocrm.ru",
        "renamed=other.amocrm.ru@acme.amocrm.ru",
        "status=200",
    ] {
        let (status, body) = post(wrong).await;
        assert!(status == 400 && body["error"].is_string(), "{wrong}: {body}");
    }
    world.sandbox.mend();
    post("expired-tokens@acme.amocrm.ru").await;
    assert_eq!(account(&world, &token).await, 401);
    assert_eq!(post("renamed=new.amocrm.ru@acme.amocrm.ru").await.0, 200);
    assert!(world.sandbox.accounts().iter().any(|one| one.host == "new.amocrm.ru"));
    let foreign = world.client.delete(&faults).header("Origin", "https://evil.test");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn the_page_breaks_hooks_limits_and_plans() {
    let world = World::connected().await;
    let press = async |form: &str| {
        let url = format!("{}/accounts/{HOST}/break", world.sandbox.url());
        let request = world.client.post(url).header("Content-Type", "application/x-www-form-urlencoded");
        request.body(form.to_owned()).send().await.unwrap().status().as_u16()
    };
    for (form, told) in [
        ("what=break&value=lost-hooks", "Chats hooks: Lost"),
        ("what=break&value=demotion%3D3", "demotion"),
        ("what=break&value=limits", "limits"),
        ("what=unsorted_off", "no-unsorted@acme.amocrm.ru"),
    ] {
        assert_eq!(press(form).await, 303);
        assert!(world.sandbox.broken().iter().any(|line| line == told), "{told}: {:?}", world.sandbox.broken());
    }
    assert_eq!(press("what=plan_off").await, 303);
    let page = world.client.get(format!("{}/accounts/{HOST}/break?lang=en", world.sandbox.url()));
    let page = page.send().await.unwrap().text().await.unwrap();
    for words in [
        "the plan has no webhooks",
        "REST allows 7 requests a second",
        "Send hooks to all integrations without delay",
        "Chats hooks: Lost",
    ] {
        assert!(page.contains(words), "{words}");
    }
    for form in ["what=mend_all", "what=demotion_off", "what=limits_off", "what=unsorted_on", "what=plan_on"] {
        assert_eq!(press(form).await, 303);
    }
    assert!(world.sandbox.broken().is_empty());
    assert_eq!(press("what=break&value=fire").await, 400);
}

async fn a_chat(world: &World) -> String {
    world.message(text("m-1", "Hello")).await;
    world.sandbox.chats(HOST).remove(0).id
}

/// Outcomes of the chat hooks in the log, in the order of sending.
fn notes(world: &World) -> Vec<Option<String>> {
    let lines = world.sandbox.requests();
    lines.into_iter().filter(|line| line.path.starts_with("/location/")).map(|line| line.note).collect()
}

#[tokio::test]
async fn chat_hooks_get_lost_come_twice_or_late() {
    let world = World::connected().await;
    let chat = a_chat(&world).await;
    let faults = world.sandbox.faults();
    faults.next_hooks(HookKind::Chats, 1, HookFault::Lost);
    let said = world.sandbox.manager_says(HOST, &chat, "Lost").await.unwrap();
    assert_eq!(said.answer.error.as_deref(), Some("lost on purpose"));
    faults.next_hooks(HookKind::Chats, 1, HookFault::Doubled);
    world.sandbox.manager_says(HOST, &chat, "Twice").await.unwrap();
    assert_eq!(notes(&world).len(), 3);
    faults.next_hooks(HookKind::Chats, 1, HookFault::Reordered);
    let (url, arrived) = receive_one(200).await;
    world.sandbox.set_parom_url(&url);
    let first = world.sandbox.manager_says(HOST, &chat, "First").await.unwrap();
    assert_eq!(first.answer.status, None);
    let second = world.sandbox.manager_says(HOST, &chat, "Second").await.unwrap();
    assert_eq!(second.answer.status, Some(200));
    let body: Value = serde_json::from_slice(&arrived.await.unwrap().body).unwrap();
    assert_eq!(body["message"]["message"]["text"], "Second", "it overtook the first");
    assert_eq!(notes(&world).len(), 6);
    faults.next_hooks(HookKind::Chats, 1, HookFault::Late(Duration::from_millis(50)));
    world.sandbox.manager_says(HOST, &chat, "Late").await.unwrap();
    assert_eq!((notes(&world).len(), faults.left()), (7, 0));
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_gets_hooks_late_until_it_answers() {
    let world = World::connected().await;
    let chat = a_chat(&world).await;
    world.sandbox.set_demotion(Some(Duration::from_millis(150)));
    for _ in 0..3 {
        assert!(!world.sandbox.is_demoted("main"));
        world.sandbox.manager_says(HOST, &chat, "Hello?").await.unwrap();
    }
    assert!(world.sandbox.is_demoted("main"));
    let (url, arrived) = receive_one(200).await;
    world.sandbox.set_parom_url(&url);
    let started = std::time::Instant::now();
    assert_eq!(world.sandbox.manager_says(HOST, &chat, "There?").await.unwrap().answer.status, Some(200));
    assert!(started.elapsed() >= Duration::from_millis(150));
    arrived.await.unwrap();
    assert!(!world.sandbox.is_demoted("main"));
}
