//! Switches that break things.

use serde_json::{Value, json};
use simulator::telegram::{Fault, NewPerson, UpdateFault};

use crate::{receiver::Receiver, world::World};

fn say(world: &World) -> Value {
    json!({"chat_id": world.maria, "text": "Hi"})
}

#[tokio::test]
async fn calls_are_refused_broken_and_lost() {
    let world = World::started().await;
    let faults = world.telegram.faults();
    faults.next("sendMessage", 1, Fault::TooMany { retry_after: 34 });
    faults.next_in(world.maria, "*", 1, Fault::ServerError { code: 500 });
    faults.next("sendMessage", 1, Fault::HtmlPage { code: 502 });
    let words = "Bad Request: PEER_ID_INVALID".to_owned();
    faults.next("SENDMESSAGE", 1, Fault::Refuse { code: 400, description: words.clone(), migrate_to: None });
    assert_eq!(faults.describe().len(), 4);
    world.ok("getMe", json!({})).await;
    assert_eq!(world.refused("sendMessage", say(&world)).await.0, 429);
    assert_eq!(world.refused("sendMessage", say(&world)).await, (500, "Internal Server Error: restart".to_owned()));
    let page = world.http.post(world.url("sendMessage")).json(&say(&world)).send().await.unwrap();
    assert_eq!((page.status().as_u16(), page.text().await.unwrap().starts_with("<html>")), (502, true));
    assert_eq!(world.refused("sendMessage", say(&world)).await, (400, words));
    assert_eq!((faults.left(), world.telegram.sent(world.bot.id).len()), (0, 0));
    for (fault, sent) in [(Fault::ResetBefore, 0), (Fault::ResetAfter, 1)] {
        faults.next("sendMessage", 1, fault);
        assert!(world.http.post(world.url("sendMessage")).json(&say(&world)).send().await.is_err());
        assert_eq!(world.telegram.sent(world.bot.id).len(), sent);
    }
    let statuses: Vec<u16> = world.telegram.calls(world.bot.id).iter().map(|call| call.status).collect();
    assert_eq!(statuses, [200, 429, 500, 502, 400, 0, 0]);
}

#[tokio::test]
async fn a_gate_holds_calls() {
    let world = World::started().await;
    let gate = world.telegram.faults().hold("sendMessage");
    let call = tokio::spawn(world.http.post(world.url("sendMessage")).json(&say(&world)).send());
    gate.until_waiting(1).await;
    assert!(world.telegram.sent(world.bot.id).is_empty());
    gate.open();
    assert_eq!(call.await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn updates_come_twice_again_late_or_never() {
    let world = World::start().await;
    let receiver = Receiver::start();
    world.ok("setWebhook", json!({"url": receiver.url})).await;
    let pete = world.telegram.add_person(NewPerson::default());
    let faults = world.telegram.faults();
    faults.next_updates(1, UpdateFault::Doubled);
    world.maria().writes("doubled").unwrap();
    world.telegram.deliver_all().await;
    faults.next_updates(1, UpdateFault::LostAnswer);
    world.maria().writes("again").unwrap();
    world.telegram.deliver_all().await;
    faults.next_updates(1, UpdateFault::Lost);
    world.maria().writes("never").unwrap();
    world.telegram.deliver_all().await;
    faults.next_updates(1, UpdateFault::Late);
    world.maria().writes("late").unwrap();
    world.telegram.deliver_all().await;
    world.telegram.customer(pete, world.bot.id).writes("Pete").unwrap();
    world.telegram.deliver_all().await;
    assert_eq!(receiver.texts(), ["doubled", "doubled", "again", "again", "Pete", "late"]);
    let ids: Vec<Value> = receiver.updates().into_iter().map(|one| one["update_id"].clone()).collect();
    assert_eq!((&ids[0], &ids[2]), (&ids[1], &ids[3]));
}

#[tokio::test]
async fn another_service_takes_the_webhook() {
    let world = World::start().await;
    let (ours, theirs) = (Receiver::start(), Receiver::start());
    world.ok("setWebhook", json!({"url": ours.url, "allowed_updates": ["message"]})).await;
    world.telegram.hijack_webhook(world.bot.id, &theirs.url);
    world.maria().writes("Hi").unwrap();
    world.telegram.deliver_all().await;
    assert_eq!((ours.texts().len(), theirs.texts().len()), (0, 1));
    assert_eq!(world.ok("getWebhookInfo", json!({})).await["url"], json!(theirs.url));
    world.telegram.revoke_token(world.bot.id);
    assert_eq!(world.refused("getMe", json!({})).await, (401, "Unauthorized".to_owned()));
}

#[tokio::test]
async fn faults_are_set_and_cleared_on_a_page() {
    let world = World::started().await;
    let page = format!("{}/trouble?lang=en", world.telegram.base_url());
    let press = |what: &str, origin: Option<&str>| {
        let form = format!("what={what}&bot={}", world.bot.id);
        let call = world.http.post(&page).header("Content-Type", "application/x-www-form-urlencoded").body(form);
        match origin {
            Some(origin) => call.header("Origin", origin),
            None => call,
        }
        .send()
    };
    assert_eq!(press("too_many", Some("https://evil.example")).await.unwrap().status(), 403);
    assert!(press("too_many", None).await.unwrap().text().await.unwrap().contains("TooMany { retry_after: 5 } × 3"));
    assert_eq!(world.refused("sendMessage", say(&world)).await.0, 429);
    assert!(press("mend", None).await.unwrap().text().await.unwrap().contains("Nothing is broken."));
    world.ok("sendMessage", say(&world)).await;
    assert!(press("hijack", None).await.unwrap().text().await.unwrap().contains("https://another-service.example"));
    press("revoke", None).await.unwrap();
    assert_eq!(world.refused("sendMessage", say(&world)).await.0, 401);
    let renewed = press("renew", None).await.unwrap().text().await.unwrap();
    let token = world.telegram.bots().into_iter().find(|bot| bot.id == world.bot.id).unwrap().token;
    assert!(token != world.bot.token && renewed.contains(&format!("<code>{token}</code>")), "{renewed}");
}
